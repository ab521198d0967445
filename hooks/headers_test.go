package hooks_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"doorstep/internal/testapp"
)

func TestHeaders(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve(t)
	app.Worker(t, "F1", "field", "990101")
	const data = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
	const dashboard = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	seen := map[string]bool{}
	for _, tt := range []struct{ method, path, body, policy string }{
		{http.MethodGet, "/api/health", "", data},
		{http.MethodGet, "/api/sync/v1/pull", "", data},
		{http.MethodGet, "/nowhere", "", data},
		{http.MethodPost, "/api/batch", "{}", data},
		{http.MethodGet, "/_/", "", dashboard},
		{http.MethodGet, "/v1/key/nobody/projects/all/formList", "", data},
		{http.MethodPost, "/api/collections/workers/auth-with-password", `{"identity":"F1","password":"` + testapp.Password + `"}`, data},
	} {
		t.Run(tt.path, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), tt.method, server.URL+tt.path, bytes.NewReader([]byte(tt.body)))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("X-Forwarded-Proto", "https") // as a proxy on this machine says
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			for name, want := range map[string]string{
				"Content-Security-Policy": tt.policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Strict-Transport-Security": "max-age=63072000",
				"Permissions-Policy": "camera=(), microphone=(), geolocation=()", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
				"Server": "", "X-Powered-By": "", "Set-Cookie": "",
			} {
				if got := res.Header.Get(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
			if id := res.Header.Get("X-Request-Id"); len(id) != 36 || seen[id] {
				t.Errorf("request id %q", id)
			} else {
				seen[id] = true
			}
		})
	}
}

// Over plain HTTP nothing is promised about HTTPS: a browser would lock itself out of a server in the house.
func TestNoHSTSWithoutTLS(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	testapp.New(t).Handler(t).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/health", nil))
	if got := w.Header().Get("Strict-Transport-Security"); got != "" || w.Code != http.StatusOK {
		t.Errorf("%d, HSTS %q", w.Code, got)
	}
}
