package hooks_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/client"
	"doorstep/internal/testapp"
)

// While the database is busy, tablets find the queue full, are told when to come again, and lose nothing.
func TestAFullQueueAsksToComeAgain(t *testing.T) {
	t.Parallel()
	app, _, _ := stage(t)
	server := app.Serve(t)
	const tablets, visits = 12, 500
	devices := make([]*client.Tablet, tablets)
	for i := range devices {
		devices[i] = device(app.Client(t, server, app.Worker(t, fmt.Sprintf("P%d", i), "field", gridA)).Register(), 0)
		for range visits {
			devices[i].Outbox.Add(client.Operation{Op: client.Task, ID: uuid.NewString(), Answers: json.RawMessage(`{"status":"done"}`)})
		}
	}
	release, busy := make(chan struct{}), make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		err := collections.Write(t.Context(), app.TestApp, func(collections.DB) error {
			close(busy)
			<-release
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-busy
	var refused atomic.Int64
	var open sync.Once
	for _, d := range devices {
		wait.Go(func() {
			for len(d.Outbox.Waiting) > 0 {
				_, err := d.Push(t.Context())
				var r *client.Refusal
				switch {
				case err == nil:
				case errors.As(err, &r) && r.Status == http.StatusTooManyRequests && r.RetryAfter > 0 && client.Again(err):
					refused.Add(1)
					open.Do(func() { close(release) })
					time.Sleep(10 * time.Millisecond)
				default:
					t.Errorf("push: %v", err)
					return
				}
			}
		})
	}
	wait.Wait()
	if n, err := app.CountRecords("submissions"); err != nil || n != tablets*visits || refused.Load() == 0 {
		t.Errorf("%d submissions (%v), want %d; %d refusals", n, err, tablets*visits, refused.Load())
	}
}

// cutting breaks requests with a body off in the middle, as long as it may.
type cutting struct{ times atomic.Int64 }

func (c *cutting) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPatch && c.times.Add(-1) >= 0 {
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, r.ContentLength/2), broken{}))
	}
	return http.DefaultTransport.RoundTrip(r)
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the line is cut") }

type opened struct{ *bytes.Reader }

func (opened) Close() error { return nil }

// The client's files come whole over a line that breaks, once each, and make their records complete.
func TestTheClientUploadsWhatTheServerLacks(t *testing.T) {
	t.Parallel()
	app, c, _ := stage(t)
	d := device(c, 0)
	contents := map[string][]byte{}
	line := &cutting{}
	d.Conn.HTTP = &http.Client{Transport: line}
	var visits []string
	for i := range 3 {
		content := photo(t, byte(i%2), 200_000) // the third is the first again
		sum := sha256.Sum256(content)
		f := client.File{Name: fmt.Sprintf("%d.jpg", i), SHA256: hex.EncodeToString(sum[:]), Size: int64(len(content))}
		contents[f.SHA256] = content
		answers, err := json.Marshal(childVisit(testapp.Inside(gridA), fmt.Sprintf("示例路 %d 号", i)))
		if err != nil {
			t.Fatal(err)
		}
		op := client.Operation{Op: client.Submit, ID: uuid.NewString(), Form: "child_visit", Answers: answers, Files: []client.File{f}}
		visits = append(visits, op.ID)
		d.Outbox.Add(op)
		d.Files.Add(f)
	}
	if _, err := d.Push(t.Context()); err != nil {
		t.Fatal(err)
	}
	open := func(f client.File) (io.ReadSeekCloser, error) {
		return opened{bytes.NewReader(contents[f.SHA256])}, nil
	}
	line.times.Store(3)
	for range 20 {
		if len(d.Files.Waiting) == 0 {
			break
		}
		saved, err := json.Marshal(d.Files) // the tablet is off in between
		if err != nil {
			t.Fatal(err)
		}
		d.Files = client.Files{}
		if err := json.Unmarshal(saved, &d.Files); err != nil {
			t.Fatal(err)
		}
		if err := d.Upload(t.Context(), open); err != nil && !client.Again(err) {
			t.Fatal(err)
		}
	}
	if left := line.times.Load(); left > 0 || len(d.Files.Waiting) > 0 || len(d.Files.Begun) != 0 {
		t.Errorf("%d cuts left, %d files wait, %v begun", left, len(d.Files.Waiting), d.Files.Begun)
	}
	for _, id := range visits {
		if !wholeRecord(t, app, id) {
			t.Errorf("%s is not complete", id)
		}
	}
	// Bytes that are not what they say are told, and do not keep the others back.
	wrong, right := photo(t, 8, 60_000), photo(t, 9, 60_000)
	for _, content := range [][]byte{wrong, right} {
		d.Files.Add(client.File{Name: "x.jpg", SHA256: digest(content), Size: 60_000})
		contents[digest(content)] = right
	}
	err := d.Upload(t.Context(), open)
	var refused *client.Refusal
	if !errors.As(err, &refused) || refused.Code != "file.digest" || len(d.Files.Waiting) != 1 || !stored(app, right) {
		t.Errorf("%v, %d wait", err, len(d.Files.Waiting))
	}
}
