package ingest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/problem"
)

// answered is an operation that was answered before.
type answered struct {
	id, instance, sum, files, outcome, area string
	code                                    problem.Code
	rev                                     int64
	receipt                                 string
	damaged                                 bool
}

const answeredColumns = `SELECT id, instance, sha256, COALESCE(files,''), outcome, code, rev, area, receipt, sealed FROM submissions WHERE `

func findAnswered(db collections.DB, where string, args ...any) (a answered, found bool, err error) {
	var sealed string
	found, err = collections.One(db, answeredColumns+where, args, &a.id, &a.instance, &a.sum, &a.files, &a.outcome, &a.code, &a.rev, &a.area,
		&a.receipt, &sealed)
	if err != nil || !found {
		return a, found, err
	}
	opened, whole, err := collections.OpenWhole(db, collections.Submissions, a.id, sealed)
	opened.Fill("receipt", &a.receipt)
	a.damaged = !whole
	return a, found, err
}

// mend writes what arrived anew, from its repetition: the row did not open any more. Of the receipt it keeps what lies in clear.
func (a *answered) mend(db collections.DB, sender Sender, d *prepared, now time.Time) error {
	r := Receipt{Seq: d.op.Seq, ID: a.instance, Status: a.outcome, Rev: a.rev, Area: a.area}
	if a.code != "" {
		r = quarantineReceipt(d.op, a.code)
	}
	receipt := collections.JSON(r)
	raw, _ := d.arrived(sender)
	if err := collections.Update(db, collections.Submissions, a.id, collections.Row{{Column: "raw", Value: raw},
		{Column: "receipt", Value: receipt}, {Column: "updated", Value: collections.Stamp(now)}}); err != nil {
		return err
	}
	a.receipt, a.damaged = receipt, false
	entry := sender.Actor.DidTo("row.mended", collections.Submissions, a.id, a.area, a.instance)
	entry.Purpose, entry.Device = audit.Capture, sender.Device
	return audit.Append(db, now, entry)
}

// replay finds the operation among those answered before. The number that its device gave it says so, with the same
// content. So does the content alone where it is an exact repetition of a visit; the status of a task or what is said of
// a household may be said again later, and is news then. An operation whose number was used for something else is
// quarantined.
func (s *storing) replay(ctx context.Context) (Receipt, bool, error) {
	db, sender, d := s.db, s.sender, s.d
	if d.fresh {
		return Receipt{}, false, nil
	}
	if sender.Device != "" && d.op.Seq > 0 {
		a, found, err := findAnswered(db, `device=? AND seq=? AND device!='' AND seq>0`, sender.Device, d.op.Seq)
		if err != nil {
			return Receipt{}, false, err
		}
		if found && a.says(d) {
			return s.again(ctx, a)
		}
		if found && d.code != problem.Internal {
			d.code = problem.SequenceReused
		}
	}
	where := `instance=? AND sha256=? AND worker=?`
	switch {
	case d.code == problem.SequenceReused:
		where += ` ORDER BY code!='` + string(problem.SequenceReused) + `'`
	case d.op.Op != OpSubmit:
		return Receipt{}, false, nil
	}
	a, found, err := findAnswered(db, where, d.op.instance(), d.sum, sender.Actor.ID)
	if err != nil || !found || d.op.Op != OpSubmit && a.code != problem.SequenceReused {
		return Receipt{}, false, err
	}
	return s.again(ctx, a)
}

// says reports whether an answered operation is the prepared one. Those that were stored before files counted as content
// are known by their files.
func (a answered) says(d *prepared) bool {
	if a.instance != d.op.instance() {
		return false
	}
	var files []File
	return a.sum == d.sum || a.sum == d.answersSum && json.Unmarshal([]byte(a.files), &files) == nil && slices.Equal(digested(files),
		digested(d.op.Files))
}

// again gives the earlier answer. What waited for a form that is known by now is looked at once more instead.
func (s *storing) again(ctx context.Context, a answered) (Receipt, bool, error) {
	if a.damaged {
		if err := a.mend(s.db, s.sender, s.d, s.now); err != nil {
			return Receipt{}, false, err
		}
	}
	if a.outcome == Quarantined && a.code == problem.UnknownForm && s.d.code == "" {
		receipt, err := releaseHeld(ctx, s.db, s.intake, a.id)
		receipt.Seq, s.d.cause = s.d.op.Seq, cmp.Or(s.d.cause, receipt.cause)
		return receipt, true, err
	}
	var r Receipt
	if err := json.Unmarshal([]byte(a.receipt), &r); err != nil {
		return Receipt{}, false, fmt.Errorf("stored receipt: %w", err)
	}
	return r.unchanged(s.d.op.Seq), true, nil
}

// digest sums up what the operation says, not its number: the same content sent again under a new number is still the
// same. The files that a tablet declares belong to it; those of an app that sends them along come in several requests.
func (d *prepared) digest(channel string) {
	op := d.op
	d.answersSum = contentDigest(op)
	d.sum = d.answersSum
	if channel != Native {
		return
	}
	parts := digested(op.Files)
	if op.XML != "" && op.BaseRev > 0 {
		parts = append(parts, strconv.FormatInt(op.BaseRev, 10))
	}
	if len(parts) > 0 {
		d.sum = digestOf([]byte(d.answersSum + "\x00" + strings.Join(parts, "\x00")))
	}
}

// digested is what of files counts as content.
func digested(files []File) []string {
	list := make([]string, len(files))
	for i, f := range files {
		list[i] = f.Name + "\x00" + strings.ToLower(f.SHA256)
	}
	slices.Sort(list)
	return list
}

func contentDigest(op *Operation) string {
	if op.XML != "" {
		return digestOf([]byte(op.XML))
	}
	var b bytes.Buffer
	for _, part := range []string{op.Op, op.Form, op.Version, strconv.FormatInt(op.BaseRev, 10), string(op.Datum)} {
		b.WriteString(part)
		b.WriteByte(0)
	}
	if err := json.Compact(&b, op.Answers); err != nil {
		b.Write(op.Answers)
	}
	return digestOf(b.Bytes())
}
