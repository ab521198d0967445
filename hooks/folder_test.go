package hooks_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/hooks"
	"doorstep/internal/datafolder"
	"doorstep/internal/testapp"
)

// TestAServerHoldsItsFolderUntilItEnds has a second server, and a program without the first one's locks, come to a folder: both are
// refused. When the first one ends it says how far the database has come, and lets go.
func TestAServerHoldsItsFolderUntilItEnds(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.Handler(t)
	if _, err := datafolder.Hold(app.DataDir()); !errors.Is(err, datafolder.ErrServed) {
		t.Fatal("the folder is not held:", err)
	}
	if err := app.OnServe().Trigger(&core.ServeEvent{App: app.TestApp}); !errors.Is(err, datafolder.ErrServed) {
		t.Error("a second server began:", err)
	}
	other := core.NewBaseApp(core.BaseAppConfig{DataDir: app.DataDir()})
	hooks.New(time.Now).Bind(other)
	if err := other.Bootstrap(); !errors.Is(err, datafolder.ErrLocksLost) { // the locks of this process are none that it can see
		t.Error("the database was opened beside a server without locks:", err)
	}
	if err := os.Remove(app.Doorstep.Witness); err != nil {
		t.Fatal(err)
	}
	if err := app.OnTerminate().Trigger(&core.TerminateEvent{App: app.TestApp}); err != nil {
		t.Fatal(err)
	}
	if w, found, err := datafolder.ReadWitness(app.Doorstep.Witness); err != nil || !found || !w.Clean {
		t.Errorf("how far it came was not noted: %+v %t %v", w, found, err)
	}
	release, err := datafolder.Hold(app.DataDir())
	if err != nil {
		t.Fatal("the folder is still held:", err)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
}

// TestAServerThatCannotOpenItsDatabaseLetsGo begins where the database is not one.
func TestAServerThatCannotOpenItsDatabaseLetsGo(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	file := filepath.Join(app.DataDir(), datafolder.Database)
	if err := errors.Join(os.Rename(file, file+".away"), os.Mkdir(file, 0o700)); err != nil {
		t.Fatal(err)
	}
	if err := app.OnServe().Trigger(&core.ServeEvent{App: app.TestApp}); err == nil {
		t.Fatal("it began")
	}
	release, err := datafolder.Hold(app.DataDir())
	if err != nil {
		t.Fatal("the folder is still held:", err)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
}
