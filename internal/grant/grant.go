// Package grant lets somebody in for once: a look at one record outside of the own territory, with a written reason, and
// an identified export that a second manager approved.
package grant

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/problem"
)

// Table holds the grants; managers of the area see them.
const Table = collections.Grants

// How long a grant is good.
const (
	breakGlassHours = 4
	exportHours     = 24
)

// Grant is one exception.
type Grant struct {
	ID         string `json:"id"`
	Until      string `json:"until"`
	Collection string `json:"collection"`
	Record     string `json:"record"`
	Area       string `json:"-"`
}

// breakable are the registry collections that can be looked at in an emergency, beside those of forms.
var breakable = []string{collections.Persons, collections.Households}

// Record is one row of a collection.
type Record struct{ Collection, ID string }

// BreakGlass gives the actor one record for a few hours, wherever it lies. It fails with problem.NotFound for a record
// that is not there, and problem.ReasonNeeded.
func BreakGlass(ctx context.Context, app core.App, act access.Act, r Record, reason string) (Grant, error) {
	if err := problem.Reason(reason); err != nil {
		return Grant{}, err
	}
	g := Grant{Collection: r.Collection, Record: r.ID, Until: collections.Stamp(act.Now.Add(breakGlassHours * time.Hour))}
	err := collections.Write(ctx, app, func(db collections.DB) error {
		known, err := mayBeBroken(db, r.Collection)
		if err != nil {
			return err
		}
		if known {
			known, err = collections.One(db, `SELECT area FROM "`+r.Collection+`" WHERE id=?`, []any{r.ID}, &g.Area)
		}
		if err != nil {
			return err
		}
		if !known {
			return problem.New(problem.NotFound, "")
		}
		if err := g.insert(db, act, row{kind: "break_glass", reason: reason, status: "approved"}); err != nil {
			return err
		}
		entry := act.DidTo("break_glass", r.Collection, r.ID, g.Area, r.ID)
		entry.Purpose, entry.Detail = audit.Emergency, map[string]string{"grant": g.ID, "until": g.Until}
		return audit.Append(db, act.Now, entry)
	})
	return g, err
}

// mayBeBroken keeps a collection's name from a client out of SQL unless it is one of records.
func mayBeBroken(db collections.DB, collection string) (bool, error) {
	if slices.Contains(breakable, collection) {
		return true, nil
	}
	var one int
	return collections.One(db, `SELECT 1 FROM forms WHERE tablename=? AND tablename!=''`, []any{collection}, &one)
}

// Open finds what a grant of the actor's opens now; problem.NotFound when it does not, or no longer.
func Open(db collections.DB, act access.Act, id string) (Grant, error) {
	g := Grant{ID: id}
	found, err := collections.One(db, `SELECT collection, record, area, until FROM access_grants
		WHERE id=? AND kind='break_glass' AND worker=? AND until>?`,
		[]any{id, act.ID, collections.Stamp(act.Now)}, &g.Collection, &g.Record, &g.Area, &g.Until)
	if err == nil && !found {
		err = problem.New(problem.NotFound, "")
	}
	return g, err
}

type row struct{ kind, reason, status, filter string }

func (g *Grant) insert(db collections.DB, act access.Act, r row) error {
	g.ID = collections.NewID()
	at := collections.Stamp(act.Now)
	err := collections.Insert(db, Table, collections.Row{
		{Column: "id", Value: g.ID}, {Column: "kind", Value: r.kind}, {Column: "worker", Value: act.ID},
		{Column: "collection", Value: g.Collection}, {Column: "record", Value: g.Record}, {Column: "area", Value: g.Area},
		{Column: "reason", Value: r.reason}, {Column: "filter", Value: r.filter}, {Column: "status", Value: r.status},
		{Column: "until", Value: g.Until}, {Column: "created", Value: at}, {Column: "updated", Value: at},
	})
	if err != nil {
		return fmt.Errorf("grant: %w", err)
	}
	return nil
}
