package xlsform

import (
	"fmt"

	"doorstep/internal/survey"
)

// place is where in the workbook a problem is; parts that do not apply are zero.
type place struct {
	sheet  string
	row    int
	column string
}

func problem(at place, code string, args []any) survey.Problem {
	m := messages[code]
	return survey.Problem{
		Code: "form." + code, Sheet: at.sheet, Row: at.row, Column: at.column,
		ZH: format(m.zh, args), EN: format(m.en, args),
	}
}

// Texts are the Chinese and English words of every mistake and warning in a workbook, by code.
func Texts() map[string][2]string {
	texts := map[string][2]string{}
	for code, m := range messages {
		texts["form."+code] = [2]string{m.zh, m.en}
	}
	return texts
}

func format(text string, args []any) string {
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// maxProblems keeps the report of a workbook that is wrong from top to bottom readable.
const maxProblems = survey.MostProblems

// report adds a mistake that keeps the form from being used.
func (b *builder) report(at place, code string, args ...any) {
	if len(b.problems) < maxProblems {
		b.problems = append(b.problems, problem(at, code, args))
	}
}

// warn adds something that works but needs a look.
func (b *builder) warn(at place, code string, args ...any) {
	if len(b.warnings) < maxProblems {
		b.warnings = append(b.warnings, problem(at, code, args))
	}
}

// wrong reports a mistake in a row of the survey sheet.
func (b *builder) wrong(r *record, column, code string, args ...any) {
	b.report(place{r.sheet, r.row, column}, code, args...)
}
