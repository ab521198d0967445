package ingest

import (
	"context"
	"sync"
	"time"

	"doorstep/collections"
	"doorstep/internal/crash"
	"doorstep/internal/problem"
	"doorstep/internal/turn"
)

// Bounds of the queue. An operation in it takes some 40 kB of memory.
const (
	mostBatches    = 128  // in the queue, more are refused
	mostOperations = 5000 // in the queue, unless it is a single batch
	mostOfOne      = 4    // batches of one worker in the queue
	groupSize      = 200  // operations in one transaction
	aboutTime      = 2 * time.Second
)

// Queue lets batches that wait for the database share a transaction, so that the disk is synced once for all of them.
// Workers take turns, the batches of one worker keep their order, and each batch is answered on its own.
type Queue struct {
	light, heavy *turn.Turns // of batches to be judged

	mu         sync.Mutex
	waiting    map[string][]*batch  // by worker
	turns      []string             // workers with batches that wait
	inside     map[string]int       // batches by worker, from entering to the answer
	about      map[string]time.Time // workers who came lately, and when
	batches    int                  // all of those
	operations int                  // in them
	writing    bool
	closed     bool
	idle       *sync.Cond
}

// NewQueue makes an empty queue. It needs no goroutine while nothing waits.
func NewQueue() *Queue {
	q := &Queue{
		light: turn.New(judges()), heavy: turn.New(1),
		waiting: map[string][]*batch{}, inside: map[string]int{}, about: map[string]time.Time{},
	}
	q.idle = sync.NewCond(&q.mu)
	return q
}

// Close refuses what comes from now on and returns when everything that had entered is stored and answered.
func (q *Queue) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	for q.batches > 0 {
		q.idle.Wait()
	}
}

// Waiting is how many batches have entered and are not answered yet.
func (q *Queue) Waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.batches
}

// enter takes a place for a batch that is going to be added. It fails with problem.Busy.
func (q *Queue) enter(b *batch) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	full := q.batches >= mostBatches || q.batches > 0 && q.operations+len(b.ops) > mostOperations
	if q.closed || full || q.inside[b.from()] >= mostOfOne {
		return problem.New(problem.Busy, "")
	}
	q.batches++
	q.operations += len(b.ops)
	q.inside[b.from()]++
	q.about[b.from()] = time.Now()
	return nil
}

// shared reports whether anybody but this worker has sent something lately.
func (q *Queue) shared(from string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for who, at := range q.about {
		if time.Since(at) > aboutTime && q.inside[who] == 0 {
			delete(q.about, who)
		} else if who != from {
			return true
		}
	}
	return false
}

// most is how much work of one worker may be in one transaction.
func (q *Queue) most(from string) int {
	if q.shared(from) {
		return calmWork
	}
	return groupWork
}

// add puts a batch that has entered into its worker's line.
func (q *Queue) add(b *batch) {
	q.mu.Lock()
	defer q.mu.Unlock()
	from := b.from()
	if len(q.waiting[from]) == 0 {
		q.turns = append(q.turns, from)
	}
	q.waiting[from] = append(q.waiting[from], b)
	if !q.writing {
		q.writing = true
		go q.write()
	}
}

// write stores group after group until nothing waits.
func (q *Queue) write() {
	for group := q.next(); len(group) > 0; group = q.next() {
		storeGroup(group)
		for _, b := range group {
			b.allJudged()
			b.report()
			close(b.done)
		}
	}
}

// next takes the batches of the next transaction, one of each worker in turn.
func (q *Queue) next() []*batch {
	q.mu.Lock()
	defer q.mu.Unlock()
	var group []*batch
	for n, work := 0, 0; len(q.turns) > 0; {
		from := q.turns[0]
		b := q.waiting[from][0]
		n, work = n+len(b.ops), work+b.work
		if (n > groupSize || work > groupWork) && len(group) > 0 {
			break
		}
		group = append(group, b)
		q.turns = q.turns[1:]
		if q.waiting[from] = q.waiting[from][1:]; len(q.waiting[from]) > 0 {
			q.turns = append(q.turns, from)
		} else {
			delete(q.waiting, from)
		}
	}
	q.writing = len(group) > 0
	return group
}

// leave gives the place of a batch free.
func (q *Queue) leave(b *batch) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.batches--
	q.operations -= len(b.ops)
	if q.inside[b.from()]--; q.inside[b.from()] == 0 {
		delete(q.inside, b.from())
	}
	if q.batches == 0 {
		q.idle.Broadcast()
	}
}

// storeGroup stores batches in one transaction. When anything fails in it, it is taken back and each batch gets one of
// its own, so that none is lost by the fault of another. It tries without savepoints first: SQLite would copy every page
// that an operation touches, which costs a third of the transaction.
func storeGroup(group []*batch) {
	begun := time.Now()
	defer func() { share(group, time.Since(begun)) }()
	err := collections.Write(context.Background(), group[0].app, func(db collections.DB) error {
		begun = time.Now() // waiting for other writers is nobody's work
		if err := storeBatches(db, group, (*storing).storeSafely); err != nil {
			return err
		}
		crash.At("push: before the commit")
		return nil
	})
	if err == nil {
		crash.At("push: after the commit")
		return
	}
	group[0].app.Logger().Warn("batches are stored one by one", "batches", len(group), "error", err.Error())
	for _, b := range group {
		b.again()
	}
}

// share tells each batch of a transaction its part of the time, by its work.
func share(group []*batch, took time.Duration) {
	work := 0
	for _, b := range group {
		work += b.work
	}
	for _, b := range group {
		b.took = time.Duration(float64(took) * float64(b.work) / float64(max(work, 1)))
	}
}
