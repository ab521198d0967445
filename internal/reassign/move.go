package reassign

import (
	"database/sql"
	"fmt"
	"math"
	"slices"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/identity"
)

// move is a record that lies elsewhere, or is surer or less sure to lie where it does.
type move struct {
	collection, record string
	from, to           lying
	worker             string // of a visit
	issues             string // of a visit, where they change
}

func (m move) elsewhere() bool { return m.from.area != m.to.area }

// still reports whether the record lies where it lay, as surely.
func (m move) still() bool {
	return !m.elsewhere() && m.from.method == m.to.method && math.Abs(m.from.confidence-m.to.confidence) < 1e-9
}

// note keeps a move for settle; one that changes nothing, or is of a record that moves already, is none.
func (w *work) note(m move) {
	known := slices.ContainsFunc(w.moves, func(o move) bool { return o.collection == m.collection && o.record == m.record })
	if !known && (!m.still() || m.issues != "") {
		w.moves = append(w.moves, m)
	}
}

// settle writes what the batch has found: the record and all that belongs to it, word for the tablets, and what tells of the
// move: a row for the supervisors of both sides, and the audit trail.
func (w *work) settle() error {
	for i := 0; i < len(w.moves); i++ { // people who go with their household are added on the way
		if err := w.write(w.moves[i]); err != nil {
			return fmt.Errorf("move %s %s: %w", w.moves[i].collection, w.moves[i].record, err)
		}
	}
	type way struct{ collection, from, to string }
	ways := map[way][]string{}
	var order []way
	for _, m := range w.moves {
		if !m.elsewhere() {
			continue
		}
		k := way{m.collection, m.from.area, m.to.area}
		if ways[k] == nil {
			order = append(order, k)
		}
		ways[k] = append(ways[k], m.record)
		w.job.Moved++
	}
	var entries []audit.Entry
	for _, k := range order {
		if err := w.belongings(k.collection, k.from, k.to, ways[k]); err != nil {
			return err
		}
		entries = append(entries, audit.Entry{Actor: w.job.By, Action: "areas.move", Collection: k.collection, Area: k.to,
			Purpose: audit.Administration, Subjects: ways[k],
			Detail: map[string]any{"job": w.job.ID, "from": k.from, "to": k.to, "n": len(ways[k])}})
	}
	w.moves = nil
	return audit.Append(w.db, w.now, entries...)
}

// write changes one record. A change of how sure its place is alone raises no revision: nobody's copy says that.
func (w *work) write(m move) error {
	row := collections.Row{{Column: "area_method", Value: m.to.method}, {Column: "area_confidence", Value: m.to.confidence}}
	if m.collection == collections.Persons {
		row = nil
	}
	if m.issues != "" {
		row = append(row, collections.Field{Column: "issues", Value: m.issues})
	}
	if !m.elsewhere() {
		return collections.Update(w.db, m.collection, m.record, row)
	}
	var rev int64
	if _, err := collections.One(w.db, `SELECT rev FROM "`+m.collection+`" WHERE id=?`, []any{m.record}, &rev); err != nil {
		return err
	}
	at := collections.Stamp(w.now)
	row = append(row, collections.Field{Column: "area", Value: m.to.area}, collections.Field{Column: "rev", Value: rev + 1},
		collections.Field{Column: "updated", Value: at})
	if err := collections.Update(w.db, m.collection, m.record, row); err != nil {
		return err
	}
	if err := w.tell(m, rev+1); err != nil {
		return err
	}
	id := collections.NewID()
	return collections.Insert(w.db, collections.AreaMoves, collections.Row{{Column: "id", Value: id}, {Column: "job", Value: w.job.ID},
		{Column: "collection", Value: m.collection}, {Column: "record", Value: m.record},
		{Column: "area_from", Value: m.from.area}, {Column: "area", Value: m.to.area}, {Column: "moved", Value: at}})
}

// tell announces a move to the tablets that have the record.
func (w *work) tell(m move, rev int64) error {
	switch m.collection {
	case collections.Households:
		if err := collections.Moved(w.db, collections.RevisionOf(m.collection, m.record, rev), m.from.area, m.to.area, w.now); err != nil {
			return err
		}
		return w.members(m)
	case collections.Persons:
		if err := collections.Moved(w.db, collections.RevisionOf(m.collection, m.record, rev), m.from.area, m.to.area, w.now); err != nil {
			return err
		}
		return identity.BlockAgain(w.db, m.record)
	}
	return collections.Announce(w.db, collections.RevisionOf(m.collection, m.record, rev), collections.ToWorker(m.worker), collections.Upsert,
		w.now)
}

// members go with their household unless they were placed elsewhere.
func (w *work) members(m move) error {
	ids, err := collections.Column[string](w.db, `SELECT id FROM persons WHERE household=? AND area=?`, m.record, m.from.area)
	if err != nil {
		return err
	}
	for _, id := range ids {
		w.note(move{collection: collections.Persons, record: id, from: lying{area: m.from.area}, to: lying{area: m.to.area}})
	}
	return nil
}

// kept are the tables whose rows belong to a record and lie where it does, and their column that names it.
var kept = []struct{ table, column string }{
	{collections.Submissions, "record"}, {collections.Attachments, "record"}, {collections.Reviews, "record"}, {collections.Edits, "record"},
	{collections.EntityVersions, "record"}, {collections.Paradata, "record"},
}

// belongings takes along what belongs to records of a table that move from one area to another.
func (w *work) belongings(collection, from, to string, records []string) error {
	list := collections.JSONList(records)
	for _, k := range kept {
		if _, err := w.db.Exec(`UPDATE `+k.table+` SET area=? WHERE `+k.column+` IN (SELECT value FROM json_each(?)) AND area=?`,
			to, list, from); err != nil {
			return fmt.Errorf("%s of what moves: %w", k.table, err)
		}
	}
	for _, in := range w.Forms.Every() {
		if in.Layout.Main().Name != collection {
			continue
		}
		for _, t := range in.Layout.Tables[1:] {
			if _, err := w.db.Exec(`UPDATE "`+t.Name+`" SET area=? WHERE visit IN (SELECT value FROM json_each(?)) AND area=?`,
				to, list, from); err != nil {
				return fmt.Errorf("%s of what moves: %w", t.Name, err)
			}
		}
	}
	return w.tasks(collection, from, to, list)
}

// tasks go with what they are about: a record, a household or a person.
func (w *work) tasks(collection, from, to, list string) error {
	column := "record"
	switch collection {
	case collections.Households:
		column = "household"
	case collections.Persons:
		column = "person"
	}
	return w.moveTasks(from, to, column+` IN (SELECT value FROM json_each(?))`, list)
}

func (w *work) moveTasks(from, to, where string, args ...any) error {
	all, err := collections.All(w.db, `SELECT id, assignee, status, rev FROM tasks WHERE area=? AND `+where, append([]any{from}, args...),
		func(rows *sql.Rows, t *placedTask) error { return rows.Scan(&t.id, &t.assignee, &t.status, &t.rev) })
	if err != nil {
		return err
	}
	for _, t := range all {
		if t.status == "open" { // lists of two areas that are one now may ask twice for a household
			other, err := collections.AskedTwice(w.db, t.id)
			if err != nil {
				return err
			}
			if other != "" {
				t.status = "cancelled"
			}
		}
		row := collections.Row{{Column: "area", Value: to}, {Column: "status", Value: t.status}, {Column: "rev", Value: t.rev + 1},
			{Column: "updated", Value: collections.Stamp(w.now)}}
		if err := collections.Update(w.db, collections.Tasks, t.id, row); err != nil {
			return fmt.Errorf("task %s: %w", t.id, err)
		}
		if err := collections.Announce(w.db, collections.RevisionOf(collections.Tasks, t.id, t.rev+1), collections.ToWorker(t.assignee),
			collections.Upsert, w.now); err != nil {
			return err
		}
	}
	return nil
}

// placedTask is a task that goes to another area.
type placedTask struct {
	id, assignee, status string
	rev                  int64
}

// notOfSkipped returns the condition that none of the records named in these columns was skipped by a job, whose id is its argument: what
// belongs to such a record lies where it does, until another job moves it.
func notOfSkipped(columns string) string {
	return `NOT EXISTS (SELECT 1 FROM area_job_skips s WHERE s.job=? AND s.record IN (` + columns + `))`
}

// leftovers are what lies in an area that is no more and belongs to no record that moved, as what waits in quarantine: it goes to
// what became of the area, or to the one that held it, where somebody looks after it.
func (w *work) leftovers(area, _ string, _ int) (int, string, error) {
	to, sole, err := w.successor(area)
	if err != nil || to == area {
		return 0, "", err
	}
	if sole { // of an area that was divided the digits of the codes are all that tells, until a new list is imported
		if _, err := w.db.Exec(`UPDATE house_codes SET area=? WHERE area=?`, to, area); err != nil {
			return 0, "", fmt.Errorf("house codes of %s: %w", area, err)
		}
	}
	for _, k := range kept {
		if _, err := w.db.Exec(`UPDATE `+k.table+` SET area=? WHERE area=? AND `+notOfSkipped(k.table+`.`+k.column), to, area,
			w.job.ID); err != nil {
			return 0, "", fmt.Errorf("what is left in %s: %w", k.table, err)
		}
	}
	return 0, "", w.moveTasks(area, to, notOfSkipped(`tasks.record, tasks.household, tasks.person`), w.job.ID)
}
