// Package fabrication makes up the field work of many workers, honest ones and some who invent interviews in four ways that studies
// of survey fraud describe, so that what internal/quality finds can be counted.
//
//   - AtHome: invents whole interviews at home in the evening (curb-stoning): fast, one after the other, far from the doors, usual answers,
//     "no" where a "yes" leads to more questions (Bredl, Storfinger and Menold 2013).
//   - Partial: goes to the door and asks some of the questions; the rest is invented.
//   - Copier: copies interviews of their own with some answers changed (Kuriakose and Robbins 2016).
//   - Evasive: knows what is looked at: right places, right hours, nearly the right length; answers without the bonds between
//     them that a household has, hardly any left blank, numbers rounded.
package fabrication

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"doorstep/internal/quality"
)

// Style is how a worker works.
type Style string

// Styles.
const (
	Honest  Style = "honest"
	AtHome  Style = "at home"
	Partial Style = "partial"
	Copier  Style = "copier"
	Evasive Style = "evasive"
)

// styles of those who invent, the evasive ones last.
var styles = []Style{AtHome, Partial, Copier, Evasive}

const (
	plain, gates, behind, numbers = 40, 6, 3, 8 // questions; behind each gate there are some more
	classes                       = 4           // kinds of households
	shareOfEach                   = 0.03        // of workers, for each style
)

// Made is field work with the truth about it.
type Made struct {
	Interviews []quality.Interview
	Style      map[string]Style // by id of the interview: how it came to be
}

// Make invents the work of so many workers with about so many interviews each.
func Make(seed uint64, workers, each int) Made {
	r := rand.New(rand.NewPCG(seed, 77))
	f := newForm(r)
	m := Made{Style: map[string]Style{}}
	for w := range workers {
		style := Honest
		if n := r.Float64(); n < shareOfEach*float64(len(styles)) {
			style = styles[int(n/shareOfEach)]
		}
		m.worker(r, f, fmt.Sprintf("w%05d", w), style, each/2+r.IntN(each))
	}
	return m
}

// form is how households answer, by their class.
type form struct {
	chance [classes][plain + gates][]float64
	most   [plain + gates]int // most frequent answer
}

func newForm(r *rand.Rand) *form {
	f := &form{}
	for q := range plain + gates {
		choices := 2 + r.IntN(4)
		if q >= plain {
			choices = 2
		}
		base := make([]float64, choices)
		for i := range base {
			base[i] = math.Exp(r.NormFloat64())
		}
		total := make([]float64, choices)
		for c := range classes {
			p, sum := make([]float64, choices), 0.0
			for i := range p {
				p[i] = base[i] * math.Exp(0.8*r.NormFloat64())
				sum += p[i]
			}
			for i := range p {
				p[i] /= sum
				total[i] += p[i]
			}
			f.chance[c][q] = p
		}
		for i := range total {
			if total[i] > total[f.most[q]] {
				f.most[q] = i
			}
		}
	}
	return f
}

// habits are how somebody works, who may be quick, or late, or in a quarter where many do not answer.
type habits struct {
	pace, blank, round float64
	late               bool
	lat, lon           float64 // of the quarter
	homeLat, homeLon   float64
}

func (m *Made) worker(r *rand.Rand, f *form, name string, style Style, n int) {
	h := habits{pace: math.Exp(0.18 * r.NormFloat64()), blank: 0.04 * math.Exp(0.4*r.NormFloat64()), round: 0.25 + 0.05*r.NormFloat64(),
		late: r.IntN(12) == 0,
		lat:  22.5 + r.Float64()/4, lon: 114 + r.Float64()/2}
	h.homeLat, h.homeLon = h.lat+0.01+0.02*r.Float64(), h.lon+0.01*r.NormFloat64()
	share := 0.4 + 0.5*r.Float64() // of the interviews that are invented
	at := time.Date(2026, 11, 2, 1, 0, 0, 0, time.UTC)
	var own []quality.Interview // asked at a door
	for i := range n {
		if i%8 == 0 { // another day
			at = time.Date(2026, 11, 2+i/8, 1, r.IntN(120), 0, 0, time.UTC)
			if h.late {
				at = at.Add(time.Duration(4+r.IntN(3)) * time.Hour)
			}
		}
		how := Honest
		if style != Honest && i >= 5 && r.Float64() < share {
			how = style
		}
		one := quality.Interview{ID: fmt.Sprintf("%s-%04d", name, i), Worker: name, Placed: true}
		one.Answers, one.Rounded, one.Numbers = f.answer(r, h, how)
		at = h.visit(r, &one, how, at)
		if how == Copier && len(own) > 0 {
			like := own[r.IntN(min(len(own), 5))]
			for q, a := range like.Answers {
				if r.Float64() > 0.12 {
					one.Answers[q] = a
				}
			}
		}
		if how == Honest {
			own = append(own, one)
		}
		m.Interviews, m.Style[one.ID] = append(m.Interviews, one), how
	}
}

// answer fills the form in.
func (f *form) answer(r *rand.Rand, h habits, how Style) (all []uint32, rounded, n int) {
	class := r.IntN(classes)
	blank, usual, no, round := h.blank, 0.0, 0.0, h.round
	switch how {
	case AtHome:
		blank, usual, no, round = 0.01, 0.35, 0.6, 0.5
	case Partial:
		blank, usual, no, round = 0.02, 0.3, 0.55, 0.4
	case Evasive:
		blank, usual, no, round = 0.02, 0.12, 0.25, 0.4
	}
	invented := func(q int) bool { return how == AtHome || how == Evasive || how == Partial && q > plain/3 }
	for q := range plain + gates {
		p, most := f.chance[class][q], f.most[q]
		if invented(q) {
			p = f.chance[r.IntN(classes)][q] // what people say in general, not this household
		}
		a := draw(r, p)
		if invented(q) && r.Float64() < usual {
			a = most
		}
		if q >= plain && invented(q) && r.Float64() < no {
			a = 0
		}
		value := quality.Valued + uint32(a)
		if r.Float64() < blank {
			value = quality.Blank
		}
		all = append(all, value)
		if q < plain {
			continue
		}
		for range behind {
			if a == 0 {
				all = append(all, quality.NotAsked)
			} else {
				all = append(all, quality.Valued+uint32(r.IntN(4)))
			}
		}
	}
	counted, rounded := measured(r, round)
	return append(all, counted...), rounded, len(counted)
}

// measured answers the questions about numbers, of which some are rounded.
func measured(r *rand.Rand, round float64) (all []uint32, rounded int) {
	for range numbers {
		v := 10 + r.IntN(90)
		if r.Float64() < round {
			v = v / 5 * 5
		}
		if v%5 == 0 {
			rounded++
		}
		all = append(all, quality.Valued+uint32(v/10))
	}
	return all, rounded
}

func draw(r *rand.Rand, p []float64) int {
	x := r.Float64()
	for i := range p {
		if x -= p[i]; x < 0 {
			return i
		}
	}
	return len(p) - 1
}

// visit gives the interview its time and place, and returns when the worker is free again.
func (h *habits) visit(r *rand.Rand, one *quality.Interview, how Style, at time.Time) time.Time {
	asked := 0
	for _, a := range one.Answers {
		if a != quality.NotAsked {
			asked++
		}
	}
	minutes := float64(asked) * 0.4 * h.pace * math.Exp(0.25*r.NormFloat64())
	off := 12 * math.Exp(0.8*r.NormFloat64()) // metres
	if r.IntN(33) == 0 {
		off = 200 + 1500*r.Float64() // a bad fix
	}
	lat, lon := h.lat+0.004*r.NormFloat64(), h.lon+0.004*r.NormFloat64()
	at = at.Add(time.Duration(8+r.IntN(35)) * time.Minute)
	one.Start = at
	switch how {
	case AtHome:
		minutes *= 0.35 + 0.25*r.Float64()
		// 19:30–23:30
		one.Start = time.Date(at.Year(), at.Month(), at.Day(), 11, 30, 0, 0, time.UTC).Add(time.Duration(r.IntN(240)) * time.Minute)
		one.Lat, one.Lon = h.homeLat+0.0001*r.NormFloat64(), h.homeLon+0.0001*r.NormFloat64()
	case Partial:
		minutes *= 0.4 + 0.25*r.Float64()
	case Copier:
		minutes *= 0.5 + 0.3*r.Float64()
	case Evasive:
		minutes *= 0.85 + 0.2*r.Float64()
	}
	one.End = one.Start.Add(time.Duration(minutes * float64(time.Minute)))
	if how == AtHome {
		one.HomeM = math.Hypot((one.Lat-lat)*111_320, (one.Lon-lon)*103_000)
		return at
	}
	one.Lat, one.Lon, one.HomeM = lat+off/111_320, lon, off
	return one.End
}
