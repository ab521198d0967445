package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"doorstep/internal/client"
	"doorstep/internal/protocol"
)

// way is one way of being hostile; begin starts it and returns what waits for its end.
type way struct {
	name  string
	begin func(ctx context.Context, s *server, as client.Conn) (wait func())
}

// atOnce is the number of requests that a way keeps running.
const atOnce = 8

// ask is one request of a way.
type ask struct {
	method, path string
	body         []byte
	header       map[string]string
}

var ways = []way{
	{"expanding_pushes", repeated(expandingPush)},
	{"whole_pulls", repeated(func() ask { return ask{method: http.MethodGet, path: "/api/sync/v1/pull?cursor="} })},
	{"searches", repeated(func() ask {
		return ask{method: http.MethodPost, path: "/api/doorstep/v1/search/person", body: []byte(`{"number":"990000201503010017"}`)}
	})},
	{"lists", repeated(func() ask {
		return ask{method: http.MethodGet, path: "/api/collections/persons/records?perPage=500&sort=-id"}
	})},
	{"open_uploads", repeated(openUpload)},
	{"stalled_pushes", stalled("/api/sync/v1/push", 4_500_000, true)},
	{"stalled_sign_ins", stalled("/api/collections/workers/auth-with-password", 60_000, false)},
	{"guesses", repeated(func() ask {
		return ask{method: http.MethodPost, path: "/api/collections/workers/auth-with-password",
			body: []byte(`{"identity":"F00020","password":"wrong"}`)}
	})},
}

// expandingPush is visits of very many children in few bytes.
func expandingPush() ask {
	var out client.Outbox
	out.Skip(time.Now().UnixNano() / 1000) // other numbers than those of the other pushes
	for range 10 {
		out.Add(visit(150))
	}
	body, err := json.Marshal(map[string]any{"operations": out.Waiting})
	if err != nil {
		panic(err) // texts and numbers
	}
	return ask{method: http.MethodPost, path: "/api/sync/v1/push", body: body}
}

// openUpload begins a large file of which no byte will come.
func openUpload() ask {
	sum := fmt.Sprintf("%064x", time.Now().UnixNano())
	return ask{method: http.MethodPost, path: "/api/sync/v1/files/", header: map[string]string{
		"Tus-Resumable": "1.0.0", "Upload-Length": "250000000", "Upload-Metadata": "sha256 " + base64.StdEncoding.EncodeToString([]byte(sum)),
	}}
}

// repeated sends requests as fast as answers come.
func repeated(next func() ask) func(context.Context, *server, client.Conn) func() {
	return func(ctx context.Context, s *server, as client.Conn) func() {
		var wait sync.WaitGroup
		for range atOnce {
			wait.Go(func() {
				c := &http.Client{Timeout: time.Minute}
				for ctx.Err() == nil {
					if err := s.once(ctx, c, as, next()); err != nil {
						time.Sleep(10 * time.Millisecond)
					}
				}
			})
		}
		return wait.Wait
	}
}

func (s *server) once(ctx context.Context, c *http.Client, as client.Conn, a ask) error {
	req, err := http.NewRequestWithContext(ctx, a.method, s.url+a.path, bytes.NewReader(a.body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", as.Token)
	req.Header.Set(protocol.DeviceHeader, as.Device)
	req.Header.Set("Content-Type", "application/json")
	for name, value := range a.header {
		req.Header.Set(name, value)
	}
	res, err := c.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	s.answers.count(res.StatusCode)
	_, err = io.Copy(io.Discard, res.Body)
	return err
}

// tally counts the answers that the neighbour got, by status.
type tally struct {
	mu   sync.Mutex
	seen map[int]int
}

func (t *tally) count(status int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen == nil {
		t.seen = map[int]int{}
	}
	t.seen[status]++
}

// take returns the counts as text and begins anew.
func (t *tally) take() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []string
	for _, status := range slices.Sorted(maps.Keys(t.seen)) {
		out = append(out, fmt.Sprintf("%d:%d", status, t.seen[status]))
	}
	t.seen = nil
	return strings.Join(out, ",")
}

// stalled opens 60 requests that announce a body and send a byte of it each second.
func stalled(path string, size int, signed bool) func(context.Context, *server, client.Conn) func() {
	return func(ctx context.Context, s *server, as client.Conn) func() {
		var wait sync.WaitGroup
		token := ""
		if signed {
			token = "Authorization: " + as.Token + "\r\n" + protocol.DeviceHeader + ": " + as.Device + "\r\n"
		}
		head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\n%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", path, token, size)
		for range 60 {
			wait.Go(func() {
				for ctx.Err() == nil {
					stall(ctx, s.url, head)
				}
			})
		}
		return wait.Wait
	}
}

// stall sends a head and then a byte each second.
func stall(ctx context.Context, url, head string) {
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		time.Sleep(100 * time.Millisecond)
		return
	}
	defer conn.Close()
	fmt.Fprint(conn, head, "{")
	for ctx.Err() == nil {
		time.Sleep(time.Second)
		if _, err := conn.Write([]byte(" ")); err != nil {
			return
		}
	}
}
