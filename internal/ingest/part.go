package ingest

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"doorstep/internal/problem"
	"doorstep/internal/survey"
)

// Bounds of what is worked on at once, in elements (survey.Form.Work). A thousand take about 5 ms to store.
const (
	leastWork = 100    // of an operation that is no record
	groupWork = 36_000 // in one transaction: other writers wait no longer than for that, and the days of two workers fit into it
	calmWork  = 15_000 // of one worker in one transaction while others are about: a day of thirty visits is one part
	mostWork  = 20 * survey.MostWork
)

// A worker waits before the next part of a push for so many times as long as the transaction took, while others are about, and
// after more than calmWork before the answer too: whatever one sends, the writer is free for the others most of the time, and at
// most one in twenty waits for a large record, which cannot be parted.
const (
	rests      = 4
	heavyRests = 24
)

// pushed is what one request brought, taken apart so that no transaction is long: operations are read one by one, and a
// part is written before more is read.
type pushed struct {
	batch            // what every part shares
	rest   int       // index of the next operation to read
	next   *prepared // read already, but too much for the part before
	spent  int       // work of all operations so far
	looked bool      // for forms that were unknown
}

// calm lets others have the writer before the next part, after one that took so long.
func (p *pushed) calm(took time.Duration) {
	if p.rest < len(p.ops) && p.intake.Queue.shared(p.from()) {
		rest(p.ctx, rests*took)
	}
}

// part reads operations until they are enough for a transaction; a record that is more than that comes alone.
func (p *pushed) part(most int) *batch {
	b := &batch{ctx: p.ctx, app: p.app, intake: p.intake, sender: p.sender, done: make(chan struct{})}
	for ; p.rest < len(p.ops) && len(b.prepared) < groupSize; p.rest++ {
		d := p.next
		if d == nil {
			d = p.read(p.rest)
		}
		if p.next = nil; b.work+d.work > most && len(b.prepared) > 0 {
			p.next = d
			break
		}
		b.ops, b.prepared, b.work = append(b.ops, p.ops[p.rest]), append(b.prepared, d), b.work+d.work
		b.concerns.add(d)
	}
	return b
}

// read reads one operation; what is more than a push may bring altogether is kept as it came.
func (p *pushed) read(i int) *prepared {
	op := p.ops[i] // a copy: storing changes it, and may have to begin anew
	d := readSafely(p.intake, p.sender, &op)
	if d.code == problem.UnknownForm && p.lookAgain() {
		op = p.ops[i]
		d = readSafely(p.intake, p.sender, &op)
	}
	if p.spent += d.work; p.spent > mostWork && d.code == "" && op.Op == OpSubmit {
		p.spent -= d.work
		d.forget()
		d.code = problem.TooMuch
	}
	return d
}

// lookAgain looks once whether another process has published the form that is unknown here.
func (p *pushed) lookAgain() bool {
	if p.looked {
		return false
	}
	p.looked = true
	if err := p.intake.Instruments.Refresh(p.app); err != nil {
		p.app.Logger().Error("refresh forms", "error", err.Error())
		return false
	}
	return true
}

// readSafely lets an operation that makes the stages panic end in quarantine. One without a number waits there too: a supervisor may
// release it.
func readSafely(intake *Intake, sender Sender, op *Operation) (d *prepared) {
	var err error
	defer func() {
		if err != nil {
			d = broken(sender, op, err)
		}
	}()
	defer recovered(&err)
	if sender.Channel == Native && op.Seq <= 0 {
		d = preparedFrom(op, sender.Channel)
		d.code = problem.BadSequence
		return d
	}
	return readOperation(intake, sender, op)
}

func broken(sender Sender, op *Operation, err error) *prepared {
	d := preparedFrom(op, sender.Channel)
	d.code, d.cause = problem.Internal, err
	return d
}

// judge takes what was read through the pure stages. Workers take turns on all processors but one; a part that is more than
// calmWork has its own.
func (b *batch) judge() error {
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(judges(), len(b.prepared)) {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(b.prepared); i = int(next.Add(1)) - 1 {
				if b.work > calmWork {
					b.prepared[i] = judgeSafely(b.ctx, b.intake, b.sender, b.prepared[i])
					continue
				}
				if b.intake.Queue.light.Take(b.ctx, b.from()) != nil {
					return
				}
				b.prepared[i] = judgeSafely(b.ctx, b.intake, b.sender, b.prepared[i])
				b.intake.Queue.light.Give()
			}
		})
	}
	wait.Wait()
	return b.ctx.Err()
}

// ahead judges the submissions in order while those before are stored already: where nobody else wants the writer, it may wait
// for the judge, who is quicker.
func (b *batch) ahead() {
	b.judged = make([]chan struct{}, len(b.prepared))
	for i := range b.judged {
		b.judged[i] = make(chan struct{})
	}
	judged := b.judged
	go func() {
		for i := range judged {
			if b.ctx.Err() == nil {
				b.prepared[i] = judgeSafely(b.ctx, b.intake, b.sender, b.prepared[i])
			}
			close(judged[i])
		}
	}()
}

func judges() int { return max(1, runtime.GOMAXPROCS(0)-1) }

func judgeSafely(ctx context.Context, intake *Intake, sender Sender, d *prepared) (judged *prepared) {
	var err error
	defer func() {
		if err != nil {
			judged = broken(sender, d.op, err)
		}
	}()
	defer recovered(&err)
	d.judge(ctx, intake, sender)
	return d
}

// store judges a part and waits until it is on the disk. Parts that are more than calmWork come one at a time on the whole
// machine, and their worker rests after each while others are about.
func (q *Queue) store(b *batch) error {
	if b.work > calmWork {
		if err := q.heavy.Take(b.ctx, b.from()); err != nil {
			return err
		}
		defer q.heavy.Give()
	}
	if b.work <= groupWork && len(b.prepared) > 1 && !q.shared(b.from()) {
		b.ahead()
	} else if err := b.judge(); err != nil {
		return err
	}
	q.add(b)
	<-b.done
	if b.err == nil && b.work > calmWork && q.shared(b.from()) {
		rest(b.ctx, heavyRests*b.took)
	}
	return b.err
}

func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(min(d, longestRest))
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

const longestRest = 10 * time.Second
