package hooks_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"doorstep/internal/server"
)

// stalled begins a request whose body does not end, and returns when all that there is of it was sent.
func stalled(t *testing.T, served *httptest.Server, head, body string) {
	t.Helper()
	c, err := net.Dial("tcp", served.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	// What is refused half-way breaks the connection.
	_, _ = fmt.Fprintf(c, "%s\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", head, len(body)+1000, body)
}

// A worker who holds pushes open keeps nobody else from a push, a question or a search.
func TestStalledPushesTakeNoRoomFromOthers(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	served := httptest.NewServer(app.Handler(t))
	t.Cleanup(served.Close)
	other := app.Client(t, served, app.Worker(t, "F2", "field", "990101001002")).Register()
	boss.URL = served.URL
	for range 12 {
		stalled(t, served, "POST /api/sync/v1/push HTTP/1.1\r\nAuthorization: "+tablet.Token+"\r\nX-Doorstep-Device: "+tablet.Device, `{"operations":[`+strings.Repeat(" ", 4500<<10))
	}
	for range 3 {
		other.Want(http.StatusOK, http.MethodPost, "/api/sync/v1/push", []byte(`{"operations":[]`+strings.Repeat(" ", 2<<20)+`}`), nil)
		other.Want(http.StatusOK, http.MethodPost, "/api/sync/v1/files/have", map[string]any{"sha256": []string{}}, nil)
		boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/search/person", map[string]string{"name": "某某", "birth_date": "2015-01-01"}, nil)
	}
}

// Whoever is not signed in may say little, whatever the route; who is may not say more than a record.
func TestBodiesOfTheFrameworkAreLimited(t *testing.T) {
	app, tablet, _ := stage(t)
	handler := app.Handler(t)
	fill := strings.NewReplacer("{collection}", "workers", "{id}", "x", "{key}", "x", "{path...}", "x")
	for pattern := range server.Opened {
		method, path, _ := strings.Cut(pattern, " ")
		if method == http.MethodGet {
			continue
		}
		for who, token := range map[string]string{"a stranger": "", "a worker": tablet.Token} {
			for length, size := range map[string]int64{"said": 3 << 20, "not said": 3 << 20} {
				t.Run(pattern+" "+who+" "+length, func(t *testing.T) {
					req := httptest.NewRequest(method, fill.Replace(path), io.NopCloser(io.MultiReader(strings.NewReader(`{"identity":"`), &blanks{size})))
					if req.ContentLength = -1; length == "said" {
						req.ContentLength = size
					}
					req.Header.Set("Content-Type", "application/json")
					req.Header.Set("Authorization", token)
					var before, after runtime.MemStats
					runtime.ReadMemStats(&before)
					w := httptest.NewRecorder()
					handler.ServeHTTP(w, req)
					runtime.ReadMemStats(&after)
					if w.Code < 400 || w.Code >= 500 || length == "said" && w.Code != http.StatusRequestEntityTooLarge && w.Code != http.StatusNotFound {
						t.Errorf("%d %s", w.Code, w.Body)
					}
					if spent := after.TotalAlloc - before.TotalAlloc; spent > 16<<20 {
						t.Errorf("%d MB", spent>>20)
					}
				})
			}
		}
	}
	if status, body := tablet.Do(http.MethodPost, "/api/collections/workers/auth-with-password", map[string]string{"identity": "F1", "password": "wrong"}); status != http.StatusBadRequest {
		t.Errorf("a sign-in of the usual size: %d %s", status, body)
	}
}

// Bodies of nobody in particular, held open, keep nobody from signing in, and are not kept in memory.
func TestStalledStrangersCostLittle(t *testing.T) {
	app, tablet, _ := stage(t)
	served := httptest.NewServer(app.Handler(t))
	t.Cleanup(served.Close)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 100 {
		stalled(t, served, "POST /api/collections/workers/auth-with-password HTTP/1.1", `{"identity":"`+strings.Repeat("a", 60<<10))
	}
	tablet.URL = served.URL
	if status, body := tablet.Do(http.MethodPost, "/api/collections/workers/auth-with-password", map[string]string{"identity": "F1", "password": "wrong"}); status != http.StatusBadRequest {
		t.Errorf("a sign-in beside them: %d %s", status, body)
	}
	runtime.ReadMemStats(&after)
	if spent := (after.TotalAlloc - before.TotalAlloc) >> 20; spent > 150 {
		t.Errorf("%d MB", spent)
	}
}
