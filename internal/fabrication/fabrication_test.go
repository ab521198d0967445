package fabrication

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"doorstep/internal/quality"
)

// The score finds invented interviews far better than chance, and does not depend on the order of what it is given.
func TestScoreFindsInventedInterviews(t *testing.T) {
	for _, seed := range []uint64{1, 2} {
		made := Make(seed, 150, 20)
		result := quality.Look(made.Interviews)
		f := made.Measure(result)
		if f.Precision < 5*f.Invented || f.Recall < 0.5 {
			t.Errorf("seed %d: %.2f of the first twentieth, %.2f of all in the first fifth, of %.2f invented", seed, f.Precision, f.Recall, f.Invented)
		}
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(made.Interviews), func(i, j int) {
			made.Interviews[i], made.Interviews[j] = made.Interviews[j], made.Interviews[i]
		})
		if again := quality.Look(made.Interviews); !reflect.DeepEqual(result, again) {
			t.Errorf("seed %d: another order gives another result", seed)
		}
	}
}

// The field work of a seed stays what it was when figures were taken last (bench/RESULTS.md): whoever changes it takes them anew.
func TestASeedsFieldWorkStaysWhatItIs(t *testing.T) {
	made := Make(1, 80, 12)
	sum := sha256.New()
	for _, one := range made.Interviews {
		fmt.Fprintf(sum, "%s %s %s %s %s %.5f %.5f %.1f %v %d %d %v\n", one.ID, one.Worker, made.Style[one.ID], one.Start.Format(time.RFC3339),
			one.End.Format(time.RFC3339), one.Lat, one.Lon, one.HomeM, one.Answers, one.Rounded, one.Numbers, one.Placed)
	}
	if got := fmt.Sprintf("%d %x", len(made.Interviews), sum.Sum(nil)[:8]); got != "890 e7e31fbf2483418a" {
		t.Error(got)
	}
}

// Of forty interviews the first twentieth are two, the first fifth eight.
func TestMeasure(t *testing.T) {
	made := Made{Style: map[string]Style{}}
	var result quality.Result
	for i := range 40 {
		id, worker, style := fmt.Sprint(i), "honest", Honest
		switch {
		case i == 0, i == 7, i == 8:
			worker, style = "home", AtHome
		case i == 2:
			worker, style = "copier", Copier
		}
		made.Style[id] = style
		result.Interviews = append(result.Interviews, quality.Scored{ID: id, Worker: worker})
	}
	flag := []quality.Flag{{}}
	result.Workers = []quality.Person{{Worker: "home", Flags: flag}, {Worker: "honest", Flags: flag}, {Worker: "copier"}, {Worker: "other", Flags: flag}}
	want := Found{Invented: .1, Precision: .5, Recall: .75, FalseWorkers: 2. / 3,
		ByStyle: map[Style]float64{AtHome: 2. / 3, Partial: 0, Copier: 1, Evasive: 0}}
	if got := made.Measure(result); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// A question behind a gate is asked where the answer at the gate leads there, and nowhere else.
func TestQuestionsBehindAGate(t *testing.T) {
	made := Make(3, 30, 10)
	seen := map[bool]int{}
	for _, one := range made.Interviews {
		if made.Style[one.ID] == Copier {
			continue // two interviews in one
		}
		for g := range gates {
			gate := one.Answers[plain+g*(1+behind)]
			if gate == quality.Blank {
				continue
			}
			for _, answer := range one.Answers[plain+g*(1+behind)+1:][:behind] {
				asked := answer != quality.NotAsked
				if seen[asked]++; asked != (gate != quality.Valued) {
					t.Fatalf("%s: behind %d there is %d", one.ID, gate, answer)
				}
			}
		}
	}
	if len(seen) != 2 {
		t.Errorf("asked or not: %v", seen)
	}
}

// Where nobody invents anything, hardly a worker is flagged.
func TestHonestWorkersAreHardlyFlagged(t *testing.T) {
	made := Make(4, 150, 20)
	honest := made.Interviews[:0]
	guilty := map[string]bool{}
	for _, one := range made.Interviews {
		guilty[one.Worker] = guilty[one.Worker] || made.Style[one.ID] != Honest
	}
	for _, one := range made.Interviews {
		if !guilty[one.Worker] {
			honest = append(honest, one)
		}
	}
	result := quality.Look(honest)
	flagged := 0
	for _, p := range result.Workers {
		if len(p.Flags) > 0 {
			flagged++
		}
	}
	if share := float64(flagged) / float64(len(result.Workers)); share > 0.12 {
		t.Errorf("%.2f of honest workers are flagged", share)
	}
}
