package identity_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
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
