package ingest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tests"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/problem"
	sealed "doorstep/internal/seal"
	_ "doorstep/pb_migrations" // the schema
)

// folder has a migrated database, made once for all tests; each works on a copy.
var (
	folder   string
	migrated = sync.OnceValue(func() (err error) {
		if folder, err = os.MkdirTemp("", "doorstep-ingest-"); err != nil {
			return err
		}
		app := core.NewBaseApp(core.BaseAppConfig{DataDir: folder, DBConnect: collections.Connect})
		return errors.Join(app.Bootstrap(), app.RunAllMigrations(), app.ResetBootstrapState())
	})
)

func TestMain(m *testing.M) {
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

func newApp(t *testing.T) (core.App, *Intake) {
	t.Helper()
	if err := migrated(); err != nil {
		t.Fatal(err)
	}
	app, err := tests.NewTestAppWithConfig(core.BaseAppConfig{DataDir: folder, DBConnect: collections.Connect})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(app.Cleanup)
	collections.UseKeys(app, sealed.Plain())
	clock := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	return app, &Intake{Now: func() time.Time { return clock }, Queue: NewQueue()}
}

func tabletOf(name string) Sender {
	return Sender{Actor: access.Actor{ID: "worker-" + name, Role: access.Field, Territory: []string{"9901"}}, Device: "device-" + name, Channel: Native}
}

// unknown is an operation that is kept in quarantine, which needs no form.
func unknown(seq int) Operation {
	return Operation{Seq: int64(seq), Op: "explode", ID: fmt.Sprintf("id-%d", seq), Raw: []byte(`{}`)}
}

// enqueue makes batches that have entered, in the given order, while nobody writes.
func enqueue(t *testing.T, q *Queue, batches ...*batch) {
	t.Helper()
	q.mu.Lock()
	q.writing = true
	q.mu.Unlock()
	for _, b := range batches {
		if err := q.enter(b); err != nil {
			t.Fatal(err)
		}
		q.add(b)
	}
}

func batchOf(app core.App, intake *Intake, from string, ops int) *batch {
	b := &batch{ctx: context.Background(), app: app, intake: intake, sender: tabletOf(from), done: make(chan struct{})}
	for i := range ops {
		b.ops = append(b.ops, unknown(i+1))
	}
	return b
}

func TestTabletsTakeTurns(t *testing.T) {
	q := NewQueue()
	batches := []*batch{batchOf(nil, nil, "a", 90), batchOf(nil, nil, "a", 90), batchOf(nil, nil, "a", 90), batchOf(nil, nil, "b", 90), batchOf(nil, nil, "c", 500)}
	enqueue(t, q, batches...)
	var order [][]int
	for group := q.next(); len(group) > 0; group = q.next() {
		var places []int
		for _, b := range group {
			places = append(places, slices.Index(batches, b))
		}
		order = append(order, places)
	}
	if got, want := fmt.Sprint(order), "[[0 3] [4] [1 2]]"; got != want {
		t.Errorf("groups %s, want %s", got, want)
	}
}

func TestFullQueueIsBusy(t *testing.T) {
	cases := map[string]struct {
		inside []*batch
		next   *batch
		busy   bool
	}{
		"a few":                      {[]*batch{batchOf(nil, nil, "a", 30)}, batchOf(nil, nil, "a", 30), false},
		"one tablet too often":       {slices.Repeat([]*batch{batchOf(nil, nil, "a", 1)}, mostOfOne), batchOf(nil, nil, "a", 1), true},
		"another beside it":          {slices.Repeat([]*batch{batchOf(nil, nil, "a", 1)}, mostOfOne), batchOf(nil, nil, "b", 1), false},
		"too many operations":        {[]*batch{batchOf(nil, nil, "a", 30)}, batchOf(nil, nil, "b", mostOperations), true},
		"as many as fit":             {[]*batch{batchOf(nil, nil, "a", 30)}, batchOf(nil, nil, "b", mostOperations-30), false},
		"one more":                   {[]*batch{batchOf(nil, nil, "a", 30)}, batchOf(nil, nil, "b", mostOperations-29), true},
		"many operations, but alone": {nil, batchOf(nil, nil, "b", mostOperations+1), false},
	}
	many := cases["a few"]
	many.inside, many.busy = nil, true
	for i := range mostBatches {
		many.inside = append(many.inside, batchOf(nil, nil, fmt.Sprint(i), 1))
	}
	cases["too many batches"] = many
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			q := NewQueue()
			for _, b := range c.inside {
				if err := q.enter(b); err != nil {
					t.Fatal(err)
				}
			}
			err := q.enter(c.next)
			if busy := err != nil && problem.As(err).Code == problem.Busy; busy != c.busy {
				t.Errorf("busy %v (%v), want %v", busy, err, c.busy)
			}
		})
	}
}

// Batches of one transaction: one whose tablet has gone and one that panics take nothing from their neighbours.
func TestAFailingBatchLeavesTheOthers(t *testing.T) {
	app, intake := newApp(t)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	good, left, bad, last := batchOf(app, intake, "a", 2), batchOf(app, intake, "b", 1), batchOf(app, intake, "c", 1), batchOf(app, intake, "d", 3)
	left.ctx = gone
	group := []*batch{good, left, bad, last}
	bad.intake = &Intake{Now: func() time.Time { panic("no clock") }}
	for _, b := range group {
		b.prepareAnew()
	}
	storeGroup(group)
	if !errors.Is(left.err, context.Canceled) || bad.err == nil || bad.receipts != nil {
		t.Errorf("errors %v and %v", left.err, bad.err)
	}
	for _, b := range []*batch{good, last} {
		if b.err != nil || len(b.receipts) != len(b.ops) {
			t.Errorf("%s: %d receipts, %v", b.from(), len(b.receipts), b.err)
		}
	}
	for device, want := range map[string]int{"device-a": 2, "device-b": 0, "device-c": 0, "device-d": 3} {
		if got := submissionsOf(t, app, device); got != want {
			t.Errorf("%s: %d submissions, want %d", device, got, want)
		}
	}
}

func TestAPanickingOperationEndsInQuarantine(t *testing.T) {
	app, intake := newApp(t)
	submit := Operation{Seq: 1, Op: OpSubmit, ID: "018f2a6e-5a3c-7000-8000-000000000001", Form: "f", Answers: []byte(`{}`), Raw: []byte(`{}`)}
	receipts, err := Accept(t.Context(), app, intake, tabletOf("a"), []Operation{submit, unknown(2)}) // intake has no library of forms
	if err != nil {
		t.Fatal(err)
	}
	if receipts[0].Code != problem.Internal || receipts[1].Code != problem.UnknownOperation {
		t.Errorf("receipts %+v", receipts)
	}
}

// Whatever was acknowledged is there once, when Close returns at the latest; whatever was refused was told so.
func TestManyTabletsAtOnce(t *testing.T) {
	app, intake := newApp(t)
	const tablets, each = 12, 15
	acknowledged := make([]int, tablets)
	var wait sync.WaitGroup
	for n := range tablets {
		wait.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(n)))
			for i := range each {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+r.IntN(200))*time.Millisecond)
				ops := []Operation{unknown(2*i + 1), unknown(2*i + 2)}
				receipts, err := Accept(ctx, app, intake, tabletOf(fmt.Sprint(n)), ops)
				cancel()
				switch {
				case err == nil && (len(receipts) != 2 || receipts[1].Seq != int64(2*i+2)):
					t.Errorf("receipts %+v", receipts)
				case err == nil:
					acknowledged[n] += 2
					if got := submissionsOf(t, app, fmt.Sprintf("device-%d", n)); got < acknowledged[n] {
						t.Errorf("%d submissions after %d acknowledged", got, acknowledged[n])
					}
				case !errors.Is(err, context.DeadlineExceeded) && problem.As(err).Code != problem.Busy:
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	intake.Queue.Close()
	if _, err := Accept(t.Context(), app, intake, tabletOf("late"), []Operation{unknown(1)}); err == nil || problem.As(err).Code != problem.Busy {
		t.Errorf("after closing: %v", err)
	}
	for n := range tablets {
		if got := submissionsOf(t, app, fmt.Sprintf("device-%d", n)); got < acknowledged[n] || got > 2*each {
			t.Errorf("tablet %d: %d submissions, %d acknowledged of %d", n, got, acknowledged[n], 2*each)
		}
	}
}

// TestAClosedQueueIsEmpty closes it while a batch waits for its answer, and until then nothing more gets in.
func TestAClosedQueueIsEmpty(t *testing.T) {
	q, inside, closed := NewQueue(), batchOf(nil, nil, "a", 1), make(chan struct{})
	if err := q.enter(inside); err != nil {
		t.Fatal(err)
	}
	go func() {
		q.Close()
		close(closed)
	}()
	for late := batchOf(nil, nil, "b", 1); q.enter(late) == nil; {
		q.leave(late)
		runtime.Gosched()
	}
	select {
	case <-closed:
		t.Error("it was closed before all had their answers")
	default:
	}
	q.leave(inside)
	<-closed
}

func submissionsOf(t *testing.T, app core.App, device string) (n int) {
	t.Helper()
	if _, err := collections.One(collections.Read(app), `SELECT COUNT(*) FROM submissions WHERE device=?`, []any{device}, &n); err != nil {
		t.Error(err)
	}
	return n
}
