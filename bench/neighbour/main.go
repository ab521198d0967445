// Neighbour measures what one hostile client costs the others: the time in which an honest tablet pushes a visit and pulls,
// on a quiet server and then while a worker's account, or nobody's, does its worst in one way after the other. The server is
// a process of its own with the demo city; it must be given as a built program: go build -o doorstep . && go run
// ./bench/neighbour -server ./doorstep
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"doorstep/bench/process"
	"doorstep/internal/client"
)

const (
	password = "doorstep-demo"
	honest   = "F00012"
	hostile  = "F00013"
)

func main() {
	program := flag.String("server", "./doorstep", "the built program")
	length := flag.Duration("for", 15*time.Second, "time for each way")
	some := flag.String("ways", "", "the names of some ways, with commas between; empty for all")
	flag.Parse()
	if err := run(context.Background(), *program, *length, *some); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run prints a line for each way, the worst ratio to the quiet server, and the peak of the server's memory.
func run(ctx context.Context, program string, length time.Duration, some string) error {
	s, err := start(ctx, program)
	if err != nil {
		return err
	}
	defer s.stop()
	tablet, err := s.tablet(ctx, honest)
	if err != nil {
		return err
	}
	enemy, err := s.tablet(ctx, hostile)
	if err != nil {
		return err
	}
	quiet, err := watch(ctx, tablet, length)
	if err != nil {
		return err
	}
	fmt.Printf("quiet rounds=%d p50_ms=%.1f p95_ms=%.1f\n", len(quiet), ms(at(quiet, .5)), ms(at(quiet, .95)))
	worst, peak := 0.0, 0
	for _, way := range ways {
		if some != "" && !slices.Contains(strings.Split(some, ","), way.name) {
			continue
		}
		attack, end := context.WithCancel(ctx)
		done := way.begin(attack, s, enemy.Conn)
		times, err := watch(ctx, tablet, length)
		end()
		done()
		if err != nil {
			return fmt.Errorf("%s: %w", way.name, err)
		}
		ratio := float64(at(times, .95)) / float64(at(quiet, .95))
		worst = max(worst, ratio)
		_, most, err := process.Memory(s.process.Process.Pid)
		if err != nil {
			return err
		}
		peak = most
		fmt.Printf("%s rounds=%d p50_ms=%.1f p95_ms=%.1f ratio=%.2f peak_mb=%d answers=%s\n",
			way.name, len(times), ms(at(times, .5)), ms(at(times, .95)), ratio, most, s.answers.take())
	}
	fmt.Printf("ratio hostile_neighbour %.2f\npeak_rss_mb %d\n", worst, peak)
	return nil
}

// watch lets the tablet send a visit and pull, once in 100 ms, and returns the sorted times of a push with its pull.
func watch(ctx context.Context, t *client.Tablet, length time.Duration) (times []time.Duration, err error) {
	for began := time.Now(); time.Since(began) < length; time.Sleep(100 * time.Millisecond) {
		t.Outbox.Add(visit(1))
		round := time.Now()
		for len(t.Outbox.Waiting) > 0 {
			if _, err := t.Push(ctx); err != nil && !client.Again(err) {
				return nil, err
			}
		}
		if err := t.Pull(ctx); err != nil && !client.Again(err) {
			return nil, err
		}
		times = append(times, time.Since(round))
	}
	slices.Sort(times)
	return times, nil
}

// visit is a new household visit with so many children of whom nothing is said but a name.
func visit(children int) client.Operation {
	kids := make([]map[string]any, children)
	for i := range kids {
		kids[i] = map[string]any{"child_basic": map[string]any{"child_name": "示例"}}
	}
	answers, err := json.Marshal(map[string]any{
		"visit": map[string]any{"contact_method": "household_visit", "attempt": 1, "outcome": "1.2", "consent": "oral",
			"location": "21.294292 116.578499 0 5"},
		"household": map[string]any{"address": fmt.Sprintf("示例路 %d 号", rand.IntN(1_000_000)), "children_count": children},
		"children":  kids,
	})
	if err != nil {
		panic(err) // texts and numbers
	}
	var random [16]byte
	for i := range random {
		random[i] = byte(rand.IntN(256))
	}
	return client.Operation{Op: client.Submit, ID: client.NewID(time.Now(), random), Form: "child_visit", Answers: answers}
}

// tablet signs a worker in and registers.
func (s *server) tablet(ctx context.Context, staff string) (*client.Tablet, error) {
	conn, err := client.Conn{URL: s.url, HTTP: &http.Client{Timeout: 2 * time.Minute}}.SignIn(ctx, staff, password)
	if err != nil {
		return nil, err
	}
	t := &client.Tablet{Conn: conn}
	if _, err := t.Register(ctx, client.Identity{Name: "bench", App: "bench", Platform: "bench"}, time.Now()); err != nil {
		return nil, err
	}
	return t, t.Pull(ctx)
}

func at(sorted []time.Duration, share float64) time.Duration {
	return sorted[int(share*float64(len(sorted)-1))]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
