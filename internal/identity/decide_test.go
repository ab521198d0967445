package identity_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/corpora"
	"doorstep/internal/identity"
	"doorstep/internal/problem"
	"doorstep/internal/testapp"
)

// TestDecisions writes down all that each word on a pair moves, said on one side or on both, in reach or not.
func TestDecisions(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	visited(t, app)
	for i, p := range []struct{ id, area, household, into string }{
		{"elder", near, "h1", ""}, {"old", near, "h1", ""}, {"young", away, "h3", ""}, {"youngest", near, "h2", ""}, {"third", "990103001001001", "", ""},
		{"elsewhere", "990103001001001", "", ""}, {"led", near, "", "elsewhere"},
	} {
		app.Plant(t, collections.Persons, map[string]any{"id": p.id, "name": p.id, "area": p.area, "household": p.household, "merged_into": p.into, "active": true, "rev": 1,
			"created": collections.Stamp(now.Add(time.Duration(i) * time.Second))})
	}
	app.Plant(t, collections.Households, map[string]any{"id": "h3", "area": away, "active": true, "rev": 1})
	for _, row := range [][3]string{{"r1", "a1", "old"}, {"r2", "a2", "old"}, {"r3", "b1", "youngest"}, {"r4", "b2", ""}, {"r5", "b3", ""}, {"r6", "b4", "elsewhere"}, {"r7", "b5", "elsewhere"}} {
		app.Plant(t, "child_visit_children", map[string]any{"id": row[0], "visit": row[1], "person": row[2], "area": near})
	}
	at := now
	pair := func(kind, table, a, b, areaA, areaB string) (id string) {
		p := identity.Pair{Kind: kind, Rule: identity.Alike, Collection: table, A: a, B: b, AreaA: areaA, AreaB: areaB, Score: 0.75, Weight: 3.5, Model: "m",
			Evidence: []identity.Evidence{{Field: "name", Level: "equal"}}}
		write(t, app, func(db collections.DB) error {
			fresh, err := p.Record(db, at)
			if again, err := p.Record(db, at); again || err != nil || !fresh {
				t.Errorf("%s and %s: fresh %v, then %v, %v", a, b, fresh, again, err)
			}
			return err
		})
		return p.ID
	}
	var out strings.Builder
	names := testapp.Names{}
	decide := func(pair, who, word, comment string) {
		at = at.Add(time.Hour)
		before := app.Picture(t)
		act := access.Act{Actor: access.Actor{ID: who, Role: access.Supervisor, Territory: []string{who}}, Now: at}
		v, err := identity.Decide(t.Context(), app.TestApp, act, identity.Decision{Pair: pair, Status: word, Comment: comment})
		said := fmt.Sprintf("%+v", v)
		if err != nil {
			said = string(problem.As(err).Code)
		}
		fmt.Fprintf(&out, "%s says %s %s: %s\n", who, word, comment, said)
		out.WriteString(app.Told(t, before, names))
	}
	for _, c := range []struct {
		title, kind, table, a, b, areaA, areaB string
		words                                  []string
	}{
		{"across, the younger first", identity.KindPerson, collections.Persons, "young", "old", "990199", "990199", []string{"990101 unsure", "990101 same ", "990102 maybe ", "990101 unsure 又问",
			"990102 unsure 问过", "990103 same ", "990101 same 像", "990102 same 是", "990102 unsure 又问", "990101 different ", "990102 different ", "990101 same ", "990102 same "}},
		{"one more of them", identity.KindPerson, collections.Persons, "old", "youngest", near, near, []string{"990102 same ", "990101 same ", "990101 different ", "9901 same "}},
		{"one beyond", identity.KindPerson, collections.Persons, "youngest", "third", near, "990103001001001", []string{"990101 same ", "990103 same ", "9901 same ", "9901 different "}},
		{"an elder", identity.KindPerson, collections.Persons, "elder", "old", near, near, []string{"9901 same ", "990101 different ", "9901 different ", "990101 same ", "990101 different "}},
		{"one who leads beyond", identity.KindPerson, collections.Persons, "youngest", "led", near, near, []string{"990101 same ", "990101 different "}},
		{"households", identity.KindHousehold, collections.Households, "h1", "h2", near, near, []string{"990101 same ", "990101 different "}},
		{"households across", identity.KindHousehold, collections.Households, "h3", "h2", away, near, []string{"990101 same ", "990102 same ", "9901 different "}},
		{"visits", identity.KindVisit, "child_visits", "a1", "a2", near, near, []string{"990101 same ", "990101 different "}},
		{"rows of one person", identity.KindPerson, "child_visit_children", "r1", "r2", near, near, []string{"990102 different ", "990101 same ", "990101 different "}},
		{"rows of two", identity.KindPerson, "child_visit_children", "r1", "r3", near, near, []string{"990101 different "}},
		{"rows of nobody", identity.KindPerson, "child_visit_children", "r4", "r5", near, near, []string{"990101 different "}},
		{"rows of one beyond", identity.KindPerson, "child_visit_children", "r6", "r7", near, near, []string{"990101 different "}},
	} {
		fmt.Fprintf(&out, "\n# %s\n", c.title)
		before := app.Picture(t)
		id := pair(c.kind, c.table, c.a, c.b, c.areaA, c.areaB)
		out.WriteString(app.Told(t, before, names))
		for _, word := range c.words {
			parts := append(strings.Split(word, " "), "")
			decide(id, parts[0], parts[1], parts[2])
		}
	}
	decide("nobody", "9901", identity.Same, "")
	corpora.Golden(t, "testdata/decisions.txt", out.String())
}
