package hooks_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/basemap"
)

// TestADecisionThatFailsChangesNothing takes decisions again and again, while each time another statement of the database fails: whichever it
// is, the answer says so, and nothing has changed.
func TestADecisionThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Doorstep.JobsWait, d.Doorstep.AreaJobs = [2]chan struct{}{}, nil // no job goes on beside
	w := &witness{t: t, served: d.Serve(t)}
	first := d.visit(0, gridA, "示例路 1 号", "王小明", "")
	d.visit(0, gridB, "示例路 5 号", "王晓明", "")
	push(t, d.tablets[0], memo(80, uuid.NewString(), "held", "甲"))
	one := func(query string) string {
		t.Helper()
		found := list(t, collections.Read(d.TestApp), query)
		if len(found) != 1 {
			t.Fatalf("%q: %q", query, found)
		}
		return found[0]
	}
	pair := one(`SELECT id FROM duplicates WHERE collection='persons'`)
	held := one(`SELECT id FROM submissions WHERE outcome='quarantined'`)
	for _, c := range []struct {
		name, path string
		body       any
		want       int
	}{
		{"approving", "/records/child_visits/" + first + "/review", object{"decision": "approve"}, http.StatusOK},
		{"reopening", "/records/child_visits/" + first + "/review", object{"decision": "reopen", "comment": "再核对一次"}, http.StatusOK},
		{"one person", "/duplicates/" + pair + "/decide", object{"status": "same"}, http.StatusNoContent},
		{"two after all", "/duplicates/" + pair + "/decide", object{"status": "different"}, http.StatusNoContent},
		{"one again", "/duplicates/" + pair + "/decide", object{"status": "same"}, http.StatusNoContent},
		{"discarding what is alike", "/quarantine/" + held + "/alike",
			object{"decision": "discard", "reason": "培训时的试填，不是走访", "before": "2100-01-01 00:00:00.000Z"}, http.StatusOK},
		{"putting a filter aside", "/queues", object{"name": "甲", "filter": object{"form": "child_visit"}}, http.StatusOK},
		{"flagging", "/records/child_visits/" + first + "/flag", object{"flag": "team"}, http.StatusNoContent},
		{"a base map", "/base-map", object{"url": "https://127.0.0.1:1/{z}/{x}/{y}", "datum": basemap.WGS84, "credit": "x", "largest_zoom": 9}, http.StatusOK},
		{"none", "/base-map", object{"url": ""}, http.StatusOK},
		{"looking again", "/area-jobs", object{}, http.StatusOK},
	} {
		d.decidesWhole(t, w, c.name, c.path, c.body, c.want)
	}
	job := one(`SELECT id FROM jobs WHERE kind='reassign'`)
	d.decidesWhole(t, w, "stopping it", "/area-jobs/"+job+"/cancel", object{}, http.StatusNoContent)
	d.decidesWhole(t, w, "going on", "/area-jobs/"+job+"/resume", object{}, http.StatusNoContent)
}

// decidesWhole is failsAtEach of one request of the manager's, which is answered so at last.
func (d *desk) decidesWhole(t *testing.T, w *witness, name, path string, body any, want int) {
	t.Run(name, func(t *testing.T) {
		before, status, answer := failsAtEach(t, d.App, post, name, func() (int, []byte) { return w.do(d.manager, post, "/api/doorstep/v1"+path, body) })
		if status != want {
			t.Fatalf("%d %s, want %d", status, answer, want)
		}
		if len(d.Moved(t, before)) == 0 {
			t.Error("nothing moved at last")
		}
	})
}
