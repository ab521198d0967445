package identity_test

import (
	"testing"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/identity"
	"doorstep/internal/testapp"
)

// TestWhatFailsIsSaid does all that is done with the register again and again, while each time another statement of the database fails:
// whichever it is, an error comes back, and nothing has moved.
func TestWhatFailsIsSaid(t *testing.T) {
	app := testapp.New(t)
	const number = "990000201503010017"
	neighbours(t, app, map[string][3]string{"p1": {"王小明", "2015-03-01", near}, "p2": {"王晓明", "2015-03-01", near}, "p3": {"李红", "2014-03-01", near}})
	for _, id := range []string{"h p1", "h p2"} {
		app.Plant(t, collections.Households, map[string]any{"id": id, "area": near, "house_code": id, "active": true, "rev": 1})
	}
	for id, edit := range map[string][4]string{"e1": {collections.Persons, "p1", "household", "h p2"}, "e2": {collections.Households, "h p1", "area", "990101001001002"}} {
		app.Plant(t, collections.Edits, map[string]any{"id": id, "collection": edit[0], "record": edit[1], "field": edit[2], "after": edit[3], "source": "r1",
			"kind": "proposal", "status": "open"})
	}
	write(t, app, func(db collections.DB) error {
		_, err := db.Exec(`UPDATE persons SET merged_into='p2' WHERE id='p3'`)
		return err
	})
	read := collections.Read(app.TestApp)
	places := []territory.Range{{Lo: "99", Hi: "991"}}
	said := somebody("王小明", number, "2015-03-01", "female", "h9")
	for _, act := range []struct {
		name string
		do   func() error
	}{
		{"exact", func() error { _, err := identity.FindExact(read, number, "", ""); return err }},
		{"homes", func() error { _, err := identity.FindHomes(read, places, "h p1", ""); return err }},
		{"heard", func() error {
			_, _, err := identity.FindHeard(read, identity.Heard{Name: "王小明", Year: 2015, Places: places, Over: identity.Everywhere.Over})
			return err
		}},
		{"likely", func() error {
			_, err := identity.Likely(read, identity.Described{Person: said}, identity.Everywhere.Over)
			return err
		}},
		{"each", func() error {
			return identity.EachIn(read, "99", "991", func(identity.Person) error { return nil })
		}},
		{"full", func() error { _, err := identity.FullKeys(read); return err }},
		{"namesake", func() error { _, err := identity.Namesake(read, somebody("王小明", "", "", "", "h p1")); return err }},
		{"named", func() error { _, _, err := identity.NamePerson(read, "p3", identity.Everywhere); return err }},
		{"met", func() error {
			_, _, _, err := identity.MeetHousehold(read, identity.Household{HouseCode: "h9"}, "h p1", within)
			return err
		}},
	} {
		app.FailsAtEach(t, act.name, act.do)
	}
	for _, act := range []struct {
		name string
		do   func(collections.DB, identity.Register) error
	}{
		{"somebody new", func(db collections.DB, r identity.Register) error {
			found, err := r.ResolvePerson(said, identity.Person{}, "new")
			if err != nil {
				return err
			}
			said := said
			said.ID = found.ID
			pairs, err := identity.Suggest(db, said, found.Keys, now)
			for _, p := range pairs {
				if err == nil {
					_, err = p.Record(db, now)
				}
			}
			return err
		}},
		{"somebody known", func(_ collections.DB, r identity.Register) error {
			said := said
			said.Phone = "13800000001"
			_, err := r.ResolvePerson(said, identity.Person{}, "newer")
			return err
		}},
		{"approved", func(_ collections.DB, r identity.Register) error { return r.Approved("r1") }},
		{"taken back", func(_ collections.DB, r identity.Register) error { return r.TakenBack("r1") }},
		{"declined", func(_ collections.DB, r identity.Register) error { return r.Declined("r1") }},
		{"reconsidered", func(_ collections.DB, r identity.Register) error { return r.Reconsidered("r1") }},
		{"moved", func(db collections.DB, _ identity.Register) error {
			return identity.MoveMembers(db, "h p1", near, "990101001001002", now)
		}},
		{"a household", func(db collections.DB, _ identity.Register) error {
			_, err := identity.SaveHousehold(db, identity.Household{}, identity.Household{ID: "h9", Area: near}, false, now)
			return err
		}},
		{"a known household", func(db collections.DB, _ identity.Register) error {
			known, _, err := identity.FindHousehold(db, identity.Household{}, "h p1")
			if err == nil {
				_, _, _, err = identity.TellHousehold(db, known, identity.Household{Address: "示例路", Residents: 2}, false, now)
			}
			return err
		}},
		{"drawn", func(db collections.DB, _ identity.Register) error {
			known, _, err := identity.FindHousehold(db, identity.Household{}, "h p1")
			if err == nil {
				_, err = identity.Draw(db, known, identity.Household{SampleID: "s1"}, now)
			}
			return err
		}},
	} {
		before := app.Picture(t)
		app.FailsAtEach(t, act.name, func() error {
			return collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
				return act.do(db, identity.Register{DB: db, Surveys: func() collections.Surveys { return surveys }, Reach: identity.Everywhere, Now: now})
			})
		})
		if len(app.Picture(t).Since(before)) == 0 {
			t.Errorf("%s: nothing moved at last", act.name)
		}
	}
	for _, row := range []string{"row a", "row b"} {
		app.Plant(t, "child_visit_children", map[string]any{"id": row, "visit": "r1", "person": "p2", "area": near})
	}
	app.Plant(t, "child_visits", map[string]any{"id": "r1", "household": "h p1", "area": near, "outcome": "1.1", "review_state": "received"})
	app.Plant(t, collections.Tasks, map[string]any{"id": "t1", "household": "h p1", "area": near, "kind": "visit", "status": "open", "rev": 1})
	for collection, of := range map[string][2]string{collections.Households: {"h p1", "h p2"}, "child_visit_children": {"row a", "row b"}} {
		app.Plant(t, collections.Duplicates, map[string]any{"id": collection, "collection": collection, "kind": identity.KindPerson, "a": of[0], "b": of[1],
			"area": near, "area_b": near, "status": "open"})
	}
	pair := app.Clear(t, collections.Duplicates, "collection='persons'", "id")[0][0]
	for _, d := range []identity.Decision{
		{Pair: pair, Status: identity.Same}, {Pair: pair, Status: identity.Different},
		{Pair: collections.Households, Status: identity.Same}, {Pair: collections.Households, Status: identity.Different},
		{Pair: "child_visit_children", Status: identity.Unsure, Comment: "问过"}, {Pair: "child_visit_children", Status: identity.Different},
	} {
		app.FailsAtEach(t, d.Pair+" "+d.Status, func() error {
			_, err := identity.Decide(t.Context(), app.TestApp, access.Act{Actor: city, Now: now}, d)
			return err
		})
	}
	if apart := app.Clear(t, "child_visit_children", "id='row b'", "person"); apart[0][0] == "p2" {
		t.Error("a row that is somebody else's stays with the person")
	}
	write(t, app, func(db collections.DB) error { return collections.SetMeta(db, "blocking.state", "0 earlier done") })
	app.TellsEach(t, "backfill", func() error { return identity.Backfill(t.Context(), app.TestApp, func(int) {}) }, func(string) {})
}
