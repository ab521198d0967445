// Package quality looks at field work while the survey is in the field: what of an interview, or of a worker's interviews together,
// differs from everybody else's. It knows no form, only times, places and whether answers are equal. A flag is evidence for
// somebody to look at and no accusation; the score orders a queue and rejects nothing.
package quality

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Answers of a question that hold no value.
const (
	NotAsked uint32 = iota // not relevant
	Blank                  // asked, and not answered or not known
	Valued                 // values are this and above: equal ones are equal answers
)

// Interview is one completed record.
type Interview struct {
	ID, Worker string
	Start, End time.Time // zero where it is not known
	Lat, Lon   float64
	Placed     bool
	HomeM      float64 // metres from where the household is known to be; negative where that is not known
	Answers    []uint32
	Rounded    int // numbers of two digits and more that end in 0 or 5
	Numbers    int // of two digits and more
}

// Kind is what a flag is about.
type Kind string

// Kinds of flags.
const (
	kindShort    Kind = "short"    // far less time than usual
	kindNight    Kind = "night"    // at hours at which nobody is visited
	kindSpeed    Kind = "speed"    // too far from the visit before for the time between
	kindFar      Kind = "far"      // far from the household
	kindSame     Kind = "same"     // nearly the answers of another interview of the same worker
	kindMissing  Kind = "missing"  // many questions without an answer
	kindFew      Kind = "few"      // answers that spare many questions
	kindDigits   Kind = "digits"   // numbers that end in 0 and 5
	kindExpected Kind = "expected" // hardly anything but the most frequent answers
)

// kinds are all of them, in the order in which they are told.
var kinds = []Kind{kindShort, kindNight, kindSpeed, kindFar, kindSame, kindMissing, kindFew, kindDigits, kindExpected}

// Flag is one thing that is unusual, with what was seen and what is usual in the same unit.
type Flag struct {
	Kind   Kind    `json:"kind"`
	Value  float64 `json:"value"`
	Usual  float64 `json:"usual"`            // median of the form
	Other  string  `json:"other,omitempty"`  // interview that it was compared with
	Chance float64 `json:"chance,omitempty"` // of a worker: that such a mean arises by chance, corrected (Benjamini–Hochberg)
}

// Scored is an interview in the order in which it is worth looking at.
type Scored struct {
	ID, Worker string
	Score      float64
	Flags      []Flag
}

// Person is a worker with what is unusual in the mean of their interviews.
type Person struct {
	Worker     string
	Interviews int
	Score      float64 // mean of the interviews'
	Flags      []Flag
}

// Result is what Look finds, the highest scores first.
type Result struct {
	Interviews []Scored
	Workers    []Person
}

// leastInterviews is how many a worker must have for a mean to be judged.
const leastInterviews = 5

// Look compares the interviews of one form. What it says does not depend on their order.
func Look(all []Interview) Result {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b Interview) int {
		return cmp.Or(cmp.Compare(a.Worker, b.Worker), a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID))
	})
	seen := measure(all)
	scales := map[Kind]scale{}
	for _, k := range kinds {
		scales[k] = scaleOf(seen, k)
	}
	workers := together(all, seen, scales)
	return Result{score(all, seen, scales, workers), people(workers, scales)}
}

// scale is what is usual of a kind: the median, the spread of the upper half, and all values in order.
type scale struct {
	median, spread float64
	ordered        []float64
}

func scaleOf(seen []measured, k Kind) scale {
	var values []float64
	for _, m := range seen {
		if v, ok := m.value[k]; ok {
			values = append(values, v)
		}
	}
	if len(values) == 0 {
		return scale{spread: 1}
	}
	slices.Sort(values)
	s := scale{median: values[len(values)/2], ordered: values}
	s.spread = max((values[len(values)*9/10]-s.median)/1.2816, 1e-6)
	if k == kindNight || k == kindDigits && s.spread < 0.05 {
		s.spread = max(s.spread, 0.5)
	}
	return s
}

// unusual is how many usual spreads a value lies above the median, cut at 5: one wild value is one piece of evidence.
func (s scale) unusual(v float64) float64 { return min(max((v-s.median)/s.spread, -5), 5) }

// flagged is how unusual a value must be for a flag of its own.
const flagged = 3

// score multiplies the evidence of an interview by that of its worker: what is odd now and then in honest work is odd often in that of
// somebody who invents, and who invents does not invent everything.
func score(all []Interview, seen []measured, scales map[Kind]scale, workers map[string]*mean) []Scored {
	out := make([]Scored, len(all))
	for i, one := range all {
		s := Scored{ID: one.ID, Worker: one.Worker, Flags: []Flag{}}
		for _, k := range kinds {
			v, known := seen[i].value[k]
			if !known {
				continue
			}
			u := scales[k].unusual(v)
			s.Score += gain(u)
			if u >= flagged || k == kindNight && v > 0 {
				f := Flag{Kind: k, Value: shown(k, v), Usual: shown(k, scales[k].median)}
				if k == kindSame {
					f.Other = all[seen[i].other].ID
				}
				s.Flags = append(s.Flags, f)
			}
		}
		s.Score *= 1 + workers[one.Worker].score/5
		out[i] = s
	}
	slices.SortFunc(out, func(a, b Scored) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID)) })
	return out
}

// gain is what an unusual value adds to a score: nothing for what half of all interviews show.
func gain(u float64) float64 { return max(0, u-0.5) }

// shown turns a value into the unit that people read: minutes, km/h, metres, questions, and the share of people who give such an answer.
func shown(k Kind, v float64) float64 {
	switch k {
	case kindShort:
		v = math.Exp(-v)
	case kindSpeed:
		v = (math.Pow(10, v) - 1) * 5
	case kindFar:
		v = (math.Pow(10, v) - 1) * 50
	case kindFew:
		v = -v
	case kindExpected:
		v = math.Exp(v)
	}
	return math.Round(v*1000) / 1000
}
