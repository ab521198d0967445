package collections

import (
	"fmt"
	"time"
)

// Change operations of the feed that tablets pull.
const (
	Upsert = "upsert"
	Delete = "delete"
	Leave  = "leave" // the record still exists, but not for this target any more
)

// ToWorker is the feed target for what one worker sees wherever it lies: own visits and tasks.
func ToWorker(id string) string { return "w:" + id }

// Everyone is the feed target of forms, campaigns and other things that have no place.
const Everyone = "*"

// Revision is a record as it stands after a change.
type Revision struct {
	Collection, Record string
	Rev                int64
}

// RevisionOf names a record's revision.
func RevisionOf(collection, record string, rev int64) Revision {
	return Revision{collection, record, rev}
}

// Announce puts a change into the feed, with the next sequence number of this transaction. There is one row per record
// and target: a later change of the same record takes its place, so the feed never outgrows the data.
func Announce(db DB, r Revision, target, op string, now time.Time) error {
	return change{r, target, op, r.Rev <= 1 && op == Upsert}.announce(db, now)
}

// change is one row of the feed. isNew keeps in first when the record came to the target: now if it is new there, and 0 if it was
// there before the feed told of it, as what a command put into the tables.
type change struct {
	Revision
	target, op string
	isNew      bool
}

func (c change) announce(db DB, now time.Time) error {
	_, err := db.Exec(`INSERT INTO changes (seq, first, collection, record, target, op, record_rev, created, updated)
		VALUES ((SELECT COALESCE(MAX(seq),0)+1 FROM changes), ?*(SELECT COALESCE(MAX(seq),0)+1 FROM changes), ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (record, collection, target) DO UPDATE
		SET seq=excluded.seq, op=excluded.op, record_rev=excluded.record_rev, updated=excluded.updated`,
		c.isNew, c.Collection, c.Record, c.target, c.op, c.Rev, Stamp(now), Stamp(now))
	if err != nil {
		return fmt.Errorf("announce %s %s: %w", c.Collection, c.Record, err)
	}
	return nil
}

// Moved announces a record in its new area and its leaving of the old one, the leave first, so that a device which
// covers both ends with the record. Pairs of a person or household go along.
func Moved(db DB, r Revision, from, to string, now time.Time) error {
	if from != "" && from != to {
		if err := movePairs(db, r, to, now); err != nil {
			return err
		}
		if err := Announce(db, r, from, Leave, now); err != nil {
			return err
		}
	}
	return change{r, to, Upsert, from != to}.announce(db, now)
}

// movePairs hands the pairs of a person or household to the supervisors of where it lies now. A word that was said where it
// lay, and waits for the other side's, does not bind them.
func movePairs(db DB, r Revision, to string, now time.Time) error {
	if r.Collection != Persons && r.Collection != Households {
		return nil
	}
	for side, area := range map[string]string{"a": "area", "b": "area_b"} {
		said := "verdict_" + side
		_, err := db.Exec(`UPDATE duplicates SET `+area+`=?, updated=?, `+said+`=CASE verdict_a WHEN verdict_b THEN `+said+` ELSE '' END
			WHERE collection=? AND `+side+`=?`, to, Stamp(now), r.Collection, r.Record)
		if err != nil {
			return fmt.Errorf("pairs of %s %s: %w", r.Collection, r.Record, err)
		}
	}
	return nil
}

// Enqueue adds work that must happen after the commit, once per kind and record.
func Enqueue(db DB, kind, record string, payload map[string]string, now time.Time) error {
	_, err := db.Exec(`INSERT INTO outbox (kind, record, payload, due, done_at, created, updated) VALUES (?, ?, ?, ?, '', ?, ?)
		ON CONFLICT (kind, record) DO NOTHING`,
		kind, record, JSON(payload), Stamp(now), Stamp(now), Stamp(now))
	if err != nil {
		return fmt.Errorf("outbox %s: %w", kind, err)
	}
	return nil
}
