package console

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"doorstep/collections"
	"doorstep/internal/survey"
)

// Filling is how a record was filled in, by the tablet's own log: of the first time and of each time that it was opened again.
type Filling struct {
	Seconds   float64       `json:"seconds"`    // at questions
	Changes   int           `json:"changes"`    // of answers that were there already
	Pauses    int           `json:"pauses"`     // longer than half an hour
	ClockBack int           `json:"clock_back"` // times that the tablet's clock went backwards
	Sections  []SectionTime `json:"sections"`   // in the form's order
}

// SectionTime is what one section of the form took; one without a label is all that stands in none.
type SectionTime struct {
	Label   survey.Words `json:"label"`
	Seconds float64      `json:"seconds"`
	Changes int          `json:"changes"`
}

// filling reads what the tablet logged; nothing for a record that came without a log.
func (r *reader) filling(out *Record) error {
	var f Filling
	took := map[*entry]*SectionTime{}
	logs := 0
	err := collections.Each(r.db, `SELECT id, questions, notes FROM paradata WHERE record=?`, []any{r.rec.ID}, func(rows *sql.Rows) error {
		var id, questions, notes sql.NullString
		if err := rows.Scan(&id, &questions, &notes); err != nil {
			return err
		}
		var byPath map[string]struct {
			Seconds float64 `json:"s"`
			Changes int
		}
		var noted struct {
			Pauses    int
			ClockBack int `json:"clock_back"`
		}
		if err := json.Unmarshal([]byte(questions.String), &byPath); err != nil {
			return fmt.Errorf("paradata %s: %w", id.String, err)
		}
		if err := json.Unmarshal([]byte(notes.String), &noted); err != nil {
			return fmt.Errorf("paradata %s: %w", id.String, err)
		}
		logs, f.Pauses, f.ClockBack = logs+1, f.Pauses+noted.Pauses, f.ClockBack+noted.ClockBack
		for path, q := range byPath {
			section := r.sheet.section(path)
			if took[section] == nil {
				took[section] = &SectionTime{}
			}
			took[section].Seconds += q.Seconds
			took[section].Changes += q.Changes
		}
		return nil
	})
	if err != nil || logs == 0 {
		return err
	}
	f.Sections = []SectionTime{}
	for _, section := range append(sections(r.sheet.entries), nil) {
		if s := took[section]; s != nil {
			if section != nil {
				s.Label = section.label
			}
			f.Sections = append(f.Sections, *s)
			f.Seconds, f.Changes = f.Seconds+s.Seconds, f.Changes+s.Changes
		}
	}
	out.Filling = &f
	return nil
}

// section is the outermost group or repeat with a label that a path of the form, /data/children[1]/child_name, lies in; nil for none.
func (s *sheet) section(path string) *entry {
	steps := strings.Split(strings.Trim(path, "/"), "/")
	at := s.entries
	for _, step := range steps[min(1, len(steps)):] {
		name, _, _ := strings.Cut(step, "[")
		i := slices.IndexFunc(at, func(e *entry) bool { return e.q.Name == name })
		if i < 0 || at[i].kind == "question" {
			return nil
		}
		if at[i].label != (survey.Words{}) {
			return at[i]
		}
		at = at[i].children
	}
	return nil
}

// sections are the outermost groups and repeats that have a label, in order.
func sections(all []*entry) (out []*entry) {
	for _, e := range all {
		switch {
		case e.kind == "question":
		case e.label != (survey.Words{}):
			out = append(out, e)
		default:
			out = append(out, sections(e.children)...)
		}
	}
	return out
}
