package hooks_test

import (
	"os"
	"path/filepath"
	"testing"

	"doorstep/collections"
	"doorstep/internal/datafolder"
	"doorstep/internal/devicesync"
	"doorstep/internal/testapp"
)

// TestAnotherDatabaseGetsAnotherEpoch begins beside what was noted of the database, and beside notes that differ from it in one thing:
// each of those that tells of a database that is older or another one makes tablets begin anew.
func TestAnotherDatabaseGetsAnotherEpoch(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change  func(*datafolder.Witness)
		renewed bool
	}{
		"as noted":                       {func(*datafolder.Witness) {}, false},
		"noted before the last changes":  {func(w *datafolder.Witness) { w.Feed-- }, false},
		"noted before the audit chain":   {func(w *datafolder.Witness) { w.Audit = datafolder.Mark{} }, false},
		"another boot, ended well":       {func(w *datafolder.Witness) { w.Boot = "another" }, false},
		"the same boot, not ended":       {func(w *datafolder.Witness) { w.Clean = false }, false},
		"another boot, not ended":        {func(w *datafolder.Witness) { w.Boot, w.Clean = "another", false }, true},
		"another file":                   {func(w *datafolder.Witness) { w.Database.Inode++ }, true},
		"a later change":                 {func(w *datafolder.Witness) { w.Feed++ }, true},
		"another row of the audit chain": {func(w *datafolder.Witness) { w.Audit.Hash = "another" }, true},
		"a later row of the audit chain": {func(w *datafolder.Witness) { w.Audit.Seq++ }, true},
		"an earlier row's number":        {func(w *datafolder.Witness) { w.Audit.Seq-- }, true},
	} {
		t.Run(name, func(t *testing.T) {
			app := testapp.New(t)
			if err := app.Doorstep.NoteNew(app.TestApp); err != nil {
				t.Fatal(err)
			}
			w, found, err := datafolder.ReadWitness(app.Doorstep.Witness)
			if err != nil || !found || w.Audit.Seq < 2 {
				t.Fatal(w, found, err)
			}
			c.change(&w)
			if err := w.Write(app.Doorstep.Witness); err != nil {
				t.Fatal(err)
			}
			before := epochOf(t, app)
			app.Handler(t)
			if renewed := epochOf(t, app) != before; renewed != c.renewed {
				t.Errorf("renewed: %t, want %t", renewed, c.renewed)
			}
		})
	}
}

// TestANewDatabaseKeepsItsFirstEpoch: it is nobody's before, though nothing was noted of it.
func TestANewDatabaseKeepsItsFirstEpoch(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	if err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error { _, err := db.Exec(`DELETE FROM meta WHERE key='epoch'`); return err }); err != nil {
		t.Fatal(err)
	}
	if err := app.Doorstep.Start(app.TestApp); err != nil {
		t.Fatal(err)
	}
	first := epochOf(t, app)
	if app.Handler(t); epochOf(t, app) != first {
		t.Error("it got another one")
	}
}

func epochOf(t *testing.T, app *testapp.App) string {
	t.Helper()
	epoch, err := devicesync.Epoch(collections.Read(app.TestApp))
	if err != nil || epoch == "" {
		t.Fatal(epoch, err)
	}
	return epoch
}

// A database that is not where it was is not noted.
func TestNothingIsNotedOfNoDatabase(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	file := filepath.Join(app.DataDir(), datafolder.Database)
	if err := os.Rename(file, file+".away"); err != nil {
		t.Fatal(err)
	}
	err := app.Doorstep.NoteNew(app.TestApp)
	if _, found, _ := datafolder.ReadWitness(app.Doorstep.Witness); err == nil || found {
		t.Errorf("noted: %t, %v", found, err)
	}
}
