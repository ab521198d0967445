package hooks_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/testapp"
)

// The server takes 128 KB of headers, within 15 seconds, and keeps an idle connection for two minutes.
func TestHeadersAreLimited(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	router, err := apis.NewRouter(app.TestApp)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(nil)
	err = app.OnServe().Trigger(&core.ServeEvent{App: app.TestApp, Router: router, Server: server.Config}, func(e *core.ServeEvent) (err error) {
		server.Config.Handler, err = e.Router.BuildMux()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	server.Start()
	t.Cleanup(server.Close)
	if c := server.Config; c.ReadHeaderTimeout != 15*time.Second || c.IdleTimeout != 2*time.Minute {
		t.Errorf("headers within %s, idle for %s", c.ReadHeaderTimeout, c.IdleTimeout)
	}
	for size, want := range map[int]int{100 << 10: http.StatusOK, 200 << 10: http.StatusRequestHeaderFieldsTooLarge} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/api/health", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Long", strings.Repeat("x", size))
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%d bytes of headers: %d", size, res.StatusCode)
		}
	}
}
