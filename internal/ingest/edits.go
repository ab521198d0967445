package ingest

import (
	"fmt"
	"time"

	"doorstep/collections"
)

// Kinds of edits, and what becomes of them.
const (
	kindCheck      = "check"      // what a check of the form's logic made: before was sent, after is what the form gives
	kindCorrection = "correction" // what was changed
	kindConflict   = "conflict"   // what two sides changed; open until somebody decides
	kindProposal   = "proposal"   // what a record would change of the register; open until the record is approved

	statusOpen = "open"
	statusDone = "done" // of a check: what was sent is in the history alone

	statusStands = "kept"     // of a check: what was sent is the answer
	putBack      = "put_back" // of a check, and the decision: a reviewer made what was sent the answer again
)

// edits keeps both values of what changed of a record, a person or a household: for people, and for what tablets send late.
type edits struct {
	db     collections.DB
	of     collections.Revision
	area   string
	by     string // the worker who says so
	source string // the record that changed the register, "" where a thing changed by itself
	now    time.Time
}

// keep writes one change: what becomes of it is said by its kind and its status.
func (e edits) keep(d difference, kind, status string) error {
	at := collections.Stamp(e.now)
	row := collections.Row{
		{Column: "id", Value: collections.NewID()}, {Column: "collection", Value: e.of.Collection}, {Column: "record", Value: e.of.Record},
		{Column: "record_rev", Value: e.of.Rev}, {Column: "area", Value: e.area}, {Column: "worker", Value: e.by},
		{Column: "field", Value: d.path}, {Column: "row", Value: d.row}, {Column: "before", Value: d.before}, {Column: "after", Value: d.after},
		{Column: "kind", Value: kind}, {Column: "status", Value: status}, {Column: "created", Value: at}, {Column: "updated", Value: at},
	}
	if e.source != "" {
		row = append(row, collections.Field{Column: "source", Value: e.source})
	}
	if err := collections.Insert(e.db, collections.Edits, row); err != nil {
		return fmt.Errorf("keep edit of %s %s: %w", e.of.Collection, e.of.Record, err)
	}
	return nil
}

// edits is the history of this record, at the revision that this submission makes of it.
func (s *storing) edits() edits {
	of := collections.RevisionOf(s.table(), s.d.op.ID, s.before.Rev+1)
	return edits{db: s.db, of: of, area: s.before.Area, by: s.said(), now: s.now}
}

// editsOf is the history of somebody or something in the register, as far as this sender changes it.
func (s *storing) editsOf(of collections.Revision, area string) edits {
	return edits{db: s.db, of: of, area: area, by: s.sender.Actor.ID, now: s.now}
}

// said is who an answer comes from.
func (s *storing) said() string {
	if s.author != "" {
		return s.author
	}
	return s.sender.Actor.ID
}
