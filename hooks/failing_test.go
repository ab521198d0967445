package hooks_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// spared are statements that may fail without anybody being told, beside those of a transaction itself: PocketBase's own looks at all
// collections, at whom to tell of what was saved, whether who asks is an operator, whether who changes an account may change all of it,
// whether a table, a record's id or a collection's is taken already, and its views to try something; the look for an approval, without
// which a correction proposes to the register what it would else write, and the looks for the next job, of areas too, which go on beside.
var spared = regexp.MustCompile(`^SELECT ._(superusers|collections).\.\* |` +
	`FROM .workers(__pb_create__\w+)?. LEFT JOIN .workers. .__auth_workers. .* LEFT JOIN .worker_scopes.|^SELECT \(1\) FROM .\w+. WHERE id = |` +
	`decision='approve'|^SELECT .* FROM .?sqlite_(schema|master)|^SELECT (\(1\)|count\(\*\)) FROM ._collections. |` +
	`^(CREATE VIEW|DROP VIEW IF EXISTS) ._temp_|FROM PRAGMA_TABLE_INFO|^SELECT id FROM jobs WHERE status='waiting'|^SELECT COUNT\(\*\) FROM area_job_skips$|^\s*SELECT id, status, areas, place, `)

func isSpared(query string) bool { return testapp.Atomic(query) || spared.MatchString(query) }

// ownWay are requests that answer a failure in a way of their own. A push tells of each operation, what is streamed is cut, a file on
// its way goes on where it stands, and a guess at a password counts before it is looked at. The others are done in steps of which the
// first stands when a later one fails: what waited for a form is released, records are looked at in areas, some at a time are erased.
var ownWay = []string{"/sync/v1/push", "/sync/v1/pull", "/sync/v1/repair", "/sync/v1/files", "/sync/v1/sealed", "/export/", "/backups",
	"/auth-with-password", "/me/password", "/v1/forms", "/v1/areas", "/v1/area-jobs", "/v1/house-codes", "/v1/jobs", "/retention/"}

// attempt sends a request. One that is to succeed is sent again and again before, while each time another statement of the database
// fails: whichever it is, the answer says so, and nothing has changed. What it then does is written into the ledger.
func (w *witness) attempt(who *testapp.Client, method, path, url string, body any, want int) (status int, answer []byte) {
	w.t.Helper()
	if w.ledger == nil || strings.Contains(path, "/v1/jobs") || path == records || path == records+"/flag" ||
		strings.HasPrefix(path, "/api/doorstep/v1/queue") {
		// jobs are stopped while they run, and which record is first in a queue depends on ids
		return w.do(who, method, url, body)
	}
	afterJobs(w.t, w.ledger.app)
	app := w.ledger.app
	own := want >= http.StatusMultipleChoices || slices.ContainsFunc(ownWay, func(own string) bool { return strings.Contains(path, own) })
	do := func() (int, []byte) { return w.do(who, method, url, body) }
	var before testapp.Picture
	if own {
		before = app.Picture(w.t)
		status, answer = do()
	} else {
		before, status, answer = failsAtEach(w.t, app, method, path, do)
	}
	w.ledger.note(w.t, fmt.Sprintf("%s %s %d", method, path, status), before)
	return status, answer
}

// failsAtEach sends a request again and again, while each time another statement of the database fails, and at last while none does:
// whichever it is, the answer says so and does not blame whoever asks, nothing panicked, and nothing has changed but the audit trail. It
// returns the database before the last of them, and what that one was answered.
func failsAtEach(t *testing.T, app *testapp.App, method, path string, do func() (int, []byte)) (before testapp.Picture, status int,
	answer []byte) {
	t.Helper()
	return failsAt(t, app, func(n int) int { return n + 1 }, isSpared, method, path, do)
}

// failsAt is failsAtEach for those statements that next leads to and that are not skipped.
func failsAt(t *testing.T, app *testapp.App, next func(n int) int, skip func(query string) bool, method, path string,
	do func() (int, []byte)) (before testapp.Picture, status int, answer []byte) {
	t.Helper()
	before, version := app.Picture(t), app.Version(t)
	for n := 1; ; n = next(n) {
		failed := app.Failing(n, skip, func() { status, answer = do() })
		if failed == "" {
			return before, status, answer
		}
		if status < http.StatusBadRequest && method == http.MethodGet && app.Failing(n, skip, func() { status, answer = do() }) != failed {
			continue // it was a statement of something else that goes on beside
		}
		if status < http.StatusBadRequest {
			t.Errorf("%s %s: %d %.200s, though this failed: %s", method, path, status, answer, failed)
			return before, status, answer
		}
		if status < http.StatusInternalServerError {
			t.Errorf("%s %s: %d %.200s, as if whoever asks had done wrong, though this failed: %s", method, path, status, answer, failed)
		}
		if status == http.StatusInternalServerError && bytes.Contains(answer, []byte(`"data":{}`)) {
			t.Errorf("%s %s: it panicked: %s, as this failed: %s", method, path, answer, failed)
		}
		if now := app.Version(t); now != version {
			if moved := app.Moved(t, before); len(moved) > 0 {
				t.Errorf("%s %s: %d %.200s, and it left %q, though this failed: %s", method, path, status, answer, moved, failed)
			}
			before, version = app.Picture(t), app.Version(t)
		}
	}
}

// TestAnAnswerThatFailsIsNotTakenForAWhole reads what is sent while it is read, while one statement after the other fails: the
// answer is an error, or is cut, or is the whole.
func TestAnAnswerThatFailsIsNotTakenForAWhole(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	first := d.visit(0, gridA, "示例路 1 号", "王小明", number1)
	d.visit(0, gridA, "示例路 2 号", "李小红", "990000201503010033")
	d.boss.Want(http.StatusOK, post, "/api/doorstep/v1/records/child_visits/"+first+"/review", object{"decision": "return", "comment": "请核对"}, nil)
	phone := newCollect(t, d.App, d.Serve(t), d.worker(t, "F-990101"))
	for _, c := range []struct {
		who  *testapp.Client
		path string
	}{
		{d.tablets[0], "/api/sync/v1/pull"}, {d.tablets[0], "/api/sync/v1/digest"}, {d.tablets[0],
			"/api/sync/v1/repair?buckets=" + everyBucket},
		{d.manager, "/api/doorstep/v1/export/child_visit?states=" + allStates},
		{d.manager, "/api/doorstep/v1/export/child_visit?format=xlsx&states=" + allStates},
		{nil, phone.Base + "/formList"}, {nil, phone.Base + "/datasets/households/entities.csv"}, {nil,
			phone.Base + "/datasets/persons/entities.csv"},
		{nil, phone.Base + "/forms/child_visit/manifest"},
	} {
		status, whole, err := answered(t, c.who, d.boss.URL, c.path)
		if err != nil || status != http.StatusOK {
			t.Fatalf("%s: %d %v %.200s", c.path, status, err, whole)
		}
		for n, failed := 1, "."; failed != ""; n++ {
			var answer []byte
			failed = d.Failing(n, isSpared, func() { status, answer, err = answered(t, c.who, d.boss.URL, c.path) })
			short := len(unzipped(answer)) < len(unzipped(whole))*9/10
			if failed != "" && err == nil && status < http.StatusBadRequest && short {
				t.Errorf("%s: %d, %d bytes of %d, though this failed: %s", c.path, status, len(answer), len(whole), failed)
			}
		}
	}
}

func (d *desk) worker(t *testing.T, staff string) string {
	t.Helper()
	return list(t, collections.Read(d.TestApp), `SELECT id FROM workers WHERE staff_no='`+staff+`'`)[0]
}

// answered gets a path and says whether the answer was cut.
func answered(t *testing.T, who *testapp.Client, server, path string) (status int, answer []byte, err error) {
	t.Helper()
	if who != nil {
		path = server + path
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if who != nil {
		req.Header.Set("Authorization", who.Token)
		req.Header.Set("X-Doorstep-Device", who.Device)
	}
	req.Header.Set("X-OpenRosa-Version", "1.0")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(res.Body)
	return res.StatusCode, answer, err
}
