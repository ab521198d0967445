package xlsform

import (
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"doorstep/internal/survey"
)

// scale is a range question: numbers from start to end in steps. Numbers are exact decimals.
type scale struct{ start, end, step, tick, placeholder *big.Rat }

// rangeRules reads the parameters of a range. Those left out are 1 to 10 by 1; a scale with fractions is a decimal.
func (w *sheetWalk) rangeRules(r *record, q *survey.Question) {
	column := r.header("parameters")
	w.accept(r, "end", "placeholder", "start", "step", "tick_interval", "tick_labelset")
	for _, d := range []survey.Pair{{Name: "start", Value: "1"}, {Name: "end", Value: "10"}, {Name: "step", Value: "1"}} {
		if _, ok := w.params[d.Name]; !ok {
			w.params[d.Name] = d.Value
			q.Parameters = append(q.Parameters, d)
		}
	}
	if q.Appearance != "" && !strings.Contains(q.Appearance, "vertical") && !strings.Contains(q.Appearance, "no-ticks") {
		for _, k := range []string{"tick_interval", "placeholder", "tick_labelset"} {
			if _, ok := w.params[k]; ok {
				w.wrong(r, column, "range.appearance", k, q.Appearance)
			}
		}
	}
	var s scale
	ok := true
	for _, p := range s.parts() {
		ok = w.number(r, p.name, p.to) && ok
	}
	if !ok {
		return
	}
	if s.fractional() {
		q.Kind = survey.KindDecimal
	}
	if w.scaleRules(r, &s) {
		w.tickLabels(r, q, &s)
	}
	q.List = w.params["tick_labelset"]
}

func (s *scale) parts() []struct {
	name string
	to   **big.Rat
} {
	return []struct {
		name string
		to   **big.Rat
	}{{"start", &s.start}, {"end", &s.end}, {"step", &s.step}, {"tick_interval", &s.tick}, {"placeholder", &s.placeholder}}
}

// number reads a parameter as a decimal; one that is not given stays nil.
func (w *sheetWalk) number(r *record, name string, to **big.Rat) bool {
	text, ok := w.params[name]
	if !ok {
		return true
	}
	if *to = rational(text); *to == nil {
		w.wrong(r, r.header("parameters"), "parameter.number", name, text)
		return false
	}
	return true
}

// rational reads a decimal number of a sensible size, or returns nil.
func rational(text string) *big.Rat {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || len(text) > 40 || math.Abs(f) > 1e30 || f != 0 && math.Abs(f) < 1e-30 || strings.ContainsAny(text, "xX_") {
		return nil
	}
	n, _ := new(big.Rat).SetString(text) // nil for what is not a number
	return n
}

func (s *scale) fractional() bool {
	for _, p := range s.parts() {
		if n := *p.to; n != nil && !n.IsInt() {
			return true
		}
	}
	return false
}

func (s *scale) width() *big.Rat {
	d := new(big.Rat).Sub(s.end, s.start)
	return d.Abs(d)
}

func (s *scale) inside(n *big.Rat) bool {
	low, high := s.start, s.end
	if low.Cmp(high) > 0 {
		low, high = high, low
	}
	return n.Cmp(low) >= 0 && n.Cmp(high) <= 0
}

// multiple reports whether n is a whole number of steps.
func multiple(n, step *big.Rat) bool { return new(big.Rat).Quo(n, step).IsInt() }

func (s *scale) from(n *big.Rat) *big.Rat { return new(big.Rat).Sub(n, s.start) }

// scaleRules checks the numbers against each other; it returns whether labels can be checked against them.
func (w *sheetWalk) scaleRules(r *record, s *scale) bool {
	column := r.header("parameters")
	for _, p := range s.parts() {
		n := *p.to
		if n == nil || p.name != "step" && p.name != "tick_interval" {
			continue
		}
		switch {
		case n.Sign() == 0:
			w.wrong(r, column, "range.zero", p.name)
			return false
		case n.Cmp(s.width()) > 0:
			w.wrong(r, column, "range.wide", p.name)
			return false
		}
	}
	if s.tick != nil && !multiple(s.tick, s.step) {
		w.wrong(r, column, "range.multiple", "tick_interval")
	}
	if p := s.placeholder; p != nil {
		if !multiple(s.from(p), s.step) {
			w.wrong(r, column, "range.multiple", "placeholder")
		}
		if !s.inside(p) {
			w.wrong(r, column, "range.outside", "placeholder")
		}
	}
	return true
}

// tickLabels checks the list whose labels stand beside the ticks.
func (w *sheetWalk) tickLabels(r *record, q *survey.Question, s *scale) {
	name := w.params["tick_labelset"]
	column := r.header("parameters")
	if name == "" {
		return
	}
	list := w.f.Lists[name]
	if list == nil {
		w.wrong(r, column, "range.labels", name)
		return
	}
	var values []*big.Rat
	for _, c := range list.Choices {
		n := rational(c.Name)
		switch {
		case n == nil:
			w.wrong(r, column, "range.label_number", name, c.Name)
		case !s.inside(n):
			w.wrong(r, column, "range.label_outside", name, c.Name)
		case s.tick != nil && !multiple(s.from(n), s.tick), !multiple(s.from(n), s.step):
			w.wrong(r, column, "range.label_multiple", name, c.Name)
		}
		if n != nil && !slices.ContainsFunc(values, func(v *big.Rat) bool { return v.Cmp(n) == 0 }) {
			values = append(values, n)
		}
	}
	if strings.Contains(q.Appearance, "no-ticks") && !s.bothEnds(values) {
		w.wrong(r, column, "range.no_ticks", name)
	}
}

// bothEnds reports whether the values are start and end and nothing else.
func (s *scale) bothEnds(values []*big.Rat) bool {
	for _, v := range values {
		if v.Cmp(s.start) != 0 && v.Cmp(s.end) != 0 {
			return false
		}
	}
	return len(values) == 2 || len(values) == 1 && s.start.Cmp(s.end) == 0
}
