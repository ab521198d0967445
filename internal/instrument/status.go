package instrument

import (
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/problem"
)

// Status of a form version.
const (
	Draft     = "draft"     // testable; its submissions are kept apart
	Published = "published" // tablets get it
	Closing   = "closing"   // tablets lose it, records still arrive
	Closed    = "closed"    // as closing; nobody is expected to send any more
)

// transitions is the life of a form version.
var transitions = map[string][]string{Draft: {Published}, Published: {Closing, Closed}, Closing: {Published, Closed}, Closed: {Closing}}

// Step gives a form version another status.
type Step struct{ Form, Version, Status string }

// SetStatus moves a version along its life. It fails with problem.NotFound, with problem.BadFormState, and, where a
// draft is published, with survey.Problems.
func (l *Library) SetStatus(app core.App, to Step, by string, now time.Time) error {
	held, ok := l.Get(to.Form, to.Version)
	if !ok {
		return problem.New(problem.NotFound, "")
	}
	err := app.RunInTransaction(func(tx core.App) error { return l.move(tx, *held, to.Status, by, now) })
	if err == nil {
		l.loadStored(app)
	}
	return err
}

func (l *Library) move(tx core.App, in Instrument, status, by string, now time.Time) error {
	db, err := collections.From(tx)
	if err != nil {
		return err
	}
	v, err := find(db, in.Form.ID, in.Version)
	if err != nil {
		return err
	}
	if !slices.Contains(transitions[v.status], status) {
		return problem.New(problem.BadFormState, v.status+" → "+status)
	}
	at := collections.Stamp(now)
	row := collections.Row{{Column: "status", Value: status}, {Column: "rev", Value: v.rev + 1}, {Column: "updated", Value: at}}
	in.Status = status
	if v.status == Draft { // it is newer than what was published while it was tried out
		row = append(row, collections.Field{Column: "published_at", Value: at}, collections.Field{Column: "published_by", Value: by})
		if err := l.prepareTables(tx, db, &in); err != nil {
			return err
		}
	}
	if err := collections.Update(db, collections.Forms, v.id, row); err != nil {
		return err
	}
	return tell(db, collections.RevisionOf(collections.Forms, v.id, v.rev+1), &in, by, now)
}
