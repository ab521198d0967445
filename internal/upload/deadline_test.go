package upload

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// A deadline in the past ends the connection if it comes before the answer, and does nothing after it: either way the
// next request is not cancelled.
func TestDeadlinesEndWithTheRequest(t *testing.T) {
	for name, c := range map[string]struct{ before, after, closes bool }{
		"none":              {},
		"before the answer": {before: true, closes: true},
		"after the answer":  {after: true},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet {
					select {
					case <-r.Context().Done():
						t.Error("the next request was cancelled")
					case <-time.After(100 * time.Millisecond):
					}
					io.WriteString(w, "whole")
					return
				}
				l := &limited{ResponseWriter: w}
				connection := http.NewResponseController(l)
				interrupt := func() {
					if err := connection.SetReadDeadline(time.Now()); err != nil {
						t.Error(err)
					}
				}
				if c.before {
					interrupt()
				}
				l.WriteHeader(http.StatusNoContent)
				if c.after {
					interrupt()
				}
				time.Sleep(20 * time.Millisecond) // for the HTTP server to notice
			}))
			defer server.Close()
			res, err := server.Client().Post(server.URL, "", nil)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.Close != c.closes {
				t.Errorf("closes: %v", res.Close)
			}
			if res, err = server.Client().Get(server.URL); err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			if got, err := io.ReadAll(res.Body); err != nil || string(got) != "whole" {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}
