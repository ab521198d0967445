package hooks_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
)

// What waits for one cause is decided together, in bounded parts: that of the territory alone, that which was counted alone, and
// each with its own trace. What waits for another cause goes on waiting, and what still cannot be a record is not tried for ever.
func TestWhatWaitsForOneCauseIsDecidedTogether(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	far := app.Client(t, app.Serve(t), app.Worker(t, "F9", "field", gridC)).Register()
	var sent []map[string]any
	for i := range 23 {
		sent = append(sent, memo(i+1, uuid.NewString(), "held", fmt.Sprint("甲", i)))
	}
	other := memo(24, uuid.NewString(), "held too", "乙")
	push(t, tablet, append(sent, other)...)
	push(t, far, memo(1, uuid.NewString(), "held", "丙"))
	type held struct{ ID, Code, Form string }
	waiting := func() (all []held) {
		var list struct{ Items []held }
		boss.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/quarantine", nil, &list)
		return list.Items
	}
	before := waiting()
	if len(before) != 24 || before[0].Form == before[23].Form {
		t.Fatalf("%d wait: %+v", len(before), before)
	}
	path := "/api/doorstep/v1/quarantine/" + before[0].ID + "/alike"
	var n struct {
		N      int
		Before string
	}
	boss.Want(http.StatusOK, http.MethodGet, path, nil, &n)
	if n.N != 23 {
		t.Fatalf("%d wait for the same cause, of the territory", n.N)
	}
	app.Advance(time.Minute)
	push(t, tablet, memo(25, uuid.NewString(), "held", "来得晚"))
	type decided struct {
		Done, Held int
		Next       *string
	}
	decide := func(decision, reason string) (parts []decided) {
		ask := map[string]any{"decision": decision, "reason": reason, "before": n.Before, "cursor": ""}
		for range 10 {
			var d decided
			boss.Want(http.StatusOK, http.MethodPost, path, ask, &d)
			if parts = append(parts, d); d.Next == nil {
				return parts
			}
			ask["cursor"] = *d.Next
		}
		t.Fatalf("%s does not end", decision)
		return nil
	}
	if parts := decide("release", ""); len(parts) != 2 || parts[0].Done+parts[1].Done != 0 || parts[0].Held != 20 || parts[1].Held != 3 {
		t.Errorf("released without a form: %+v", parts)
	}
	again := begun(t, boss, "/alike", map[string]any{"submission": before[0].ID, "decision": "release", "before": n.Before})
	if j := ended(t, boss, again); j.Status != collections.JobDone || j.Result["n"] != 0.0 || j.Result["refused"] != 23.0 {
		t.Errorf("released by a job without a form: %+v", j)
	}
	if parts := decide("discard", "培训时的试填"); len(parts) != 2 || parts[0].Done != 20 || parts[1].Done != 3 {
		t.Errorf("discarded: %+v", parts)
	}
	if left := waiting(); len(left) != 2 || left[0].ID != before[23].ID {
		t.Errorf("left: %+v", left)
	}
	number := func(query string) (n int) {
		if err := app.DB().NewQuery(query).Row(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if got := rowsIn(t, app, "reviews"); got != 23 {
		t.Errorf("%d traces of discards", got)
	}
	if got := number(`SELECT COUNT(*) FROM submissions WHERE outcome='quarantined'`); got != 3 {
		t.Errorf("%d wait in all, with the neighbour's", got)
	}
	var theirs string
	if err := app.DB().NewQuery(`SELECT id FROM submissions WHERE area='` + gridC + `' AND outcome='quarantined'`).Row(&theirs); err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		ask := map[string]any{"decision": "discard", "reason": "x", "before": n.Before, "cursor": ""}
		if status, _ := boss.Do(method, "/api/doorstep/v1/quarantine/"+theirs+"/alike", ask); status != http.StatusNotFound {
			t.Errorf("%s of the neighbour's: %d", method, status)
		}
	}
}
