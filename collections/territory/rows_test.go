package territory_test

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/testapp"
)

// TestRowsAreThoseOfTheRanges reads rows that lie inside, at both ends, between and outside of ranges, whole and page by page.
func TestRowsAreThoseOfTheRanges(t *testing.T) {
	app := testapp.New(t)
	var want []string
	for i, area := range []string{"990100", "990101", "990101", "990101001", "990101999", "990102", "990103", "990103001",
		"990104", "9901"} {
		id := fmt.Sprintf("home-%d", i)
		app.Plant(t, "households", map[string]any{"id": id, "area": area, "active": i != 4, "rev": 1})
		if strings.HasPrefix(area, "990101") || strings.HasPrefix(area, "990103") {
			want = append(want, area+" "+id)
		}
	}
	db := collections.Read(app.TestApp)
	read := func(q territory.Rows) (rows []string, last territory.Position) {
		t.Helper()
		q.Columns, q.From, q.Place, q.ID = `m.area, m.id`, `households m`, `m.area`, `m.id`
		q.Ranges = territory.Of([]string{"990103", "990101"})
		err := q.Each(db, func(r *sql.Rows) error {
			err := r.Scan(&last.Place, &last.ID)
			rows = append(rows, last.Place+" "+last.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return rows, last
	}
	if got, _ := read(territory.Rows{}); !slices.Equal(got, want) {
		t.Errorf("all: %q, want %q", got, want)
	}
	for _, limit := range []int{1, 2, 3, 5, 6, 7} {
		var paged []string
		var after territory.Position
		for {
			page, last := read(territory.Rows{After: after, Limit: limit})
			paged, after = append(paged, page...), last
			if len(page) > limit {
				t.Errorf("a page of %d has %d rows", limit, len(page))
			}
			if len(page) < limit {
				break
			}
		}
		if !slices.Equal(paged, want) {
			t.Errorf("in pages of %d: %q, want %q", limit, paged, want)
		}
	}
	if got, _ := read(territory.Rows{Where: `m.active=? OR m.id=?`, Args: []any{false, "home-9"}}); !slices.Equal(got,
		[]string{"990101999 home-4"}) {
		t.Errorf("a condition with OR: %q", got)
	}
}

// TestAFeedIsOfItsTargets reads the changes for areas inside, at both ends and outside of ranges, and for a worker.
func TestAFeedIsOfItsTargets(t *testing.T) {
	app := testapp.New(t)
	for i, target := range []string{"990101", "990102", "990101001", "990100", "w:one", "w:two", "990101001", "990103"} {
		app.Plant(t, "changes", map[string]any{"id": fmt.Sprintf("change-%d", i), "seq": 1000 + i, "collection": "households",
			"record": fmt.Sprint("r", i), "target": target, "record_rev": 1, "op": "upsert"})
	}
	db := collections.Read(app.TestApp)
	read := func(f territory.Feed, seq int64, where string, limit int) (seqs []int64) {
		t.Helper()
		f.Where = where
		if err := f.Each(db, seq, limit, func(r *sql.Rows) error {
			var seq, rev int64
			var collection, record, op string
			err := r.Scan(&seq, &collection, &record, &rev, &op)
			seqs = append(seqs, seq-1000)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return seqs
	}
	own := territory.Feed{Ranges: territory.Of([]string{"990101", "990103"}), Also: []string{"w:one"}}
	for name, c := range map[string]struct {
		feed  territory.Feed
		seq   int64
		where string
		limit int
		want  []int64
	}{
		"all":          {own, 0, "1", 100, []int64{0, 2, 4, 6, 7}},
		"after one":    {own, 1002, "1", 100, []int64{4, 6, 7}},
		"some":         {own, 0, "1", 2, []int64{0, 2}},
		"a condition":  {own, 0, "c.record!='r4'", 100, []int64{0, 2, 6, 7}},
		"of nobody":    {territory.Feed{}, 0, "1", 100, nil},
		"of a worker":  {territory.Feed{Also: []string{"w:two"}}, 0, "1", 100, []int64{5}},
		"of one range": {territory.Feed{Ranges: territory.Of([]string{"990102"})}, 0, "1", 100, []int64{1}},
	} {
		if got := read(c.feed, c.seq, c.where, c.limit); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	for want, f := range map[int64]territory.Feed{1007: own, 0: {}, 1005: {Also: []string{"w:two"}},
		1001: {Ranges: territory.Of([]string{"990102"})}} {
		if head, err := f.Head(db); err != nil || head != want {
			t.Errorf("head of %v: %d %v, want %d", f, head, err, want)
		}
	}
}

// What is kept holds as long as nothing comes to its feed, for no more keys than may be; who doubts it makes it anew.
func TestKept(t *testing.T) {
	made, kept := 0, territory.NewKept[int](2)
	of := func(key string, head int64) int {
		t.Helper()
		v, err := kept.Of(key, head, func() (int, error) { made++; return made, nil })
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for i, c := range []struct {
		key  string
		head int64
		want int
	}{{"a", 1, 1}, {"a", 1, 1}, {"b", 1, 2}, {"a", 1, 1}, {"a", 2, 3}, {"c", 1, 4}, {"c", 1, 4}, {"b", 1, 5}, {"c", 1, 6}, {"a", 2, 7}, {"c", 1, 8}} {
		if got := of(c.key, c.head); got != c.want {
			t.Errorf("step %d, %s at %d: %d, want %d", i, c.key, c.head, got, c.want)
		}
	}
	kept.Forget("c")
	wrong := errors.New("wrong")
	if v, err := kept.Of("c", 1, func() (int, error) { return 9, wrong }); v != 9 || !errors.Is(err, wrong) {
		t.Errorf("what cannot be made is %d %v", v, err)
	}
	if v := of("c", 1); v != 9 {
		t.Errorf("after a doubt %d", v)
	}
}
