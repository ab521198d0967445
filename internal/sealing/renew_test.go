package sealing_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/instrument"
	"doorstep/internal/sealing"
	"doorstep/internal/testapp"
)

// TestAnUpgradeMayBeStoppedAnywhere: what an earlier program left in clear is read and changed as before while it is sealed,
// the sealing goes on where it was stopped, and ends with nothing in clear and nothing else changed.
func TestAnUpgradeMayBeStoppedAnywhere(t *testing.T) {
	testapp.Long(t)
	app := newApp(t)
	open(t, app, "")
	sha := fill(t, app)
	if err := sealing.Everything(t.Context(), app, instrument.NewLibrary(), nil); err != nil {
		t.Fatal(err)
	}
	untouched := sealedOf(t, app, "person-0001")
	byEarlierRules(t, app)
	err := collections.Write(t.Context(), app, func(db collections.DB) error { // a server changes another column meanwhile
		return collections.Update(db, collections.Persons, "person-0302", collections.Row{{Column: "phone", Value: "13800000000"}})
	})
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for stop := true; stop; {
		ctx, cancel := context.WithCancel(t.Context())
		pages := 0
		_, err := sealing.Renew(ctx, app, instrument.NewLibrary(), func(table string, rows, sealed int) {
			if pages++; table == collections.Persons {
				if seen++; pages == 1 {
					cancel()
				}
			}
		})
		stop = err != nil
		cancel()
		check(t, app, sha)
	}
	if pages := people/200 + 1; seen > pages+1 {
		t.Errorf("%d pages of people were looked at, want %d and one again", seen, pages)
	}
	for i := range people {
		id := fmt.Sprintf("person-%04d", i)
		want := ""
		if i%2 == 0 {
			want = relation(i)
		}
		stored, err := collections.Registry[collections.Persons].Stored(collections.Read(app), collections.Persons, id)
		if err != nil || stored["relation"] != want || i == 302 && stored["phone"] != "13800000000" {
			t.Fatalf("%s says %v: %v", id, stored, err)
		}
	}
	var clear int
	if _, err := collections.One(collections.Read(app), `SELECT COUNT(*) FROM persons WHERE relation!=''`, nil, &clear); err != nil || clear > 0 {
		t.Errorf("%d rows in clear, %v", clear, err)
	}
	if sealedOf(t, app, "person-0001") != untouched {
		t.Error("a row that lay sealed was sealed again")
	}
	if indexed, err := sealing.Indexed(app, collections.KeysOf(app)); err != nil || !indexed {
		t.Errorf("not done: %v", err)
	}
}

func relation(i int) string { return fmt.Sprintf("侄子%d", i) }

// byEarlierRules leaves the database as a program does that does not seal how people are related.
func byEarlierRules(t *testing.T, app core.App) {
	t.Helper()
	err := collections.Write(t.Context(), app, func(db collections.DB) error {
		for i := 0; i < people; i += 2 {
			if _, err := db.Exec(`UPDATE persons SET relation=? WHERE id=?`, relation(i), fmt.Sprintf("person-%04d", i)); err != nil {
				return err
			}
		}
		return collections.SetMeta(db, "seal.index", db.Keys().IndexID()+" earlier rules")
	})
	if err != nil {
		t.Fatal(err)
	}
}

func sealedOf(t *testing.T, app core.App, id string) (sealed string) {
	t.Helper()
	if _, err := collections.One(collections.Read(app), `SELECT sealed FROM persons WHERE id=?`, []any{id}, &sealed); err != nil || sealed == "" {
		t.Fatal(sealed, err)
	}
	return sealed
}
