package promises

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"doorstep/collections"
	"doorstep/internal/client"
)

// fault is one deliberate break: a server, a network or a tablet that does not keep a promise.
type fault string

const (
	sound          fault = ""
	dropsAChange   fault = "a page lacks its last change"
	overwrites     fault = "the server takes the last writer's word"
	forgets        fault = "the server forgets what it has seen"
	newNames       fault = "the tablet names its records anew after a lost answer"
	refusesBatches fault = "one bad operation refuses the batch"
	commitsLate    fault = "a change gets a number below a cursor that was handed out"
	sameEpoch      fault = "a restored backup keeps its epoch"
	trustsClocks   fault = "the tablet's clock says when an operation was received"
	stalePages     fault = "a pull is answered from a cache"
	letsRevokedIn  fault = "a revoked tablet is let in"
	keepsNothing   fault = "what a revoked tablet hands in is not kept"
	deletesLeaves  fault = "what left is told as deleted"
	halfRepairs    fault = "a repair lacks a record"
	leaks          fault = "a record elsewhere is shown here"
	misplaces      fault = "a record keeps a wrong area, key or pair"
	losesMerges    fault = "a merge is undone behind the server's back"
)

// refusal is an answer that no server gave.
func refusal(p *packet, status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: p.req}
}

// answerInstead may change a request on its way, or answer it in the server's place; nil lets it pass.
func (w *world) answerInstead(p *packet) *http.Response {
	push := p.req.URL.Path == pushPath
	switch {
	case w.fault == refusesBatches && push:
		for _, op := range operations(w, p.body) {
			if op.Form == "no_such_form" {
				return refusal(p, http.StatusBadRequest, `{"code":"request.malformed"}`)
			}
		}
	case w.fault == stalePages && p.req.URL.Path == pullPath && p.device.line.body != nil:
		return refusal(p, http.StatusOK, string(p.device.line.body))
	}
	return nil
}

// rebased makes every correction one of the revision that the server has now.
func (w *world) rebased(body []byte) []byte {
	var ops []client.Operation
	for _, op := range operations(w, body) {
		if v := w.model.visits[op.ID]; v != nil && op.BaseRev > 0 {
			op.BaseRev = v.rev
		}
		ops = append(ops, op.Operation)
	}
	b, err := json.Marshal(map[string]any{"operations": ops})
	if err != nil {
		w.Fatal(err)
	}
	return b
}

// spoil may change an answer.
func (w *world) spoil(p packet, body []byte) []byte {
	if w.fault == trustsClocks && p.req.URL.Path == pushPath {
		w.change(`UPDATE submissions SET received_at=strftime('%Y-%m-%d %H:%M:%fZ', device_time) WHERE device_time!=''`)
	}
	repair := p.req.URL.Path == repairPath && w.fault == halfRepairs
	if p.req.URL.Path != pullPath && !repair {
		return body
	}
	var page client.Page
	if err := json.Unmarshal(body, &page); err != nil {
		return body
	}
	switch {
	case repair:
		page.Changes = page.Changes[:max(0, len(page.Changes)-1)]
	case w.fault == deletesLeaves:
		for i := range page.Changes {
			page.Changes[i].Op = strings.Replace(page.Changes[i].Op, client.Leave, client.Delete, 1)
		}
	case w.fault == dropsAChange && len(page.Changes) > 1 && !page.Reset:
		page.Changes = page.Changes[:len(page.Changes)-1]
	case w.fault == stalePages && !page.More:
		p.device.line.body = bytes.Clone(body)
		return body
	default:
		return body
	}
	b, err := json.Marshal(page)
	if err != nil {
		w.Fatal(err)
	}
	return b
}

// forget makes the server forget numbers and contents of what it has seen.
func (w *world) forget() {
	if w.fault == forgets {
		w.change(`UPDATE submissions SET seq=0, sha256='forgotten:'||id`)
	}
}

// change writes into the database behind the server's back.
func (w *world) change(query string) {
	err := collections.Write(context.Background(), w.app.TestApp, func(db collections.DB) error {
		_, err := db.Exec(query)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
}

// afterLoss is a tablet that takes a lost answer for a failure and makes its records anew.
func (w *world) afterLoss(d *device) {
	if w.fault != newNames {
		return
	}
	for i := range d.tablet.Outbox.Waiting {
		if op := &d.tablet.Outbox.Waiting[i]; op.Op == client.Submit && op.BaseRev == 0 {
			op.ID = w.nextID()
		}
	}
}
