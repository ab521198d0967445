package testapp

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/protocol"
)

// Client is somebody with a token who calls the server over HTTP.
type Client struct {
	URL, Token, Device, Seal string
	t                        testing.TB
}

// Client signs a worker in.
func (a *App) Client(t testing.TB, server *httptest.Server, worker *core.Record) *Client {
	t.Helper()
	c := &Client{URL: server.URL, t: t}
	if worker != nil {
		c.Token = a.Token(t, worker)
	}
	return c
}

// At is the same caller before another server, in another test.
func (c *Client) At(t testing.TB, url string) *Client {
	at := *c
	at.URL, at.t = url, t
	return &at
}

// Do sends a request and returns status and body; in is sent as JSON unless nil, or as it is when bytes. The test fails for an answer
// that a cache on the way may keep.
func (c *Client) Do(method, path string, in any) (int, []byte) {
	c.t.Helper()
	var body io.Reader
	switch v := in.(type) {
	case nil:
	case []byte:
		body = bytes.NewReader(v)
	default:
		b, err := json.Marshal(v)
		if err != nil {
			c.t.Fatal(err)
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.URL+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if c.Token != "" {
		req.Header.Set("Authorization", c.Token)
	}
	if c.Device != "" {
		req.Header.Set(protocol.DeviceHeader, c.Device)
	}
	if c.Seal != "" {
		req.Header.Set(protocol.SealHeader, c.Seal)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	kept := res.Header.Get("Cache-Control")
	if strings.HasPrefix(res.Request.URL.Path, "/api/") && !strings.Contains(kept, "no-store") && !strings.Contains(kept, "private") {
		c.t.Errorf("%s %s: %d may be kept by a cache: %q", method, path, res.StatusCode, kept)
	}
	out, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return res.StatusCode, out
}

// Want sends a request, fails the test unless it is answered with that status, and decodes the answer into out.
func (c *Client) Want(status int, method, path string, in, out any) {
	c.t.Helper()
	got, body := c.Do(method, path, in)
	if got != status {
		c.t.Fatalf("%s %s: status %d, want %d: %s", method, path, got, status, body)
	}
	if out != nil {
		if err := json.Unmarshal(body, out); err != nil {
			c.t.Fatalf("%s %s: %v in %s", method, path, err, body)
		}
	}
}

// Register makes the client a tablet.
func (c *Client) Register() *Client {
	c.t.Helper()
	var out struct{ Device string }
	c.Want(http.StatusOK, http.MethodPost, "/api/sync/v1/devices", map[string]string{"name": "test tablet"}, &out)
	c.Device = out.Device
	return c
}
