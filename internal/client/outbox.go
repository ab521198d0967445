package client

import (
	"fmt"
	"slices"

	"doorstep/internal/protocol"
)

const maxPushBytes = protocol.MaxPushBytes - 1<<20 // leaves room for the envelope

// Outbox holds the operations that the server has not answered for. It numbers them, keeps their order, and drops one
// only for its receipt. The zero value is empty. Its fields are for saving it; it is not for concurrent use.
type Outbox struct {
	LastSeq int64       `json:"last_seq"`
	Waiting []Operation `json:"waiting"`
}

// Add numbers an operation and keeps it. Its number never changes, so that the server recognises it when it comes again.
func (o *Outbox) Add(op Operation) int64 {
	o.LastSeq++
	op.Seq = o.LastSeq
	o.Waiting = append(o.Waiting, op)
	return op.Seq
}

// Skip makes sure that numbers up to seq are not used again: the server has answered for them, though this copy of the
// tablet may be older than that.
func (o *Outbox) Skip(seq int64) { o.LastSeq = max(o.LastSeq, seq) }

// batch is as much from the front of the queue as fits into one push: at least one operation, unless there is none.
func (o *Outbox) batch() []Operation {
	size := 0
	for i, op := range o.Waiting {
		size += len(op.Answers) + 500 // the other fields are short
		if i == protocol.MaxOperations || i > 0 && size > maxPushBytes {
			return slices.Clone(o.Waiting[:i])
		}
	}
	return slices.Clone(o.Waiting)
}

// settle drops the operations that the receipts answer. It drops none, and fails, where the receipts do not match the batch
// one by one: they are not about these operations.
func (o *Outbox) settle(batch []Operation, receipts []Receipt) error {
	if len(batch) != len(receipts) {
		return fmt.Errorf("%d receipts for %d operations", len(receipts), len(batch))
	}
	answered := map[int64]bool{}
	for i, r := range receipts {
		if r.Seq != batch[i].Seq || r.Status == "" {
			return fmt.Errorf("receipt %d is for operation %d instead of %d", i+1, r.Seq, batch[i].Seq)
		}
		answered[r.Seq] = true
	}
	o.Waiting = slices.DeleteFunc(o.Waiting, func(op Operation) bool { return answered[op.Seq] })
	return nil
}
