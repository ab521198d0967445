// Package promises holds what native sync promises (docs/sync.md, docs/decisions/0100) against a plain model in memory:
// schedules of tablets, network troubles and office work are drawn, played over real HTTP, and checked step by step.
package promises

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"doorstep/internal/client"
	"doorstep/internal/seal"
	"doorstep/internal/testapp"
)

// Grids of testapp's city: two in one community, one in the next, one in another district.
const (
	gridA = "990101001001001"
	gridB = "990101001001002"
	gridC = "990101001002001"
	gridD = "990102001001001"
)

var grids = []string{gridA, gridB, gridC, gridD}

// crew are the workers and their tablets, the same in every world: two workers share a community, and one of them has
// two tablets.
var crew = []struct {
	staff     string
	territory []string
	tablets   int
}{
	{"F1", []string{"990101001001"}, 2}, {"F2", []string{"990101001001"}, 1}, {"F3", []string{"990101001002"}, 1},
}

// territories are what a worker may be reassigned to.
var territories = [][]string{{"990101001001"}, {"990101001002"}, {"990101001001001"}, {"990101"}, {"990101001001001", "990102001001"}}

// account is one signed-in account, and its tablet if it has one.
type account struct{ worker, staff, token, device string }

// origin is the folder of a database with the city and the crew, made once for all runs.
type origin struct {
	dir           string
	tablets       []account
	boss, manager account
}

var (
	once  sync.Once
	start origin
)

// TestMain keeps the usual run short: -rapid.checks or RAPID_CHECKS makes it longer.
func TestMain(m *testing.M) {
	os.Setenv(testapp.KeysVariable, seal.PlainSource) // rows are compared as they lie there
	if os.Getenv("RAPID_CHECKS") == "" {
		flag.Set("rapid.checks", "12") // a flag of the command line comes later and wins
	}
	code := m.Run()
	if start.dir != "" {
		os.RemoveAll(start.dir)
	}
	os.Exit(code)
}

func begin(t testing.TB) origin {
	once.Do(func() {
		dir, err := os.MkdirTemp("", "doorstep-promises-")
		if err != nil {
			t.Fatal(err)
		}
		start.dir = dir
		app := testapp.New(t)
		app.City(t)
		server := app.Serve(t)
		enlist := func(staff, role string, territory []string, tablets int) (all []account) {
			worker := app.Worker(t, staff, role, territory...)
			c := app.Client(t, server, worker)
			for range tablets {
				c.Register()
				all = append(all, account{worker.Id, staff, c.Token, c.Device})
			}
			return append(all, account{worker: worker.Id, staff: staff, token: c.Token})
		}
		for _, w := range crew {
			start.tablets = append(start.tablets, enlist(w.staff, "field", w.territory, w.tablets)[:w.tablets]...)
		}
		start.boss = enlist("S1", "supervisor", []string{"99"}, 0)[0]
		start.manager = enlist("M1", "manager", []string{"9901"}, 0)[0]
		app.Backup(t, dir)
	})
	return start
}

// world is one server, its tablets, and what the model expects of them.
type world struct {
	testing.TB
	app     *testapp.App
	server  *httptest.Server
	origin  origin
	fault   fault
	model   *model
	devices []*device
	delayed []packet // pushes on their way that their tablet has given up
	backup  *backup
	made    int // records, for their ids

	requests, loseEvery int // of the tablets; the answer of every k-th is lost, 0 for none
}

// backup is the server and the model as they were.
type backup struct {
	dir   string
	model *model
}

// device is a tablet of a worker.
type device struct {
	account
	w      *world
	tablet client.Tablet
	line   *line
	skew   time.Duration // of its clock
	image  *client.Tablet
	sent   []packet // pushes that reached the server
}

// during is a rapid run seen as a test: failures belong to the run, so that it can be shrunk.
type during struct {
	testing.TB
	run *rapid.T
}

func (d during) Helper()                    {}
func (d during) Cleanup(f func())           { d.run.Cleanup(f) }
func (d during) Context() context.Context   { return d.run.Context() }
func (d during) Fatal(args ...any)          { d.run.Fatal(args...) }
func (d during) Fatalf(f string, a ...any)  { d.run.Fatalf(f, a...) }
func (d during) Errorf(f string, a ...any)  { d.run.Fatalf(f, a...) }
func (d during) Logf(f string, args ...any) { d.run.Logf(f, args...) }
func (d during) TempDir() string {
	dir, err := os.MkdirTemp("", "doorstep-promise-")
	if err != nil {
		d.Fatal(err)
	}
	d.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// newWorld starts a server on a copy of the origin.
func newWorld(t *testing.T, run *rapid.T, f fault) *world {
	w := &world{TB: during{t, run}, origin: begin(t), fault: f, model: newModel()}
	w.open(w.origin.dir, true) // two worlds have one epoch
	for _, who := range w.origin.tablets {
		d := &device{account: who, w: w}
		d.line = &line{w: w, device: d}
		d.tablet.Conn = client.Conn{URL: "http://doorstep", HTTP: &http.Client{Transport: d.line}, Token: who.token, Device: who.device}
		w.devices = append(w.devices, d)
		w.model.devices[who.device] = who.worker
	}
	return w
}

func (w *world) open(dir string, known bool) {
	w.app = testapp.Open(w, dir)
	if known {
		w.app.Known(w)
	}
	w.server = w.app.Serve(w)
}

// save takes a backup of the server.
func (w *world) save() {
	w.backup = &backup{dir: w.TempDir(), model: w.model.clone()}
	w.app.Backup(w, w.backup.dir)
}

// restore puts the backup in the place of the server. The tablets stay as they are.
func (w *world) restore() {
	if w.backup == nil {
		return
	}
	now := w.app.Doorstep.Now()
	w.server.Close()
	w.open(w.backup.dir, w.fault == sameEpoch)
	w.app.Advance(now.Sub(w.app.Doorstep.Now()))
	w.model, w.delayed = w.backup.model.clone(), nil
	for _, d := range w.devices {
		d.sent = nil // what the restore took back may be new again
	}
}

// office is somebody who calls the server over a good network.
func (w *world) office(who account) client.Conn {
	return client.Conn{URL: w.server.URL, HTTP: http.DefaultClient, Token: who.token}
}

func (w *world) nextID() string {
	w.made++
	var random [16]byte
	copy(random[9:], fmt.Sprintf("%07d", w.made))
	return client.NewID(time.UnixMilli(1_700_000_000_000), random)
}
