package review_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
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
	entries := historyOf(t, app, review.Page{Limit: 100})
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

// historyOf follows the pages of the history of "visit".
func historyOf(t *testing.T, app *testapp.App, ask review.Page) (all []review.Entry) {
	t.Helper()
	for range 100 {
		page, next, err := review.History(app.TestApp, boss, "child_visits", "visit", ask)
		if err != nil || len(page) > ask.Limit {
			t.Fatalf("a page of %d: %v", len(page), err)
		}
		if all = append(all, page...); next == nil {
			return all
		}
		ask.Cursor = *next
	}
	t.Fatal("pages without end")
	return nil
}

// TestAHistoryComesPageByPage: entries of one moment are parted by their ids, and what a page holds is bounded however long its values are.
func TestAHistoryComesPageByPage(t *testing.T) {
	app := testapp.New(t)
	put(t, app, "visit", "received")
	var want []string
	for i := range 7 {
		id := fmt.Sprintf("change%d", i)
		app.Plant(t, collections.Edits, map[string]any{"id": id, "kind": "correction", "collection": "child_visits", "record": "visit", "worker": "w",
			"field": "/a", "source": "", "before": `""`, "after": strings.Repeat("x", 3<<20), "created": fmt.Sprintf("2026-11-23 0%d:00:00.000Z", i/3)})
		want = append(want, id)
	}
	idsOf := func(all []review.Entry) (ids []string) {
		for _, e := range all {
			ids = append(ids, e.ID)
		}
		return ids
	}
	for _, limit := range []int{1, 3, 100} {
		if got := idsOf(historyOf(t, app, review.Page{Limit: limit})); !slices.Equal(got, want) {
			t.Errorf("%d a page: %v", limit, got)
		}
		got := idsOf(historyOf(t, app, review.Page{Limit: limit, Newest: true}))
		if slices.Reverse(got); !slices.Equal(got, want) {
			t.Errorf("%d a page, the newest first: %v in turn", limit, got)
		}
	}
	first, next, err := review.History(app.TestApp, boss, "child_visits", "visit", review.Page{Limit: 100})
	if err != nil || len(first) != 2 || next == nil {
		t.Errorf("a first page of %d, %v", len(first), err)
	}
	for _, cursor := range []string{"x", *next + "!"} {
		_, _, err := review.History(app.TestApp, boss, "child_visits", "visit", review.Page{Limit: 1, Cursor: cursor})
		var p *problem.Problem
		if !errors.As(err, &p) || p.Code != problem.BadCursor {
			t.Errorf("cursor %q: %v", cursor, err)
		}
	}
}
