package identity_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/corpora"
	"doorstep/internal/identity"
	"doorstep/internal/testapp"
)

// TestAStepOfProposalsTakesThoseOfTheRecordAlone takes each step beside edits that differ in one column from the proposal that it takes, and
// one that is damaged.
func TestAStepOfProposalsTakesThoseOfTheRecordAlone(t *testing.T) {
	app := testapp.New(t)
	write(t, app, func(db collections.DB) error {
		r := identity.Register{DB: db, Reach: identity.Everywhere, Now: now}
		_, err := r.ResolvePerson(somebody("王小明", "990000201503010017", "2015-03-01", "male", ""), identity.Person{}, "p1")
		return err
	})
	for name, c := range map[string]struct {
		from, to string
		step     func(identity.Register, string) error
		writes   bool
	}{
		"approved":     {"open", "applied", identity.Register.Approved, true},
		"taken back":   {"applied", "open", identity.Register.TakenBack, true},
		"declined":     {"open", "declined", identity.Register.Declined, false},
		"reconsidered": {"declined", "open", identity.Register.Reconsidered, false},
	} {
		t.Run(name, func(t *testing.T) {
			own := map[string]any{"id": strings.ReplaceAll(name, " ", "") + "-own", "collection": collections.Persons, "record": "p1",
				"field": "sex", "source": name, "kind": "proposal", "status": c.from, "before": "female", "after": "male"}
			if c.from == "open" {
				own["after"] = "female"
			}
			app.PlantBeside(t, collections.Edits, own, map[string]any{"source": "another", "kind": "correction", "status": "withdrawn"})
			app.Plant(t, collections.Edits, own)
			damaged := maps.Clone(own)
			if damaged["id"] = own["id"].(string) + "-damaged"; c.writes { // the others need nothing of what it says
				app.Plant(t, collections.Edits, damaged)
			}
			write(t, app, func(db collections.DB) error {
				_, wrong := db.Exec(`UPDATE edits SET sealed='x'||sealed WHERE id=?`, damaged["id"])
				_, err := db.Exec(`UPDATE persons SET sex='male' WHERE id='p1'`)
				return errors.Join(wrong, err)
			})
			before := app.Picture(t)
			write(t, app, func(db collections.DB) error {
				return c.step(identity.Register{DB: db, Reach: identity.Everywhere, Now: now}, name)
			})
			after := app.Picture(t)
			edits := slices.DeleteFunc(app.Moved(t, before), func(line string) bool { return !strings.HasPrefix(line, "edits ") })
			if len(edits) != 1 || !strings.HasPrefix(edits[0], "edits "+own["id"].(string)+": ") {
				t.Errorf("it moved %q", edits)
			}
			if status := after[collections.Edits][own["id"].(string)]["status"]; status != c.to {
				t.Errorf("it is %s, want %s", status, c.to)
			}
			if sex := after[collections.Persons]["p1"]["sex"]; (sex == "female") != c.writes {
				t.Errorf("the person is %s", sex)
			}
		})
	}
}

// TestProposalsMoveNobodyBeyond writes down what is written of proposals by somebody who does not reach where they lead, and by somebody who
// does; and what is taken back, where others have changed it since.
func TestProposalsMoveNobodyBeyond(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	for id, area := range map[string]string{"home": near, "beyond": away, "next": "990101001001002"} {
		app.Plant(t, collections.Households, map[string]any{"id": id, "area": area, "house_code": id, "active": true, "rev": 1})
	}
	for _, p := range []struct{ id, household string }{{"p1", "home"}, {"p2", "home"}, {"p3", "beyond"}} {
		app.Plant(t, collections.Persons, map[string]any{"id": p.id, "name": p.id, "household": p.household, "area": near, "active": true, "rev": 1})
	}
	for i, e := range []struct{ list, record, field, after string }{
		{collections.Persons, "p1", "household", "beyond"}, {collections.Persons, "p1", "area", near}, {collections.Persons, "p1", "name", "王小明"},
		{collections.Persons, "p1", "id_number", "990000201503010017"}, {collections.Persons, "p2", "area", away}, {collections.Persons, "p2", "sex", "male"},
		{collections.Persons, "p3", "household", "home"}, {collections.Households, "home", "house_code", "new"}, {collections.Households, "home", "area", away},
		{collections.Households, "home", "location", collections.Location(114.5, 22.5)}, {collections.Households, "next", "area", near}, {collections.Households, "next", "nothing", "x"},
		{collections.Households, "beyond", "house_code", "else"}, {collections.Persons, "nobody", "name", "x"}, {collections.Households, "nobody", "area", near},
	} {
		app.Plant(t, collections.Edits, map[string]any{"id": fmt.Sprintf("e%02d", i), "collection": e.list, "record": e.record, "field": e.field, "after": e.after, "source": "r1",
			"kind": "proposal", "status": "open", "created": collections.Stamp(now)})
	}
	district := identity.Reach{Over: func(area string) bool { return strings.HasPrefix(area, "990101") }, Made: identity.Everywhere.Made}
	var out strings.Builder
	for _, c := range []struct {
		name  string
		reach identity.Reach
		first string
		step  func(identity.Register, string) error
	}{
		{"nowhere, approved", identity.Reach{Over: func(string) bool { return false }, Made: identity.Everywhere.Made}, `SELECT 1`, identity.Register.Approved},
		{"in the district, approved", district, `SELECT 1`, identity.Register.Approved}, {"again", district, `SELECT 1`, identity.Register.Approved},
		{"everywhere, approved", identity.Everywhere, `SELECT 1`, identity.Register.Approved},
		{"in the district, taken back after a change", district, `UPDATE persons SET sex='female' WHERE id='p2'`, identity.Register.TakenBack},
		{"everywhere, taken back", identity.Everywhere, `SELECT 1`, identity.Register.TakenBack},
	} {
		write(t, app, func(db collections.DB) error { _, err := db.Exec(c.first); return err })
		before := app.Picture(t)
		write(t, app, func(db collections.DB) error {
			return c.step(identity.Register{DB: db, Reach: c.reach, Now: now}, "r1")
		})
		fmt.Fprintf(&out, "# %s\n%s", c.name, app.Told(t, before, testapp.Names{}))
	}
	corpora.Golden(t, "testdata/proposals.txt", out.String())
}
