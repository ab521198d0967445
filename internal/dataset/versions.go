package dataset

import (
	"database/sql"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"doorstep/collections"
	"doorstep/internal/instrument"
	"doorstep/internal/sensitive"
	"doorstep/internal/survey"
)

// column is an answer column as all versions of the form together know it.
type column struct {
	name      string
	question  *survey.Question  // of the newest version that asks it
	choices   []survey.Choice   // of all versions, the newest first; nil where the workbook does not list them
	treatment sensitive.Verdict // the strictest of all versions
}

// answerTable is a table with the columns of all versions.
type answerTable struct {
	name    string
	repeat  bool
	nested  bool // a repeat within a repeat
	columns []column
}

// earlier reads the other versions of a form, the newest first: records keep the answers to questions that the current
// version does not ask any more.
func earlier(db collections.DB, in *instrument.Instrument, now time.Time) ([]*instrument.Converted, error) {
	type stored struct{ name, source, version string }
	all, err := collections.All(db, `SELECT source_name, source, version FROM forms WHERE form_id=? AND version!=? AND status!=?
		ORDER BY published_at DESC, version DESC`, []any{in.Form.ID, in.Version, instrument.Draft}, func(rows *sql.Rows, s *stored) error {
		return rows.Scan(&s.name, &s.source, &s.version)
	})
	if err != nil {
		return nil, err
	}
	var forms []*instrument.Converted
	for _, s := range all {
		raw, err := base64.StdEncoding.DecodeString(s.source)
		if err != nil {
			return nil, fmt.Errorf("form %s version %s: %w", in.Form.ID, s.version, err)
		}
		old, err := instrument.Convert(instrument.Workbook{Name: s.name, Raw: raw}, now)
		if err != nil {
			return nil, fmt.Errorf("form %s version %s: %w", in.Form.ID, s.version, err)
		}
		forms = append(forms, old)
	}
	return forms, nil
}

// mergeVersions lays the tables of all versions over each other, the first form's order first.
func mergeVersions(forms []*survey.Form) []*answerTable {
	var tables []*answerTable
	for _, f := range forms {
		judge := sensitive.New(f)
		for _, t := range f.Tables() {
			i := slices.IndexFunc(tables, func(have *answerTable) bool { return have.name == t.Name })
			if i < 0 {
				tables = append(tables, &answerTable{name: t.Name, repeat: t.Repeat != nil, nested: t.Parent != nil && t.Parent.Repeat != nil})
				i = len(tables) - 1
			}
			for _, c := range t.Columns {
				tables[i].add(f, c, judge.Judge(c.Question))
			}
		}
	}
	return tables
}

func (t *answerTable) add(f *survey.Form, c survey.Column, v sensitive.Verdict) {
	var choices []survey.Choice
	if sensitive.ClosedList(f, c.Question) {
		choices = f.Lists[c.Question.List].Distinct()
	} else if list := f.Lists[declared(c.Question, codesColumn)]; list != nil {
		choices = list.Distinct()
	}
	i := slices.IndexFunc(t.columns, func(have column) bool { return have.name == c.Name })
	if i < 0 {
		t.columns = append(t.columns, column{c.Name, c.Question, distinct(choices), v})
		return
	}
	have := &t.columns[i]
	have.choices = distinct(append(slices.Clone(have.choices), choices...))
	if v.Treatment > have.treatment.Treatment {
		have.treatment = v
	}
}

// distinct keeps the first of the choices with the same name.
func distinct(list []survey.Choice) []survey.Choice {
	seen := map[string]bool{}
	var out []survey.Choice
	for _, c := range list {
		if c.Name != "" && !seen[c.Name] {
			seen[c.Name] = true
			out = append(out, c)
		}
	}
	return out
}
