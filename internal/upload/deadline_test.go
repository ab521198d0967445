package upload

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// The tus handler's goroutines may set a deadline after the request they were for; the next one on the connection must
// neither be cancelled nor lose its answer.
func TestDeadlinesEndWithTheRequest(t *testing.T) {
	const past = -time.Second
	var late *http.ResponseController
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if late == nil {
			l := &limited{ResponseWriter: w}
			defer l.end()
			late = http.NewResponseController(l)
			if err := late.SetWriteDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
				t.Error(err)
			}
			return
		}
		if late.SetReadDeadline(time.Now().Add(past)) != nil {
			t.Error("a late deadline is an error")
		}
		select {
		case <-r.Context().Done():
			t.Error("the next request was cancelled")
		case <-time.After(100 * time.Millisecond):
		}
		io.WriteString(w, "whole")
	}))
	defer server.Close()
	for _, want := range []string{"", "whole"} {
		res, err := server.Client().Get(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || string(got) != want {
			t.Errorf("%q, %v; want %q", got, err, want)
		}
	}
}
