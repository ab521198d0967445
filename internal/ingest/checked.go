package ingest

import (
	"database/sql"
	"strings"

	"doorstep/collections"
	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

// checkedAnswer is what the history says of an answer that a check differed with.
type checkedAnswer struct{ sent, computed, status string }

// checked keeps what the check took out of the answers, replaced, or computed otherwise than it was sent. What the history
// says of an answer already it does not say again, however often a tablet sends the same.
func (s *storing) checked() error {
	if len(s.d.changes) == 0 {
		return nil
	}
	now := readRow(s.d.form.Whole, s.d.inst.Root, s.d.rec.Rows)
	rows := s.rowsByNode(now)
	before, err := s.checkedBefore()
	if err != nil {
		return err
	}
	of := collections.RevisionOf(s.table(), s.d.op.ID, s.d.rec.Rev) // the first visit has none before it
	past := edits{db: s.db, of: of, area: s.d.rec.Area, by: s.said(), now: s.now}
	for _, c := range s.d.changes {
		where := s.whereOf(rows, c)
		found := checkedAnswer{c.Sent, c.Computed, statusDone}
		if c.Kept {
			found.status = statusStands
		}
		key := answerKey(c.Field, where)
		if before[key] == found || !c.Kept && s.standing[key] {
			continue
		}
		before[key] = found
		if err := past.keep(difference{c.Field, where, c.Sent, c.Computed}, kindCheck, found.status); err != nil {
			return err
		}
	}
	return nil
}

// answerKey names an answer of a record by its row, wherever that stands.
func answerKey(field, where string) string {
	if where == "" {
		return field
	}
	return position.ReplaceAllString(field, "") + " " + where
}

// checkedBefore reads what the history says last of each answer that a check differed with.
func (s *storing) checkedBefore() (map[string]checkedAnswer, error) {
	answers := map[string]checkedAnswer{}
	if !s.exists {
		return answers, nil
	}
	err := collections.Each(s.db, `SELECT id, field, "row", before, after, status, sealed FROM edits WHERE record=? AND kind='check'
		ORDER BY record_rev, created, id`, []any{s.d.op.ID}, func(rows *sql.Rows) error {
		var id, field, where, sealed string
		var a checkedAnswer
		if err := rows.Scan(&id, &field, &where, &a.sent, &a.computed, &a.status, &sealed); err != nil {
			return err
		}
		opened, whole, err := collections.OpenWhole(s.db, collections.Edits, id, sealed)
		if opened.Fill("before", &a.sent); whole {
			opened.Fill("after", &a.computed)
			answers[answerKey(field, where)] = a
		}
		return err
	})
	return answers, err
}

// rowsByNode tells the ids of rows, and of those around them, by their nodes: those of the record as it is now, and those
// that the sender wrote, which a merge may have moved.
func (s *storing) rowsByNode(now *row) map[*survey.Node]string {
	rows := map[*survey.Node]string{}
	var note func(r *row, id, where string)
	note = func(r *row, id, where string) {
		for table, below := range r.below {
			for i, one := range below {
				own := one.id
				if own == "" {
					own = collections.RowID(s.d.op.ID, table, id, i+1)
				}
				place := strings.TrimPrefix(where+"/"+own, "/")
				rows[one.node] = place
				note(one, own, place)
			}
		}
	}
	note(now, "", "")
	for sent, id := range s.d.ids {
		rows[sent] = id
	}
	return rows
}

// whereOf names the row that a change is in. A row that is not in the record, because it was taken out whole, gets the id
// that it will have if it is put back.
func (s *storing) whereOf(rows map[*survey.Node]string, c validate.Change) string {
	var at []*survey.Node // rows around the answer, the innermost first
	var steps []string
	for _, step := range strings.Split(c.Field, "/") {
		if position.MatchString(step) {
			steps = append(steps, step)
		}
	}
	n := c.Round
	for i := len(steps) - 1; i >= 0; i-- {
		name := position.ReplaceAllString(steps[i], "")
		for n != nil && n.Name != name {
			n = n.Parent
		}
		if n == nil {
			return ""
		}
		at = append(at, n)
		n = n.Parent
	}
	where := ""
	for i := len(at) - 1; i >= 0; i-- {
		if known, ok := rows[at[i]]; ok {
			where = known
			continue
		}
		made := collections.AddedRowID(s.d.op.ID, steps[len(at)-1-i], where+"/check", s.d.rec.Rev, 0)
		where = strings.TrimPrefix(where+"/"+made, "/")
	}
	return where
}
