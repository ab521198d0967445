package identity

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/problem"
)

// Decision is what a supervisor says of a candidate pair: same or different.
type Decision struct {
	Pair    string `json:"-"`
	Status  string `json:"status"`
	Comment string `json:"comment"`
}

// Decide settles a pair. Persons that are the same are merged, the later into the earlier, which the tablets learn;
// visits and rows only get the verdict, since both took place. Two rows that are different but were given one person
// are parted again. Outside the actor's territory the pair is not found.
func Decide(ctx context.Context, app core.App, actor access.Actor, d Decision, now time.Time) error {
	if d.Status != "same" && d.Status != "different" {
		return problem.New(problem.BadDecision, "")
	}
	return collections.Write(ctx, app, func(db collections.DB) error {
		var p Pair
		found, err := collections.One(db, `SELECT id, kind, rule, collection, a, b, area, area_b FROM duplicates WHERE id=?`, []any{d.Pair}, &p.ID, &p.Kind, &p.Rule, &p.Collection, &p.A, &p.B, &p.AreaA, &p.AreaB)
		if err != nil {
			return err
		}
		if !found || !actor.May(access.DecideDuplicate, p.AreaA, "") && !actor.May(access.DecideDuplicate, p.AreaB, "") {
			return problem.New(problem.NotFound, "")
		}
		at := collections.Stamp(now)
		if err := collections.Update(db, collections.Duplicates, p.ID, collections.Row{
			{Column: "status", Value: d.Status}, {Column: "decided_by", Value: actor.ID}, {Column: "decided_at", Value: at}, {Column: "comment", Value: d.Comment}, {Column: "updated", Value: at},
		}); err != nil {
			return err
		}
		if err := settle(db, p, d.Status, now); err != nil {
			return err
		}
		entry := actor.DidTo("duplicate."+d.Status, collections.Duplicates, p.ID, p.AreaA, p.A, p.B)
		entry.Purpose, entry.Detail = audit.Deduplication, map[string]string{"rule": p.Rule, "kind": p.Kind, "in": p.Collection}
		return audit.Append(db, now, entry)
	})
}

func settle(db collections.DB, p Pair, status string, now time.Time) error {
	switch {
	case p.Collection == collections.Persons:
		return regroup(db, p, now)
	case p.Kind == KindPerson && status == "different":
		return part(db, p, now)
	}
	return nil
}

func setMerged(db collections.DB, person, into string, now time.Time) error {
	var area string
	var rev int64
	found, err := collections.One(db, `SELECT area, rev FROM persons WHERE id=?`, []any{person}, &area, &rev)
	if err != nil || !found {
		return err
	}
	if err := collections.Update(db, collections.Persons, person, collections.Row{{Column: "merged_into", Value: into}, {Column: "rev", Value: rev + 1}, {Column: "updated", Value: collections.Stamp(now)}}); err != nil {
		return err
	}
	return collections.Announce(db, collections.Persons, person, area, collections.Upsert, rev+1, now)
}

// part gives row b a person of its own: what the rows share was someone else's number or name.
func part(db collections.DB, p Pair, now time.Time) error {
	var person, other string
	if err := personOfRow(db, p.Collection, p.B, &person); err != nil {
		return err
	}
	if err := personOfRow(db, p.Collection, p.A, &other); err != nil {
		return err
	}
	if person == "" || person != other {
		return nil
	}
	known, err := FindPerson(db, person)
	if err != nil || known.ID == "" {
		return err
	}
	if known.ID, err = collections.NewID(); err != nil {
		return err
	}
	known.Source = p.Collection + "/" + p.B
	if err := insertPerson(db, known, now); err != nil {
		return err
	}
	_, err = db.Exec(`UPDATE "`+p.Collection+`" SET person=? WHERE id=?`, known.ID, p.B)
	return err
}

func personOfRow(db collections.DB, table, row string, person *string) error {
	err := collections.Each(db, `SELECT person FROM "`+table+`" WHERE id=?`, []any{row}, func(rows *sql.Rows) error { return rows.Scan(person) })
	if err != nil {
		return fmt.Errorf("person of %s: %w", table, err)
	}
	return nil
}
