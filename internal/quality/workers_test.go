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
	for kind, want := range map[Kind]float64{kindShort: 2.5, kindMissing: shown(kindMissing, 0.5)} {
		i := slices.IndexFunc(workers[at].Flags, func(f Flag) bool { return f.Kind == kind })
		if i < 0 {
			t.Errorf("%s is no flag: %+v", kind, workers[at])
		} else if got := workers[at].Flags[i].Value; math.Abs(got-want) > 0.05*want {
			t.Errorf("%s: %v, want %v", kind, got, want)
		}
	}
}

func TestBetweenWorkers(t *testing.T) {
	of := func(n int, sum float64) *mean {
		return &mean{n: map[Kind]int{kindShort: n}, value: map[Kind]float64{kindShort: sum}, z: map[Kind]float64{}}
	}
	workers := map[string]*mean{"a": of(5, 0), "b": of(5, 5), "c": of(5, 10), "d": of(5, 15), "few": of(4, 28), "none": of(0, 0)}
	between(workers, kindShort)
	if z := workers["d"].z; len(z) > 0 {
		t.Errorf("four workers tell what is usual: %v", z)
	}
	workers = map[string]*mean{"a": of(5, 0), "b": of(5, 5), "c": of(5, 10), "d": of(5, 15), "e": of(5, 20), "few": of(4, 28), "none": of(0, 0)}
	between(workers, kindShort)
	spread := 2 / 1.0364 // from the median to the worker at 85 %
	for name, want := range map[string]float64{"a": -1 / spread, "c": 0, "e": 1 / spread, "few": 5 / spread * 4 / 9, "none": 0} {
		if got := workers[name].z[kindShort]; !same(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	workers = map[string]*mean{"a": of(5, 0), "b": of(5, 0), "c": of(5, 10), "d": of(5, 15), "e": of(5, 15)}
	if between(workers, kindShort); !same(workers["e"].z[kindShort], .5/(3/1.349)) {
		t.Errorf("by the quarters: %v", workers["e"].z)
	}
	workers = map[string]*mean{"a": of(5, 0), "b": of(5, 0), "c": of(5, 0), "d": of(5, 0), "e": of(5, .5)}
	if between(workers, kindShort); !same(workers["e"].z[kindShort], .1/(.1/1.0364)/2) {
		t.Errorf("hardly any spread: %v", workers["e"].z)
	}
}

// The chances of all who are looked at are corrected together (Benjamini and Hochberg): .04 and .045 are .045 for both, of two.
func TestWhoIsFlagged(t *testing.T) {
	const z04, z045 = 1.7506860712521692, 1.6953977102721358
	of := func(n int, z float64) *mean {
		return &mean{interviews: n, n: map[Kind]int{kindFew: n}, measured: map[Kind]float64{kindFew: float64(-3 * n)}, z: map[Kind]float64{kindFew: z}, score: 1}
	}
	scales := map[Kind]scale{kindFew: {median: -7}}
	for _, c := range []struct {
		workers map[string]*mean
		chances []float64 // by name; 0 for no flag
	}{
		{map[string]*mean{"a": of(5, z04), "b": of(5, z045)}, []float64{.045, .045}},
		{map[string]*mean{"a": of(5, z04), "b": of(5, 0)}, []float64{0, 0}},
		{map[string]*mean{"a": of(5, z04), "b": of(4, 9)}, []float64{.04, 0}},
		{map[string]*mean{"a": of(5, z04), "b": of(5, z045), "c": of(5, z04)}, []float64{.045, .045, .045}},
	} {
		for i, p := range people(c.workers, scales) {
			if want := string(rune('a' + i)); p.Worker != want || p.Interviews != c.workers[want].interviews || p.Score != 1 {
				t.Errorf("%+v comes where %s should", p, want)
			}
			if (len(p.Flags) > 0) != (c.chances[i] > 0) || len(p.Flags) > 1 {
				t.Errorf("%+v", p)
			}
			for _, f := range p.Flags {
				if !same(f.Chance, c.chances[i]) || f.Kind != kindFew || f.Value != 3 || f.Usual != 7 {
					t.Errorf("%s: %+v", p.Worker, f)
				}
			}
		}
	}
}
