package review_test

import (
	"testing"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/problem"
	"doorstep/internal/review"
	"doorstep/internal/testapp"
)

// TestNobodyReviewsTheirOwn has records of others that somebody changed an answer of, and neighbours that somebody else changed, or that
// were not changed though others were.
func TestNobodyReviewsTheirOwn(t *testing.T) {
	app := testapp.New(t)
	for id, edited := range map[string]map[string]any{
		"changed":        {"worker": boss.ID},
		"changed-by":     {"worker": "somebody"},
		"not-changed":    nil,
		"proposed-twice": {"worker": boss.ID, "source": "changed"},
	} {
		put(t, app, id, "received")
		if edited != nil {
			row := map[string]any{"id": "edit-" + id, "kind": "correction", "collection": "child_visits", "record": id, "field": "/a", "source": ""}
			for column, value := range edited {
				row[column] = value
			}
			app.Plant(t, collections.Edits, row)
		}
	}
	for id, own := range map[string]bool{"changed": true, "changed-by": false, "not-changed": false, "proposed-twice": true} {
		before := app.Picture(t)
		_, err := review.Decide(t.Context(), app.TestApp, collections.Surveys{}, access.Act{Actor: boss, Now: now},
			review.Decision{Collection: "child_visits", Record: id, Decision: review.Approve})
		refused := err != nil
		if refused != own || refused && problem.As(err).Fault() {
			t.Errorf("%s: %v, own: %t", id, err, own)
		}
		if moved := app.Moved(t, before); refused && len(moved) > 0 {
			t.Errorf("%s: refused, and %q moved", id, moved)
		}
	}
}

// TestAHistoryIsOfOneRecord reads it beside rows that differ from those of the record in one column.
func TestAHistoryIsOfOneRecord(t *testing.T) {
	app := testapp.New(t)
	put(t, app, "visit", "received")
	const at = "2026-11-23 01:00:00.000Z"
	told := map[string]any{"id": "review", "collection": "child_visits", "record": "visit", "reviewer": "r", "decision": "approve", "created": at}
	changed := map[string]any{"id": "change", "kind": "correction", "collection": "child_visits", "record": "visit", "worker": "w", "field": "/a",
		"source": "", "before": `"a"`, "after": `"b"`, "created": at}
	proposed := map[string]any{"id": "proposal", "kind": "proposal", "collection": "persons", "record": "somebody", "worker": "w", "field": "name",
		"source": "visit", "before": `"a"`, "after": `"b"`, "created": at}
	app.PlantBeside(t, collections.Reviews, told, map[string]any{"record": "another"})
	app.PlantBeside(t, collections.Edits, changed, map[string]any{"record": "another"})
	app.PlantBeside(t, collections.Edits, proposed, map[string]any{"source": "another", "kind": "correction"})
	app.Plant(t, collections.Reviews, told)
	app.Plant(t, collections.Edits, changed)
	app.Plant(t, collections.Edits, proposed)
	entries, err := review.History(app.TestApp, boss, "child_visits", "visit")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, e := range entries {
		got[e.ID] = e.Kind + " " + e.Field
	}
	want := map[string]string{"review": "review ", "change": "correction /a", "proposal": "proposal persons/somebody/name"}
	if len(got) != len(want) || len(entries) != len(want) {
		t.Errorf("%v, want %v", got, want)
	}
	for id, text := range want {
		if got[id] != text {
			t.Errorf("%s: %q, want %q", id, got[id], text)
		}
	}
}
