package xlsform

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/corpora"
	"doorstep/internal/survey"
)

// recordedCase is a conversion that the reference converter's own tests made.
type recordedCase struct {
	Test      string
	MD        string
	Structure map[string]json.RawMessage `json:"ss_structure"`
	Name      string
	Passed    bool
	Errored   bool
	Raised    *string
	XForm     string
	Warnings  *int `json:"warnings_count"`
}

func (c *recordedCase) refused() bool { return c.Errored || c.Raised != nil }

func (c *recordedCase) read() (*survey.Form, error) {
	opts := Options{Name: c.Name}
	if opts.Name == "" {
		opts.Name = "test_name"
	}
	if c.MD != "" {
		return ReadMarkdown(c.MD, opts)
	}
	return readBook(structureBook(c.Structure), opts)
}

// structureBook makes sheets of rows that were given as dictionaries.
func structureBook(sheets map[string]json.RawMessage) *book {
	book := newBook()
	for name, raw := range sheets {
		var rows []map[string]any
		if strings.HasSuffix(name, "_header") || json.Unmarshal(raw, &rows) != nil {
			continue
		}
		var header []map[string]any
		json.Unmarshal(sheets[name+"_header"], &header)
		s := book.add(name)
		for _, row := range rows {
			text := map[string]string{}
			for k, v := range row {
				text[k] = strings.TrimSpace(fmt.Sprint(v))
				if _, known := header0(header)[k]; header != nil && !known {
					s.untitled = len(s.rows) + 2
				}
				if !slices.Contains(s.header, k) {
					s.header = append(s.header, k)
				}
			}
			s.rows = append(s.rows, text)
		}
		slices.Sort(s.header)
	}
	return book
}

// header0 is the row of headers, where one was given apart from the rows.
func header0(rows []map[string]any) map[string]any {
	if len(rows) == 0 {
		return nil
	}
	return rows[0]
}

func readCases(t *testing.T) []recordedCase {
	all := corpora.Lines[recordedCase](t, "xlsform_cases.jsonl")
	return slices.DeleteFunc(all, func(c recordedCase) bool { return !c.Passed || c.MD == "" && c.Structure == nil })
}

// TestRecordedCasesAcceptOrRefuse compares which forms are taken and which are refused; skipped without the recordings.
func TestRecordedCasesAcceptOrRefuse(t *testing.T) {
	cases := readCases(t)
	agree, warned, warnings := 0, 0, 0
	came := map[string]string{}
	for _, c := range cases {
		form, err := c.read()
		came[c.Test+" "+c.Name+c.MD+fmt.Sprintf("%s", c.Structure)] = allOf(form, err)
		if (err != nil) == c.refused() {
			agree++
		} else {
			t.Logf("%s: refused by the reference %v (%s), here: %v", c.Test, c.refused(), deref(c.Raised), err)
		}
		if err == nil && c.Warnings != nil {
			warned++
			if len(form.Warnings) == *c.Warnings {
				warnings++
			}
		}
	}
	corpora.Kept(t, "testdata/cases.txt", came)
	fmt.Printf("xlsform accept: %d of %d cases agree\n", agree, len(cases))
	fmt.Printf("xlsform warnings: %d of %d cases agree in number\n", warnings, warned)
	if agree < len(cases)*99/100 {
		t.Errorf("%d of %d cases agree, want 99%%", agree, len(cases))
	}
	if warnings < warned*95/100 {
		t.Errorf("%d of %d cases agree in the number of warnings, want 95%%", warnings, warned)
	}
}

// allOf is everything that is known of a workbook: what is wrong in it, or the form that was read.
func allOf(f *survey.Form, err error) string {
	if err != nil {
		var p survey.Problems
		errors.As(err, &p)
		return fmt.Sprintf("%+v", []survey.Problem(p))
	}
	var b strings.Builder
	say := func(what any) { fmt.Fprintf(&b, "%+v\n", what) }
	question := func(q *survey.Question) bool {
		own := *q
		own.Parent, own.Children = nil, nil
		say(f.Path(q))
		say(own)
		return true
	}
	f.Walk(question)
	for _, q := range f.Meta {
		question(q)
	}
	for _, e := range f.Entities {
		own := *e
		own.Container = nil
		say(f.Path(e.Container))
		say(own)
	}
	for _, name := range slices.Sorted(maps.Keys(f.Lists)) {
		say(*f.Lists[name])
	}
	head := *f
	head.Root, head.Meta, head.Entities, head.Lists = nil, nil, nil, nil
	say(head)
	return b.String()
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// TestRealQuestionnairesAcceptOrRefuse reads real workbooks; skipped without them.
func TestRealQuestionnairesAcceptOrRefuse(t *testing.T) {
	dir, questionnaires := corpora.Questionnaires(t)
	agree := 0
	came := map[string]string{}
	for _, m := range questionnaires {
		f, err := os.Open(filepath.Join(dir, m.File))
		if err != nil {
			t.Fatal(err)
		}
		form, err := Read(m.File, f, Options{})
		f.Close()
		came[m.File] = allOf(form, err)
		if (err == nil) == (m.Result == "ok") {
			agree++
			if err != nil {
				t.Logf("%s refused by both (%s): %v", m.ID, deref(m.Error), err)
			}
		} else {
			t.Logf("DIFF %s: reference %s (%s), here: %v", m.ID, m.Result, deref(m.Error), err)
		}
		var p survey.Problems
		if err != nil && !errors.As(err, &p) {
			t.Errorf("%s: error is not survey.Problems: %v", m.ID, err)
		}
	}
	corpora.Kept(t, "testdata/questionnaires.txt", came)
	fmt.Printf("forms accept: %d of %d questionnaires agree\n", agree, len(questionnaires))
	if agree < len(questionnaires)*95/100 {
		t.Errorf("%d of %d questionnaires agree, want 95%%", agree, len(questionnaires))
	}
}
