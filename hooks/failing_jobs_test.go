package hooks_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// TestAJobThatFailsSaysSo begins jobs and does them again and again, while each time another statement of the database fails: whichever
// it is, the answer or the job says so, nothing is half done, and what a job had begun can be done whole by the next.
func TestAJobThatFailsSaysSo(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.clean(0, 3)
	d.Doorstep.JobsWait, d.Doorstep.AreaJobs = [2]chan struct{}{}, nil // they run when the test lets them
	w := &witness{t: t, served: d.Serve(t)}
	var set cleanSet
	d.get(d.boss, "/queue/clean", &set)
	csv := func(lines ...string) string { return strings.Join(lines, "\n") + "\n" }
	for _, c := range []struct {
		kind, query string
		who         *testapp.Client
		body        any
		parts       bool // done in parts, of which the first stay
	}{
		{"export", "", d.manager, object{"form": "child_visit", "with": object{"states": allStates}}, false},
		{"workers", "", d.manager, file{"staff.csv", csv("工号,姓名,负责区域", "A1,王采集,990101001")}, false},
		{"areas", "?crs=wgs84&replace=1", d.manager, file{"grids.geojson", split}, false},
		{"roster", "?crs=wgs84", d.manager, file{"roster.csv", csv("区划代码,住址", gridA+",新路 1 号", gridA+",新路 2 号")}, true},
		{"approve", "?before=" + url.QueryEscape(set.Before), d.boss, nil, true},
	} {
		t.Run(c.kind, func(t *testing.T) {
			d.failingJob(t, c.kind, c.parts, func() (int, []byte) { return w.do(c.who, post, jobs+"/"+c.kind+c.query, c.body) })
		})
	}
	if got := list(t, collections.Read(d.TestApp), `SELECT COUNT(*) FROM child_visits WHERE review_state='approved'`)[0]; got == "0" {
		t.Error("nothing was approved")
	}
}

// failingJob begins a job and does it while one statement after the other fails, and at last while none does.
func (d *desk) failingJob(t *testing.T, kind string, parts bool, begin func() (int, []byte)) {
	t.Helper()
	runner, _ := d.Doorstep.Jobs()
	before := d.Picture(t)
	next := some()
	for n := 1; ; n = next(n) {
		var begun struct{ ID string }
		var status int
		var answer []byte
		var ran error
		failed := d.Failing(n, func(query string) bool {
			return sparedAgain(query) || strings.HasPrefix(query, "UPDATE jobs SET done=")
		}, func() {
			if status, answer = begin(); status == http.StatusOK {
				ran = runner.Run(t.Context(), d.TestApp, kind)
			}
		})
		if err := json.Unmarshal(answer, &begun); err != nil {
			t.Fatalf("%d %s", status, answer)
		}
		if d.jobIs(t, begun.ID) == collections.JobRunning { // how it ended could not be written
			if err := runner.Run(t.Context(), d.TestApp, kind); err != nil || d.jobIs(t, begun.ID) != collections.JobInterrupted {
				t.Fatalf("%v, and the job is %q, though this failed: %s", err, d.jobIs(t, begun.ID), failed)
			}
		}
		ended := d.jobIs(t, begun.ID)
		if failed == "" {
			if ended != collections.JobDone {
				t.Fatalf("%d %s, and the job is %q: %v", status, answer, ended, ran)
			}
			t.Logf("%d statements", n/2)
			return
		}
		if ended == collections.JobDone {
			t.Fatalf("the job is done, though this failed: %s", failed)
		}
		moved := slices.DeleteFunc(d.Moved(t, before), func(line string) bool { return strings.HasPrefix(line, collections.Jobs+" ") })
		if len(moved) > 0 && !parts && ran == nil {
			t.Fatalf("the job is %q, and it left %q, though this failed: %s", ended, moved, failed)
		}
		d.do(t, `DELETE FROM jobs WHERE id='`+begun.ID+`'`)
	}
}

// jobIs is the state of a job; "" for none.
func (d *desk) jobIs(t *testing.T, id string) string {
	return d.Picture(t)[collections.Jobs][id]["status"]
}
