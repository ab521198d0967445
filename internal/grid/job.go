package grid

import (
	"fmt"
	"time"

	"doorstep/collections"
)

// keep writes into the revisions that ended just now what became of their area. The revisions themselves are written by the
// database, through whichever door an area changes.
func (c Change) keep(db collections.DB, now time.Time) error {
	if c.Kind == Added {
		return nil
	}
	if _, err := db.Exec(`UPDATE area_revisions SET kind=?, became=? WHERE code=? AND valid_to=?`,
		string(c.Kind), collections.JSON(c.Became), c.Code, collections.Stamp(now)); err != nil {
		return fmt.Errorf("what became of %s: %w", c.Code, err)
	}
	return nil
}

// BeginJob asks for a look at the records of some areas, and of those that no area was found for. It returns the job's id.
func BeginJob(db collections.DB, areas []string, by string, now time.Time) (string, error) {
	id, at := collections.NewID(), collections.Stamp(now)
	err := collections.Insert(db, collections.Jobs, collections.Row{
		{Column: "id", Value: id}, {Column: "status", Value: collections.JobWaiting}, {Column: "areas", Value: collections.JSONList(areas)},
		{Column: "created_by", Value: by}, {Column: "created", Value: at}, {Column: "updated", Value: at},
	})
	if err != nil {
		return "", fmt.Errorf("begin a job: %w", err)
	}
	return id, nil
}
