package xpath

import (
	"math"
	"strconv"

	"doorstep/internal/survey"
)

// code is a compiled expression: one closure for each type that an outer expression may ask for, so that no value is
// boxed on the way. Only nodes is nil, for expressions that cannot give a node-set.
type code struct {
	kind   Kind
	value  func(*frame) Value
	text   func(*frame) string
	number func(*frame) float64
	truth  func(*frame) bool
	nodes  func(*frame) []*survey.Node // lives in the arena; the caller truncates

	fixed bool // the same for every context node and position in one evaluation
	lit   *string
	sides []*code // of = and !=, for the fast predicates
	// positional: as a predicate it looks at position() or last().
	positional bool
}

func textCode(fn func(*frame) string) *code {
	return &code{
		kind:   String,
		value:  func(f *frame) Value { return textValue(fn(f)) },
		text:   fn,
		number: func(f *frame) float64 { return parseNumber(fn(f)) },
		truth:  func(f *frame) bool { return fn(f) != "" },
	}
}

func numberCode(fn func(*frame) float64) *code {
	return &code{
		kind:   Number,
		value:  func(f *frame) Value { return numberValue(fn(f)) },
		text:   func(f *frame) string { return numberText(fn(f)) },
		number: fn,
		truth:  func(f *frame) bool { return truthOf(fn(f)) },
	}
}

func truthCode(fn func(*frame) bool) *code {
	return &code{
		kind:  Boolean,
		value: func(f *frame) Value { return truthValue(fn(f)) },
		text:  func(f *frame) string { return strconv.FormatBool(fn(f)) },
		number: func(f *frame) float64 {
			if fn(f) {
				return 1
			}
			return 0
		},
		truth: fn,
	}
}

// valueCode is for expressions whose type shows only when evaluated, and for dates, which are numbers with a text.
func valueCode(kind Kind, fn func(*frame) Value) *code {
	c := &code{
		kind:  kind,
		value: fn,
		text: func(f *frame) string {
			mark := len(f.arena)
			v := fn(f)
			f.arena = f.arena[:mark]
			return f.textOf(&v)
		},
		number: func(f *frame) float64 {
			mark := len(f.arena)
			v := fn(f)
			f.arena = f.arena[:mark]
			return f.number(&v)
		},
		truth: func(f *frame) bool {
			mark := len(f.arena)
			v := fn(f)
			f.arena = f.arena[:mark]
			return v.truth()
		},
	}
	if kind == Any {
		c.nodes = func(f *frame) []*survey.Node {
			v := fn(f)
			if v.Kind != Nodes {
				panic(errNeedsNodes(0, "this expression"))
			}
			return v.Nodes
		}
	}
	return c
}

func nodesCode(fn func(*frame) []*survey.Node) *code {
	first := func(f *frame) *survey.Node {
		mark := len(f.arena)
		set := fn(f)
		f.arena = f.arena[:mark]
		if len(set) == 0 {
			return nil
		}
		return set[0]
	}
	c := firstCode(first)
	c.value = func(f *frame) Value { return nodesValue(fn(f)) }
	c.nodes = fn
	c.truth = truthOfSet(fn)
	return c
}

func truthOfSet(fn func(*frame) []*survey.Node) func(*frame) bool {
	return func(f *frame) bool {
		mark := len(f.arena)
		set := fn(f)
		f.arena = f.arena[:mark]
		return truthOfNodes(set)
	}
}

// firstCode has the conversions of a node-set that need its first node only.
func firstCode(first func(*frame) *survey.Node) *code {
	return &code{
		kind: Nodes,
		text: func(f *frame) string {
			if n := first(f); n != nil {
				return f.valueOf(n)
			}
			return ""
		},
		number: func(f *frame) float64 {
			if n := first(f); n != nil {
				return f.numberOfNode(n)
			}
			return math.NaN()
		},
	}
}
