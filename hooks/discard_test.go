package hooks_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/uuid"
)

// Who ends a submission in quarantine says why; the reason is kept, sealed, beside what arrived, and what waits next to it goes on
// waiting.
func TestADiscardKeepsItsReason(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	push(t, tablet, memo(1, uuid.NewString(), "held", "甲"), memo(2, uuid.NewString(), "held", "乙"))
	var held struct {
		Items []struct{ ID, Outcome string }
	}
	boss.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/quarantine", nil, &held)
	if len(held.Items) != 2 {
		t.Fatalf("quarantine: %+v", held)
	}
	boss.Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/quarantine/"+held.Items[0].ID+"/discard", map[string]any{"reason": "培训时的试填"}, nil)
	said := app.Clear(t, "reviews", "1", "collection", "record", "decision", "from_state", "to_state", "comment")
	if want := [][]string{{"submissions", held.Items[0].ID, "discard", "quarantined", "discarded", "培训时的试填"}}; !slices.EqualFunc(said, want, slices.Equal[[]string]) {
		t.Errorf("kept %v, want %v", said, want)
	}
	rest := held.Items[1].ID
	if boss.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/quarantine", nil, &held); len(held.Items) != 1 || held.Items[0].ID != rest {
		t.Errorf("the other one: %+v", held)
	}
}
