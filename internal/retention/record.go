package retention

import (
	"database/sql"
	"fmt"
	"slices"
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/problem"
)

// Bases are the grounds on which something is erased.
var Bases = []string{"guardian_request", "own_request", "consent_withdrawn", "retention", "order"}

// eraser is one erasure, in one transaction.
type eraser struct {
	db     collections.DB
	schema schema
	actor  access.Actor
	basis  string
	now    time.Time
	began  time.Time // as the file system counts
	files  []string  // digests that may have lost their last reference

	brought map[string]bool // sources of persons and households: the records that are erased, and their rows
}

// purpose is the audit trail's word for the basis.
func (e *eraser) purpose() audit.Purpose {
	if e.basis == "retention" || e.basis == "order" {
		return audit.Administration
	}
	return audit.GuardianRequest
}

// mine reports whether something that lies there is the actor's to erase; what lies nowhere is erased already.
func (e *eraser) mine(area string) bool { return area == "" || e.actor.May(access.Erase, area, "") }

// goes reports whether somebody, or a household, whom nothing names any more goes with the record: what is the actor's,
// and what only this record brought, wherever it was put since.
func (e *eraser) goes(area, source string) bool { return e.mine(area) || e.brought[source] }

func (e *eraser) at() string { return collections.Stamp(e.now) }

// head is what the envelope of a record says about where it belongs.
type head struct {
	worker, area, household, person string
	rev                             int64
}

func (e *eraser) head(t table, id string) (head, bool, error) {
	var h head
	found, err := collections.One(e.db, `SELECT worker, area, household, person, rev FROM "`+t.name+`" WHERE id=?`, []any{id},
		&h.worker, &h.area, &h.household, &h.person, &h.rev)
	return h, found, err
}

// record erases all answers of a record, and the people who are known from it alone.
func (e *eraser) record(t table, id string) error {
	h, found, err := e.head(t, id)
	if err != nil || !found {
		return err
	}
	people, gone := []string{h.person}, []string{}
	if e.brought == nil {
		e.brought = map[string]bool{}
	}
	e.brought[id], e.brought[t.name+"/"+id] = true, true
	for _, rows := range e.schema.rows {
		err := collections.Each(e.db, `SELECT id, person FROM "`+rows.name+`" WHERE visit=?`, []any{id}, func(r *sql.Rows) error {
			var row, person string
			err := r.Scan(&row, &person)
			people, gone = append(people, person), append(gone, row)
			e.brought[rows.name+"/"+row] = true
			return err
		})
		if err != nil {
			return fmt.Errorf("rows of %s: %w", id, err)
		}
		if _, err := e.db.Exec(`DELETE FROM "`+rows.name+`" WHERE visit=?`, id); err != nil {
			return fmt.Errorf("rows of %s: %w", id, err)
		}
	}
	for _, row := range gone {
		if err := e.pairs(row); err != nil {
			return err
		}
	}
	none := append(slices.Clone(t.blank), collections.Row{
		{Column: "location", Value: collections.Nowhere}, {Column: "accuracy_m", Value: 0}, {Column: "household", Value: ""},
		{Column: "person", Value: ""},
		{Column: collections.SealedColumn, Value: ""},
	}...)
	if err := e.rewrite(t, id, h, "record", none); err != nil {
		return err
	}
	for _, person := range people {
		if err := e.forgetUnlessSeen(person); err != nil {
			return err
		}
	}
	return e.leaveHousehold(h.household)
}

// rewrite stores what is left of a record, removes its traces, tells its worker's tablets, and notes the erasure of the
// whole record or of a part.
func (e *eraser) rewrite(t table, id string, h head, kind string, row collections.Row) error {
	if !e.mine(h.area) {
		return problem.New(problem.BeyondTerritory, "")
	}
	row = append(row, collections.Row{{Column: "issues", Value: "[]"}, {Column: "rev", Value: h.rev + 1},
		{Column: "updated", Value: e.at()}}...)
	if err := collections.Update(e.db, t.name, id, row); err != nil {
		return err
	}
	if err := collections.Forget(e.db, t.name, id, row); err != nil {
		return err
	}
	if err := e.traces(id); err != nil {
		return err
	}
	if err := collections.Announce(e.db, collections.RevisionOf(t.name, id, h.rev+1), collections.ToWorker(h.worker), collections.Upsert,
		e.now); err != nil {
		return err
	}
	return e.note(kind, t.name, id, h.area, h.rev+1)
}

// note keeps that something was erased, and when a later correction would bring it back.
func (e *eraser) note(kind, collection, subject, area string, rev int64) error {
	id := collections.NewID()
	if err := collections.Insert(e.db, Erasures, collections.Row{
		{Column: "id", Value: id}, {Column: "kind", Value: kind}, {Column: "collection", Value: collection}, {Column: "subject", Value: subject},
		{Column: "rev", Value: rev},
		{Column: "basis", Value: e.basis}, {Column: "actor", Value: e.actor.ID}, {Column: "area", Value: area},
		{Column: "created", Value: e.at()}, {Column: "updated", Value: e.at()},
	}); err != nil {
		return err
	}
	return audit.Append(e.db, e.now, audit.Entry{
		Actor: e.actor.ID, Role: string(e.actor.Role), Action: "erase." + kind, Collection: collection, Record: subject, Area: area,
		Purpose:  e.purpose(),
		Subjects: []string{subject}, Detail: map[string]string{"basis": e.basis},
	})
}
