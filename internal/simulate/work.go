package simulate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"doorstep/internal/client"
)

// work goes through the visits, some at a time: send them, let the supervisor look, pull, correct, send again.
func (t *tablet) work(ctx context.Context) error {
	for visits := range slices.Chunk(t.visits, max(1, t.sim.PerPush)) {
		for _, v := range visits {
			t.hand(v.op)
		}
		if err := t.send(ctx); err != nil {
			return err
		}
		if err := t.review(ctx, visits); err != nil {
			return err
		}
		if err := t.insist(ctx, t.device.Pull); err != nil {
			return err
		}
		if err := t.correct(ctx, visits); err != nil {
			return err
		}
		if err := t.reassign(ctx); err != nil {
			return err
		}
	}
	return t.line.flush()
}

func (t *tablet) hand(op client.Operation) {
	t.device.Outbox.Add(op)
	t.tally.sent++
}

// send pushes until the outbox is empty.
func (t *tablet) send(ctx context.Context) error {
	for len(t.device.Outbox.Waiting) > 0 {
		var receipts []client.Receipt
		err := t.insist(ctx, func(ctx context.Context) error {
			began := time.Now()
			var err error
			if receipts, err = t.device.Push(ctx); err == nil {
				t.tally.pushes = append(t.tally.pushes, time.Since(began))
			}
			return err
		})
		if err != nil {
			return err
		}
		for _, r := range receipts {
			t.book(r)
		}
	}
	return nil
}

// book enters a receipt into the ledger and the visit that it answers.
func (t *tablet) book(r client.Receipt) {
	t.tally.receipt(r)
	if r.Outcome() != client.Quarantined {
		t.ledger.acknowledge(r.ID, r.Rev)
	}
	for _, v := range t.visits {
		if v.id == r.ID && v.receipt.Seq == 0 {
			v.receipt = r
		}
	}
}

// insist is simulation.insist for what the tablet does. It signs in again where its session has ended, as when keys are rotated.
func (t *tablet) insist(ctx context.Context, do func(context.Context) error) error {
	return t.sim.insist(ctx, func(ctx context.Context) error {
		err := do(ctx)
		for range mostSignIns {
			if !ended(err) {
				break
			}
			if t.device.Conn, err = t.device.Conn.SignIn(ctx, t.staff, t.sim.Password); err == nil {
				err = do(ctx)
			}
		}
		return err
	})
}

// mostSignIns is how often somebody signs in for one call: sessions may end while it is on its way.
const mostSignIns = 20

// ended reports whether a session does not hold any more.
func ended(err error) bool {
	var refusal *client.Refusal
	return errors.As(err, &refusal) && refusal.Status == http.StatusUnauthorized
}

// office is the supervisor's connection, which all tablets' records are reviewed with.
type office struct {
	mu   sync.Mutex
	conn client.Conn
}

// sign signs the supervisor in, unless somebody did since before was seen to have ended. It returns the connection.
func (s *simulation) sign(ctx context.Context, before string) (client.Conn, error) {
	s.office.mu.Lock()
	defer s.office.mu.Unlock()
	if s.office.conn.Token != before {
		return s.office.conn, nil
	}
	conn, err := s.conn(s.HTTP).SignIn(ctx, s.boss(), s.Password)
	if err == nil {
		s.office.conn = conn
	}
	return conn, err
}

// supervise calls the server as the supervisor.
func (s *simulation) supervise(ctx context.Context, path string, in, out any) error {
	s.office.mu.Lock()
	conn := s.office.conn
	s.office.mu.Unlock()
	err := conn.Call(ctx, http.MethodPost, path, in, out)
	for range mostSignIns {
		if !ended(err) {
			break
		}
		if conn, err = s.sign(ctx, conn.Token); err == nil {
			err = conn.Call(ctx, http.MethodPost, path, in, out)
		}
	}
	return err
}

// insist tries again while the server cannot be reached, more and more slowly, until patience ends.
func (s *simulation) insist(ctx context.Context, do func(context.Context) error) error {
	deadline := time.Now().Add(s.Patience)
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		err := do(ctx)
		if !client.Again(err) || time.Now().After(deadline) {
			return err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// review is the supervisor at the office, who looks at records with mistakes more closely.
func (t *tablet) review(ctx context.Context, visits []*visit) error {
	for _, v := range visits {
		back, approve := t.rand.Float64(), t.rand.Float64() < t.sim.Rates.Approve
		rate := t.sim.Rates.Return
		if len(v.written.Planted) > 0 {
			rate = t.sim.Rates.ReturnMistaken
		}
		var err error
		switch {
		case v.receipt.Seq == 0, v.receipt.Outcome() == client.Quarantined:
		case back < rate:
			err = t.decide(ctx, v, "return", v.receipt.Rev)
		case approve:
			err = t.decide(ctx, v, "approve", v.receipt.Rev)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *tablet) decide(ctx context.Context, v *visit, decision string, rev int64) error {
	in := map[string]any{"decision": decision, "rev": rev}
	if decision == "return" {
		in["comment"] = "请核对后重新提交。"
	}
	var out struct{ Rev int64 }
	path := "/api/doorstep/v1/records/" + t.tables[v.form] + "/" + v.id + "/review"
	tries := 0
	err := t.sim.insist(ctx, func(ctx context.Context) error {
		tries++
		return t.sim.supervise(ctx, path, in, &out)
	})
	var refusal *client.Refusal
	if tries > 1 && errors.As(err, &refusal) && refusal.Status == http.StatusConflict {
		err = nil // the server had heard the first try before it went away
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", decision, v.id, err)
	}
	v.decision = decision
	t.tally.decisions[decision]++
	t.ledger.acknowledge(v.id, out.Rev)
	return nil
}

// correct restores the truth in what was returned, sends it, and has it approved.
func (t *tablet) correct(ctx context.Context, visits []*visit) error {
	var corrected []*visit
	for _, v := range visits {
		if v.decision != "return" {
			continue
		}
		record, found := t.device.Copy.Find(t.tables[v.form], v.id)
		var row struct {
			State string `json:"review_state"`
		}
		if found {
			if err := json.Unmarshal(record.Data, &row); err != nil {
				return fmt.Errorf("visit %s: %w", v.id, err)
			}
		}
		if row.State != "returned" {
			t.tally.unreturned = append(t.tally.unreturned, v.id)
			continue
		}
		if err := t.again(v, record.Rev); err != nil {
			return err
		}
		corrected = append(corrected, v)
	}
	if err := t.send(ctx); err != nil {
		return err
	}
	for _, v := range corrected {
		if err := t.decide(ctx, v, "approve", t.ledger[v.id]); err != nil {
			return err
		}
	}
	return nil
}

// again hands in the visit as it should have been, with a remark, on the revision that was pulled.
func (t *tablet) again(v *visit, base int64) error {
	given := v.truth.Given
	given.Answers = maps.Clone(given.Answers)
	given.Answers["remarks"] = "已核对修改。"
	op := v.op
	var err error
	if op.Answers, err = t.sim.forms[v.form].answers(v.seed, t.local(), given); err != nil {
		return err
	}
	op.BaseRev = base
	t.hand(op)
	return nil
}
