package signin_test

import (
	"fmt"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/signin"
	"doorstep/internal/testapp"
)

// Wrong passwords are remembered by a server that starts anew, as keyed hashes: the rows name no account and no address.
func TestGuessesSurviveARestart(t *testing.T) {
	g := newGate(t)
	const account, address = "F0042-oriole", "192.0.2.77"
	for range 20 {
		g.try(account, at(address), false)
	}
	if g.try(account, at(address), true) {
		t.Fatal("nobody waits after twenty guesses")
	}
	dir := t.TempDir()
	g.app.Backup(t, dir)
	again := &gate{t, testapp.Open(t, dir), g.now}
	if again.try(account, at(address), true) {
		t.Error("the server has forgotten the guesses")
	}
	if !again.try("another", at("192.0.2.78"), true) {
		t.Error("somebody else waits")
	}
	n := 0
	err := testapp.EachRow(collections.Read(again.app.TestApp), `SELECT * FROM sign_ins`, func(columns []string, values []any) error {
		n++
		for i, v := range values {
			if text := strings.ToLower(fmt.Sprint(v)); strings.Contains(text, "oriole") || strings.Contains(text, "192.0.2") {
				t.Errorf("%s says %s", columns[i], text)
			}
		}
		return nil
	})
	if err != nil || n == 0 {
		t.Errorf("%d rows, %v", n, err)
	}
}

// The office needs a second factor unless the installation has switched it off.
func TestTheSecondFactorIsThePolicyUnlessSet(t *testing.T) {
	app := testapp.New(t)
	for policy, want := range map[string]bool{"": true, "required": true, signin.Off: false} {
		err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
			if err := collections.SetMeta(db, signin.PolicyKey, policy); err != nil {
				return err
			}
			for _, role := range []access.Role{access.Supervisor, access.Manager, access.Analyst, access.Field} {
				got, err := signin.Required(db, role)
				if err != nil || got != (want && role != access.Field) {
					t.Errorf("policy %q: a %s needs one: %v (%v)", policy, role, got, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
