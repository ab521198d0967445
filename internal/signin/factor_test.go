package signin_test

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"doorstep/collections"
	"doorstep/internal/seal"
	"doorstep/internal/signin"
	"doorstep/internal/testapp"
)

// The secret of a second factor does not lie in clear: not a new one, not one from before, and after a rotation not under
// the earlier key. Codes are right all the while.
func TestFactorsAreSealed(t *testing.T) {
	app := testapp.New(t)
	now := app.Doorstep.Now()
	write := func(fn func(collections.DB) error) {
		t.Helper()
		if err := collections.Write(t.Context(), app.TestApp, fn); err != nil {
			t.Fatal(err)
		}
	}
	var secret string
	write(func(db collections.DB) error {
		made, err := signin.Enrol(db, rand.Reader, "w1", "x", now)
		secret = made.Secret
		return err
	})
	check := func(why string) {
		t.Helper()
		var stored string
		if _, err := collections.One(collections.Read(app.TestApp), `SELECT secret FROM second_factors`, nil, &stored); err != nil {
			t.Fatal(err)
		}
		if id, sealed := seal.KeyOf(stored); !sealed || id != collections.KeysOf(app).Primary() {
			t.Errorf("%s: %s is stored", why, stored)
		}
		now = now.Add(time.Minute)
		code, err := totp.GenerateCode(secret, now)
		if err != nil {
			t.Fatal(err)
		}
		write(func(db collections.DB) error {
			if ok, err := signin.Check(db, "w1", code, now); err != nil || !ok {
				t.Errorf("%s: the code is not taken: %v", why, err)
			}
			return nil
		})
	}
	check("new")
	write(func(db collections.DB) error {
		_, err := db.Exec(`UPDATE second_factors SET secret=?`, secret)
		return err
	})
	write(signin.SealFactors)
	check("from before")
	keys, err := app.Doorstep.Keys.Keyset(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := keys.Rotate(seal.AES256, now); err != nil {
		t.Fatal(err)
	}
	rotated, err := seal.New(keys)
	if err != nil {
		t.Fatal(err)
	}
	collections.UseKeys(app, rotated)
	write(signin.SealFactors)
	check("after a rotation")
}
