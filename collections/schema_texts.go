package collections

import (
	"fmt"
	"maps"

	"doorstep/internal/survey"
)

// schemaTexts are what keeps a form's tables from being made: Chinese, then English.
var schemaTexts = map[string][2]string{
	"form.table_taken": {"数据表名“%[1]s”已被使用：请给重复组另取一个名字，或在 settings 表的 table 列另取一个。",
		"The table name “%[1]s” is in use; choose another name for the repeat, or another in the table column of the settings sheet."},
	"form.table_shared": {"数据表名“%[1]s”已属于表单“%[2]s”，请在 settings 表的 table 列另取一个名字。",
		"The table name “%[1]s” belongs to the form “%[2]s”; choose another in the table column of the settings sheet."},
	"form.too_many_questions": {"从问题“%[1]s”起放不下了：一张数据表最多 %[2]d 列。请拆成两份表单，或把一部分放进重复组。",
		"There is no room from question “%[1]s” on: a table has at most %[2]d columns for answers. Split the form, or put a part into a repeat."},
	"form.type_changed": {"问题“%[1]s”的类型与已发布版本不同，数据表 %[2]s 里已有答案。请换一个名字。",
		"Question “%[1]s” has another type than in a published version, and %[2]s holds answers already. Give it another name."},
}

// SchemaTexts are the Chinese and English words of what keeps a form's tables from being made, by code.
func SchemaTexts() map[string][2]string { return maps.Clone(schemaTexts) }

func problemAt(sheet string, row int, column, code string, detail ...any) *survey.Problem {
	t := schemaTexts[code]
	return &survey.Problem{Code: code, Sheet: sheet, Row: row, Column: column, ZH: fmt.Sprintf(t[0], detail...),
		EN: fmt.Sprintf(t[1], detail...)}
}
