package hooks_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/outbox"
	"doorstep/internal/testapp"
)

// TestNoticesAreSentBesideRequests: a server that starts sends what was queued before, without being asked for anything.
func TestNoticesAreSentBesideRequests(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	came := make(chan string, 9)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		said, _ := io.ReadAll(r.Body)
		came <- string(said)
	}))
	t.Cleanup(receiver.Close)
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		return collections.Enqueue(db, "report.mandatory", "r1", map[string]string{"area": "990101"}, app.Doorstep.Now())
	})
	if err != nil {
		t.Fatal(err)
	}
	app.Doorstep.Notify = outbox.Webhook(receiver.URL)
	app.Serve(t)
	select {
	case got := <-came:
		if want := `{"kind":"report.mandatory","record":"r1","payload":{"area":"990101"}}`; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	case <-time.After(time.Minute):
		t.Error("nothing was sent")
	}
}
