package promises

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"doorstep/internal/client"
	"doorstep/internal/protocol"
)

// trouble is what becomes of a tablet's next request.
type trouble int

const (
	fine        trouble = iota
	lostRequest         // never arrives
	lostAnswer          // is done, and the tablet does not hear of it
	twice               // arrives twice, and the tablet hears the second answer
	late                // arrives when the tablet has long given up: see world.arrive
	troubles
)

var errLost = errors.New("the connection broke")

// line is the network of one tablet.
type line struct {
	w       *world
	device  *device
	trouble trouble  // of the next request, fine afterwards
	body    []byte   // of an earlier page, for stalePages
	heard   []string // every answer
}

// packet is a request as it was sent.
type packet struct {
	device *device
	req    *http.Request
	body   []byte
}

func (l *line) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := readAll(req.Body)
	if err != nil {
		return nil, err
	}
	p := packet{l.device, req, body}
	what := l.trouble
	l.trouble = fine
	switch what {
	case lostRequest:
		return nil, errLost
	case late:
		l.w.delayed = append(l.w.delayed, p)
		return nil, errLost
	case twice:
		if _, err := l.w.deliver(p); err != nil {
			return nil, err
		}
	}
	res, err := l.w.deliver(p)
	l.w.requests++
	if err == nil && (what == lostAnswer || l.w.loseEvery > 0 && l.w.requests%l.w.loseEvery == 0) {
		return nil, errLost
	}
	return res, err
}

// push sends a batch, and again for as long as every k-th answer is lost.
func (d *device) push() (receipts []client.Receipt, err error) {
	err = d.insist(func() error {
		if receipts, err = d.tablet.Push(d.w.Context()); err != nil {
			d.w.afterLoss(d)
		}
		return err
	})
	return receipts, err
}

func (d *device) pull() error {
	return d.insist(func() error { return d.tablet.Pull(d.w.Context()) })
}

func (d *device) insist(do func() error) error {
	for {
		err := do()
		if d.w.loseEvery == 0 || !errors.Is(err, errLost) {
			return err
		}
	}
}

func readAll(body io.ReadCloser) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	defer body.Close()
	return io.ReadAll(body)
}

// deliver brings a request to the server, through the injected fault, and holds the answer against the model.
func (w *world) deliver(p packet) (*http.Response, error) {
	if res := w.answerInstead(&p); res != nil {
		return res, nil
	}
	req := p.req.Clone(w.Context())
	req.URL.Host = strings.TrimPrefix(w.server.URL, "http://")
	who := p.device.account
	if w.fault == letsRevokedIn && w.model.revoked[who.device] {
		who = w.origin.tablets[len(w.origin.tablets)-1]
	}
	worker, err := w.app.FindRecordById("workers", who.worker)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", w.app.Token(w, worker)) // revoking one tablet ends its worker's tokens: they sign in again
	req.Header.Set(protocol.DeviceHeader, who.device)
	sent := p.body
	if w.fault == overwrites && req.URL.Path == pushPath {
		sent = w.rebased(sent)
		req.Header.Del("Content-Encoding")
	}
	req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(sent)), int64(len(sent))
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := readAll(res.Body)
	if err != nil {
		return nil, err
	}
	body = w.spoil(p, body)
	p.device.line.heard = append(p.device.line.heard, fmt.Sprintf("%s %d %s", p.req.URL.Path, res.StatusCode, body))
	w.observe(p, res.StatusCode, body)
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

// arrive lets the oldest delayed request reach the server.
func (w *world) arrive() {
	if len(w.delayed) == 0 {
		return
	}
	p := w.delayed[0]
	w.delayed = w.delayed[1:]
	if _, err := w.deliver(p); err != nil {
		w.Fatal(err)
	}
}

const (
	pushPath   = "/api/sync/v1/push"
	pullPath   = "/api/sync/v1/pull"
	repairPath = "/api/sync/v1/repair"
	handInPath = "/api/sync/v1/sealed"
)

// observe checks what the server answered to a tablet.
func (w *world) observe(p packet, status int, body []byte) {
	if w.model.revoked[p.device.device] && p.req.URL.Path != handInPath {
		w.refuses(p.req.URL.Path, status, body)
		return
	}
	if status != http.StatusOK && p.req.URL.Path != handInPath {
		w.Fatalf("promise 5: %s: %d %s", p.req.URL.Path, status, body)
	}
	switch p.req.URL.Path {
	case pushPath:
		w.observePush(p, body)
	case handInPath:
		p.device.sent = nil // refused from now on
	case pullPath:
		w.observePull(p.device, body)
	}
}

func (w *world) observePush(p packet, body []byte) {
	var out struct{ Results []client.Receipt }
	if err := json.Unmarshal(body, &out); err != nil {
		w.Fatal(err)
	}
	ops := operations(w, p.body)
	if len(out.Results) != len(ops) {
		w.Fatalf("promise 5: %d receipts for %d operations", len(out.Results), len(ops))
	}
	for i, op := range ops {
		if err := w.model.check(p.device.account, op, out.Results[i]); err != nil {
			w.Fatalf("%v\noperation %s\nreceipt %+v", err, op.raw, out.Results[i])
		}
	}
	p.device.sent = append(p.device.sent, p)
}

// operation is one of a push, with its bytes.
type operation struct {
	client.Operation
	raw string
}

func operations(w *world, body []byte) []operation {
	if bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			w.Fatal(err)
		}
		if body, err = io.ReadAll(z); err != nil {
			w.Fatal(err)
		}
	}
	var envelope struct{ Operations []json.RawMessage }
	if err := json.Unmarshal(body, &envelope); err != nil {
		w.Fatal(err)
	}
	ops := make([]operation, len(envelope.Operations))
	for i, raw := range envelope.Operations {
		if err := json.Unmarshal(raw, &ops[i].Operation); err != nil {
			w.Fatal(err)
		}
		ops[i].raw = string(raw)
	}
	return ops
}
