package quality

import (
	"cmp"
	"math"
	"slices"
)

// mean is what is unusual in the interviews of one worker together.
type mean struct {
	interviews int
	value      map[Kind]float64 // mean of how unusual they are
	measured   map[Kind]float64 // mean of what was measured
	n          map[Kind]int
	z          map[Kind]float64 // against the other workers
	score      float64
}

// together compares workers by the means of their interviews. Workers differ, by their quarter and their way: what is usual between
// them is measured, not assumed.
func together(all []Interview, seen []measured, scales map[Kind]scale) map[string]*mean {
	workers := map[string]*mean{}
	for i, one := range all {
		w := workers[one.Worker]
		if w == nil {
			w = &mean{value: map[Kind]float64{}, measured: map[Kind]float64{}, n: map[Kind]int{}, z: map[Kind]float64{}}
			workers[one.Worker] = w
		}
		w.interviews++
		for k, v := range seen[i].value {
			w.value[k] += scales[k].unusual(v)
			w.measured[k] += v
			w.n[k]++
		}
	}
	for _, k := range kinds {
		between(workers, k)
	}
	for _, w := range workers {
		for _, k := range kinds {
			w.score += gain(min(w.z[k], 5))
		}
	}
	return workers
}

// between turns the means of a kind into z scores, by the median and the spread of those of all workers; what few interviews
// say is drawn towards the median.
func between(workers map[string]*mean, k Kind) {
	var means []float64
	for _, w := range workers {
		if w.n[k] == 0 {
			continue
		}
		w.value[k] /= float64(w.n[k])
		if w.n[k] >= leastInterviews {
			means = append(means, w.value[k])
		}
	}
	if len(means) < leastInterviews {
		return
	}
	slices.Sort(means)
	median := means[len(means)/2]
	// The upper side counts too: what is skewed between honest workers must not look unlikely.
	spread := max((means[len(means)*3/4]-means[len(means)/4])/1.349, (means[len(means)*17/20]-median)/1.0364, 0.05)
	for _, w := range workers {
		if n := float64(w.n[k]); n > 0 {
			w.z[k] = (w.value[k] - median) / spread * n / (n + leastInterviews)
		}
	}
}

// falseShare is how many of the flags of workers may be false, at most, in the long run.
const falseShare = 0.05

// people lists the workers. A mean is a flag where it stays unlikely although so many workers and kinds are looked at.
func people(workers map[string]*mean, scales map[Kind]scale) []Person {
	type test struct {
		worker string
		kind   Kind
		chance float64
	}
	var tests []test
	for name, w := range workers {
		for _, k := range kinds {
			if w.n[k] >= leastInterviews {
				tests = append(tests, test{name, k, tail(w.z[k])})
			}
		}
	}
	slices.SortFunc(tests, func(a, b test) int {
		return cmp.Or(cmp.Compare(a.chance, b.chance), cmp.Compare(a.worker, b.worker), cmp.Compare(a.kind, b.kind))
	})
	corrected, least := map[string]map[Kind]float64{}, 1.0
	for i, t := range slices.Backward(tests) {
		least = min(least, t.chance*float64(len(tests))/float64(i+1))
		if corrected[t.worker] == nil {
			corrected[t.worker] = map[Kind]float64{}
		}
		corrected[t.worker][t.kind] = least
	}
	out := []Person{}
	for name, w := range workers {
		p := Person{Worker: name, Interviews: w.interviews, Score: w.score, Flags: []Flag{}}
		for _, k := range kinds {
			if q, tested := corrected[name][k]; tested && q <= falseShare {
				p.Flags = append(p.Flags, Flag{Kind: k, Value: shown(k, w.measured[k]/float64(w.n[k])), Usual: shown(k, scales[k].median), Chance: q})
			}
		}
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b Person) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Worker, b.Worker)) })
	return out
}

// tail is the chance of a z score as large, one-sided.
func tail(z float64) float64 { return 0.5 * math.Erfc(z/math.Sqrt2) }
