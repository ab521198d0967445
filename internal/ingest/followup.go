package ingest

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"doorstep/collections"
	"doorstep/internal/survey"
)

// appointment is the task of one day that the form declares as a follow-up.
type appointment struct {
	id, status, due string
}

// followUp keeps one task for each day by which the form says that somebody has to be there again: it follows the day while it
// is open, is cancelled when there is no day any more, and comes anew when another day is given after it was closed.
func (s *storing) followUp() error {
	if len(s.d.form.FollowUps) == 0 {
		return nil
	}
	have, err := s.appointments()
	if err != nil {
		return err
	}
	if len(have) == 0 && !s.daysGiven() {
		return nil
	}
	root := readRow(s.d.form.Whole, s.d.inst.Root, s.d.rec.Rows)
	ids := map[string]string{}
	root.eachBelow(s.d.op.ID, "", func(path, id string) { ids[path] = id + "/" })
	wanted := map[string]bool{}
	for _, f := range s.d.form.FollowUps {
		for _, one := range root.of(f.Table) {
			day := one.said[f.Column.Name]
			if day == "" {
				continue
			}
			cause := "follow_up " + ids[one.path] + f.Column.Name
			wanted[cause] = true
			if err := s.appoint(cause, day[:min(10, len(day))], f.Priority, s.d.rec.Rows[one.node].Person, have[cause]); err != nil {
				return err
			}
		}
	}
	for cause, a := range have {
		if !wanted[cause] && a.status == "open" {
			if err := changeTask(s.db, a.id, s.now, collections.Row{{Column: "status", Value: "cancelled"}}); err != nil {
				return err
			}
		}
	}
	return nil
}

// daysGiven reports whether some answer may give a day to be there again.
func (s *storing) daysGiven() bool {
	layout := s.d.form.Whole
	for _, f := range s.d.form.FollowUps {
		nodes := []*survey.Node{s.d.inst.Root}
		if t := layout.Named(f.Table); t.Parent == layout.Main() {
			nodes = collections.Instances(t, s.d.inst.Root)
		} else if t != layout.Main() {
			return true // of a repeat within a repeat
		}
		if slices.ContainsFunc(nodes, func(n *survey.Node) bool { return collections.ValueAt(n, f.Column.Path) != "" }) {
			return true
		}
	}
	return false
}

// appoint brings a task to its day, or opens one.
func (s *storing) appoint(cause, day, priority, person string, have appointment) error {
	switch {
	case have.due == day && have.status != "cancelled":
		return nil
	case have.status == "open":
		return changeTask(s.db, have.id, s.now, collections.Row{{Column: "due", Value: day}, {Column: "priority", Value: priority}})
	}
	list, err := json.Marshal([]string{cause})
	if err != nil {
		return err
	}
	_, err = s.openTask(s.table(), s.d.op.ID, collections.Row{
		{Column: "kind", Value: "follow_up"}, {Column: "priority", Value: priority}, {Column: "title", Value: "回访 · follow-up"},
		{Column: "person", Value: person},
		{Column: "due", Value: day}, {Column: "causes", Value: string(list)},
	})
	return err
}

// appointments finds the newest task of each follow-up of the record, by its cause.
func (s *storing) appointments() (map[string]appointment, error) {
	all := map[string]appointment{}
	if !s.exists {
		return all, nil
	}
	err := collections.Each(s.db, `SELECT id, status, due, COALESCE(causes,'[]') FROM tasks WHERE record=? AND kind='follow_up'
		ORDER BY created`, []any{s.d.op.ID}, func(rows *sql.Rows) error {
		var a appointment
		var list string
		if err := rows.Scan(&a.id, &a.status, &a.due, &list); err != nil {
			return err
		}
		var causes []string
		if err := json.Unmarshal([]byte(orNone(list)), &causes); err != nil {
			return fmt.Errorf("causes of task %s: %w", a.id, err)
		}
		if a.due != "" && len(causes) == 1 {
			all[causes[0]] = a
		}
		return nil
	})
	return all, err
}

// of lists the rows of a table: the record itself, or those of a repeat, at any depth.
func (r *row) of(table string) []*row {
	if r.table == table {
		return []*row{r}
	}
	var all []*row
	for _, below := range r.below {
		for _, one := range below {
			all = append(all, one.of(table)...)
		}
	}
	return slices.Clip(all)
}
