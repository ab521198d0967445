package quality

import (
	"math"
	"time"
)

// measured are the values of one interview by kind; more is more unusual. A kind that cannot be told is not there.
type measured struct {
	value map[Kind]float64
	other int // the interview that kindSame was found with
}

// zone is the hours of the people who are visited.
var zone = time.FixedZone("", 8*3600)

const (
	earliest, latest = 6*60 + 30, 21*60 + 30 // minutes of the day between which people are visited
	neighbours       = 150                   // earlier interviews of the same worker that answers are compared with
	leastCompared    = 10                    // answers
	leastTelling     = 5                     // of their weight: as much as five answers that hardly anybody else gives
)

// measure needs the interviews of a worker one after the other in the order of time.
func measure(all []Interview) []measured {
	seen := make([]measured, len(all))
	shares := frequencies(all)
	for i, one := range all {
		m := measured{value: map[Kind]float64{}, other: -1}
		if d := one.End.Sub(one.Start); !one.Start.IsZero() && d > 0 {
			m.value[kindShort] = -math.Log(d.Minutes())
		}
		if !one.Start.IsZero() {
			m.value[kindNight] = 0
			at := one.Start.In(zone)
			if minute := at.Hour()*60 + at.Minute(); minute < earliest || minute > latest {
				m.value[kindNight] = 1
			}
		}
		if i > 0 && all[i-1].Worker == one.Worker {
			if kmh, ok := speed(all[i-1], one); ok {
				m.value[kindSpeed] = kmh
			}
		}
		if one.Placed && one.HomeM >= 0 {
			m.value[kindFar] = math.Log10(1 + one.HomeM/50)
		}
		if one.Numbers >= 2 {
			m.value[kindDigits] = float64(one.Rounded) / float64(one.Numbers)
		}
		answers(one, shares, m.value)
		seen[i] = m
	}
	compare(all, shares, seen)
	return seen
}

// speed is how fast somebody must have gone from the one visit to the other, on a scale that ends well: its logarithm above
// walking.
func speed(before, after Interview) (float64, bool) {
	gap := after.Start.Sub(before.End)
	if !before.Placed || !after.Placed || before.End.IsZero() || after.Start.IsZero() || gap > 4*time.Hour {
		return 0, false
	}
	hours := max(gap.Hours(), 1.0/120) // half a minute
	return math.Log10(1 + metres(before, after)/1000/hours/5), true
}

func metres(a, b Interview) float64 {
	dy := (a.Lat - b.Lat) * 111_320
	dx := (a.Lon - b.Lon) * 111_320 * math.Cos(a.Lat*math.Pi/180)
	return math.Hypot(dx, dy)
}

// frequencies are how often each answer was given among those who were asked, by question.
func frequencies(all []Interview) []map[uint32]float64 {
	var shares []map[uint32]float64
	for _, one := range all {
		for len(shares) < len(one.Answers) {
			shares = append(shares, map[uint32]float64{})
		}
		for q, a := range one.Answers {
			if a >= Valued {
				shares[q][a]++
			}
		}
	}
	for _, s := range shares {
		total := 0.0
		for _, n := range s {
			total += n
		}
		for a := range s {
			s[a] /= total
		}
	}
	return shares
}

// answers measures how many questions were asked, left blank, and answered as most do.
func answers(one Interview, shares []map[uint32]float64, value map[Kind]float64) {
	asked, blank, expected, valued := 0, 0, 0.0, 0
	for q, a := range one.Answers {
		switch {
		case a == Blank:
			asked, blank = asked+1, blank+1
		case a >= Valued:
			asked++
			valued++
			expected += math.Log(shares[q][a])
		}
	}
	if asked == 0 {
		return
	}
	value[kindMissing] = float64(blank) / float64(asked)
	value[kindFew] = -float64(asked)
	if valued >= leastCompared {
		value[kindExpected] = expected / float64(valued)
	}
}

// compare finds for each interview the earlier one of the same worker whose answers are most alike. What it says is how much more alike
// than chance would make them: equal answers that most people give say nothing.
func compare(all []Interview, shares []map[uint32]float64, seen []measured) {
	weighed := make([]answered, len(all))
	for i, one := range all {
		weighed[i] = weigh(one, shares)
	}
	for i := range all {
		for j := i + 1; j < len(all) && j <= i+neighbours && all[j].Worker == all[i].Worker; j++ {
			alike, ok := likeness(weighed[i], weighed[j])
			if have, known := seen[j].value[kindSame]; ok && (!known || alike > have) {
				seen[j].value[kindSame], seen[j].other = alike, i
			}
		}
	}
}

// answered are the answers of an interview, each with its weight, which is how rare it is.
type answered struct {
	answers []uint32
	weights []float64
}

func weigh(one Interview, shares []map[uint32]float64) answered {
	w := answered{one.Answers, make([]float64, len(one.Answers))}
	for q, a := range one.Answers {
		if a >= Valued {
			w.weights[q] = 1 - shares[q][a]
		}
	}
	return w
}

// likeness is the share of equal answers among those that both gave, by weight.
func likeness(a, b answered) (float64, bool) {
	equal, all, n := 0.0, 0.0, 0
	for q := range min(len(a.answers), len(b.answers)) {
		x, y := a.answers[q], b.answers[q]
		if x < Valued || y < Valued {
			continue
		}
		weight := a.weights[q]
		if x != y {
			weight = max(weight, b.weights[q])
		} else {
			equal += weight
		}
		all += weight
		n++
	}
	return equal / max(all, 1e-9), n >= leastCompared && all >= leastTelling
}
