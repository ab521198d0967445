package promises

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"doorstep/collections"
	"doorstep/internal/client"
)

// TestLeave is promise 6: what leaves with a territory leaves as such, and unsent work on it is handed over.
func TestLeave(t *testing.T) { rapid.Check(t, leaving(t, sound)) }

// TestDigest is promise 12: a copy that was damaged finds out, and is whole again.
func TestDigest(t *testing.T) { rapid.Check(t, digests(t, sound)) }

// TestSealed is promise 14: a revoked tablet hands in what waits, hears nothing, and forgets everything.
func TestSealed(t *testing.T) { rapid.Check(t, sealed(t, sound)) }

var fieldwork = strings.Fields("create create create edit household push pull sync sync review")

// leaving reassigns a worker who has changed what they are about to lose, and not sent it.
func leaving(t *testing.T, f fault) func(*rapid.T) {
	return func(run *rapid.T) {
		days := schedule(fieldwork).Draw(run, "schedule")
		w := newWorld(t, run, f)
		for _, s := range slices.Concat(days...) {
			w.do(s)
		}
		d := w.devices[0]
		w.create(d, step{})
		w.sync(d, step{A: 5})
		lost := map[string]int64{}
		for _, id := range slices.Sorted(maps.Keys(d.tablet.Copy.Records[collections.Households])) {
			answers := json.RawMessage(fmt.Sprintf(`{"head_name":"搬走前 %d"}`, len(lost)))
			lost[id] = d.tablet.Outbox.Add(client.Operation{Op: client.Household, ID: id, Answers: answers})
		}
		d.line.heard = nil
		w.reassign(d, step{A: 1}) // the next community, of which nothing was theirs
		w.pull(d, step{A: 5})
		w.converged(d)
		told := map[string]string{}
		for _, heard := range d.line.heard {
			var page client.Page
			if at := strings.IndexByte(heard, '{'); at > 0 && json.Unmarshal([]byte(heard[at:]), &page) == nil {
				for _, ch := range page.Changes {
					told[ch.ID] = ch.Op
				}
			}
		}
		receipts, err := d.push()
		if err != nil || len(receipts) != len(lost) {
			w.Fatalf("promise 6: %d receipts for %d changes: %v", len(receipts), len(lost), err)
		}
		for _, r := range receipts {
			inside := w.strings(`SELECT id FROM households WHERE id='` + r.ID + `' AND area LIKE '990101001002%'`)
			switch {
			case len(inside) > 0: // it lies in the new territory
			case told[r.ID] != client.Leave:
				w.Fatalf("promise 6: household %s went by %q, not as a leave", r.ID, told[r.ID])
			case r.Status != client.Quarantined || r.Code != "operation.handed_over":
				w.Fatalf("promise 6: a change of what left was answered with %+v", r)
			}
		}
		w.nothingLost()
	}
}

// digests damages a copy in one way or another.
func digests(t *testing.T, f fault) func(*rapid.T) {
	return func(run *rapid.T) {
		days := schedule(fieldwork).Draw(run, "schedule")
		which, how := rapid.IntRange(0, 99).Draw(run, "which"), rapid.IntRange(0, 3).Draw(run, "how")
		w := newWorld(t, run, f)
		for _, s := range slices.Concat(days...) {
			w.do(s)
		}
		d := w.devices[0]
		w.create(d, step{})
		w.sync(d, step{A: 5})
		if repaired, err := d.tablet.Verify(w.Context()); err != nil || repaired != 0 {
			w.Fatalf("promise 12: %d of a whole copy were repaired: %v", repaired, err)
		}
		d.damage(which, how)
		if repaired, err := d.tablet.Verify(w.Context()); err != nil || repaired == 0 {
			w.Fatalf("promise 12: the damage was not noticed: %v", err)
		}
		if diff := difference(lines(&d.tablet.Copy, false), w.scope(d)); diff != "" {
			w.Fatalf("promise 12: the repair left a difference: %s", diff)
		}
		w.converged(d)
	}
}

// damage loses a record, changes its revision or its data, or invents one.
func (d *device) damage(which, how int) {
	records := d.tablet.Copy.Records[collections.Areas]
	if held := d.tablet.Copy.Records["child_visits"]; len(held) > 0 && which%2 == 0 {
		records = held
	}
	ids := slices.Sorted(maps.Keys(records))
	id := ids[which%len(ids)]
	r := records[id]
	switch how {
	case 0:
		delete(records, id)
		return
	case 1:
		r.Rev++
	case 2:
		r.Data = json.RawMessage(`{}`)
	case 3:
		id = d.w.nextID()
	}
	records[id] = r
}

// sealed revokes a tablet with work in it, and loses answers of the hand-in.
func sealed(t *testing.T, f fault) func(*rapid.T) {
	return func(run *rapid.T) {
		days, loses := schedule(fieldwork).Draw(run, "schedule"), rapid.IntRange(0, 2).Draw(run, "loses")
		w := newWorld(t, run, f)
		d := w.devices[0]
		if _, err := d.tablet.Register(w.Context(), client.Identity{Name: "sealed"}, w.clockOf(d)); err != nil {
			w.Fatal(err)
		}
		for _, s := range slices.Concat(days...) {
			w.do(s)
		}
		w.create(d, step{})
		w.revoke(d, step{})
		before, waiting := w.rows("child_visits"), slices.Clone(d.tablet.Outbox.Waiting)
		if err := d.tablet.Pull(w.Context()); !client.WipeOrdered(err) {
			w.Fatalf("promise 14: no wipe order: %v", err)
		}
		for range loses {
			d.line.trouble = lostAnswer
			if err := d.tablet.HandInAndWipe(w.Context()); err == nil {
				w.Fatalf("promise 14: the tablet forgot everything without an answer")
			}
		}
		if err := d.tablet.HandInAndWipe(w.Context()); err != nil {
			w.Fatalf("promise 14: hand in: %v", err)
		}
		if f == keepsNothing {
			w.change(`DELETE FROM submissions WHERE code='operation.sealed'`)
		}
		if len(d.tablet.Outbox.Waiting)+len(d.tablet.Copy.Records) > 0 || d.tablet.Conn.Token != "" {
			w.Fatalf("promise 14: the tablet still holds something")
		}
		for _, op := range waiting {
			same := d.worker + "/" + contentOf(op)
			_, known := w.model.contents[same]
			first, numbered := w.model.numbered[d.device+"/"+fmt.Sprint(op.Seq)]
			if known || numbered && first.content == contentOf(op) {
				continue // a repetition of what the server has: its answer was lost
			}
			w.model.contents[same] = reply{}
			kept := w.strings(`SELECT outcome||' '||code FROM submissions WHERE instance='` + op.ID + `' AND device='` + d.device + `' AND seq=` + fmt.Sprint(op.Seq))
			if len(kept) != 1 || !strings.HasPrefix(kept[0], "quarantined") {
				w.Fatalf("promise 14: operation %d was handed in and is kept as %q", op.Seq, kept)
			}
		}
		if diff := difference(before, w.rows("child_visits")); diff != "" {
			w.Fatalf("promise 14: a revoked tablet changed a record: %s", diff)
		}
		again := client.Tablet{Conn: w.office(d.account)}
		again.Conn.Device = d.device
		if err := again.Conn.Call(w.Context(), http.MethodPost, "/api/sync/v1/files/have", map[string]any{"sha256": []string{}}, nil); err == nil {
			w.Fatalf("promise 14: a wiped tablet is still answered")
		}
	}
}
