package ingest

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/problem"
)

// Accept takes a batch of operations and answers each on its own, in order. One transaction holds the whole batch unless
// that is much work, perhaps with those of other tablets; an operation that fails is rolled back alone and kept in
// quarantine. An answer means that everything is on the disk. An error means that some or all of it is not: a repetition
// stores the rest; problem.Busy, that nothing was looked at.
func Accept(ctx context.Context, app core.App, intake *Intake, sender Sender, ops []Operation) ([]Receipt, error) {
	p := &pushed{batch: batch{ctx: ctx, app: app, intake: intake, sender: sender, ops: ops}}
	if err := intake.Queue.enter(&p.batch); err != nil {
		return nil, err
	}
	defer intake.Queue.leave(&p.batch)
	receipts := make([]Receipt, 0, len(ops))
	for len(receipts) < len(ops) || len(ops) == 0 {
		b := p.part(intake.Queue.most(p.from()))
		if err := intake.Queue.store(b); err != nil {
			return nil, err
		}
		receipts = append(receipts, b.receipts...)
		if len(ops) == 0 {
			break // an empty push is a sign of life
		}
		p.calm(b.took)
	}
	return receipts, nil
}

// storeAlone keeps a failing operation from taking its neighbours with it.
func (s *storing) storeAlone(ctx context.Context) (Receipt, error) {
	db, d := s.db, s.d
	if _, err := db.Exec(`SAVEPOINT operation`); err != nil {
		return Receipt{}, err
	}
	receipt, err := s.storeSafely(ctx)
	if err == nil {
		_, err = db.Exec(`RELEASE operation`)
		return receipt, err
	}
	if code := problem.As(err).Code; code == problem.Busy || code == problem.DiskFull {
		return Receipt{}, err // it is tried again, as it is
	}
	if _, undo := db.Exec(`ROLLBACK TO operation`); undo != nil {
		return Receipt{}, errors.Join(err, undo)
	}
	d.code, d.cause = problem.Internal, err
	if collections.Damaged(err) {
		d.code = problem.Damaged
	}
	if receipt, err = begin(db, s.intake, s.sender, d).store(ctx); err != nil {
		return Receipt{}, err
	}
	_, err = db.Exec(`RELEASE operation`)
	return receipt, err
}

// storeSafely makes an error of a panic: nobody else's work waits for a mistake of this program.
func (s *storing) storeSafely(ctx context.Context) (_ Receipt, err error) {
	defer recovered(&err)
	return s.store(ctx)
}

func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	}
}

// store decides what an operation is by what is stored already, and stores it.
func (s *storing) store(ctx context.Context) (Receipt, error) {
	if earlier, ok, err := s.replay(ctx); ok || err != nil {
		return earlier, err
	}
	if s.sender.Trial {
		return s.storeTrial()
	}
	if s.d.code != "" {
		return s.quarantine(s.d.code)
	}
	switch s.d.op.Op {
	case OpTask:
		return s.storeTask()
	case OpHousehold:
		return s.storeHousehold()
	default:
		return s.storeSubmission(ctx)
	}
}

// quarantine keeps what arrived where the worker's supervisors find it.
func (s *storing) quarantine(code problem.Code) (Receipt, error) {
	return s.quarantineIn(code, "")
}

// quarantineIn keeps it where the supervisors of an area find it; "" is that of the worker.
func (s *storing) quarantineIn(code problem.Code, area string) (Receipt, error) {
	if area == "" {
		area = access.Common(s.sender.Actor.Territory)
	}
	receipt := quarantineReceipt(s.d.op, code)
	id, err := s.keep(receipt, kept{outcome: Quarantined, area: area})
	if err != nil {
		return receipt, err
	}
	return receipt, s.reportHeld(id, area)
}

// kept is what the submissions row says beside what arrived.
type kept struct {
	outcome, collection, record, area string
	rev                               int64
}

// keep writes the submissions row: the raw bytes, their digest, and the receipt that a replay will get.
func (s *storing) keep(receipt Receipt, k kept) (string, error) {
	sender, d := s.sender, s.d
	seq := d.op.Seq
	if receipt.Code == problem.SequenceReused {
		seq = 0 // the number belongs to the earlier operation
	}
	kind := d.op.Op
	if kind != OpSubmit && kind != OpTask && kind != OpHousehold {
		kind = ""
	}
	raw, rawType := d.arrived(sender)
	named := d.named(s.db)
	deprecated := d.op.Corrects
	if d.inst != nil && deprecated == "" {
		deprecated = d.inst.DeprecatedID
	}
	id, at := collections.NewID(), collections.Stamp(s.now)
	return id, collections.Insert(s.db, collections.Submissions, collections.Row{
		{Column: "id", Value: id}, {Column: "kind", Value: kind}, {Column: "channel", Value: sender.Channel},
		{Column: "device", Value: sender.Device}, {Column: "seq", Value: seq},
		{Column: "worker", Value: sender.Actor.ID}, {Column: "form", Value: named.form}, {Column: "form_version", Value: named.version},
		{Column: "instance", Value: d.op.instance()}, {Column: "deprecated", Value: deprecated},
		{Column: "collection", Value: k.collection}, {Column: "record", Value: k.record}, {Column: "sha256", Value: d.sum},
		{Column: "raw", Value: raw}, {Column: "raw_type", Value: rawType},
		{Column: "outcome", Value: k.outcome}, {Column: "code", Value: string(receipt.Code)},
		{Column: "receipt", Value: collections.JSON(receipt)}, {Column: "rev", Value: k.rev},
		{Column: "area", Value: k.area}, {Column: "files", Value: collections.JSON(nameless(d.op.Files))},
		{Column: "device_time", Value: d.op.DeviceTime},
		{Column: "received_at", Value: at}, {Column: "created", Value: at}, {Column: "updated", Value: at},
	})
}

// arrived is what the sender sent, byte for byte.
func (d *prepared) arrived(sender Sender) (raw, rawType string) {
	if sender.Channel == OpenRosa {
		return d.op.XML, "xml"
	}
	return string(d.op.Raw), "json"
}

// nameless are files without their names, which somebody typed: raw and the attachments have them, sealed.
func nameless(files []File) []File {
	bare := slices.Clone(files)
	for i := range bare {
		bare[i].Name = ""
	}
	return bare
}

// touch notes the device's contact, its highest acknowledged operation, and what it says that it still holds.
func touch(db collections.DB, sender Sender, ops []Operation, now time.Time) error {
	if sender.Device == "" {
		return nil
	}
	last := int64(0)
	for _, op := range ops {
		last = max(last, op.Seq)
	}
	at := collections.Stamp(now)
	set, args := `last_contact=?, last_seq=MAX(last_seq,?), updated=?`, []any{at, last, at}
	for _, f := range sender.Waiting.Row(now) {
		set, args = set+`, `+f.Column+`=?`, append(args, f.Value)
	}
	_, err := db.Exec(`UPDATE devices SET `+set+` WHERE id=?`, append(args, sender.Device)...)
	return err
}
