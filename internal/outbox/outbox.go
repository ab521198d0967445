// Package outbox sends what was queued in a visit's transaction, after the commit and until it arrives.
package outbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
)

// Message is one queued notice; its payload holds no personal data.
type Message struct {
	ID       string          `json:"-"`
	Kind     string          `json:"kind"`
	Record   string          `json:"record"`
	Payload  json.RawMessage `json:"payload"`
	attempts int
}

// Send delivers one message; an error means that it is tried again later.
type Send func(context.Context, Message) error

const (
	every     = 2 * time.Second
	batch     = 50
	firstWait = 5 * time.Second
	mostWait  = time.Hour
)

// Run sends due messages until ctx ends.
func Run(ctx context.Context, app core.App, send Send, now func() time.Time) error {
	for {
		if err := Flush(ctx, app, send, now()); err != nil && ctx.Err() == nil {
			app.Logger().Error("outbox", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(every):
		}
	}
}

// Flush tries every due message once.
func Flush(ctx context.Context, app core.App, send Send, now time.Time) error {
	due, err := dueMessages(app, now)
	if err != nil {
		return err
	}
	for _, m := range due {
		row := collections.Row{{Column: "attempts", Value: m.attempts + 1}, {Column: "done_at", Value: collections.Stamp(now)},
			{Column: "last_error", Value: ""}}
		if err := send(ctx, m); err != nil {
			row[1] = collections.Field{Column: "due", Value: collections.Stamp(now.Add(wait(m.attempts)))}
			row[2].Value = err.Error()
		}
		if err := collections.Write(ctx, app,
			func(db collections.DB) error { return collections.Update(db, collections.Outbox, m.ID, row) }); err != nil {
			return fmt.Errorf("note outbox message: %w", err)
		}
	}
	return nil
}

// wait doubles with every failure.
func wait(attempts int) time.Duration {
	d := firstWait
	for range attempts {
		if d *= 2; d >= mostWait {
			return mostWait
		}
	}
	return d
}

func dueMessages(app core.App, now time.Time) ([]Message, error) {
	return collections.All(collections.Read(app), `SELECT id, kind, record, payload, attempts FROM outbox WHERE done_at='' AND due<=?
		ORDER BY due LIMIT ?`, []any{collections.Stamp(now), batch}, func(rows *sql.Rows, m *Message) error {
		var payload string
		if err := rows.Scan(&m.ID, &m.Kind, &m.Record, &payload, &m.attempts); err != nil {
			return err
		}
		m.Payload = json.RawMessage(payload)
		return nil
	})
}
