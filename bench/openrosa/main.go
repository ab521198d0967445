// Openrosa measures the ODK door: submissions per second over loopback, one record per POST with a HEAD before it, as
// Collect sends them. The server is a process of its own, so that its memory is told apart.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"doorstep/bench/process"
)

func main() {
	dir := flag.String("serve", "", "internal: run the server in this folder")
	records := flag.Int("records", 2000, "submissions per run without photos")
	photos := flag.Int("photos", 200, "submissions per run with a 2 MB photo each")
	flag.Parse()
	ctx := context.Background()
	run := func() error { return measure(ctx, *records, *photos) }
	if *dir != "" {
		run = func() error { return serve(ctx, *dir) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func measure(ctx context.Context, records, photos int) error {
	dir, err := os.MkdirTemp("", "doorstep-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	server, at, stop, err := start(ctx, dir)
	if err != nil {
		return err
	}
	defer stop()
	p, err := newPile(time.Now())
	if err != nil {
		return err
	}
	for _, photo := range []bool{false, true} {
		n := records
		if photo {
			n = photos
		}
		for _, clients := range []int{1, 4, 16, 64} {
			all, err := p.requests(n, photo)
			if err != nil {
				return err
			}
			r, err := watched(ctx, server, at, all, clients)
			if err != nil {
				return err
			}
			rss, peak, err := process.Memory(server)
			if err != nil {
				return err
			}
			fmt.Printf("openrosa photo=%t clients=%d submissions=%d seconds=%.2f per_second=%.0f p50_ms=%.1f p99_ms=%.1f "+
				"server_ms=%.2f rss_mb=%d peak_mb=%d\n", photo, clients, n, r.took.Seconds(), float64(n)/r.took.Seconds(),
				ms(r.at(0.5)), ms(r.at(0.99)), ms(r.server)/float64(n), rss, peak)
			if photo && clients == 16 {
				if err := boundOfPhotos(ctx, dir, all, clients, r); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func start(ctx context.Context, dir string) (pid int, at ready, stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, at, nil, err
	}
	child := exec.CommandContext(ctx, self, "-serve", dir)
	child.Stderr = os.Stderr
	in, err := child.StdinPipe()
	if err != nil {
		return 0, at, nil, err
	}
	out, err := child.StdoutPipe()
	if err != nil {
		return 0, at, nil, err
	}
	if err := child.Start(); err != nil {
		return 0, at, nil, err
	}
	stop = func() {
		in.Close()
		if err := child.Wait(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &at)
	}
	return child.Process.Pid, at, stop, err
}

type result struct {
	took, server time.Duration   // by the clock, and of the server's processor time
	times        []time.Duration // of a HEAD and its POST, sorted
}

func (r result) at(share float64) time.Duration {
	return r.times[int(share*float64(len(r.times)-1))]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// watched is send with the processor time of the server.
func watched(ctx context.Context, server int, at ready, all []request, clients int) (result, error) {
	before, err := process.Busy(server)
	if err != nil {
		return result{}, err
	}
	r, err := send(ctx, at, all, clients)
	if err != nil {
		return r, err
	}
	after, err := process.Busy(server)
	r.server = after - before
	return r, err
}

// send shares the requests among clients; each has its connection and its worker's token.
func send(ctx context.Context, at ready, all []request, clients int) (result, error) {
	r := result{times: make([]time.Duration, len(all))}
	var next atomic.Int64
	var wait sync.WaitGroup
	failures := make(chan error, clients)
	began := time.Now()
	for c := range clients {
		wait.Go(func() {
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1}}
			defer client.CloseIdleConnections()
			url := at.URL + "/v1/key/" + at.Tokens[c%len(at.Tokens)] + "/projects/all/submission"
			for i := int(next.Add(1)) - 1; i < len(all); i = int(next.Add(1)) - 1 {
				began := time.Now()
				if err := submit(ctx, client, url, all[i]); err != nil {
					failures <- err
					return
				}
				r.times[i] = time.Since(began)
			}
		})
	}
	wait.Wait()
	r.took = time.Since(began)
	slices.Sort(r.times)
	select {
	case err := <-failures:
		return r, err
	default:
		return r, nil
	}
}

func submit(ctx context.Context, client *http.Client, url string, r request) error {
	for _, call := range []struct {
		method string
		body   io.Reader
		want   int
	}{{http.MethodHead, nil, http.StatusNoContent}, {http.MethodPost, bytes.NewReader(r.body), http.StatusCreated}} {
		req, err := http.NewRequestWithContext(ctx, call.method, url, call.body)
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", r.contentType)
		res, err := client.Do(req)
		if err != nil {
			return err
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != call.want {
			return fmt.Errorf("%s: %d %s %w", call.method, res.StatusCode, body, err)
		}
	}
	return nil
}
