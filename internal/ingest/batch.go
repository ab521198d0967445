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
	st       *Stages
	sender   Sender
	ops      []Operation // as they came
	drafts   []*draft
	work     int // of all drafts
	receipts []Receipt
	err      error
	took     time.Duration // of its transaction, which others may have shared
	done     chan struct{}
}

// from is whose turn it is when the batch is written.
func (b *batch) from() string { return b.sender.Actor.ID }

// prepare takes all operations through the pure stages.
func (b *batch) prepare() {
	b.drafts = make([]*draft, len(b.ops))
	for i := range b.ops {
		op := b.ops[i] // settling changes it, and may have to begin anew
		d := readSafely(b.st, b.sender, &op)
		b.drafts[i] = judgeSafely(b.ctx, b.st, b.sender, d)
	}
}

// settler stores one operation: settleSafely, or settleAlone where one has failed before.
type settler func(context.Context, collections.DB, *Stages, Sender, *draft) (Receipt, error)

// settle stores the batch. An error, which may be a panic's, means that the transaction must be taken back.
func (b *batch) settle(db collections.DB, each settler) (err error) {
	defer recovered(&err)
	ctx := context.WithoutCancel(b.ctx) // half a batch is no use, and others may be in the transaction
	b.receipts = make([]Receipt, len(b.drafts))
	ahead, err := foresee(db, b.sender, b.drafts)
	if err != nil {
		ahead = &foresight{}
	}
	for i, d := range b.drafts {
		d.ahead, d.fresh = ahead, ahead.fresh(d)
		if b.receipts[i], err = each(ctx, db, b.st, b.sender, d); err != nil {
			return fmt.Errorf("operation %d: %w", d.op.Seq, err)
		}
		ahead.settled(d)
		crash.At("push: between two operations")
	}
	if err := b.record(db); err != nil {
		return err
	}
	return touch(db, b.sender, b.ops, b.st.Now())
}

// record notes what the batch made and changed: one row of the audit trail, whatever its size, and none for a repetition.
func (b *batch) record(db collections.DB) error {
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
	return audit.Append(db, b.st.Now(), entry)
}

// again stores the batch in a transaction of its own, with each operation on its own.
func (b *batch) again() {
	if b.err = b.ctx.Err(); b.err != nil {
		return // nobody waits for the answer
	}
	b.prepare()
	b.err = collections.Write(context.Background(), b.app, func(db collections.DB) error { return b.settle(db, settleAlone) })
	if b.err != nil {
		b.receipts = nil
	}
}

// report logs what went wrong with single operations.
func (b *batch) report() {
	for _, d := range b.drafts {
		if d.cause != nil {
			b.app.Logger().Error("operation failed", "device", b.sender.Device, "seq", d.op.Seq, "error", d.cause.Error())
		}
	}
}
