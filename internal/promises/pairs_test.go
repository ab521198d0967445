package promises

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"doorstep/internal/testapp"
)

// TestLostAnswers is promise 4: the answers of every k-th request are lost, and everything ends as if none were.
func TestLostAnswers(t *testing.T) { rapid.Check(t, lostAnswers(t, sound)) }

// TestOutside is promise 13: what happens outside of a worker's territory changes nothing that their tablet is told.
func TestOutside(t *testing.T) { rapid.Check(t, outside(t, sound)) }

// lostAnswers plays one schedule in two worlds.
func lostAnswers(t *testing.T, f fault) func(*rapid.T) {
	moves := strings.Fields("create create edit edit household poison task push pull sync sync review")
	return func(run *rapid.T) {
		days, every := schedule(moves).Draw(run, "schedule"), rapid.IntRange(2, 5).Draw(run, "every")
		good, bad := newWorld(t, run, sound), newWorld(t, run, f)
		bad.loseEvery = every
		for _, s := range slices.Concat(days...) {
			s.Trouble = fine
			good.do(s)
			bad.do(s)
		}
		for i, d := range good.devices {
			good.sync(d, step{A: 5})
			bad.sync(bad.devices[i], step{A: 5})
		}
		if diff := difference(good.outcome(), bad.outcome()); diff != "" {
			run.Fatalf("promise 4: with every %d. answer lost the server ends otherwise: %s", every, diff)
		}
		for i, d := range good.devices {
			if diff := difference(anonymous(lines(&d.tablet.Copy, true)), anonymous(lines(&bad.devices[i].tablet.Copy, true))); diff != "" {
				run.Fatalf("promise 4: the tablet of %s ends otherwise: %s", d.staff, diff)
			}
		}
	}
}

// outcome is what the server came to, without ids that are chance.
func (w *world) outcome() []string {
	return anonymous(slices.DeleteFunc(w.state(), func(line string) bool {
		return strings.HasPrefix(line, "audit") || strings.HasPrefix(line, "changes")
	}))
}

// chance is an id that the server drew; those of the tablets begin with the time that nextID takes.
var chance = regexp.MustCompile(`\br[0-9a-f]{14}\b|[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)

func anonymous(lines []string) []string {
	for i, l := range lines {
		lines[i] = chance.ReplaceAllStringFunc(l, func(id string) string {
			if strings.HasPrefix(id, "018bcfe5-") {
				return id
			}
			return "id"
		})
	}
	slices.Sort(lines)
	return lines
}

// outside lets the first tablet work in two worlds, in one of which somebody works elsewhere too.
func outside(t *testing.T, f fault) func(*rapid.T) {
	moves := strings.Fields("create create edit edit household poison task push pull sync sync review elsewhere elsewhere elsewhere")
	return func(run *rapid.T) {
		days := schedule(moves).Draw(run, "schedule")
		alone, beside := newWorld(t, run, sound), newWorld(t, run, f)
		far := len(alone.devices) - 1
		for _, s := range slices.Concat(days...) {
			s.Device = 0
			if s.Do == "poison" {
				s.A %= 5 // nobody else's record, of which there are more in one world
			}
			if s.Do == "elsewhere" {
				beside.elsewhere(beside.devices[far], s)
				alone.made++
				continue
			}
			alone.do(s)
			beside.do(s)
			beside.app.Advance(alone.app.Doorstep.Now().Sub(beside.app.Doorstep.Now()))
		}
		alone.sync(alone.devices[0], step{A: 5})
		beside.sync(beside.devices[0], step{A: 5})
		here, there := renamed(alone.devices[0].line.heard), renamed(beside.devices[0].line.heard)
		for i := range here {
			if i >= len(there) || here[i] != there[i] {
				run.Fatalf("promise 13: what happens elsewhere can be seen in answer %d:\n%s\n%s", i, here[i], there[min(i, len(there)-1)])
			}
		}
	}
}

// elsewhere is a visit in another territory, to somebody whom nobody else knows.
func (w *world) elsewhere(d *device, s step) {
	grid := gridC
	if w.fault == leaks {
		grid = gridA
	}
	said := map[string]string{"household/address": fmt.Sprintf("远方路 %d 号", s.A), "visit/location": testapp.Inside(grid)}
	w.submit(d, w.nextID(), 0, visitOf(said, 0))
	w.sync(d, step{A: 5})
}

// blocks are the places of the feed in cursors, which look like chance to everybody but the server.
var blocks = regexp.MustCompile(`\b[0-9a-f]{32}\b`)

// renamed are all answers that a tablet heard, with ids that are chance left out and each place of the feed called by
// when it was first told.
func renamed(heard []string) []string {
	places, told := map[string]string{}, slices.Clone(heard)
	for i := range told {
		told[i] = anonymous([]string{told[i]})[0]
		if !strings.HasPrefix(told[i], pullPath) {
			continue
		}
		told[i] = blocks.ReplaceAllStringFunc(told[i], func(block string) string {
			if places[block] == "" {
				places[block] = fmt.Sprint("place ", len(places))
			}
			return places[block]
		})
	}
	return told
}
