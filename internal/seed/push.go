package seed

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"doorstep/internal/client"
	"doorstep/internal/demo"
	"doorstep/internal/devicesync"
	"doorstep/internal/ingest"
)

// sync is a worker's evening: corrections of what came back, the day's visits, their photos.
func (l *life) sync(ctx context.Context, w *worker, at time.Time) error {
	again, all := w.redo, slices.Concat(w.redo, w.today)
	ops := make([]client.Operation, 0, len(all))
	for _, rec := range again {
		given := rec.truth.Given
		given.Answers = maps.Clone(given.Answers)
		given.Answers["remarks"] = "已核对修改。"
		op, err := l.operation(rec, given)
		if err != nil {
			return err
		}
		op.BaseRev, rec.shelved = rec.rev, w.r.IntN(3) == 0
		ops = append(ops, op)
	}
	for _, rec := range w.today {
		ops = append(ops, rec.first)
	}
	receipts, err := l.push(ctx, w, append(ops, l.stray(w)...), at)
	if err != nil {
		return err
	}
	for _, rec := range w.today {
		if err := l.keepLog(ctx, rec, at.Add(2*time.Minute)); err != nil {
			return err
		}
	}
	for i, rec := range all {
		rec.receipt, rec.state, rec.rev = receipts[i], receipts[i].ReviewState, receipts[i].Rev
		rec.first = client.Operation{} // no longer needed
	}
	return l.upload(ctx, w, at.Add(5*time.Minute))
}

func (l *life) operation(rec *record, given demo.Given) (client.Operation, error) {
	answers, err := l.answers(rec, given)
	op := client.Operation{Op: client.Submit, ID: rec.id, Form: rec.form, Version: l.forms[rec.form].Version, Answers: answers,
		DeviceTime: rec.at.Format(time.RFC3339)}
	if rec.photo != nil {
		op.Files = []client.File{{Name: photoName(rec), SHA256: digest(rec.photo), Size: int64(len(rec.photo))}}
	}
	return op, err
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// stray is, now and then, something that cannot be a record: of a version that nobody has published, or of a form from
// elsewhere.
func (l *life) stray(w *worker) []client.Operation {
	if w.r.IntN(20) > 0 || len(w.today) == 0 {
		return nil
	}
	op := client.Operation{Op: client.Submit, ID: client.NewID(w.today[0].at, random16(w.r)), Form: childVisit, Version: "2025090101",
		Answers: json.RawMessage(`{"household":{"address":"示例路 8 号"}}`)}
	if w.r.IntN(2) == 0 {
		op.Form = "school_census"
	}
	return []client.Operation{op}
}

func (l *life) push(ctx context.Context, w *worker, ops []client.Operation, at time.Time) ([]ingest.Receipt, error) {
	for i := range ops {
		w.seq++
		ops[i].Seq = w.seq
	}
	body, err := json.Marshal(map[string]any{"operations": ops})
	if err != nil {
		return nil, err
	}
	read, err := devicesync.ReadBatch(body)
	if err != nil {
		return nil, err
	}
	return ingest.Accept(ctx, l.app, l.at(at), ingest.Sender{Actor: w.actor, Device: w.device, Channel: ingest.Native}, read.Operations)
}

// upload brings the day's photos; one in twelve is still on its tablet.
func (l *life) upload(ctx context.Context, w *worker, at time.Time) error {
	for _, rec := range w.today {
		if rec.photo == nil || w.r.IntN(12) == 0 {
			continue
		}
		info, err := l.store.Save(bytes.NewReader(rec.photo))
		if err != nil {
			return err
		}
		f := ingest.File{Name: photoName(rec), SHA256: info.SHA256, Size: info.Size, MIME: string(info.Type), Here: true}
		if err := ingest.Deliver(ctx, l.app, ingest.Sender{Actor: w.actor, Device: w.device, Channel: ingest.Native}, f, at); err != nil {
			return err
		}
	}
	return nil
}
