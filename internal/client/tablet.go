package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Tablet is one device of one worker. Outbox, Copy, Files and Seal are all that it must save to go on after a restart, beside
// the device id in Conn. It is not for concurrent use.
type Tablet struct {
	Conn   Conn
	Outbox Outbox
	Copy   Copy
	Files  Files
	Seal   string // from the registration; see HandInAndWipe
	Page   int    // changes per page of a pull, 0 for the server's own number
}

// Identity is what a tablet says of itself.
type Identity struct{ Name, App, Platform string }

// Register makes the tablet known to the server, or greets it again, and goes on with the token that is good on this
// tablet alone; now is its own clock. Numbers that the server has answered for are not used again.
func (t *Tablet) Register(ctx context.Context, who Identity, now time.Time) (Registered, error) {
	var out Registered
	in := registration{ID: t.Conn.Device, Name: who.Name, App: who.App, Platform: who.Platform, DeviceTime: now.Format(time.RFC3339),
		Waiting: len(t.Outbox.Waiting)}
	if err := t.Conn.Call(ctx, http.MethodPost, "/api/sync/v1/devices", in, &out); err != nil {
		return out, fmt.Errorf("register tablet: %w", err)
	}
	t.Conn.Device, t.Seal = out.Device, out.Seal
	if out.Token != "" {
		t.Conn.Token = out.Token
	}
	t.Outbox.Skip(out.LastSeq)
	return out, nil
}

// Push sends one batch from the front of the outbox and returns its receipts, none when nothing waits. After an error
// everything still waits, whether or not the server has it: sending it again is safe.
func (t *Tablet) Push(ctx context.Context) ([]Receipt, error) {
	batch := t.Outbox.batch()
	if len(batch) == 0 {
		return nil, nil
	}
	var out struct {
		Results []Receipt `json:"results"`
	}
	in := map[string]any{"operations": batch, "waiting": len(t.Outbox.Waiting) - len(batch)}
	if err := t.Conn.Call(ctx, http.MethodPost, "/api/sync/v1/push", in, &out); err != nil {
		return nil, fmt.Errorf("push: %w", err)
	}
	if err := t.Outbox.settle(batch, out.Results); err != nil {
		return nil, fmt.Errorf("push: %w", err)
	}
	return out.Results, nil
}

// Pull brings the copy up to date, page by page. After an error the pages so far are kept and the next pull goes on.
func (t *Tablet) Pull(ctx context.Context) error {
	for {
		q := url.Values{"cursor": {t.Copy.Cursor}}
		if t.Page > 0 {
			q.Set("limit", strconv.Itoa(t.Page))
		}
		var page Page
		if err := t.Conn.Call(ctx, http.MethodGet, "/api/sync/v1/pull?"+q.Encode(), nil, &page); err != nil {
			return fmt.Errorf("pull: %w", err)
		}
		if err := t.Copy.Apply(&page); err != nil {
			return fmt.Errorf("pull: %w", err)
		}
		if !page.More {
			return nil
		}
	}
}

// Again reports whether trying later may help: the server could not be reached, was busy or failed. It returns false for
// an end of the context and for every other refusal.
func Again(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var r *Refusal
	if errors.As(err, &r) {
		return r.Status == http.StatusTooManyRequests || r.Status >= 500
	}
	var unreachable *url.Error
	return errors.As(err, &unreachable)
}
