package hooks_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/console"
	"doorstep/internal/testapp"
)

// Pages of what was returned before, or has a file, have each such record of the territory once, the newest first, whether it is a street
// or a district.
func TestPagesOfWhatFewRecordsAre(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	r := rand.New(rand.NewPCG(8, 1))
	type made struct{ id, area, state, at string }
	var returned, pictured []made
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		for i := range 400 {
			m := made{fmt.Sprintf("visit%010d", r.IntN(1<<30)), []string{"990101001001001", "990101001001002", "990101002001001"}[r.IntN(3)],
				append(slices.Clone(collections.Undecided), "approved", "returned")[r.IntN(5)], fmt.Sprintf("2026-11-%02d 08:00:00.000Z", 1+r.IntN(9))}
			err := collections.Insert(db, "child_visits", collections.Row{{Column: "id", Value: m.id}, {Column: "area", Value: m.area}, {Column: "review_state", Value: m.state}, {Column: "received_at", Value: m.at}})
			if err != nil {
				return err
			}
			for n := range r.IntN(4) { // twice is once
				decision := []string{"return", "approve"}[r.IntN(2)]
				err := collections.Insert(db, "reviews", collections.Row{{Column: "id", Value: fmt.Sprintf("rev%010d%02d", i, n)}, {Column: "record", Value: m.id}, {Column: "area", Value: "990102001001001"}, {Column: "decision", Value: decision}})
				if err != nil {
					return err
				}
				if last := len(returned) - 1; decision == "return" && (last < 0 || returned[last] != m) {
					returned = append(returned, m)
				}
			}
			for n := range r.IntN(3) {
				state := []string{"stored", "withdrawn"}[r.IntN(2)]
				err := collections.Insert(db, "attachments", collections.Row{{Column: "id", Value: fmt.Sprintf("att%010d%02d", i, n)}, {Column: "record", Value: m.id}, {Column: "name", Value: fmt.Sprint(n)}, {Column: "state", Value: state}})
				if err != nil {
					return err
				}
				if last := len(pictured) - 1; state == "stored" && (last < 0 || pictured[last] != m) {
					pictured = append(pictured, m)
				}
			}
		}
		_, err := db.Exec(`INSERT INTO child_visits (id, area, review_state, received_at) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL
			SELECT i+1 FROM n WHERE i<3000) SELECT 'plain' || i, '990101001001001', 'received', '2026-11-20 08:00:00.000Z' FROM n`)
		return err // of none of these
	})
	if err != nil {
		t.Fatal(err)
	}
	known := console.Known{Library: app.Doorstep.Library, Sheets: console.NewSheets(), Areas: app.Doorstep.Areas.Index()}
	for _, of := range []struct {
		filter console.Filter
		all    []made
	}{{console.Filter{Returned: true}, returned}, {console.Filter{Photo: true}, pictured}} {
		slices.SortFunc(of.all, func(a, b made) int { return -slices.Compare([]string{a.at, a.id}, []string{b.at, b.id}) })
		for _, codes := range [][]string{{"990101001"}, {"990101"}, {"990101001001001", "990101002"}} {
			for _, states := range [][]string{nil, {"edited"}, {"approved", "returned"}} {
				actor := access.Actor{ID: "boss", Role: access.Supervisor, Territory: codes}
				var want, got []string
				for _, m := range of.all {
					in := states
					if in == nil {
						in = collections.Undecided
					}
					if slices.Contains(in, m.state) && slices.ContainsFunc(codes, func(c string) bool { return m.area[:len(c)] == c }) {
						want = append(want, m.id)
					}
				}
				f := of.filter
				f.States, f.Limit = states, 3
				for range 100 {
					page, err := console.Queue(collections.Read(app.TestApp), known, actor, f)
					if err != nil {
						t.Fatal(err)
					}
					for _, item := range page.Items {
						got = append(got, item.ID)
					}
					if page.Next == nil {
						break
					}
					if n := len(page.Items); n < f.Limit && codes[0] == "990101001" {
						t.Errorf("%+v: a page of a street ends after %d of %d", of.filter, n, f.Limit)
					}
					f.Cursor = *page.Next
				}
				if len(want) < 4 || !slices.Equal(got, want) {
					t.Errorf("%+v %v %v: %v, want %v", of.filter, codes, states, got, want)
				}
			}
		}
	}
}
