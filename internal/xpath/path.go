package xpath

import (
	"math"
	"slices"

	"doorstep/internal/survey"
)

// path is a compiled location path.
type path struct {
	absolute bool
	start    *code // nil, or what gives the first nodes
	preds    []predicate
	steps    []step
	off      int
}

type step struct {
	axis  Axis
	test  nodeTest
	preds []predicate
}

// predicate is a condition in brackets. Besides the general form there are a literal position and "child = value",
// which choice filters over thousands of items use.
type predicate struct {
	cond *code
	nth  int       // a literal position, or 0
	key  *nodeTest // the child to compare with want
	want *code     // the same for all candidates
}

func (s *step) reverse() bool {
	return s.axis == Ancestor || s.axis == AncestorOrSelf || s.axis == Preceding || s.axis == PrecedingSibling
}

// nodes finds the nodes of the path in document order.
func (p *path) nodes(f *frame) []*survey.Node {
	set, lie := p.begin(f)
	for i := range p.steps {
		set, lie = f.step(set, lie, &p.steps[i])
	}
	return visible(set)
}

func (p *path) begin(f *frame) ([]*survey.Node, spread) {
	from := len(f.arena)
	switch {
	case p.start != nil:
		set := p.start.nodes(f)
		if len(p.preds) > 0 {
			from = len(f.arena)
			f.arena = append(f.arena, set...)
			f.filter(from, p.preds)
			set = f.arena[from:]
		}
		if len(set) > 1 {
			return set, mixed
		}
		return set, single
	case p.absolute:
		f.arena = append(f.arena, f.doc)
	default:
		f.arena = append(f.arena, f.node)
	}
	if f.arena[from] == nil {
		f.arena = f.arena[:from]
	}
	return f.arena[from:], single
}

func (f *frame) step(in []*survey.Node, lie spread, s *step) ([]*survey.Node, spread) {
	if len(in) <= 1 {
		lie = single
	}
	start := len(f.arena)
	for _, n := range in {
		f.spend(1)
		from := len(f.arena)
		if !f.lookUp(n, s) {
			f.walk(n, s)
		}
		if len(s.preds) > 0 {
			f.filter(from, s.preds)
		}
		if s.reverse() {
			slices.Reverse(f.arena[from:])
		}
	}
	out, lie := f.arrange(s.axis, lie, in, f.arena[start:])
	f.arena = f.arena[:start+len(out)]
	return out, lie
}

// filter keeps the nodes of the arena from an index on that pass every predicate.
func (f *frame) filter(from int, preds []predicate) {
	node, pos, size := f.node, f.pos, f.size
	for i := range preds {
		p := &preds[i]
		switch {
		case p.nth > 0:
			f.keepNth(from, p.nth)
		case p.key != nil:
			f.keepEqual(from, p, node)
		default:
			f.keep(from, p.cond)
		}
		f.node, f.pos, f.size = node, pos, size
	}
}

func (f *frame) keepNth(from, nth int) {
	if from+nth > len(f.arena) {
		f.arena = f.arena[:from]
		return
	}
	f.arena[from] = f.arena[from+nth-1]
	f.arena = f.arena[:from+1]
}

func (f *frame) keep(from int, cond *code) {
	kept, end := from, len(f.arena)
	f.size = end - from
	for i := from; i < end; i++ {
		f.spend(1)
		n := f.arena[i]
		f.node, f.pos = n, i-from+1
		if f.holds(cond) {
			f.arena[kept] = n
			kept++
		}
		f.arena = f.arena[:end]
	}
	f.arena = f.arena[:kept]
}

// holds evaluates a predicate: a number is compared with the position, anything else is a condition.
func (f *frame) holds(cond *code) bool {
	switch cond.kind {
	case Number:
		return cond.number(f) == float64(f.pos)
	case Any:
		v := cond.value(f)
		if v.Kind == Number {
			return v.Num == float64(f.pos)
		}
		return v.truth()
	}
	return cond.truth(f)
}

// keepEqual keeps the candidates with a child that equals the wanted value, which is computed once.
func (f *frame) keepEqual(from int, p *predicate, node *survey.Node) {
	if len(f.arena) == from {
		return
	}
	end := len(f.arena)
	f.node = node
	want := p.want.value(f)
	kept := from
	for i := from; i < end; i++ {
		n := f.arena[i]
		f.spend(1 + len(n.Children))
		if f.hasChildEqual(n, p.key, &want) {
			f.arena[kept] = n
			kept++
		}
	}
	f.arena = f.arena[:kept]
}

func (f *frame) hasChildEqual(n *survey.Node, key *nodeTest, want *Value) bool {
	name := key.name
	for _, c := range n.Children {
		if c.Name != name || c.Kind != survey.Element || !key.inSpace(c) {
			continue
		}
		if want.Kind == String && plainText(c) && f.contentOf(c) == want.Str || f.nodeEquals(c, want) {
			return true
		}
	}
	return false
}

// nodeEquals compares a node with a value.
func (f *frame) nodeEquals(n *survey.Node, want *Value) bool {
	v := f.unpacked(n)
	if want.Kind != Nodes {
		return f.same(&v, want)
	}
	f.spend(len(want.Nodes))
	for _, w := range want.Nodes {
		if other := f.unpacked(w); f.same(&v, &other) {
			return true
		}
	}
	return false
}

// plain reports whether the first node can be found by descending, without sorting or predicates.
func (p *path) plain() bool {
	for i := range p.steps {
		s := &p.steps[i]
		if len(s.preds) > 0 || s.axis > Parent && s.axis != Attribute {
			return false
		}
	}
	return p.start == nil
}

// first finds the first node of a plain path.
func (p *path) first(f *frame) *survey.Node {
	n := f.node
	if p.absolute {
		n = f.doc
	}
	if n == nil {
		return nil
	}
	return p.descend(f, n, 0)
}

func (p *path) descend(f *frame, n *survey.Node, i int) *survey.Node {
	if i == len(p.steps) {
		if n.Off {
			return nil
		}
		return n
	}
	f.spend(1)
	s := &p.steps[i]
	var among []*survey.Node
	switch s.axis {
	case Child:
		among = n.Children
	case Attribute:
		among = n.Attrs
	case Parent:
		n = f.parent(n)
		fallthrough
	case Self:
		if n == nil || !s.test.matches(n) {
			return nil
		}
		return p.descend(f, n, i+1)
	}
	for _, c := range among {
		if !s.test.matches(c) || s.axis == Attribute && c.Kind != survey.Attribute {
			continue
		}
		if found := p.descend(f, c, i+1); found != nil {
			return found
		}
	}
	f.spend(len(among) / 8)
	return nil
}

// literalPosition reads a predicate such as [2].
func literalPosition(x ast) (int, bool) {
	n, isNumber := x.(*astNumber)
	if !isNumber || n.value < 1 || n.value != math.Trunc(n.value) || n.value > math.MaxInt32 {
		return 0, false
	}
	return int(n.value), true
}
