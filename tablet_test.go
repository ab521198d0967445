package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
)

// tablet is the least client that can push.
type tablet struct{ url, token, device string }

func (c *tablet) call(path string, in any) (int, []byte, error) {
	b, err := json.Marshal(in)
	if err != nil {
		return 0, nil, err
	}
	req, err := http.NewRequest(http.MethodPost, c.url+path, bytes.NewReader(b))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", c.token)
	req.Header.Set("X-Doorstep-Device", c.device)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return res.StatusCode, body, err
}

func (c *tablet) want(t *testing.T, path string, in, out any) {
	t.Helper()
	status, body, err := c.call(path, in)
	if err != nil || status != http.StatusOK {
		t.Fatalf("%s: %d %s %v", path, status, body, err)
	}
	if err := json.Unmarshal(body, out); err != nil {
		t.Fatalf("%s: %v in %s", path, err, body)
	}
}

func (c *tablet) signIn(t *testing.T, staff string) {
	t.Helper()
	var auth struct{ Token string }
	c.want(t, "/api/collections/workers/auth-with-password", map[string]string{"identity": staff, "password": "doorstep-demo"}, &auth)
	c.token = auth.Token
	var registered struct{ Device string }
	c.want(t, "/api/sync/v1/devices", map[string]string{}, &registered)
	c.device = registered.Device
}

func visitOperation(seq int, id string) map[string]any {
	return map[string]any{"seq": seq, "op": "submit", "id": id, "form": "child_visit", "answers": map[string]any{
		"visit":     map[string]any{"contact_method": "household_visit", "attempt": 1, "outcome": "2.22", "location": "21.294292 116.578499 0 5"},
		"household": map[string]any{"address": fmt.Sprintf("示例路 %d 号", seq)},
	}}
}

type answered struct {
	Results []struct {
		ID, Status, Was string
		Rev             int
	}
}

// answers sends a request and decodes the answer; false when no whole answer came, as from a server that died.
func (c *tablet) answers(path string, in, out any) bool {
	status, body, err := c.call(path, in)
	return err == nil && status == http.StatusOK && (out == nil || json.Unmarshal(body, out) == nil)
}
