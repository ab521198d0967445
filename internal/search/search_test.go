package search_test

import (
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/search"
	"doorstep/internal/testapp"
)

// TestWait: the first are free, then each doubles the wait of its own person, and a day has its end.
func TestWait(t *testing.T) {
	app := testapp.New(t)
	now := app.Doorstep.Now()
	wait := func(actor string) (w time.Duration) {
		t.Helper()
		w, err := search.Wait(collections.Read(app.TestApp), actor, now)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	ask := func(actor string) {
		t.Helper()
		err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
			return audit.Append(db, now, audit.Entry{Actor: actor, Action: audit.Search}, audit.Entry{Actor: actor, Action: audit.Read})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for range search.Free {
		if w := wait("one"); w != 0 {
			t.Fatalf("a free search waits %s", w)
		}
		ask("one")
	}
	for _, want := range []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second} {
		if w := wait("one"); w != want {
			t.Errorf("waits %s, want %s", w, want)
		}
		if w := wait("other"); w != 0 {
			t.Errorf("somebody else waits %s", w)
		}
		now = now.Add(want)
		ask("one")
	}
	for range search.Daily - search.Free - 3 {
		now = now.Add(11 * time.Minute)
		if w := wait("one"); w != 0 {
			t.Fatalf("after a pause one waits %s", w)
		}
		ask("one")
	}
	now = now.Add(2 * time.Hour)
	if w := wait("one"); w < 10*time.Hour || w > 24*time.Hour {
		t.Errorf("after %d a day one waits %s", search.Daily, w)
	}
	now = now.Add(24 * time.Hour)
	if w := wait("one"); w != 0 {
		t.Errorf("the next day one waits %s", w)
	}
}
