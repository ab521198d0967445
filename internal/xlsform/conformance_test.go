package xlsform

import (
	"encoding/json"
	"errors"
	"fmt"
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
	for _, c := range cases {
		form, err := c.read()
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
	fmt.Printf("xlsform accept: %d of %d cases agree\n", agree, len(cases))
	fmt.Printf("xlsform warnings: %d of %d cases agree in number\n", warnings, warned)
	if agree < len(cases)*99/100 {
		t.Errorf("%d of %d cases agree, want 99%%", agree, len(cases))
	}
	if warnings < warned*95/100 {
		t.Errorf("%d of %d cases agree in the number of warnings, want 95%%", warnings, warned)
	}
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// TestRealQuestionnairesAcceptOrRefuse reads real workbooks; skipped without them.
func TestRealQuestionnairesAcceptOrRefuse(t *testing.T) {
	dir, all := corpora.Questionnaires(t)
	agree := 0
	for _, m := range all {
		f, err := os.Open(filepath.Join(dir, m.File))
		if err != nil {
			t.Fatal(err)
		}
		_, err = Read(m.File, f, Options{})
		f.Close()
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
	fmt.Printf("forms accept: %d of %d questionnaires agree\n", agree, len(all))
	if agree < len(all)*95/100 {
		t.Errorf("%d of %d questionnaires agree, want 95%%", agree, len(all))
	}
}
