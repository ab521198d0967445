package hooks_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/identity"
	"doorstep/internal/testapp"
)

// TestUnsure: pairs come by doubt; one that somebody is unsure of, and says why, waits for the next at the end of the list, and
// is not asked of the first again. One that is decided is not doubted that way.
func TestUnsure(t *testing.T) {
	t.Parallel()
	app, _, boss := stage(t)
	second := app.Client(t, app.Serve(t), app.Worker(t, "S2", "supervisor", "990101"))
	ids := map[string]string{}
	for name, score := range map[string]float64{"likely": 0.9, "even": 0.5, "less": 0.35} {
		a, _ := person(t, app, gridA)
		b, _ := person(t, app, gridA)
		p := identity.Pair{Kind: identity.KindPerson, Rule: identity.Alike, Collection: collections.Persons, A: a, B: b, AreaA: gridA, AreaB: gridA, Score: score}
		err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
			_, err := p.Record(db, app.Doorstep.Now())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		ids[p.ID] = name
	}
	type side struct{ Comment string }
	type pair struct {
		ID     string
		Unsure int
		A      side
	}
	listed := func(c *testapp.Client) (names []string) {
		t.Helper()
		cursor := ""
		for range 100 {
			var page struct {
				Items []pair
				Next  *string
			}
			c.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/duplicates?limit=1&cursor="+cursor, nil, &page)
			for _, p := range page.Items {
				names = append(names, fmt.Sprint(ids[p.ID], p.Unsure))
			}
			if page.Next == nil {
				break
			}
			cursor = *page.Next
		}
		var today struct{ Duplicates struct{ N int } }
		c.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/today", nil, &today)
		if today.Duplicates.N != len(names) {
			t.Errorf("%d are counted of %v", today.Duplicates.N, names)
		}
		return names
	}
	var even string
	for id, name := range ids {
		if name == "even" {
			even = id
		}
	}
	path := "/api/doorstep/v1/duplicates/" + even
	is := func(step string, c *testapp.Client, want ...string) {
		t.Helper()
		if got := listed(c); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", step, got, want)
		}
	}
	is("by doubt", boss, "even0", "less0", "likely0")
	boss.Want(http.StatusBadRequest, http.MethodPost, path+"/decide", map[string]any{"status": "unsure", "comment": " "}, nil)
	is("without a reason", boss, "even0", "less0", "likely0")
	boss.Want(http.StatusNoContent, http.MethodPost, path+"/decide", map[string]any{"status": "unsure", "comment": "生日差一天"}, nil)
	is("who was unsure", boss, "less0", "likely0")
	is("somebody else", second, "less0", "likely0", "even1")
	var one pair
	second.Want(http.StatusOK, http.MethodGet, path, nil, &one)
	if one.Unsure != 1 || one.A.Comment != "生日差一天" {
		t.Errorf("the second is told %+v", one)
	}
	second.Want(http.StatusNoContent, http.MethodPost, path+"/decide", map[string]any{"status": "different"}, nil)
	boss.Want(http.StatusBadRequest, http.MethodPost, path+"/decide", map[string]any{"status": "unsure", "comment": "真的吗"}, nil)
	is("decided", second, "less0", "likely0")
}

// TestAMergeIsUndone: people and homes with visits are merged and parted again, and every row of the database is what it was,
// but for the history. Meanwhile a tablet that still holds the loser's id reaches who they are now.
func TestAMergeIsUndone(t *testing.T) {
	t.Parallel()
	n := newNeighbours(t, threePlaces, "990101001001", "990101001002")
	n.visit(0, 2, uuid.NewString(), child("李小红", "", "2016-04-02", nil))
	pairs := []string{n.pair(0, 1), n.homePair(0, 1)}
	before, sealed := n.Picture(t), n.clear()
	for _, pair := range pairs {
		n.say(pair, "same", http.StatusNoContent, n.city)
	}
	n.is("merged", "", "0")
	if homes := n.Clear(t, collections.Households, "merged_into!=''", "id"); len(homes) != 1 {
		t.Errorf("homes that were merged: %v", homes)
	}
	attemptsAgree(t, n.App)
	slices.Reverse(pairs)
	for _, pair := range pairs {
		n.say(pair, "different", http.StatusNoContent, n.city)
	}
	for _, c := range n.Picture(t).Since(before) {
		changed := slices.DeleteFunc(c.Columns(), func(column string) bool { return column == "rev" || column == "updated" || column == "sealed" })
		history := slices.Contains([]string{"audit", "changes", "coverage_stale", "duplicates", "entity_versions", "meta"}, c.Table)
		if !history && (c.Before == nil || c.After == nil || len(changed) > 0) {
			t.Errorf("left behind in %s: %v of %s", c.Table, changed, c.Key)
		}
	}
	if now := n.clear(); now != sealed {
		t.Errorf("what was sealed says %s, was %s", now, sealed)
	}
	n.Advance(time.Second)
	n.say(pairs[1], "same", http.StatusNoContent, n.city)
	n.is("merged again", "", "0")
	late := child("王小明", number1, "2015-03-01", nil)
	late["person_id"] = n.persons[1]
	id := uuid.NewString()
	n.visit(1, 2, id, late)
	if met := kidsOf(t, n.App, id)[0].GetString("person"); met != n.persons[0] {
		t.Errorf("an edit of the loser went to %s of %v", met, n.persons)
	}
}

// clear is what is sealed of all people and homes.
func (n *neighbours) clear() string {
	n.t.Helper()
	return fmt.Sprint(n.Clear(n.t, collections.Persons, "1 ORDER BY id", "name", "id_number", "phone", "relation"),
		n.Clear(n.t, collections.Households, "1 ORDER BY id", "address", "house_code", "head_name", "phone", "location"))
}

// homePair is the id of a pair of two sides' homes.
func (n *neighbours) homePair(a, b int) string {
	n.t.Helper()
	return n.record(identity.Pair{Kind: identity.KindHousehold, Rule: identity.SameAddress, Collection: collections.Households, A: n.homes[a], B: n.homes[b], AreaA: n.grids[a], AreaB: n.grids[b], Score: 1})
}
