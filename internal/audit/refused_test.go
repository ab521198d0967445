package audit_test

import (
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/testapp"
)

// TestRefusalsAreCountedForEach records refusals of one person one by one up to sixty in an hour, and after that one a minute. Those of
// others, those of an hour ago, and other entries of theirs count for nothing.
func TestRefusalsAreCountedForEach(t *testing.T) {
	app := testapp.New(t)
	many := func(n int, e audit.Entry) (all []audit.Entry) {
		for range n {
			all = append(all, e)
		}
		return all
	}
	refused := func(actor string) audit.Entry { return audit.Entry{Actor: actor, Action: audit.Refused} }
	for _, c := range []struct {
		who      string
		at       time.Duration // of what there is before
		before   []audit.Entry
		recorded bool
	}{
		{"a", 0, many(60, refused("another")), true},
		{"b", 0, many(60, audit.Entry{Actor: "b", Action: audit.Read}), true},
		{"c", time.Hour, many(60, refused("c")), true},
		{"d", 0, many(59, refused("d")), true},
		{"e", 0, many(60, refused("e")), false},
		{"f", time.Minute - time.Millisecond, many(60, refused("f")), false},
		{"g", time.Minute, many(60, refused("g")), true},
		{"h", time.Hour - time.Millisecond, many(60, refused("h")), true},
	} {
		write(t, app, func(db collections.DB) error { return audit.Append(db, noon.Add(-c.at), c.before...) })
		count := func() (n int) {
			_, err := collections.One(collections.Read(app.TestApp), `SELECT COUNT(*) FROM audit WHERE actor=? AND action='refused'`,
				[]any{c.who}, &n)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := count()
		write(t, app, func(db collections.DB) error { return audit.AppendRefusal(db, noon, audit.Entry{Actor: c.who}) })
		if recorded := count() == before+1; recorded != c.recorded {
			t.Errorf("%s: recorded %t, want %t", c.who, recorded, c.recorded)
		}
	}
}
