package hooks_test

import (
	"path/filepath"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/seal"
	"doorstep/internal/testapp"
)

// Within a minute of a new key nothing lies under the one before, in no column of any table and in no file, and all is read as before.
func TestANewKeySealsEverything(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	ks, err := app.Doorstep.Keys.Keyset(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "keys.json")
	if err := ks.Create(path); err != nil {
		t.Fatal(err)
	}
	keys, err := seal.Source(path).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	old := keys.Primary()
	collections.UseKeys(app, keys)
	visit := plant(t, app, tablet, boss)
	enrolled(t, app, app.Worker(t, "M1", "manager", "9901").Id)
	if under := sealedUnder(t, app, old); len(under) < 10 {
		t.Fatalf("sealed at first: %v", under)
	}
	if err := ks.Rotate(seal.AES256, app.Doorstep.Now()); err != nil {
		t.Fatal(err)
	}
	if err := ks.Replace(path); err != nil {
		t.Fatal(err)
	}
	for _, j := range app.Cron().Jobs() {
		if j.Id() == "doorstep.keys" {
			j.Run()
		}
	}
	if keys.Primary() == old {
		t.Fatal("the new key is not seen")
	}
	if under := sealedUnder(t, app, old); len(under) > 0 {
		t.Errorf("still under the key before: %v", under)
	}
	if n, err := collections.Files(app).Count(); err != nil || n[old] > 0 || n[keys.Primary()] == 0 {
		t.Errorf("files by key: %v %v", n, err)
	}
	if r := app.Find(t, "child_visits", visit); r.GetString("address") != planted[3] {
		t.Errorf("the address is %q now", r.GetString("address"))
	}
}

// sealedUnder are the columns in which something lies under a key.
func sealedUnder(t *testing.T, app *testapp.App, key string) map[string]int {
	t.Helper()
	found := map[string]int{}
	for table, rows := range app.Picture(t) {
		for _, row := range rows {
			for column, value := range row {
				if strings.Contains(value, seal.PrefixOf(key)) {
					found[table+"."+column]++
				}
			}
		}
	}
	return found
}

// TestAStartWithOtherKeysIsRefused starts with keys that did not seal the database, and then with its own.
func TestAStartWithOtherKeysIsRefused(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	ks, err := seal.NewKeyset(seal.AES256, app.Doorstep.Now())
	if err != nil {
		t.Fatal(err)
	}
	path, own := filepath.Join(t.TempDir(), "keys.json"), app.Doorstep.Keys
	if err := ks.Create(path); err != nil {
		t.Fatal(err)
	}
	app.Doorstep.Keys = seal.Source(path)
	if err := app.Doorstep.Start(app.TestApp); err == nil || !strings.Contains(err.Error(), "these are not the keys of this database") {
		t.Error("it began:", err)
	}
	app.Doorstep.Keys = own
	if err := app.Doorstep.Start(app.TestApp); err != nil {
		t.Error(err)
	}
}
