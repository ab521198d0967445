package xpath

import (
	"math"

	"doorstep/internal/survey"
)

func arithmetic(op string, l, r *code) *code {
	a, b := l.number, r.number
	switch op {
	case "+":
		return numberCode(func(f *frame) float64 { f.spend(1); return a(f) + b(f) })
	case "-":
		return numberCode(func(f *frame) float64 { f.spend(1); return a(f) - b(f) })
	case "*":
		return numberCode(func(f *frame) float64 { f.spend(1); return a(f) * b(f) })
	case "div":
		return numberCode(func(f *frame) float64 { f.spend(1); return a(f) / b(f) })
	}
	return numberCode(func(f *frame) float64 { f.spend(1); return math.Mod(a(f), b(f)) })
}

// equality compiles = and != (XPath 1.0, section 3.4): booleans win over numbers over texts, and a node-set holds if
// any of its nodes does.
func equality(l, r *code, equal bool) *code {
	if l.kind != Nodes && r.kind == Nodes {
		l, r = r, l
	}
	switch {
	case l.kind == Any || r.kind == Any:
		return truthCode(func(f *frame) bool {
			mark := len(f.arena)
			a, b := l.value(f), r.value(f)
			f.arena = f.arena[:mark]
			return f.equal(&a, &b, equal)
		})
	case l.kind == Boolean || r.kind == Boolean:
		return truthCode(func(f *frame) bool { f.spend(1); return (l.truth(f) == r.truth(f)) == equal })
	case l.kind == Nodes && r.lit != nil:
		return nodesEqualText(l, *r.lit, equal)
	case l.kind == Nodes:
		return truthCode(func(f *frame) bool {
			mark := len(f.arena)
			a, b := nodesValue(l.nodes(f)), r.value(f)
			f.arena = f.arena[:mark]
			return f.equal(&a, &b, equal)
		})
	case l.kind == Number || r.kind == Number:
		return truthCode(func(f *frame) bool { f.spend(1); return (l.number(f) == r.number(f)) == equal })
	}
	return truthCode(func(f *frame) bool { f.spend(1); return (l.text(f) == r.text(f)) == equal })
}

func nodesEqualText(l *code, want string, equal bool) *code {
	return truthCode(func(f *frame) bool {
		mark := len(f.arena)
		set := l.nodes(f)
		f.arena = f.arena[:mark]
		for _, n := range set {
			if (f.valueOf(n) == want) == equal {
				return true
			}
		}
		return false
	})
}

func (f *frame) equal(a, b *Value, equal bool) bool {
	f.spend(1)
	if a.Kind != Nodes {
		a, b = b, a
	}
	switch {
	case a.Kind == Boolean || b.Kind == Boolean:
		return (a.Truth() == b.Truth()) == equal
	case a.Kind == Nodes:
		return f.nodesEqual(a.Nodes, b, equal)
	case a.Kind == Number || b.Kind == Number:
		return (f.number(a) == f.number(b)) == equal
	}
	return (a.Str == b.Str) == equal
}

func (f *frame) nodesEqual(set []*survey.Node, b *Value, equal bool) bool {
	for _, n := range set {
		f.spend(1)
		if b.Kind == Nodes && !equal {
			if f.nodeDiffers(n, b.Nodes) {
				return true
			}
			continue
		}
		if f.nodeEquals(n, b) == equal {
			return true
		}
	}
	return false
}

func (f *frame) nodeDiffers(n *survey.Node, others []*survey.Node) bool {
	s := f.valueOf(n)
	for _, o := range others {
		if f.valueOf(o) != s {
			return true
		}
	}
	return false
}

var relations = map[string]func(a, b float64) bool{
	"<":  func(a, b float64) bool { return a < b },
	"<=": func(a, b float64) bool { return a <= b },
	">":  func(a, b float64) bool { return a > b },
	">=": func(a, b float64) bool { return a >= b },
}

// relation compiles < <= > >=, which compare numbers; of a node-set any, also with a boolean (decision 0010).
func relation(op string, l, r *code) *code {
	holds := relations[op]
	many := func(c *code) bool { return c.kind == Nodes || c.kind == Any }
	if !many(l) && !many(r) {
		return truthCode(func(f *frame) bool { f.spend(1); return holds(l.number(f), r.number(f)) })
	}
	return truthCode(func(f *frame) bool {
		mark := len(f.arena)
		a, b := l.value(f), r.value(f)
		f.arena = f.arena[:mark]
		return f.anyNumber(&a, func(x float64) bool {
			return f.anyNumber(&b, func(y float64) bool { return holds(x, y) })
		})
	})
}

func (f *frame) anyNumber(v *Value, test func(float64) bool) bool {
	if v.Kind != Nodes {
		return test(f.number(v))
	}
	for _, n := range v.Nodes {
		f.spend(1)
		if test(f.numberOf(f.valueOf(n))) {
			return true
		}
	}
	return false
}
