package outbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

const webhookTimeout = 10 * time.Second

// Webhook posts each message as JSON; any answer but 2xx is an error, and the message is tried again. Its URL may hold a
// secret, so errors do not repeat it. A redirect is no 2xx: the notice goes where the operator said, and nowhere else.
func Webhook(url string) Send {
	client := &http.Client{Timeout: webhookTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return func(ctx context.Context, m Message) error {
		body, err := json.Marshal(m)
		if err != nil {
			return err
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
		if err != nil {
			return fmt.Errorf("the address of the notices is not valid")
		}
		req.Header.Set("Content-Type", "application/json")
		res, err := client.Do(req)
		if err != nil {
			return fmt.Errorf("the receiver of notices cannot be reached")
		}
		defer res.Body.Close()
		if _, err := io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20)); err != nil {
			return fmt.Errorf("read the receiver's answer: %w", err)
		}
		if res.StatusCode/100 != 2 {
			return fmt.Errorf("the receiver of notices answered %d", res.StatusCode)
		}
		return nil
	}
}
