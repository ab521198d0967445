package xpath

import (
	"slices"
	"strings"

	"doorstep/internal/survey"
)

const xformsSpace = "http://www.w3.org/2002/xforms"
const xmlSpace = "http://www.w3.org/XML/1998/namespace"

func (t *nodeTest) matches(n *survey.Node) bool {
	switch t.kind {
	case testNode:
		return true
	case testText:
		return n.Kind == survey.Text
	case testComment:
		return n.Kind == survey.Comment
	case testInstruction:
		return n.Kind == survey.ProcessingInstruction && (t.name == "" || n.Name == t.name)
	}
	if n.Kind != t.nodes {
		return false
	}
	switch t.kind {
	case testAny:
		return true
	case testSpace:
		return n.Space == t.space
	}
	return n.Name == t.name && t.inSpace(n)
}

func (t *nodeTest) inSpace(n *survey.Node) bool {
	return n.Space == t.space || t.prefix == "" && (n.Space == t.other || t.other == "*")
}

// walk appends the nodes on the axis of s from n that pass its test, nearest first.
func (f *frame) walk(n *survey.Node, s *step) {
	switch s.axis {
	case Child:
		f.children(n, &s.test)
	case Self:
		f.take(n, s)
	case Parent:
		if p := f.parent(n); p != nil {
			f.take(p, s)
		}
	case Attribute:
		for _, a := range n.Attrs {
			if a.Kind == survey.Attribute {
				f.take(a, s)
			}
		}
	case Descendant:
		f.below1(n, s)
	case DescendantOrSelf:
		f.take(n, s)
		f.below1(n, s)
	case Ancestor, AncestorOrSelf:
		f.ancestors(n, s)
	case NamespaceAxis:
		f.namespaces(n, s)
	default:
		f.sideways(n, s)
	}
}

// children is the step that expressions take most.
func (f *frame) children(n *survey.Node, t *nodeTest) {
	f.spend(len(n.Children))
	if t.kind != testName {
		for _, c := range n.Children {
			if t.matches(c) {
				f.arena = append(f.arena, c)
			}
		}
		return
	}
	name := t.name
	for _, c := range n.Children {
		if c.Name == name && c.Kind == survey.Element && t.inSpace(c) {
			f.arena = append(f.arena, c)
		}
	}
}

func (f *frame) take(n *survey.Node, s *step) {
	if s.test.matches(n) {
		f.arena = append(f.arena, n)
	}
}

// below1 takes the descendants of n in document order.
func (f *frame) below1(n *survey.Node, s *step) {
	f.spend(len(n.Children))
	for _, c := range n.Children {
		f.take(c, s)
		if len(c.Children) > 0 {
			f.below1(c, s)
		}
	}
}

// above takes n's descendants and n itself in reverse document order.
func (f *frame) above(n *survey.Node, s *step) {
	f.spend(1 + len(n.Children))
	for _, c := range slices.Backward(n.Children) {
		f.above(c, s)
	}
	f.take(n, s)
}

func (f *frame) ancestors(n *survey.Node, s *step) {
	if s.axis == AncestorOrSelf {
		f.take(n, s)
	}
	for p := f.parent(n); p != nil; p = f.parent(p) {
		f.spend(1)
		f.take(p, s)
	}
}

// sideways walks the four sibling and document-order axes. An attribute has no siblings; what follows it is what
// follows its element's start tag, what precedes it is what precedes its element (XPath 1.0, section 2.2).
func (f *frame) sideways(n *survey.Node, s *step) {
	isAttr := n.Kind == survey.Attribute || n.Kind == survey.Namespace
	switch s.axis {
	case FollowingSibling, PrecedingSibling:
		if !isAttr {
			f.siblings(n, s, s.axis == FollowingSibling, false)
		}
	case Following:
		if isAttr && n.Parent != nil {
			n = n.Parent
			f.below1(n, s)
		}
		for ; n != nil; n = f.parent(n) {
			f.siblings(n, s, true, true)
		}
	case Preceding:
		if isAttr && n.Parent != nil {
			n = n.Parent
		}
		for ; n != nil; n = f.parent(n) {
			f.siblings(n, s, false, true)
		}
	}
}

func (f *frame) siblings(n *survey.Node, s *step, forward, deep bool) {
	p := f.parent(n)
	if p == nil {
		return
	}
	f.spend(len(p.Children))
	at := slices.Index(p.Children, n)
	if forward {
		for _, c := range p.Children[at+1:] {
			f.take(c, s)
			if deep {
				f.below1(c, s)
			}
		}
		return
	}
	for _, c := range slices.Backward(p.Children[:max(at, 0)]) {
		if deep {
			f.above(c, s)
		} else {
			f.take(c, s)
		}
	}
}

// namespaces takes the namespaces in scope at n by prefix; a prefix undeclared with xmlns="" is out of scope.
func (f *frame) namespaces(n *survey.Node, s *step) {
	if n.Kind != survey.Element {
		return
	}
	found := []*survey.Node{{Kind: survey.Namespace, Name: "xml", Data: xmlSpace, Parent: n}}
	for e := n; e != nil; e = f.parent(e) {
		for _, a := range e.Attrs {
			same := func(b *survey.Node) bool { return a.Name == b.Name }
			if a.Kind == survey.Namespace && !slices.ContainsFunc(found, same) {
				found = append(found, &survey.Node{Kind: survey.Namespace, Name: a.Name, Data: a.Data, Parent: n})
			}
		}
		f.spend(1 + len(e.Attrs)*len(found))
	}
	slices.SortFunc(found, func(a, b *survey.Node) int { return strings.Compare(a.Name, b.Name) })
	for _, ns := range found {
		if ns.Data != "" {
			f.take(ns, s)
		}
	}
}
