package work_test

import (
	"slices"
	"testing"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/problem"
	"doorstep/internal/testapp"
	"doorstep/internal/work"
)

// TestAPartIsTakenBackAlone takes back one task after the other that differ from a part of a campaign in one column: only the part itself
// is taken from its worker, with all others beside it.
func TestAPartIsTakenBackAlone(t *testing.T) {
	app := testapp.New(t)
	part := map[string]any{"id": "part", "kind": "visit", "status": "open", "campaign": "spring", "area": "990101001001001", "assignee": "w",
		"rev": 1, "created": "2026-11-23 01:00:00.000Z", "updated": "2026-11-23 01:00:00.000Z"}
	app.Plant(t, collections.Tasks, part)
	app.PlantBeside(t, collections.Tasks, part, map[string]any{"status": "done", "campaign": "", "area": "990102001001001"})
	act := access.Act{Actor: access.Actor{ID: "s", Role: access.Supervisor, Territory: []string{"990101"}}, Now: app.Doorstep.Now()}
	for id, want := range map[string]problem.Code{"part-status": problem.BadTransition, "part-campaign": problem.NotFound,
		"part-area": problem.NotFound, "nothing": problem.NotFound} {
		before := app.Picture(t)
		if err := work.TakeBack(t.Context(), app.TestApp, act, id); err == nil || problem.As(err).Code != want {
			t.Errorf("%s: %v, want %s", id, err, want)
		}
		if moved := app.Moved(t, before); len(moved) > 0 {
			t.Errorf("%s: %q moved", id, moved)
		}
	}
	before := app.Picture(t)
	if err := work.TakeBack(t.Context(), app.TestApp, act, "part"); err != nil {
		t.Fatal(err)
	}
	if moved := app.Moved(t, before); !slices.Equal(moved, []string{"tasks part: assignee rev updated"}) {
		t.Errorf("%q moved", moved)
	}
}
