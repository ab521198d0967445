package ingest

import (
	"context"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/crash"
)

// batch is what goes through the queue as one: a part of what one request brought. receipts and err may be read once
// done is closed.
type batch struct {
	ctx      context.Context
	app      core.App
	intake   *Intake
	sender   Sender
	ops      []Operation // as they came
	prepared []*prepared
	concerns concerns
	judged   []chan struct{} // by submission, closed once it may be stored; none when all may
	work     int             // of all submissions
	receipts []Receipt
	err      error
	took     time.Duration // its part of the transaction
	done     chan struct{}
}

// from is whose turn it is when the batch is written.
func (b *batch) from() string { return b.sender.Actor.ID }

// prepareAnew takes all operations through the pure stages once more, as they came.
func (b *batch) prepareAnew() {
	b.prepared, b.concerns = make([]*prepared, len(b.ops)), concerns{}
	for i := range b.ops {
		op := b.ops[i] // storing changes it, and may have to begin anew
		d := readSafely(b.intake, b.sender, &op)
		b.concerns.add(d)
		b.prepared[i] = judgeSafely(b.ctx, b.intake, b.sender, d)
	}
}

// storer stores one operation: storeSafely, or storeAlone where one has failed before.
type storer func(*storing, context.Context) (Receipt, error)

// storeBatches stores batches, but for those that nobody waits for any more. What is looked up, and the end of the audit
// trail, is read once for all of them. An error means that the transaction must be taken back.
func storeBatches(db collections.DB, group []*batch, each storer) (err error) {
	defer recovered(&err)
	ahead, err := lookAhead(db, group)
	if err != nil {
		ahead = &lookahead{}
	}
	var entries []audit.Entry
	var now time.Time
	for _, b := range group {
		if b.err = b.ctx.Err(); b.err != nil {
			continue
		}
		if err := b.store(db, ahead, each); err != nil {
			return err
		}
		entries, now = append(entries, b.entries()...), b.intake.Now()
	}
	return audit.Append(db, now, entries...)
}

// store stores the batch. Its error may be a panic's.
func (b *batch) store(db collections.DB, ahead *lookahead, each storer) (err error) {
	defer recovered(&err)
	ctx := context.WithoutCancel(b.ctx) // half a batch is no use, and others may be in the transaction
	b.receipts = make([]Receipt, len(b.prepared))
	for i := range b.prepared {
		if err := b.await(i); err != nil {
			return err
		}
		d := b.prepared[i]
		d.ahead, d.fresh = ahead, ahead.fresh(b.sender.Device, d)
		if b.receipts[i], err = each(begin(db, b.intake, b.sender, d), ctx); err != nil {
			return fmt.Errorf("operation %d: %w", d.op.Seq, err)
		}
		ahead.stored(b.sender.Device, d)
		crash.At("push: between two operations")
	}
	return touch(db, b.sender, b.ops, b.intake.Now())
}

// await returns when a submission may be stored. It fails where its judge was stopped.
func (b *batch) await(i int) error {
	if b.judged == nil {
		return nil
	}
	<-b.judged[i]
	return b.ctx.Err()
}

// allJudged returns when nobody writes to the submissions any more.
func (b *batch) allJudged() {
	for _, judged := range b.judged {
		<-judged
	}
	b.judged = nil
}

// entries tell the audit trail what the batch made and changed: one row, whatever its size, and none for a repetition.
func (b *batch) entries() []audit.Entry {
	entry := b.sender.did(audit.Submit)
	outcomes := map[string]int{}
	for _, r := range b.receipts {
		if r.Status == Unchanged {
			continue
		}
		outcomes[r.Status]++
		entry.Subjects = append(entry.Subjects, r.subjects()...)
	}
	if len(outcomes) == 0 {
		return nil
	}
	entry.Detail = outcomes
	return []audit.Entry{entry}
}

// again stores the batch in a transaction of its own, with each operation on its own.
func (b *batch) again() {
	b.allJudged()
	if b.err = b.ctx.Err(); b.err != nil {
		return // nobody waits for the answer
	}
	b.prepareAnew()
	err := collections.Write(context.Background(), b.app,
		func(db collections.DB) error { return storeBatches(db, []*batch{b}, (*storing).storeAlone) })
	if err != nil {
		b.err = err
	}
	if b.err != nil {
		b.receipts = nil
	}
}

// report logs what went wrong with single operations.
func (b *batch) report() {
	for _, d := range b.prepared {
		if d.cause != nil {
			b.app.Logger().Error("operation failed", "device", b.sender.Device, "seq", d.op.Seq, "instance", d.op.instance(),
				"code", d.code, "error", d.cause.Error())
		}
	}
}
