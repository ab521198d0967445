package signin_test

import (
	"testing"

	"doorstep/collections"
	"doorstep/internal/signin"
)

func TestUnlockEndsTheWaitsOfOneAccount(t *testing.T) {
	g := newGate(t)
	for range 8 {
		g.try("F1", at("203.0.113.1"), false)
		g.try("F2", at("203.0.113.2"), false)
	}
	if g.try("F1", at("203.0.113.1"), true) || g.try("F2", at("203.0.113.2"), true) {
		t.Fatal("nobody waits: nothing is proved")
	}
	err := collections.Write(t.Context(), g.app.TestApp, func(db collections.DB) error {
		n, err := signin.Unlock(db, "workers", "F1")
		if n != 2 { // of the account, and of it from there
			t.Errorf("%d counts forgotten", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if !g.try("F1", at("203.0.113.1"), true) {
		t.Error("the account still waits")
	}
	if g.try("F2", at("203.0.113.2"), true) {
		t.Error("another account was unlocked too")
	}
}
