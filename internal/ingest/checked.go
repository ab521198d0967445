package ingest

import (
	"fmt"

	"doorstep/collections"
	"doorstep/internal/validate"
)

// Check is the kind of an edit that a check of the form's logic made: before is what was sent, after what the form gives.
const Check = "check"

// checked keeps what the check took out of the answers, replaced, or computed otherwise than it was sent.
func (s *settling) checked() error {
	for _, c := range s.d.changes {
		if err := s.keepChange(c); err != nil {
			return err
		}
	}
	return nil
}

func (s *settling) keepChange(c validate.Change) error {
	id, err := collections.NewID()
	if err != nil {
		return err
	}
	at, rec := collections.Stamp(s.now), &s.d.rec
	err = collections.Insert(s.db, collections.Edits, collections.Row{
		{Column: "id", Value: id}, {Column: "collection", Value: s.table()}, {Column: "record", Value: s.d.op.ID}, {Column: "field", Value: c.Field},
		{Column: "before", Value: c.Sent}, {Column: "after", Value: c.Computed}, {Column: "record_rev", Value: rec.Rev}, {Column: "kind", Value: Check},
		{Column: "status", Value: "done"}, {Column: "worker", Value: s.sender.Actor.ID}, {Column: "area", Value: rec.Area}, {Column: "created", Value: at}, {Column: "updated", Value: at},
	})
	if err != nil {
		return fmt.Errorf("keep what was sent: %w", err)
	}
	return nil
}
