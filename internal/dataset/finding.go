package dataset

import (
	"database/sql"
	"fmt"
	"io"
	"regexp"
	"strings"

	"doorstep/internal/survey"
)

// findingsName is the table of what the checks found: one row for each finding of each record that is exported.
const findingsName = "findings"

var severityChoices = []Choice{
	{string(survey.Error), "错误", "error"}, {string(survey.Warning), "警告", "warning"}, {string(survey.Notice), "提示", "notice"},
}

// findingVariables are the columns of the table. No issue holds an answer.
func (p *plan) findingVariables() []variable {
	list := []variable{
		{Name: "visit", ZH: "所属记录的编号", EN: "id of the record", Type: "id", Identifier: true, Why: &pseudonymised},
		{Name: "position", ZH: "第几个，从 1 起", EN: "place among the findings of the record, from 1", Type: "number", Numeric: true},
		{Name: "code", ZH: "代码", EN: "code", Type: "select one", Choices: FindingCodes()},
		{Name: "severity", ZH: "轻重", EN: "severity", Type: "select one", Choices: severityChoices},
		{Name: "question", ZH: "哪一题，与数据表的列名相同", EN: "question, as the tables name its column", Type: "text"},
		{Name: "place", ZH: "在记录中的位置，重复组从 1 数起", EN: "place in the record, repeats counted from 1", Type: "text"},
		{Name: "zh", ZH: "说明（中文）", EN: "words in Chinese", Type: "text"},
		{Name: "en", ZH: "说明（英文）", EN: "words in English", Type: "text"},
	}
	for i := range list {
		list[i].Table, list[i].Missing = findingsName, blankSystem
		if p.identified {
			list[i].Why = nil
		}
	}
	return list
}

// findings writes the table.
func (e *exporter) findings() error {
	variables := e.plan.findingVariables()
	r := TableReport{Name: findingsName, File: findingsName + "." + e.sel.Format, Columns: len(variables)}
	e.report.Tables = append(e.report.Tables, r)
	counted := &e.report.Tables[len(e.report.Tables)-1].Rows
	return e.file(r.File, func(w io.Writer) error {
		out, err := newRows(w, e.sel.Format, findingsName)
		if err != nil {
			return err
		}
		var header []any
		for _, v := range variables {
			header = append(header, v.Name)
		}
		if err := out.Row(header); err != nil {
			return err
		}
		if err := e.eachFinding(func(cells []any) error { *counted++; return out.Row(cells) }); err != nil {
			return err
		}
		return out.Close()
	})
}

func (e *exporter) eachFinding(row func(cells []any) error) error {
	part := func(name string) string { return `COALESCE(json_extract(i.value,'$.` + name + `'),'')` }
	columns := strings.Join([]string{`m.id`, `i.key+1`, part("code"), part("severity"), part("field"), part("zh"), part("en")}, `, `)
	from := fmt.Sprintf(`%q m CROSS JOIN json_each(CASE WHEN json_valid(m.issues) THEN m.issues ELSE '[]' END) i`, e.plan.tables[0].name)
	severities := e.plan.shown(severityChoices)
	return selected(e.plan, e.sel, columns, from, `i.key`).Each(e.db, func(rows *sql.Rows) error {
		var id, code, severity, field, zh, en string
		var position int64
		if err := rows.Scan(&id, &position, &code, &severity, &field, &zh, &en); err != nil {
			return err
		}
		question, place := e.plan.asked(field)
		return row([]any{e.plan.id(id), position, text(code), e.plan.choice(severities, severity), text(question), text(place), text(zh),
			text(en)})
	})
}

var round = regexp.MustCompile(`\[[0-9]+\]$`)

// asked is the question that a finding is about, and its place. Where a step is none of the form's, a tablet made it up and
// it may say anything: both are blank.
func (p *plan) asked(field string) (question, place string) {
	if field == "" {
		return "", ""
	}
	for _, step := range strings.Split(field, "/") {
		if question = round.ReplaceAllString(step, ""); !p.names[question] {
			return "", ""
		}
	}
	return question, field
}
