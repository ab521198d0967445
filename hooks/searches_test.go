package hooks_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"doorstep/internal/audit"
	"doorstep/internal/search"
	"doorstep/internal/testapp"
)

const searchPath = "/api/doorstep/v1/search/person"

var asked = map[string]string{"name": "欧阳镜湖", "birth_date": "2015-03-01"}

// TestSearchesHaveTheirLimit asks over HTTP until a worker and a supervisor are kept waiting, in the hour and in the day. Nobody else is.
func TestSearchesHaveTheirLimit(t *testing.T) {
	t.Parallel()
	for _, role := range []string{"field", "supervisor"} {
		t.Run(role, func(t *testing.T) {
			app := testapp.New(t)
			server := app.Serve(t)
			one, other := app.Client(t, server, app.Worker(t, "W1", role, "990101")), app.Client(t, server, app.Worker(t, "W2", role, "990101"))
			search1 := func(want int) {
				t.Helper()
				one.Want(want, http.MethodPost, searchPath, asked, nil)
			}
			for range search.Free {
				search1(http.StatusOK)
			}
			refused := fetch(t, one, http.MethodPost, searchPath, []byte(`{"name":"欧阳镜湖","birth_date":"2015-03-01"}`))
			if refused.StatusCode != http.StatusTooManyRequests || refused.Header.Get("Retry-After") == "" {
				t.Errorf("one more than is free: %d", refused.StatusCode)
			}
			other.Want(http.StatusOK, http.MethodPost, searchPath, asked, nil)
			for range search.Daily - search.Free {
				app.Advance(11 * time.Minute)
				search1(http.StatusOK)
			}
			app.Advance(2 * time.Hour)
			before := head(t, app)
			search1(http.StatusTooManyRequests)
			other.Want(http.StatusOK, http.MethodPost, searchPath, asked, nil)
			rows := trail(t, app, before)
			if len(rows) != 2 || rows[0].Action != audit.Refused || !strings.Contains(rows[0].Detail, `"search.`) || rows[1].Action != audit.Search {
				t.Errorf("on record: %+v", rows)
			}
			app.Advance(24 * time.Hour)
			search1(http.StatusOK)
			nothingAsked(t, trail(t, app, 0))
		})
	}
}

// TestRefusalsAreOnRecord: who is kept from something by role, by a column or by a limit stands in the audit trail, and what they
// asked for does not. Who is refused all the time does not fill it.
func TestRefusalsAreOnRecord(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve(t)
	analyst, field := app.Client(t, server, app.Worker(t, "A1", "analyst", "990101")), app.Client(t, server, app.Worker(t, "F1", "field", "990101"))
	for what, c := range map[string]struct {
		call         *testapp.Client
		method, path string
		status       int
		detail       string
	}{
		"a search by role":     {analyst, http.MethodPost, searchPath, http.StatusForbidden, `"what":"person.search","why":"auth.forbidden"`},
		"a route by role":      {field, http.MethodGet, quarantine, http.StatusForbidden, `"what":"quarantine.read","why":"auth.forbidden"`},
		"a filter by a column": {field, http.MethodGet, "/api/collections/persons/records?filter=name='欧阳镜湖'", http.StatusBadRequest, `"what":"GET /api/collections/{collection}/records"`},
		"an operator's table":  {field, http.MethodGet, "/api/collections/meta/records", http.StatusForbidden, `"what":"GET /api/collections/{collection}/records","why":"auth.forbidden"`},
		"an operator's route":  {field, http.MethodGet, "/api/settings", http.StatusForbidden, `"what":"GET /api/settings","why":"auth.forbidden"`},
	} {
		before := head(t, app)
		if status, body := c.call.Do(c.method, c.path, map[string]any{"name": asked["name"], "birth_date": asked["birth_date"]}); status != c.status {
			t.Errorf("%s: %d %s", what, status, body)
		}
		rows := trail(t, app, before)
		_, named, _ := strings.Cut(c.path, "/collections/")
		named, _, _ = strings.Cut(named, "/")
		if len(rows) != 1 || rows[0].Action != audit.Refused || !strings.Contains(rows[0].Detail, c.detail) || rows[0].Actor == "" || rows[0].Collection != named {
			t.Errorf("%s: %+v", what, rows)
		}
	}
	before := head(t, app)
	app.Client(t, server, nil).Want(http.StatusForbidden, http.MethodGet, "/api/collections/meta/records", nil, nil)
	if rows := trail(t, app, before); len(rows) > 0 {
		t.Errorf("nobody is on record: %+v", rows)
	}
	for range 100 {
		analyst.Want(http.StatusForbidden, http.MethodPost, searchPath, asked, nil)
	}
	if n := len(trail(t, app, before)); n < 50 || n > 60 {
		t.Errorf("%d rows of a hundred refusals at once", n)
	}
	app.Advance(61 * time.Second)
	before = head(t, app)
	analyst.Want(http.StatusForbidden, http.MethodPost, searchPath, asked, nil)
	analyst.Want(http.StatusForbidden, http.MethodPost, searchPath, asked, nil)
	if n := len(trail(t, app, before)); n != 1 {
		t.Errorf("%d rows a minute later", n)
	}
	nothingAsked(t, trail(t, app, 0))
}

// nothingAsked fails when a row says what somebody looked for.
func nothingAsked(t *testing.T, rows []audit.Row) {
	t.Helper()
	for _, r := range rows {
		for _, text := range asked {
			if strings.Contains(r.Detail+r.Subjects+r.Purpose, text) {
				t.Errorf("the trail holds %s: %+v", text, r)
			}
		}
	}
}
