package ingest

import (
	"database/sql"
	"slices"

	"doorstep/collections"
	"doorstep/internal/survey"
)

// finished closes the tasks of the record's worker that asked for this household: a visit when it came to an end, a re-interview when
// there is one. Apps that know no tasks have no other way to say so; a tablet that says so as well changes nothing.
func (c consequences) finished() error {
	rec := &c.d.rec
	one, known := c.d.form.Dispositions.Of(rec.Outcome)
	final := []survey.Class{survey.Interview, survey.Partial, survey.Refusal, survey.NotEligible}
	if rec.Household == "" || !known || !slices.Contains(final, one.Class) {
		return nil
	}
	interview := one.Class == survey.Interview || one.Class == survey.Partial
	var tasks []string
	err := collections.Each(c.db, `SELECT id, kind FROM tasks
		WHERE household=? AND assignee=? AND status='open' AND kind IN ('visit','recheck')
		AND record!=? AND form IN ('',?) AND (person='' OR ?='' OR person=?)`,
		[]any{rec.Household, rec.Worker, rec.ID, rec.Form, rec.Person, rec.Person}, func(rows *sql.Rows) error {
			var id, kind string
			err := rows.Scan(&id, &kind)
			if kind == "visit" || interview {
				tasks = append(tasks, id)
			}
			return err
		})
	if err != nil {
		return err
	}
	for _, id := range tasks {
		if err := changeTask(c.db, id, c.now, collections.Row{{Column: "status", Value: "done"}}); err != nil {
			return err
		}
	}
	return nil
}
