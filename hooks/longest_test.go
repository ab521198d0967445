package hooks_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/internal/access"
	"doorstep/internal/server"
	"doorstep/internal/testapp"
)

// Every read of people that takes too long is cut, and says what to do; what is long by its nature, what changes something and
// what an operator asks is not. The time is up here before it begins.
func TestReadsThatTakeTooLongAreCut(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	served := app.Serve(t)
	boss.URL, tablet.URL = served.URL, served.URL
	manager := app.Client(t, served, app.Worker(t, "M1", "manager", "99"))
	operator := app.Client(t, served, superuser(t, app))
	visit := uuid.NewString()
	push(t, tablet, operation(1, visit, childVisit(testapp.Inside(gridA), "示例路 1 号")))
	app.Doorstep.Longest = -time.Second
	cut := func(status int, body []byte) bool {
		return status == http.StatusBadRequest && strings.Contains(string(body), `"request.too_long"`) && strings.Contains(string(body), "缩小范围")
	}
	fill := strings.NewReplacer("{id}", visit, "{collection}", "child_visits", "{form}", "child_visit",
		"{z}", "0", "{x}", "0", "{y}", "0")
	asks := map[string]string{ // what is checked before anything is read
		"/api/doorstep/v1/quality":              "?form=child_visit&area=99",
		"/api/doorstep/v1/quality/datums":       "?form=child_visit&area=99",
		"/api/doorstep/v1/area-jobs/{id}/moves": "?from=99&to=99",
	}
	seen := 0
	for _, r := range server.Routes {
		pattern := r.Pattern()
		if r.Method != http.MethodGet || r.Do == access.Sync {
			continue
		}
		status, body := manager.Do(r.Method, fill.Replace(r.Path)+asks[r.Path], nil)
		if r.Slow != "" && cut(status, body) {
			t.Errorf("%s is slow and is cut", pattern)
		} else if r.Slow == "" {
			seen++
			if !cut(status, body) {
				t.Errorf("%s: %d %s", pattern, status, body)
			}
		}
	}
	if seen < 4 {
		t.Errorf("%d routes", seen)
	}
	for who, c := range map[string]*testapp.Client{"a worker": tablet, "a supervisor": boss, "a manager": manager} {
		if status, body := c.Do(http.MethodGet, "/api/collections/persons/records?perPage=1", nil); !cut(status, body) {
			t.Errorf("a list of %s: %d %s", who, status, body)
		}
		if status, _ := c.Do(http.MethodHead, "/api/collections/persons/records?perPage=1", nil); status != http.StatusBadRequest {
			t.Errorf("the headers of a list of %s: %d", who, status)
		}
	}
	operator.Want(http.StatusOK, http.MethodGet, "/api/collections/persons/records?perPage=1", nil, nil)
	tablet.Want(http.StatusOK, http.MethodGet, "/api/sync/v1/pull?cursor=", nil, nil)
	tablet.Want(http.StatusOK, http.MethodPost, "/api/sync/v1/push", []byte(`{"operations":[]}`), nil)
	app.Doorstep.Longest = time.Minute
	boss.Want(http.StatusOK, http.MethodGet, "/api/collections/persons/records?perPage=1", nil, nil)
}
