package outbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
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

// After each failure the wait doubles, up to an hour; the notices beside it are left alone.
func TestTheWaitDoubles(t *testing.T) {
	app := testapp.New(t)
	at := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	queue := func(record string, due time.Time) {
		t.Helper()
		err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
			return collections.Enqueue(db, "report.mandatory", record, map[string]string{"area": "990101"}, due)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	queue("now", at)
	queue("later", at.Add(100*time.Hour))
	fails := errors.New("nobody is there")
	tried := 0
	send := func(_ context.Context, m outbox.Message) error {
		if tried++; m.Record != "now" || string(m.Payload) != `{"area":"990101"}` || m.ID == "" {
			t.Errorf("sent %+v", m)
		}
		return fails
	}
	flush := func(want string) (due string) {
		t.Helper()
		before := app.Picture(t)
		if err := outbox.Flush(t.Context(), app.TestApp, send, at); err != nil {
			t.Fatal(err)
		}
		var id, said, done string
		var attempts int
		_, err := collections.One(collections.Read(app), `SELECT id, due, attempts, last_error, done_at FROM outbox WHERE record='now'`, nil,
			&id, &due, &attempts, &said, &done)
		if failed := fails != nil; err != nil || attempts != tried || (said == "nobody is there") != failed || (done == "") != failed {
			t.Fatalf("%v: attempt %d of %d, %q, done %q", err, attempts, tried, said, done)
		}
		if done != "" && done != collections.Stamp(at) {
			t.Errorf("done at %s, not %s", done, collections.Stamp(at))
		}
		if moved := strings.Join(app.Moved(t, before), "\n"); moved != "outbox "+id+": "+want {
			t.Errorf("moved: %s", moved)
		}
		return due
	}
	columns := "attempts due last_error"
	for _, wait := range []int{5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600} {
		next := at.Add(time.Duration(wait) * time.Second)
		if due := flush(columns); due != collections.Stamp(next) {
			t.Fatalf("due at %s, want %s", due, collections.Stamp(next))
		}
		at, columns = next, "attempts due"
	}
	fails = nil
	flush("attempts done_at last_error")
}

// What a receiver of notices answers, and what the operator named, is told without the address, which may hold a secret.
func TestAnswersToNotices(t *testing.T) {
	for status, taken := range map[int]bool{200: true, 299: true, 300: false, 404: false, 500: false} {
		receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
				t.Errorf("%s %s", r.Method, r.Header.Get("Content-Type"))
			}
			w.WriteHeader(status)
		}))
		if err := outbox.Webhook(receiver.URL)(t.Context(), outbox.Message{}); (err == nil) != taken {
			t.Errorf("%d: %v", status, err)
		}
		receiver.Close()
		if err := outbox.Webhook(receiver.URL+"/secret")(t.Context(), outbox.Message{}); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("a receiver that is gone: %v", err)
		}
	}
	cut := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "9") }))
	defer cut.Close()
	if err := outbox.Webhook(cut.URL)(t.Context(), outbox.Message{}); err == nil {
		t.Error("half an answer is one")
	}
	if err := outbox.Webhook("http://secret\x7f")(t.Context(), outbox.Message{}); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("no address: %v", err)
	}
}
