package hooks_test

import (
	"io"
	"mime"
	"net/http"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/logger"

	"doorstep/internal/testapp"
)

// TestEveryAnswerSaysWhatItIs asks every route as an operator, a worker and nobody: what has a body says of which type it is, and text in
// which charset; it is kept by no cache on the way, and no browser guesses.
func TestEveryAnswerSaysWhatItIs(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	whos := map[string]*testapp.Client{"nobody": app.Client(t, server, nil), "an operator": app.Client(t, server, superuser(t, app)), "a manager": app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))}
	answered := 0
	for who, c := range whos {
		for _, route := range everyRoute() {
			method, path, _ := strings.Cut(route, " ")
			res := fetch(t, c, method, path, []byte("{}"), "Content-Type", "application/json")
			if res.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(res.Header.Get("Cache-Control"), "no-store") && !strings.Contains(res.Header.Get("Cache-Control"), "private") {
				t.Errorf("%s, %s: %d %v", who, route, res.StatusCode, res.Header)
			}
			kind, params, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
			switch {
			case method == http.MethodHead || res.StatusCode == http.StatusNoContent || res.ContentLength == 0:
				continue
			case err != nil, strings.HasPrefix(kind, "text/") && !strings.EqualFold(params["charset"], "utf-8"):
				t.Errorf("%s, %s: %d says %q: %v", who, route, res.StatusCode, res.Header.Get("Content-Type"), err)
			}
			answered++
		}
	}
	if answered < 100 {
		t.Errorf("only %d answers have a body", answered)
	}
}

// TestAHandlerThatPanicsIsAnswered: the mistake of a handler ends its own request alone, tells the client nothing of itself, and stands in
// the log. TRACE is answered by no route.
func TestAHandlerThatPanicsIsAnswered(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Router.GET("/api/doorstep/v1/mistake", func(*core.RequestEvent) error { panic("a mistake of ours at /srv/secret") })
		return e.Next()
	})
	server := app.Serve(t)
	app.Settings().Logs.MaxDays = 7 // test apps do not log
	c := app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	for range 3 {
		status, body := c.Do(http.MethodGet, "/api/doorstep/v1/mistake", nil)
		if status < 500 && status != http.StatusBadRequest || strings.Contains(string(body), "mistake of ours") || strings.Contains(string(body), "secret") {
			t.Fatalf("%d %s", status, body)
		}
	}
	c.Want(http.StatusOK, http.MethodGet, quarantine, nil, nil)
	for _, path := range []string{"/api/health", "/v1/key/x/projects/all/formList", "/nowhere"} {
		if res := fetch(t, c, http.MethodTrace, path, nil, "X-Secret", "echoed"); res.StatusCode < 400 || strings.Contains(string(plain(t, "", res.Body)), "echoed") {
			t.Errorf("TRACE %s: %d", path, res.StatusCode)
		}
	}
	logs, ok := app.Logger().Handler().(*logger.BatchHandler)
	if !ok {
		t.Fatalf("the log is a %T", app.Logger().Handler())
	}
	if err := logs.WriteAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := app.AuxDB().NewQuery(`SELECT COUNT(*) FROM _logs WHERE data LIKE '%a mistake of ours%' AND message='request failed'`).Row(&n); err != nil || n != 3 {
		t.Errorf("the mistake is %d times in the log: %v", n, err)
	}
}

// TestARefusalEndsTheConnectionOfALongBody: what is left of a body that a refusal did not read is not taken for the next request.
func TestARefusalEndsTheConnectionOfALongBody(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve(t)
	const drained = 64 << 10
	for _, c := range []struct {
		length int64 // as the request says; -1 for none
		ends   bool
	}{{0, false}, {1, false}, {drained, false}, {drained + 1, true}, {-1, true}} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/api/doorstep/v1/reveal", io.LimitReader(&blanks{drained + 1}, max(c.length, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if req.ContentLength = c.length; c.length == 0 {
			req.Body = nil
		}
		res, err := server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusUnauthorized || res.Close != c.ends {
			t.Errorf("of %d bytes: %d, the connection ends: %t", c.length, res.StatusCode, res.Close)
		}
	}
}

// TestAFormIsSentOnce: who has a form is told that it is the same by its digest, and who has another one gets it.
func TestAFormIsSentOnce(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	c := app.Client(t, app.Serve(t), app.Worker(t, "F1", "field", "9901")).Register()
	path := "/api/sync/v1/forms/child_visit/" + shippedVersion(t, "child_visit")
	first := fetch(t, c, http.MethodGet, path, nil)
	tag := first.Header.Get("ETag")
	whole := plain(t, "", first.Body)
	if first.StatusCode != http.StatusOK || len(tag) != len(`""`)+32 || len(whole) == 0 {
		t.Fatalf("%d %q, %d bytes", first.StatusCode, tag, len(whole))
	}
	for known, want := range map[string]int{tag: http.StatusNotModified, `"another"`: http.StatusOK, strings.Trim(tag, `"`): http.StatusOK} {
		res := fetch(t, c, http.MethodGet, path, nil, "If-None-Match", known)
		body := plain(t, "", res.Body)
		if res.StatusCode != want || res.Header.Get("ETag") != tag || want == http.StatusOK && len(body) != len(whole) || want != http.StatusOK && len(body) != 0 {
			t.Errorf("who has %s: %d %q, %d bytes", known, res.StatusCode, res.Header.Get("ETag"), len(body))
		}
	}
}
