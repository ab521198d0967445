package outbox_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/outbox"
	"doorstep/internal/testapp"
)

// A notice is sent until it is taken, and not again after that; queueing it twice sends it once.
func TestNoticeIsSentUntilItIsTaken(t *testing.T) {
	app := testapp.New(t)
	now := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	var got []outbox.Message
	status := http.StatusBadGateway
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m outbox.Message
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			t.Error(err)
		}
		got = append(got, m)
		w.WriteHeader(status)
	}))
	defer receiver.Close()
	for range 2 {
		err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
			return collections.Enqueue(db, "report.mandatory", "record-1", map[string]string{"area": "990101"}, now)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	flush := func(at time.Time) {
		t.Helper()
		if err := outbox.Flush(context.Background(), app.TestApp, outbox.Webhook(receiver.URL), at); err != nil {
			t.Fatal(err)
		}
	}
	flush(now)
	flush(now.Add(time.Second)) // too early for the next try
	if len(got) != 1 {
		t.Fatalf("%d tries, want 1", len(got))
	}
	status = http.StatusNoContent
	flush(now.Add(time.Minute))
	flush(now.Add(time.Hour))
	if len(got) != 2 || got[1].Record != "record-1" || got[1].Kind != "report.mandatory" {
		t.Errorf("notices %+v", got)
	}
}

// TestNoticesFollowNoRedirect: what the operator named may not send a notice on to another server.
func TestNoticesFollowNoRedirect(t *testing.T) {
	called := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	defer elsewhere.Close()
	for _, status := range []int{http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		named := httptest.NewServer(http.RedirectHandler(elsewhere.URL, status))
		if err := outbox.Webhook(named.URL)(t.Context(), outbox.Message{}); err == nil || called {
			t.Errorf("%d: sent on: %v, %v", status, called, err)
		}
		named.Close()
	}
}
