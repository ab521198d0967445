package xpath

import (
	"math"
	"strings"

	"doorstep/internal/survey"
)

var truthFunctions = []function{
	{name: "true", params: "x", build: func(*call) *code { return truthCode(func(*frame) bool { return true }) }},
	{name: "false", params: "x", build: func(*call) *code { return truthCode(func(*frame) bool { return false }) }},
	{name: "boolean", low: 1, high: 1, params: "x", build: func(c *call) *code { return truthCode(c.args[0].truth) }},
	{name: "not", low: 1, high: 1, params: "b", build: buildNot},
	{name: "boolean-from-string", low: 1, high: 1, params: "s", build: buildFromString},
	{name: "if", low: 3, high: 3, params: "bxx", build: buildIf},
	{name: "lang", low: 1, high: 1, params: "s", context: true, build: buildLang},
	{name: "checklist", low: 2, high: -1, params: "nnx", build: buildChecklist},
	{name: "weighted-checklist", low: 2, high: -1, params: "nnx", build: buildWeighted},
}

func buildNot(c *call) *code {
	a := c.args[0].truth
	return truthCode(func(f *frame) bool { return !a(f) })
}

func buildFromString(c *call) *code {
	a := c.args[0].text
	return truthCode(func(f *frame) bool {
		s := a(f)
		return s == "1" || strings.EqualFold(s, "true")
	})
}

// buildIf compiles if(), which evaluates only the branch it takes.
func buildIf(c *call) *code {
	test, yes, no := c.args[0].truth, c.args[1], c.args[2]
	pick := func(f *frame) *code {
		f.spend(1)
		if test(f) {
			return yes
		}
		return no
	}
	kind := yes.kind
	if no.kind != kind {
		kind = Any
	}
	out := valueCode(kind, func(f *frame) Value { return pick(f).value(f) })
	out.text = func(f *frame) string { return pick(f).text(f) }
	out.number = func(f *frame) float64 { return pick(f).number(f) }
	out.truth = func(f *frame) bool { return pick(f).truth(f) }
	if yes.nodes != nil || no.nodes != nil {
		off := c.off
		out.nodes = func(f *frame) []*survey.Node {
			if branch := pick(f); branch.nodes != nil {
				return branch.nodes(f)
			}
			panic(errNeedsNodes(off, "if()"))
		}
	} else {
		out.nodes = nil
	}
	return out
}

// buildLang compiles lang(): the nearest xml:lang is the language or a variety of it.
func buildLang(c *call) *code {
	a := c.args[0].text
	return truthCode(func(f *frame) bool {
		want := strings.ToLower(a(f))
		for n := f.node; n != nil; n = f.parent(n) {
			f.spend(1)
			for _, at := range n.Attrs {
				if at.Name == "lang" && at.Space == xmlSpace {
					got := strings.ToLower(at.Data)
					return want != "" && (got == want || strings.HasPrefix(got, want+"-"))
				}
			}
		}
		return false
	})
}

// members are the values of an argument one by one: each node of a node-set.
func (f *frame) members(arg *code) []Value {
	v := arg.value(f)
	if v.Kind != Nodes {
		return []Value{v}
	}
	f.spend(1 + len(v.Nodes))
	out := make([]Value, len(v.Nodes))
	for i, n := range v.Nodes {
		out[i] = f.unpacked(n)
	}
	return out
}

// buildChecklist compiles checklist(): whether as many members hold as the limits say, of which negative ones are none.
func buildChecklist(c *call) *code {
	args := c.args
	return truthCode(func(f *frame) bool {
		mark := len(f.arena)
		low, high := math.Trunc(args[0].number(f)), math.Trunc(args[1].number(f))
		count := 0.0
		for _, arg := range args[2:] {
			for _, v := range f.members(arg) {
				if v.truth() {
					count++
				}
			}
		}
		f.arena = f.arena[:mark]
		return (low < 0 || count >= low) && (high < 0 || count <= high)
	})
}

// buildWeighted compiles weighted-checklist(): pairs of values and weights, whose limits always count; nodes pair up one
// by one, and a weight without a value makes it false.
func buildWeighted(c *call) *code {
	args := c.args
	if len(args)%2 != 0 {
		return c.c.mistake(errArity(c.off, c.name, len(args), 4, -1))
	}
	return truthCode(func(f *frame) bool {
		mark := len(f.arena)
		low, high := args[0].number(f), args[1].number(f)
		total, complete := 0.0, true
		for i := 2; i < len(args); i += 2 {
			sum, ok := f.weigh(f.members(args[i]), f.members(args[i+1]))
			total += sum
			complete = complete && ok
		}
		f.arena = f.arena[:mark]
		return complete && total >= low && total <= high
	})
}

func (f *frame) weigh(values, weights []Value) (sum float64, complete bool) {
	for i := range weights {
		if i >= len(values) {
			return sum, false
		}
		if values[i].truth() {
			sum += f.number(&weights[i])
		}
	}
	return sum, true
}
