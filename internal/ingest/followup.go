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
func (c consequences) followUp() error {
	if len(c.d.form.FollowUps) == 0 {
		return nil
	}
	have, err := c.appointments()
	if err != nil {
		return err
	}
	if len(have) == 0 && !c.daysGiven() {
		return nil
	}
	root := readRow(c.d.form.Whole, c.d.inst.Root, c.d.rec.Rows)
	ids := map[string]string{}
	root.eachBelow(c.d.op.ID, "", func(path, id string) { ids[path] = id + "/" })
	wanted := map[string]bool{}
	for _, f := range c.d.form.FollowUps {
		for _, one := range root.of(f.Table) {
			day := one.said[f.Column.Name]
			if day == "" {
				continue
			}
			cause := "follow_up " + ids[one.path] + f.Column.Name
			wanted[cause] = true
			if err := c.appoint(cause, day[:min(10, len(day))], f.Priority, c.d.rec.Rows[one.node].Person, have[cause]); err != nil {
				return err
			}
		}
	}
	for cause, a := range have {
		if !wanted[cause] && a.status == "open" {
			if err := changeTask(c.db, a.id, c.now, collections.Row{{Column: "status", Value: "cancelled"}}); err != nil {
				return err
			}
		}
	}
	return nil
}

// daysGiven reports whether some answer may give a day to be there again.
func (c consequences) daysGiven() bool {
	layout := c.d.form.Whole
	for _, f := range c.d.form.FollowUps {
		nodes := []*survey.Node{c.d.inst.Root}
		if t := layout.Named(f.Table); t.Parent == layout.Main() {
			nodes = collections.Instances(t, c.d.inst.Root)
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
func (c consequences) appoint(cause, day, priority, person string, have appointment) error {
	switch {
	case have.due == day && have.status != "cancelled":
		return nil
	case have.status == "open":
		return changeTask(c.db, have.id, c.now, collections.Row{{Column: "due", Value: day}, {Column: "priority", Value: priority}})
	}
	_, err := c.openTask(c.table(), c.d.op.ID, collections.Row{
		{Column: "kind", Value: "follow_up"}, {Column: "priority", Value: priority}, {Column: "title", Value: "回访 · follow-up"},
		{Column: "person", Value: person},
		{Column: "due", Value: day}, {Column: "causes", Value: collections.JSONList([]string{cause})},
	})
	return err
}

// appointments finds the newest task of each follow-up of the record, by its cause.
func (c consequences) appointments() (map[string]appointment, error) {
	all := map[string]appointment{}
	if !c.exists {
		return all, nil
	}
	err := collections.Each(c.db, `SELECT id, status, due, COALESCE(causes,'[]') FROM tasks WHERE record=? AND kind='follow_up'
		ORDER BY created`, []any{c.d.op.ID}, func(rows *sql.Rows) error {
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
