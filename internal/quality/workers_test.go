package quality

import (
	"math"
	"slices"
	"testing"
	"time"
)

// What is told of a worker is the mean of what was measured in their interviews, in the same unit as of an interview.
func TestAWorkersFlagTellsWhatWasMeasured(t *testing.T) {
	all := usual()
	for i := range all {
		if one := &all[i]; one.Worker == "w03" {
			one.End = one.Start.Add(time.Duration(2+i%2) * time.Minute)
			for q := range 20 {
				one.Answers[q] = Blank
			}
		}
	}
	workers := Look(all).Workers
	at := slices.IndexFunc(workers, func(p Person) bool { return p.Worker == "w03" })
	for kind, want := range map[Kind]float64{Short: 2.5, Missing: shown(Missing, 0.5)} {
		i := slices.IndexFunc(workers[at].Flags, func(f Flag) bool { return f.Kind == kind })
		if i < 0 {
			t.Errorf("%s is no flag: %+v", kind, workers[at])
		} else if got := workers[at].Flags[i].Value; math.Abs(got-want) > 0.05*want {
			t.Errorf("%s: %v, want %v", kind, got, want)
		}
	}
}
