// Package testapp makes an empty Doorstep for tests: migrations, hooks and shipped forms on a real database in a
// temporary folder.
package testapp

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tests"
	"golang.org/x/crypto/bcrypt"

	"doorstep/collections"
	"doorstep/hooks"
	"doorstep/internal/datafolder"
	"doorstep/internal/identity"
	"doorstep/internal/seal"
	"doorstep/internal/signin"
	_ "doorstep/pb_migrations" // the schema
)

// App is a started Doorstep.
type App struct {
	*tests.TestApp
	Doorstep *hooks.Doorstep
	clock    *clock
	handler  http.Handler
	asked    *asked
	looks    *sql.DB // at the version alone
	last     Picture // the last that was taken
	lastOf   int     // the version that it shows
}

// Password is what every worker made by a builder signs in with.
const Password = "synthetic-pass-1"

// hashed is the hash of Password at the lowest cost, made once: at the usual one a third of the time of all tests went there.
var hashed = sync.OnceValue(func() string {
	hash, err := bcrypt.GenerateFromPassword([]byte(Password), bcrypt.MinCost)
	if err != nil {
		panic(err)
	}
	return string(hash)
})

// Long leaves a test out of `go test -short`: it starts a whole Doorstep or a binary, or takes seconds.
func Long(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("long: left out by -short")
	}
}

// New starts a Doorstep in a temporary folder with the shipped forms published. Its clock stands still at
// 2026-11-23 10:00 Shanghai time until Advance moves it.
func New(t testing.TB) *App {
	t.Helper()
	Long(t)
	files, err := template()
	if err != nil {
		t.Fatal(err)
	}
	from := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(from, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Open(t, from)
}

// Open starts a Doorstep on a copy of the databases in a folder, which New or Backup wrote. With -short the test is
// left out, as Long says.
func Open(t testing.TB, from string) *App {
	t.Helper()
	Long(t)
	asked := &asked{waiting: map[string]bool{}}
	base, err := tests.NewTestAppWithConfig(config(from, collections.Watched(asked.note))) // works on a copy
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(base.Cleanup)
	looks, err := sql.Open("sqlite", filepath.Join(base.DataDir(), datafolder.Database))
	if err != nil {
		t.Fatal(err)
	}
	looks.SetMaxOpenConns(1)
	t.Cleanup(func() { looks.Close() })
	a := &App{TestApp: base, clock: &clock{at: morning}, asked: asked, looks: looks}
	t.Cleanup(func() { a.examine(t, asked) })
	a.Doorstep = hooks.New(a.clock.now)
	if a.Doorstep.Keys, err = keys(); err != nil {
		t.Fatal(err)
	}
	collections.UseSpare(base, 1)                                      // tests fit on a disk that is nearly full
	a.Doorstep.Longest = 10 * time.Minute                              // a machine under load takes what it takes
	a.Doorstep.Witness = filepath.Join(base.DataDir(), "witness.json") // goes with the folder
	a.Doorstep.Bind(base)
	if err := a.Doorstep.Start(base); err != nil {
		t.Fatal(err)
	}
	return a
}

// Known notes the database as the one that was here before, so that Serve keeps its epoch.
func (a *App) Known(t testing.TB) {
	t.Helper()
	file, err := datafolder.IdentityOf(filepath.Join(a.DataDir(), datafolder.Database))
	if err == nil {
		err = datafolder.Witness{Database: file, Clean: true}.Write(a.Doorstep.Witness)
	}
	if err != nil {
		t.Fatal(err)
	}
}

var morning = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

func config(dir string, connect core.DBConnectFunc) core.BaseAppConfig {
	return core.BaseAppConfig{DataDir: dir, DBConnect: connect, EncryptionEnv: "pb_test_env"}
}

// template is the files of a migrated database with the shipped forms, made once per test binary.
var template = sync.OnceValues(func() (map[string][]byte, error) {
	dir, err := os.MkdirTemp("", "doorstep-template-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	app := core.NewBaseApp(config(dir, collections.Connect))
	if err := errors.Join(app.Bootstrap(), app.RunAllMigrations()); err != nil {
		return nil, err
	}
	d := hooks.New(func() time.Time { return morning })
	if d.Keys, err = keys(); err != nil {
		return nil, err
	}
	if err := d.Start(app); err != nil {
		return nil, err
	}
	off := func(db collections.DB) error { return collections.SetMeta(db, signin.PolicyKey, signin.Off) }
	if err := collections.Write(context.Background(), app, off); err != nil {
		return nil, err
	}
	if err := identity.Backfill(context.Background(), app, func(int) {}); err != nil { // nothing writes beside a test's requests
		return nil, err
	}
	if err := app.ResetBootstrapState(); err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, name := range []string{"data.db", "auxiliary.db"} {
		if files[name], err = os.ReadFile(filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	return files, nil
})

// Backup writes the databases into a folder as they are now.
func (a *App) Backup(t testing.TB, dir string) {
	t.Helper()
	for name, db := range map[string]dbx.Builder{"data.db": a.ConcurrentDB(), "auxiliary.db": a.AuxConcurrentDB()} {
		if _, err := db.NewQuery("VACUUM INTO {:file}").Bind(dbx.Params{"file": filepath.Join(dir, name)}).Execute(); err != nil {
			t.Fatal(err)
		}
	}
}

// KeysVariable, set to seal.PlainSource before the first app is made, lets a test binary run without sealing.
const KeysVariable = "DOORSTEP_TEST_KEYS"

// keys is the keyset of every app of a test binary: tests run sealed as servers do.
var keys = sync.OnceValues(func() (seal.Source, error) {
	if os.Getenv(KeysVariable) == seal.PlainSource {
		return seal.PlainSource, nil
	}
	ks, err := seal.NewKeyset(seal.AES256, morning)
	if err != nil {
		return "", err
	}
	content, err := ks.Encode()
	return seal.Source(content), err
})

// Advance moves the clock.
func (a *App) Advance(d time.Duration) {
	a.clock.Lock()
	defer a.clock.Unlock()
	a.clock.at = a.clock.at.Add(d)
}

// clock is read beside the test by what the server does in the background.
type clock struct {
	sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.Lock()
	defer c.Unlock()
	return c.at
}

// Serve answers real HTTP requests until the test ends.
func (a *App) Serve(t testing.TB) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(a.Handler(t))
	t.Cleanup(server.Close)
	return server
}

// Handler is the whole router of the app. It is built once: the framework's dashboard does not let itself be bound again. What a server
// does by the clock stands still: a test runs the jobs that it wants to see, and no others come between.
func (a *App) Handler(t testing.TB) http.Handler {
	t.Helper()
	if a.handler != nil {
		return a.handler
	}
	router, err := apis.NewRouter(a.TestApp)
	if err != nil {
		t.Fatal(err)
	}
	err = a.OnServe().Trigger(&core.ServeEvent{App: a.TestApp, Router: router}, func(e *core.ServeEvent) error {
		a.handler, err = e.Router.BuildMux()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	a.Cron().Stop()
	return a.handler
}

// Worker makes a worker with a role and a territory.
func (a *App) Worker(t testing.TB, staffNo, role string, territory ...string) *core.Record {
	t.Helper()
	return a.WorkerOf(t, collections.NewID(), staffNo, role, territory...)
}

// WorkerOf is Worker with an id that is the same in every run, from which others may follow.
func (a *App) WorkerOf(t testing.TB, id, staffNo, role string, territory ...string) *core.Record {
	t.Helper()
	c, err := a.FindCollectionByNameOrId(collections.Workers)
	if err != nil {
		t.Fatal(err)
	}
	r := core.NewRecord(c)
	r.Id = id
	r.Set("staff_no", staffNo)
	r.Set("name", "测试 "+staffNo)
	r.Set("role", role)
	r.Set("territory", territory)
	r.Set("active", true)
	r.SetRaw(core.FieldNamePassword, &core.PasswordFieldValue{Hash: hashed()})
	if err := a.Save(r); err != nil {
		t.Fatal(err)
	}
	return r
}

// Token signs a worker in without the password's cost.
func (a *App) Token(t testing.TB, worker *core.Record) string {
	t.Helper()
	token, err := signin.Token(a.TestApp, worker, "")
	if err != nil {
		t.Fatal(err)
	}
	return token
}
