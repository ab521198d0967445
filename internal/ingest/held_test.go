package ingest

import (
	"fmt"
	"testing"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
)

// TestWhatWaitsIsCountedAndPaged has as many submissions wait as are counted at once, and one more, beside those of other causes and
// places.
func TestWhatWaitsIsCountedAndPaged(t *testing.T) {
	app, intake := newApp(t)
	const planted = `INSERT INTO submissions (id, area, outcome, code, form, received_at, instance, worker, created, updated)
		WITH RECURSIVE n(i) AS (SELECT ? UNION ALL SELECT i+1 FROM n WHERE i<?)
		SELECT printf('%s%04d', ?, i), ?, ?, ?, ?, ?, 'i'||i, 'w', '', '' FROM n`
	plant := func(name string, from, to int, area, outcome, code, form, at string) {
		t.Helper()
		err := collections.Write(t.Context(), app, func(db collections.DB) error {
			_, err := db.Exec(planted, from, to, name, area, outcome, code, form, at)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	const here, at = "990101001001", "2026-11-20 02:00:00.000Z"
	code := string(problem.ForeignRecord)
	plant("a", 1, mostCounted, here, Quarantined, code, "f", at)
	plant("far", 1, 2, "990102001001", Quarantined, code, "f", at)
	plant("form", 1, 2, here, Quarantined, code, "g", at)
	plant("code", 1, 2, here, Quarantined, string(problem.OutOfScope), "f", at)
	plant("done", 1, 2, here, discarded, code, "f", at)
	plant("late", 1, 2, here, Quarantined, code, "f", "2026-11-23 02:00:00.001Z")
	act := access.Act{Actor: access.Actor{ID: "boss", Role: access.Supervisor, Territory: []string{"990101"}}, Now: intake.Now()}
	db := collections.Read(app)
	count := func(want Alike) {
		t.Helper()
		want.Before = "2026-11-23 02:00:00.000Z"
		if got, err := CountAlike(db, act, "a0007"); err != nil || got != want {
			t.Errorf("%+v, want %+v: %v", got, want, err)
		}
	}
	count(Alike{N: mostCounted})
	plant("a", mostCounted+1, mostCounted+1, here, Quarantined, code, "f", at)
	count(Alike{N: mostCounted, More: true})
	for _, id := range []string{"far0001", "nobody"} {
		if _, err := CountAlike(db, act, id); problem.As(err).Code != problem.NotFound {
			t.Errorf("%s: %v", id, err)
		}
	}
	for _, newest := range []bool{false, true} {
		asked, seen, pages := HeldAsked{Form: "f", Code: code, Newest: newest, Limit: 1000}, []string{}, ""
		for next := new(string); next != nil; {
			asked.Cursor = *next
			var held []Held
			var err error
			if held, next, err = ListQuarantine(db, instrument.NewLibrary(), act.Actor, asked); err != nil {
				t.Fatal(err)
			}
			pages += fmt.Sprint(len(held), " ")
			for _, h := range held {
				seen = append(seen, h.ID)
			}
		}
		want := []string{"a0001", "late0002"}
		if newest {
			want = []string{"late0002", "a0001"}
		}
		if ends := []string{seen[0], seen[len(seen)-1]}; fmt.Sprint(ends) != fmt.Sprint(want) || pages != "200 200 200 200 200 3 " {
			t.Errorf("newest first %t: from %s in pages of %s", newest, ends, pages)
		}
	}
}
