package signin_test

import (
	"cmp"
	"crypto/rand"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/signin"
	"doorstep/internal/testapp"
)

// TestWhicheverStatementFailsNobodyIsLetIn: what cannot be read is an error, and neither nobody's account, nor a wrong code, nor no wait.
func TestWhicheverStatementFailsNobodyIsLetIn(t *testing.T) {
	app := testapp.New(t)
	now := app.Doorstep.Now()
	worker := app.Worker(t, "F1", "field", "9901")
	token, err := signin.Token(app.TestApp, worker, "")
	if err != nil {
		t.Fatal(err)
	}
	var secret string
	var recovery []string
	code := func() string { // of another half minute each time
		now = now.Add(time.Minute)
		made, err := totp.GenerateCode(secret, now)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	a, db := signin.NewAttempt(collections.Read(app), "workers", worker.Id, at("10.0.0.1")), collections.Read(app)
	want := func(ok bool, err error) error {
		if err == nil && !ok {
			t.Error("no, though all of it was read")
		}
		return err
	}
	for _, step := range []struct {
		name string
		do   func(db collections.DB) error
	}{
		{"begin", func(db collections.DB) error { return a.Begin(db, now) }},
		{"release", func(db collections.DB) error { return a.Release(db, now) }},
		{"right", func(db collections.DB) error { return a.Right(db, now) }},
		{"unlock", func(db collections.DB) error { _, err := signin.Unlock(db, "workers", worker.Id); return err }},
		{"prune", func(db collections.DB) error { return signin.Prune(db, now) }},
		{"enrol", func(db collections.DB) error {
			made, err := signin.Enrol(db, rand.Reader, worker.Id, "F1", now)
			secret = made.Secret
			return err
		}},
		{"confirm", func(db collections.DB) error {
			codes, ok, err := signin.Confirm(db, rand.Reader, worker.Id, code(), now)
			recovery = codes
			return want(ok, err)
		}},
		{"enrolled", func(db collections.DB) error { return want(signin.Enrolled(db, worker.Id)) }},
		{"required", func(db collections.DB) error { _, err := signin.Required(db, access.Manager); return err }},
		{"code", func(db collections.DB) error { return a.CheckFactor(db, worker.Id, code(), now) }},
		{"recovery code", func(db collections.DB) error { return a.CheckFactor(db, worker.Id, recovery[3], now) }},
		{"seal factors", func(db collections.DB) error {
			_, err := db.Exec(`UPDATE second_factors SET secret=?`, secret)
			return cmp.Or(err, signin.SealFactors(db))
		}},
		{"seal passwords", func(db collections.DB) error {
			_, err := db.Exec(`UPDATE workers SET password='x'`)
			if err == nil {
				err = want(signin.Unsealed(db))
			}
			return cmp.Or(err, signin.SealPasswords(db))
		}},
		{"ended apps", func(db collections.DB) error { return signin.EndApps(db, worker.Id) }},
		{"reset", func(db collections.DB) error { return signin.Reset(db, rand.Reader, worker.Id) }},
	} {
		app.FailsAtEach(t, step.name, func() error { return collections.Write(t.Context(), app.TestApp, step.do) })
	}
	app.FailsAtEach(t, "account", func() error {
		found, err := signin.Account(app.TestApp, " f1 ")
		return want(found != nil && found.Id == worker.Id, err)
	})
	app.FailsAtEach(t, "whose", func() error {
		found, err := signin.Whose(app.TestApp, token)
		if found != nil {
			t.Error("a token that was ended is somebody's")
		}
		return err
	})
	app.FailsAtEach(t, "registered", func() error {
		registered, err := signin.Registered(db, worker.Id, "none")
		if registered {
			t.Error("a tablet that is none is registered")
		}
		return err
	})
}
