package ingest

import (
	"context"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/problem"
)

// HandedIn is a batch from a tablet that was shut out.
type HandedIn struct {
	Worker, Device string
	Operations     []Operation
	Last           bool // nothing comes after it
}

// AcceptHandedIn keeps what a tablet that was shut out had not sent, in quarantine, as it came. The receipts tell nothing
// but that it is kept, also of what was answered before. After the last batch nothing more is taken from the device.
func AcceptHandedIn(ctx context.Context, app core.App, in HandedIn, now time.Time) ([]Receipt, error) {
	receipts := make([]Receipt, len(in.Operations))
	err := collections.Write(ctx, app, func(db collections.DB) error {
		sender, err := senderOf(db, in.Worker)
		if err != nil {
			return err
		}
		sender.Device, sender.Channel = in.Device, Native
		for i := range in.Operations {
			if receipts[i], err = keepHandedIn(db, sender, &in.Operations[i], now); err != nil {
				return err
			}
		}
		if !in.Last {
			return nil
		}
		return collections.Update(db, collections.Devices, in.Device, collections.Row{{Column: "handed_in", Value: collections.Stamp(now)},
			{Column: "updated", Value: collections.Stamp(now)}})
	})
	return receipts, err
}

// keepHandedIn keeps one operation in quarantine, unless it is known already.
func keepHandedIn(db collections.DB, sender Sender, op *Operation, now time.Time) (Receipt, error) {
	d := preparedFrom(op, sender.Channel)
	d.code = problem.SealedOperation
	s := &storing{db: db, sender: sender, d: d, now: now}
	before, known, err := s.replay(context.Background())
	if err != nil {
		return Receipt{}, err
	}
	if known {
		return Receipt{Seq: op.Seq, ID: op.ID, Status: Unchanged, Was: before.Was}, nil
	}
	return s.quarantine(d.code) // the code may be that the number was used for something else
}
