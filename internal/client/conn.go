// Package client is the tablet's side of native sync (docs/sync.md): sign in, register, keep what was collected until
// the server has answered for it, and hold a copy of what the worker is meant to see.
package client

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"doorstep/internal/protocol"
)

// Conn is a server as one account sees it. Copies may be used by many goroutines.
type Conn struct {
	URL    string // scheme, host and port, without a slash at the end
	HTTP   *http.Client
	Token  string // of the account, "" before SignIn
	Device string // of the tablet, "" for a browser
	seal   string // to hand in with, where it is shut out
}

// Refusal is an answer other than 2xx: the problem of the catalogue that the server names. Nothing was stored.
type Refusal struct {
	Status     int               `json:"-"`
	Code       string            `json:"code"`
	Message    map[string]string `json:"message"` // by language: zh, en
	Detail     string            `json:"detail"`
	Wipe       bool              `json:"wipe"` // the tablet is to delete what it holds
	RetryAfter time.Duration     `json:"-"`    // 0 when the server names none
}

func (r *Refusal) Error() string {
	return strings.TrimSpace(fmt.Sprintf("server refuses with %d %s %s", r.Status, r.Code, r.Detail))
}

// SignIn returns the connection of a worker by staff number and password.
func (c Conn) SignIn(ctx context.Context, staff, password string) (Conn, error) {
	return c.SignInAs(ctx, "workers", staff, password)
}

// SignInAs returns the connection of an account of a collection: workers, or _superusers for operators.
func (c Conn) SignInAs(ctx context.Context, collection, staff, password string) (Conn, error) {
	var out struct {
		Token string `json:"token"`
	}
	in := map[string]string{"identity": staff, "password": password}
	if err := c.Call(ctx, http.MethodPost, "/api/collections/"+collection+"/auth-with-password", in, &out); err != nil {
		return c, fmt.Errorf("sign in %s: %w", staff, err)
	}
	c.Token = out.Token
	return c, nil
}

// Call sends in as JSON unless it is nil, gzipped when large, and decodes the answer into out unless that is nil. The error is a
// *Refusal when the server answered.
func (c Conn) Call(ctx context.Context, method, path string, in, out any) error {
	req, err := c.request(ctx, method, path, in)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	res, err := c.HTTP.Do(req)
	if err != nil {
		return err // net/http says method and address
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return &url.Error{Op: method, URL: path, Err: err} // half an answer is none
	}
	if res.StatusCode/100 != 2 {
		return refusal(res, body)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return &url.Error{Op: method, URL: path, Err: fmt.Errorf("answer: %w", err)}
	}
	return nil
}

func (c Conn) request(ctx context.Context, method, path string, in any) (*http.Request, error) {
	body, encoding, err := encode(in)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, c.URL+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if encoding != "" {
		req.Header.Set("Content-Encoding", encoding)
	}
	c.sign(req)
	return req, nil
}

// sign says who asks.
func (c Conn) sign(req *http.Request) {
	for name, value := range map[string]string{"Authorization": c.Token, protocol.DeviceHeader: c.Device, protocol.SealHeader: c.seal} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
}

// worthPacking is the size of a body, in bytes, below which it fits into one packet anyway.
const worthPacking = 1400

// encode writes the body of a request, gzipped when it is large: Doorstep's own routes read that, and only they get
// large bodies; those of the framework, such as signing in, do not.
func encode(in any) (body []byte, encoding string, err error) {
	if in == nil {
		return nil, "", nil
	}
	plain, err := json.Marshal(in)
	if err != nil || len(plain) < worthPacking {
		return plain, "", err
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(plain); err != nil {
		return nil, "", err
	}
	if err := z.Close(); err != nil {
		return nil, "", err
	}
	return packed.Bytes(), "gzip", nil
}

// refusal reads the problem; an answer that is none, of a proxy perhaps, keeps its status.
func refusal(res *http.Response, body []byte) error {
	r := &Refusal{}
	if json.Unmarshal(body, r) != nil {
		r = &Refusal{}
	}
	r.Status = res.StatusCode
	if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil {
		r.RetryAfter = time.Duration(seconds) * time.Second
	}
	return r
}
