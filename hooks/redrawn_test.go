package hooks_test

import (
	"fmt"
	"testing"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/console"
	"doorstep/internal/testapp"
)

// A picture of a change shows the border that the change ended and the one that it drew, of an area that was drawn anew more than once,
// and those beside it as they are; what was never in use, and what lies elsewhere, is in none.
func TestAPictureOfAChangeIsOfThatChange(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	const first, second, third = "2027-01-01 00:00:00.000Z", "2027-02-01 00:00:00.000Z", "2027-03-01 00:00:00.000Z"
	border := func(n int) string { return fmt.Sprintf(`{"type":"Polygon","coordinates":[[[%d,0]]]}`, n) }
	for i, c := range []struct{ code, kind, from, to string }{
		{gridA, "redrawn", "2020-01-01 00:00:00.000Z", first}, {gridA, "redrawn", first, second}, {gridA, "unused", first, second}, {gridA, "redrawn", second, third},
		{gridC, "redrawn", first, "2027-02-02 00:00:00.000Z"},
	} {
		app.Plant(t, "area_revisions", map[string]any{"id": fmt.Sprint("r", i), "code": c.code, "name": "x", "level": "grid", "parent": c.code[:12],
			"boundary": border(i), "expected_households": 0, "kind": c.kind, "became": "[]", "valid_from": c.from, "valid_to": c.to})
	}
	boss := access.Actor{ID: "boss", Role: access.Supervisor, Territory: []string{"990101"}}
	for at, want := range map[string][2]string{first: {border(0), border(1)}, second: {border(1), border(3)}, third: {border(3), ""}} {
		got, err := console.ReadRedrawn(collections.Read(app.TestApp), boss, at)
		if err != nil {
			t.Fatal(err)
		}
		for side, shown := range []console.Outlines{got.Before, got.After} {
			there, beside := "", 0
			for _, f := range shown.Features {
				if f.Properties.Code == gridA {
					there += string(f.Geometry)
				} else if beside++; f.Properties.Code[:12] != gridA[:12] {
					t.Errorf("%s is no neighbour", f.Properties.Code)
				}
			}
			if at == third && side == 1 {
				if there == "" || there == border(3) {
					t.Errorf("after the last change: %s", there)
				}
			} else if there != want[side] {
				t.Errorf("%s, %d: %s, want %s", at, side, there, want[side])
			}
			if beside == 0 {
				t.Errorf("%s: nothing beside", at)
			}
		}
	}
}
