package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

const codeHandedIn = "device.sealed" // nothing more is taken

// WipeOrdered reports whether the server ordered this tablet to delete what it holds.
func WipeOrdered(err error) bool {
	var r *Refusal
	return errors.As(err, &r) && r.Wipe
}

// HandInAndWipe obeys a wipe order: it sends what waits by the way for shut-out tablets, which keeps it for a supervisor, and
// then forgets everything. After an error that may pass nothing is forgotten, and the next call goes on.
func (t *Tablet) HandInAndWipe(ctx context.Context) error {
	for len(t.Outbox.Waiting) > 0 {
		batch := t.Outbox.batch()
		var out struct {
			Results []Receipt `json:"results"`
		}
		in := map[string]any{"operations": batch, "last": len(batch) == len(t.Outbox.Waiting)}
		conn := t.Conn
		conn.Token, conn.seal = "", t.Seal
		err := conn.Call(ctx, http.MethodPost, "/api/sync/v1/sealed", in, &out)
		var refused *Refusal
		if errors.As(err, &refused) && refused.Code == codeHandedIn {
			break
		}
		if err != nil {
			return fmt.Errorf("hand in: %w", err)
		}
		if err := t.Outbox.settle(batch, out.Results); err != nil {
			return fmt.Errorf("hand in: %w", err)
		}
	}
	t.Outbox, t.Copy, t.Files, t.Seal = Outbox{LastSeq: t.Outbox.LastSeq}, Copy{}, Files{}, ""
	t.Conn.Token, t.Conn.Device = "", ""
	return nil
}
