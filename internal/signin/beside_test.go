package signin_test

import (
	"crypto/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/signin"
	"doorstep/internal/testapp"
)

// TestAnAccountMovesAlone does to one worker what is done to accounts, beside another who has all of it too.
func TestAnAccountMovesAlone(t *testing.T) {
	app := testapp.New(t)
	now := app.Doorstep.Now()
	write := func(fn func(collections.DB) error) {
		t.Helper()
		if err := collections.Write(t.Context(), app.TestApp, fn); err != nil {
			t.Fatal(err)
		}
	}
	secrets := map[string]string{}                         // by worker
	ids, names := map[string]string{}, map[string]string{} // of a staff number; of a key that the program made
	code := func(worker string) string {
		t.Helper()
		now = now.Add(time.Minute) // a code is good once
		code, err := totp.GenerateCode(secrets[worker], now)
		if err != nil {
			t.Fatal(err)
		}
		return code
	}
	recovery := map[string][]string{}
	enrol := func(worker string) {
		t.Helper()
		now = now.Add(time.Minute)
		write(func(db collections.DB) error {
			made, err := signin.Enrol(db, rand.Reader, worker, worker, now)
			secrets[worker] = made.Secret
			return err
		})
	}
	confirm := func(worker string) {
		t.Helper()
		write(func(db collections.DB) error {
			codes, ok, err := signin.Confirm(db, rand.Reader, worker, code(worker), now)
			if !ok {
				t.Errorf("the code of %s is refused", worker)
			}
			recovery[worker] = codes
			return err
		})
	}
	for _, staff := range []string{"B1", "A1"} {
		id := app.Worker(t, staff, "field", "990101001001").Id
		ids[staff], names[id] = id, staff+"'s"
		app.Plant(t, "devices", map[string]any{"id": staff + "-tablet", "worker": id})
		app.Plant(t, "devices", map[string]any{"id": staff + "-lost", "worker": id, "revoked": true})
		app.Plant(t, "app_tokens", map[string]any{"id": staff + "-app", "worker": id, "sha256": staff})
		enrol(id)
	}
	for id, row := range app.Picture(t)["second_factors"] {
		names[id] = names[row["worker"]]
	}
	one, other := ids["A1"], ids["B1"]
	confirm(other)
	for _, step := range []struct {
		name  string
		do    func()
		moved string
	}{
		{"confirm", func() { confirm(one) }, "second_factors A1's: confirmed last_step recovery updated"},
		{"a code", func() {
			write(func(db collections.DB) error { return check(t, db, one, code(one), now, true) })
		}, "second_factors A1's: last_step"},
		{"another's code", func() {
			write(func(db collections.DB) error { return check(t, db, one, code(other), now, false) })
		}, ""},
		{"another's recovery code", func() {
			write(func(db collections.DB) error { return check(t, db, one, recovery[other][0], now, false) })
		}, ""},
		{"a recovery code", func() {
			write(func(db collections.DB) error { return check(t, db, one, recovery[one][3], now, true) })
		}, "second_factors A1's: recovery updated"},
		{"the same recovery code", func() {
			write(func(db collections.DB) error { return check(t, db, one, recovery[one][3], now, false) })
		}, ""},
		{"end the apps", func() {
			write(func(db collections.DB) error { return signin.EndApps(db, one) })
		}, "app_tokens A1-app: revoked"},
		{"end everything", func() {
			write(func(db collections.DB) error { return signin.End(db, rand.Reader, one) })
		}, "workers A1's: tokenKey"},
		{"enrol again", func() { enrol(one) }, "second_factors A1's: confirmed last_step recovery secret updated"},
		{"reset", func() {
			write(func(db collections.DB) error { return signin.Reset(db, rand.Reader, one) })
		}, "second_factors A1's went\nworkers A1's: tokenKey"},
	} {
		before := app.Picture(t)
		step.do()
		moved := app.Moved(t, before)
		for i := range moved {
			for id, name := range names {
				moved[i] = strings.Replace(moved[i], " "+id, " "+name, 1)
			}
		}
		slices.Sort(moved)
		if got := strings.Join(moved, "\n"); got != step.moved {
			t.Errorf("%s moved\n%s\nwant\n%s", step.name, got, step.moved)
		}
	}
	db := collections.Read(app.TestApp)
	for _, c := range []struct {
		worker, device string
		want           bool
	}{{one, "A1-tablet", true}, {one, "A1-lost", false}, {one, "B1-tablet", false}, {other, "B1-tablet", true}, {one, "", false}} {
		if got, err := signin.Registered(db, c.worker, c.device); err != nil || got != c.want {
			t.Errorf("%s with %s is registered: %v %v", names[c.worker], c.device, got, err)
		}
	}
	for worker, want := range map[string]bool{one: false, other: true} {
		if got, err := signin.Enrolled(db, worker); err != nil || got != want {
			t.Errorf("%s has a second factor: %v %v", names[worker], got, err)
		}
	}
	if needed, err := signin.Required(db, access.Field); err != nil || needed {
		t.Errorf("a field worker needs a second factor: %v", err)
	}
}

func check(t *testing.T, db collections.DB, worker, code string, now time.Time, want bool) error {
	t.Helper()
	ok, err := signin.Check(db, worker, code, now)
	if ok != want {
		t.Errorf("taken: %v, want %v", ok, want)
	}
	return err
}
