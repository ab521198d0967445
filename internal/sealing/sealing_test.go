package sealing_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tests"

	"doorstep/collections"
	"doorstep/internal/instrument"
	"doorstep/internal/seal"
	"doorstep/internal/sealing"
	"doorstep/internal/testapp"
	_ "doorstep/pb_migrations" // the schema
)

var now = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

const people = 450 // more than two transactions

func newApp(t *testing.T) core.App {
	t.Helper()
	app, err := tests.NewTestAppWithConfig(core.BaseAppConfig{DataDir: t.TempDir(), DBConnect: collections.Connect})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		app.Cleanup()
		os.Remove(sealing.DefaultPath(app))
	})
	return app
}

func open(t *testing.T, app core.App, source seal.Source) {
	t.Helper()
	if _, err := sealing.Open(t.Context(), app, source, now); err != nil {
		t.Fatal(err)
	}
}

// fill stores people and a file with the present keys.
func fill(t *testing.T, app core.App) (sha string) {
	t.Helper()
	err := collections.Write(t.Context(), app, func(db collections.DB) error {
		for i := range people {
			row := collections.Row{{Column: "id", Value: fmt.Sprintf("person-%04d", i)}, {Column: "name", Value: name(i)}, {Column: "name_key", Value: name(i)}, {Column: "id_number", Value: ""}}
			if err := collections.Insert(db, collections.Persons, row); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	info, err := collections.Files(app).Save(strings.NewReader("a photo of the door"))
	if err != nil {
		t.Fatal(err)
	}
	return info.SHA256
}

func name(i int) string { return fmt.Sprintf("王小%d", i) }

// check reads everything back, by id and by blind index.
func check(t *testing.T, app core.App, sha string) {
	t.Helper()
	db := collections.Read(app)
	for i := range people {
		id := fmt.Sprintf("person-%04d", i)
		stored, err := collections.Registry[collections.Persons].Stored(db, collections.Persons, id)
		if err != nil || stored["name"] != name(i) {
			t.Fatalf("%s is %q: %v", id, stored["name"], err)
		}
		var found string
		if _, err := collections.One(db, `SELECT id FROM persons WHERE name_key=?`, []any{collections.IndexOf(db, collections.Persons, "name_key", name(i))}, &found); err != nil || found != id {
			t.Fatalf("%s is not found by name: %q %v", id, found, err)
		}
	}
	f, err := collections.Files(app).Open(sha)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := make([]byte, 7)
	if _, err := f.Read(b); err != nil || string(b) != "a photo" {
		t.Fatalf("the file begins with %q: %v", b, err)
	}
}

// sealedBy tells which keys have sealed anything.
func sealedBy(t *testing.T, app core.App) []string {
	t.Helper()
	counts, err := sealing.Status(app, instrument.NewLibrary())
	if err != nil {
		t.Fatal(err)
	}
	all, of := map[string]bool{}, map[string]int{}
	for _, c := range counts {
		for id, n := range c.Keys {
			all[id] = true
			of[c.Table] += n
		}
	}
	if want := map[string]int{collections.Persons: people, "attachments/": 1}; !maps.Equal(of, want) {
		t.Errorf("%v sealed, want %v", of, want)
	}
	return slices.Sorted(maps.Keys(all))
}

func TestFirstStartMakesAKeyBesideTheData(t *testing.T) {
	app := newApp(t)
	first, err := sealing.Open(t.Context(), app, "", now)
	if err != nil || !strings.Contains(first.Notice, sealing.DefaultPath(app)) {
		t.Fatalf("%q %v", first.Notice, err)
	}
	if strings.HasPrefix(sealing.DefaultPath(app), app.DataDir()+string(filepath.Separator)) {
		t.Error("the key lies in the data folder")
	}
	if again, err := sealing.Open(t.Context(), app, "", now); err != nil || again.Notice != "" || again.Keys.Primary() != first.Keys.Primary() {
		t.Errorf("the second start: %q %v", again.Notice, err)
	}
}

func TestStartIsRefusedWithoutTheKeys(t *testing.T) {
	app := newApp(t)
	open(t, app, "")
	path := sealing.DefaultPath(app)
	other, err := seal.NewKeyset(seal.AES256, now)
	if err != nil {
		t.Fatal(err)
	}
	content, err := other.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(path + ".away")
	for source, word := range map[seal.Source]string{"": "missing", seal.Source(content): "not the keys", seal.PlainSource: "plain is refused"} {
		if _, err := sealing.Open(t.Context(), app, source, now); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%.8s: %v", source, err)
		}
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Error("another key was made for sealed data")
	}
	if err := os.Rename(path+".away", path); err != nil {
		t.Fatal(err)
	}
	open(t, app, "")
}

// errKilled stops a rotation where a test wants it to end.
var errKilled = errors.New("killed")

// TestRotationMayBeStoppedAnywhere stops it after every transaction; each time everything is readable by a process that
// starts anew, and going on ends with the new key alone.
func TestRotationMayBeStoppedAnywhere(t *testing.T) {
	testapp.Long(t)
	app := newApp(t)
	open(t, app, "")
	sha := fill(t, app)
	path := sealing.DefaultPath(app)
	ks, err := seal.Source(path).Keyset(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	before := ks.Primary
	if err := ks.Rotate(seal.SM4, now); err != nil {
		t.Fatal(err)
	}
	if err := ks.Replace(path); err != nil {
		t.Fatal(err)
	}
	for step := 1; ; step++ {
		open(t, app, "") // as a new process does
		check(t, app, sha)
		stopped := rotateFor(t, app, step)
		open(t, app, "")
		check(t, app, sha)
		if !stopped {
			break
		}
	}
	if by := sealedBy(t, app); !slices.Equal(by, []string{ks.Primary}) {
		t.Errorf("sealed by %v, want %s alone and not %s", by, ks.Primary, before)
	}
	if done, err := sealing.Done(app); err != nil || !done {
		t.Errorf("not done: %v", err)
	}
}

// rotateFor runs a rotation until its progress has been told so many times, and reports whether it was stopped.
func rotateFor(t *testing.T, app core.App, steps int) (stopped bool) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			if p != errKilled {
				panic(p)
			}
			stopped = true
		}
	}()
	err := sealing.Reseal(context.Background(), app, instrument.NewLibrary(), func(string, int, int) {
		if steps--; steps == 0 {
			panic(errKilled)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return false
}

// TestARunningServerReadsWhatAnotherProcessRotates: it knows the new key when it meets it.
func TestARunningServerReadsWhatAnotherProcessRotates(t *testing.T) {
	app := newApp(t)
	open(t, app, "")
	sha := fill(t, app)
	server := collections.KeysOf(app)
	ks, err := seal.Source(sealing.DefaultPath(app)).Keyset(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(ks.Rotate(seal.AES256, now), ks.Replace(sealing.DefaultPath(app))); err != nil {
		t.Fatal(err)
	}
	open(t, app, "") // the command
	if err := sealing.Reseal(t.Context(), app, instrument.NewLibrary(), nil); err != nil {
		t.Fatal(err)
	}
	collections.UseKeys(app, server)
	check(t, app, sha)
}

// TestANewIndexKeyFindsEverybody at the next start, and not before.
func TestANewIndexKeyFindsEverybody(t *testing.T) {
	app := newApp(t)
	open(t, app, "")
	sha := fill(t, app)
	ks, err := seal.Source(sealing.DefaultPath(app)).Keyset(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ks.RotateIndex(now)
	if err := ks.Replace(sealing.DefaultPath(app)); err != nil {
		t.Fatal(err)
	}
	open(t, app, "")
	if indexed, err := sealing.Indexed(app, collections.KeysOf(app)); err != nil || indexed {
		t.Fatalf("said to be indexed: %v", err)
	}
	if err := sealing.Everything(t.Context(), app, instrument.NewLibrary(), nil); err != nil {
		t.Fatal(err)
	}
	check(t, app, sha)
	if indexed, err := sealing.Indexed(app, collections.KeysOf(app)); err != nil || !indexed {
		t.Errorf("not indexed: %v", err)
	}
}

// TestARowMovedToAnotherDoesNotOpen: whoever can write to the database cannot exchange what people are called.
func TestARowMovedToAnotherDoesNotOpen(t *testing.T) {
	app := newApp(t)
	open(t, app, "")
	fill(t, app)
	err := collections.Write(t.Context(), app, func(db collections.DB) error {
		_, err := db.Exec(`UPDATE persons SET sealed=(SELECT sealed FROM persons WHERE id='person-0001') WHERE id='person-0002'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := collections.Registry[collections.Persons].Stored(collections.Read(app), collections.Persons, "person-0002"); !errors.Is(err, seal.ErrTampered) {
		t.Errorf("got %v", err)
	}
}
