package xpath

import (
	"cmp"
	"slices"

	"doorstep/internal/survey"
)

// spread says how the nodes of a set lie, so that most steps need neither sorting nor removal of duplicates.
type spread uint8

const (
	single spread = iota
	level         // in document order, all at one depth
	apart         // in document order, none inside another
	mixed         // in document order
)

// arrange brings the nodes a step found from several nodes into document order, without duplicates.
func (f *frame) arrange(axis Axis, before spread, in, out []*survey.Node) ([]*survey.Node, spread) {
	switch axis {
	case Self:
		return out, before
	case Child, Attribute, NamespaceAxis:
		if before == mixed && nested(in) {
			return f.sorted(out), mixed
		}
		return out, min(max(before, level), apart)
	case Parent:
		if before <= level {
			return slices.Compact(out), before
		}
	case Descendant, DescendantOrSelf:
		if before <= apart {
			return out, mixed
		}
	case FollowingSibling, PrecedingSibling:
		if before == single {
			return out, level
		}
	default:
		if before == single {
			return out, mixed
		}
	}
	return f.sorted(out), mixed
}

// nested reports whether a node of set, in document order, is inside another. A node that has any of the set inside is
// directly followed by one of these.
func nested(set []*survey.Node) bool {
	for i := 1; i < len(set); i++ {
		for p := set[i].Parent; p != nil; p = p.Parent {
			if p == set[i-1] {
				return true
			}
		}
	}
	return false
}

// fewNodes is where numbering the whole document starts to pay.
const fewNodes = 8

// sorted sorts set in place into document order and drops duplicates.
func (f *frame) sorted(set []*survey.Node) []*survey.Node {
	if len(set) < 2 {
		return set
	}
	if len(set) <= fewNodes {
		slices.SortFunc(set, f.compare)
		return slices.Compact(set)
	}
	for _, n := range set {
		if _, known := f.order[n]; !known {
			f.numberTree(n)
		}
	}
	slices.SortFunc(set, func(a, b *survey.Node) int { return cmp.Compare(f.order[a], f.order[b]) })
	return slices.Compact(set)
}

// numberTree numbers every node of the tree that n is in; trees seen later come later.
func (f *frame) numberTree(n *survey.Node) {
	if f.order == nil {
		f.order = make(map[*survey.Node]int32)
	}
	if n.Kind == survey.Namespace { // made on demand, so not in the tree
		f.order[n] = int32(len(f.order))
		return
	}
	for p := f.parent(n); p != nil; p = f.parent(n) {
		n = p
	}
	f.numberBelow(n)
}

func (f *frame) numberBelow(n *survey.Node) {
	f.order[n] = int32(len(f.order))
	f.spend(1 + len(n.Attrs))
	for _, a := range n.Attrs {
		f.order[a] = int32(len(f.order))
	}
	for _, c := range n.Children {
		f.numberBelow(c)
	}
}

// compare orders two nodes by their position in the document.
func (f *frame) compare(a, b *survey.Node) int {
	if a == b {
		return 0
	}
	depthA, depthB := f.depth(a), f.depth(b)
	x, y := a, b
	for ; depthA > depthB; depthA-- {
		x = f.parent(x)
	}
	for ; depthB > depthA; depthB-- {
		y = f.parent(y)
	}
	if x == y { // one is above the other
		if x == a {
			return -1
		}
		return 1
	}
	for f.parent(x) != f.parent(y) {
		x, y = f.parent(x), f.parent(y)
	}
	return f.compareSiblings(x, y)
}

func (f *frame) depth(n *survey.Node) int {
	d := 0
	for p := f.parent(n); p != nil; p = f.parent(p) {
		d++
	}
	f.spend(d + 1)
	return d
}

func (f *frame) compareSiblings(x, y *survey.Node) int {
	isAttr := func(n *survey.Node) bool { return n.Kind == survey.Attribute || n.Kind == survey.Namespace }
	p := f.parent(x)
	switch {
	case p == nil: // two trees: any order will do that stays the same within the evaluation
		return f.compareTrees(x, y)
	case isAttr(x) && isAttr(y):
		return cmp.Compare(slices.Index(p.Attrs, x), slices.Index(p.Attrs, y))
	case isAttr(x):
		return -1
	case isAttr(y):
		return 1
	}
	f.spend(len(p.Children))
	for _, c := range p.Children {
		if c == x {
			return -1
		}
		if c == y {
			return 1
		}
	}
	return 0
}

// compareTrees compares nodes of two trees: the tree that the evaluation met first comes first.
func (f *frame) compareTrees(x, y *survey.Node) int {
	for _, n := range []*survey.Node{x, y} {
		if _, known := f.order[n]; !known {
			f.numberTree(n)
		}
	}
	return cmp.Compare(f.order[x], f.order[y])
}
