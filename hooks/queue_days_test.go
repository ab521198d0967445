package hooks_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/console"
)

// steps notes the plans of the statements that begin behind a cursor.
type steps struct {
	collections.DB
	plans *[]string
}

func (s steps) Query(query string, args ...any) (*sql.Rows, error) {
	if strings.Contains(query, `(v.received_at, v.id)`) {
		plan, err := planOf(s.DB, query, args)
		if err != nil {
			return nil, err
		}
		*s.plans = append(*s.plans, plan...)
	}
	return s.DB.Query(query, args...)
}

// sevenVisits brings seven visits to one grid, and sets columns of all of them.
func sevenVisits(t *testing.T, set string) *desk {
	t.Helper()
	d := newDesk(t)
	for i := range 7 {
		d.visit(0, "990101001001001", fmt.Sprintf("示例路 %d 号", 100+i), fmt.Sprintf("孩%d", i), "")
	}
	err := collections.Write(t.Context(), d.TestApp, func(db collections.DB) error {
		_, err := db.Exec(`UPDATE child_visits SET ` + set)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A queue of some days is told page by page in either order, and each page begins in the index where the one before has ended.
func TestAQueueOfDaysGoesOnWhereItEnded(t *testing.T) {
	t.Parallel()
	d := sevenVisits(t, `received_at='2026-11-1'||(rowid%7)||' 08:00:00.000Z', review_state='received'`)
	var plans []string
	db := steps{collections.Read(d.TestApp), &plans}
	known := console.Known{Library: d.Doorstep.Library, Sheets: console.NewSheets(), Areas: d.Doorstep.Areas.Index()}
	actor := access.Actor{ID: "s", Role: access.Supervisor, Territory: []string{"990101"}}
	want := list(t, db, `SELECT id FROM child_visits WHERE received_at>='2026-11-11' AND received_at<'2026-11-15' ORDER BY received_at DESC`)
	if len(want) != 4 {
		t.Fatalf("%d records", len(want))
	}
	for _, sort := range []string{console.Newest, console.Oldest} {
		var got []string
		f := console.Filter{Form: "child_visit", States: []string{collections.Received}, From: "2026-11-11", To: "2026-11-14", Sort: sort, Limit: 1}
		for more := true; more; {
			page, err := console.Queue(db, known, actor, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, item := range page.Items {
				got = append(got, item.ID)
			}
			if more = page.Next != nil; more {
				f.Cursor = *page.Next
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, not %v", sort, got, want)
		}
		slices.Reverse(want)
	}
	if len(plans) != 6 || slices.ContainsFunc(plans, func(step string) bool { return !strings.Contains(step, `(received_at,id)`) }) {
		t.Errorf("behind a cursor: %q", plans)
	}
}

// A street is counted as the district is that holds it and nothing else, and without the streets on either side.
func TestAStreetIsCountedInAllStates(t *testing.T) {
	t.Parallel()
	d := sevenVisits(t, `review_state=CASE rowid%7 WHEN 0 THEN 'has_issues' WHEN 1 THEN 'edited' WHEN 2 THEN 'returned'
		WHEN 3 THEN 'approved' WHEN 4 THEN 'rejected' ELSE 'received' END`)
	d.visit(1, "990102001001001", "示例路 200 号", "孩八", "")
	count := func(area string) string {
		counts, err := console.CountQueue(collections.Read(d.TestApp), d.Doorstep.Library,
			access.Actor{ID: "s", Role: access.Supervisor, Territory: []string{area}}, "child_visit", "")
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(counts)
	}
	const want = "map[approved:{1 false} edited:{1 false} has_issues:{1 false} received:{2 false} rejected:{1 false} returned:{1 false}]"
	for _, area := range []string{"990101", "990101001", "990101001001"} {
		if got := count(area); !strings.Contains(got, want) || !strings.Contains(got, "{4 false}") {
			t.Errorf("%s: %s", area, got)
		}
	}
	for _, area := range []string{"990102", "990102001"} {
		if got := count(area); !strings.Contains(got, "{1 false}") || strings.Contains(got, "{2 ") || strings.Contains(got, "approved:{1") {
			t.Errorf("%s: %s", area, got)
		}
	}
}
