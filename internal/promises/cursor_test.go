package promises

import (
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"doorstep/collections"
	"doorstep/internal/client"
)

// TestNothingBelowACursor is promise 7 with everybody at once: while tablets push and the office holds long transactions,
// another tablet of the same place pulls small pages. What it was told must be all there is.
func TestNothingBelowACursor(t *testing.T) { rapid.Check(t, atOnce(t, sound)) }

func atOnce(t *testing.T, f fault) func(*rapid.T) {
	return func(run *rapid.T) {
		visits, page := rapid.IntRange(2, 12).Draw(run, "visits"), rapid.IntRange(1, 4).Draw(run, "page")
		w := newWorld(t, run, f)
		reader := client.Tablet{Conn: w.office(w.devices[2].account), Page: page}
		reader.Conn.Device = w.devices[2].device
		var writers sync.WaitGroup
		for i, d := range w.devices[:2] {
			writer := client.Tablet{Conn: w.office(d.account)}
			writer.Conn.Device = d.device
			for n := range visits {
				said := map[string]string{"household/address": "示例路 " + string(rune('一'+i*visits+n)) + " 号", "visit/location": inside(i)}
				writer.Outbox.Add(client.Operation{Op: client.Submit, ID: w.nextID(), Form: "child_visit", Answers: visitOf(said, 0)})
			}
			writers.Go(func() { // one visit a push, so that the reader comes between
				for _, op := range writer.Outbox.Waiting {
					one := writer
					one.Outbox.Waiting = []client.Operation{op}
					if _, err := one.Push(w.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		writers.Go(func() {
			for range visits {
				err := collections.Write(w.Context(), w.app.TestApp, func(db collections.DB) error {
					if err := collections.Announce(db, collections.RevisionOf(collections.Areas, gridA, 1), gridA, collections.Upsert, w.app.Doorstep.Now()); err != nil {
						return err
					}
					time.Sleep(2 * time.Millisecond) // has its number, and is not committed
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
		done := make(chan struct{})
		go func() {
			writers.Wait()
			close(done)
		}()
		for over := false; !over; {
			select {
			case <-done:
				over = true // and once more
			default:
			}
			if err := reader.Pull(w.Context()); err != nil {
				w.Fatal(err)
			}
		}
		w.create(w.devices[3], step{})
		if _, err := w.devices[3].push(); err != nil {
			w.Fatal(err)
		}
		if f == commitsLate {
			w.change(`UPDATE changes SET seq=-seq WHERE seq=(SELECT MAX(seq) FROM changes WHERE collection='households')`)
		}
		if err := reader.Pull(w.Context()); err != nil {
			w.Fatal(err)
		}
		anew := client.Tablet{Conn: reader.Conn}
		if err := anew.Pull(w.Context()); err != nil {
			w.Fatal(err)
		}
		if diff := difference(lines(&reader.Copy, true), lines(&anew.Copy, true)); diff != "" {
			run.Fatalf("promise 7: a change was committed below a cursor: %s", diff)
		}
	}
}
