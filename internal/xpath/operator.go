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

// equality compiles = and !=: booleans win over numbers over texts (XPath 1.0, section 3.4). One answer is compared as
// its type is, none as a blank one; of several in a node-set any may hold.
func equality(l, r *code, equal bool) *code {
	if l.kind != Nodes && r.kind == Nodes {
		l, r = r, l
	}
	switch {
	case l.kind == Nodes && r.lit != nil:
		return nodesEqualText(l, *r.lit, equal)
	case many(l) || many(r):
		return truthCode(func(f *frame) bool {
			mark := len(f.arena)
			a, b := l.value(f), r.value(f)
			f.arena = f.arena[:mark]
			return f.equal(&a, &b, equal)
		})
	case l.kind == Boolean || r.kind == Boolean:
		return truthCode(func(f *frame) bool { f.spend(1); return (l.truth(f) == r.truth(f)) == equal })
	case l.kind == Number || r.kind == Number:
		return truthCode(func(f *frame) bool { f.spend(1); return near(l.number(f), r.number(f)) == equal })
	}
	return truthCode(func(f *frame) bool { f.spend(1); return (l.text(f) == r.text(f)) == equal })
}

// many reports whether an expression may give a node-set or a moment.
func many(c *code) bool { return c.kind == Nodes || c.kind == Any }

// near reports whether JavaRosa takes two numbers for equal.
func near(a, b float64) bool { return a == b || math.Abs(a-b) < tiny }

// plainText reports whether a node holds nothing but its text.
func plainText(n *survey.Node) bool {
	switch n.Answer {
	case survey.KindInteger, survey.KindDecimal, survey.KindBoolean, survey.KindDate, survey.KindDateTime, survey.KindTime:
		return false
	}
	return true
}

func nodesEqualText(l *code, want string, equal bool) *code {
	literal := textValue(want)
	return truthCode(func(f *frame) bool {
		mark := len(f.arena)
		set := l.nodes(f)
		f.arena = f.arena[:mark]
		if len(set) == 0 {
			return (want == "") == equal
		}
		for _, n := range set {
			if plainText(n) && (f.contentOf(n) == want) == equal || !plainText(n) && f.nodeEquals(n, &literal) == equal {
				return true
			}
		}
		return false
	})
}

// equal compares two values, of which a node-set of one or none is an answer.
func (f *frame) equal(a, b *Value, equal bool) bool {
	f.spend(1)
	x, y := f.unpack(a), f.unpack(b)
	if x.Kind != Nodes {
		x, y = y, x
	}
	switch {
	case x.Kind != Nodes:
		return f.same(&x, &y) == equal
	case y.Kind == Boolean:
		return (x.truth() == y.Bool) == equal
	}
	return f.nodesEqual(x.Nodes, &y, equal)
}

// unpack makes the answer of a node-set that holds one or none; other values stay as they are.
func (f *frame) unpack(v *Value) Value {
	switch {
	case v.Kind != Nodes || len(v.Nodes) > 1:
		return *v
	case len(v.Nodes) == 0:
		return textValue("")
	}
	return f.unpacked(v.Nodes[0])
}

func (f *frame) unpacked(n *survey.Node) Value {
	if plainText(n) {
		return textValue(f.contentOf(n))
	}
	return f.typed(n)
}

// same compares two values that are no node-sets. Moments are compared by their days, as JavaRosa writes them.
func (f *frame) same(a, b *Value) bool {
	switch {
	case a.Kind == Boolean || b.Kind == Boolean:
		return a.truth() == b.truth()
	case a.Kind == Number && !a.Dated || b.Kind == Number && !b.Dated:
		return near(f.number(a), f.number(b))
	}
	return a.Text() == b.Text()
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
	v := f.unpacked(n)
	for _, o := range others {
		if w := f.unpacked(o); !f.same(&v, &w) {
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
		if test(f.numberOfNode(n)) {
			return true
		}
	}
	return false
}
