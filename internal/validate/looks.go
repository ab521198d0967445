package validate

import (
	"doorstep/internal/xpath"
)

// mostLooks is how many parts the expressions of a form may look at altogether, counted for each expression: "//*" looks at all
// of them. The largest forms that we know come to some thousands.
const mostLooks = 4_000_000

// looks is an expression at the place where it is asked.
type looks struct {
	cond  *condition
	own   *part // nil for an expression that gives the same wherever it is asked
	items bool
}

// targets are the parts that an expression of p looks at. items says that its context is an item of a list. There are none
// for an expression at which the form turned out to be more than mostLooks.
func (c *logicCompiler) targets(p *part, cond *condition, items bool) []*part {
	if cond == nil || c.spent > mostLooks {
		return nil
	}
	of := looks{cond, p, items}
	if cond.slot >= 0 {
		of.own = nil
	}
	all, known := c.looked[of]
	if !known {
		all = c.walk(of)
		c.looked[of] = all
	}
	if c.spent += len(all); c.spent > mostLooks {
		c.problem(cell{"survey", p.q.Row, ""}, "logic.too_much", p.q.Name)
		return nil
	}
	return all
}

func (c *logicCompiler) walk(of looks) (all []*part) {
	w := &pathWalk{compiler: c, root: c.logic.root, own: of.own, paths: of.cond.expr.Info.Paths, items: of.items}
	seen := parts{}
	for i := range w.paths {
		for _, t := range w.ends(i, len(w.paths[i].Steps)) {
			if t != nil && seen.add(t) {
				all = append(all, t)
			}
		}
	}
	return all
}

// pathWalk follows the paths of an expression through the form instead of a record. The document is nil.
type pathWalk struct {
	compiler  *logicCompiler
	root, own *part
	paths     []xpath.Path
	items     bool
}

// parts is a set of parts and the document.
type parts map[*part]bool

func (s parts) add(p *part) bool {
	if s[p] {
		return false
	}
	s[p] = true
	return true
}

// ends are the parts where a path is after its first steps.
func (w *pathWalk) ends(i, steps int) []*part {
	path := &w.paths[i]
	at := w.start(path)
	for _, s := range path.Steps[:steps] {
		var next []*part
		seen := parts{}
		for _, p := range at {
			reached := w.step(p, s)
			if w.compiler.spent += len(reached); w.compiler.spent > mostLooks {
				return nil
			}
			for _, t := range reached {
				if seen.add(t) {
					next = append(next, t)
				}
			}
		}
		at = next
	}
	return at
}

func (w *pathWalk) start(path *xpath.Path) []*part {
	switch {
	case path.Origin == xpath.FromDocument:
		return []*part{nil}
	case path.Origin == xpath.FromCurrent, path.Origin == xpath.FromContext && path.Within < 0 && !w.items:
		return []*part{w.own}
	case path.Origin == xpath.FromContext && path.Within >= 0:
		return w.ends(path.Within, path.WithinStep+1)
	}
	return nil
}

func (w *pathWalk) step(p *part, s xpath.Step) []*part {
	switch s.Axis {
	case xpath.Self:
		return []*part{p}
	case xpath.Parent:
		if p == nil {
			return nil
		}
		return []*part{p.parent}
	case xpath.Child:
		if s.Name == "" && p != nil && !p.container() {
			return []*part{p} // its text
		}
		return w.childrenOf(p, s)
	case xpath.Descendant, xpath.DescendantOrSelf:
		return fit(w.all(p, []*part{p}), s)
	case xpath.Ancestor, xpath.AncestorOrSelf:
		var up []*part
		for ; p != nil; p = p.parent {
			up = append(up, p)
		}
		return fit(up, s)
	case xpath.PrecedingSibling, xpath.FollowingSibling:
		if p == nil {
			return nil
		}
		return fit(w.below(p.parent), s)
	case xpath.Preceding, xpath.Following:
		return fit(w.all(nil, nil), s)
	}
	return nil // attributes
}

func (w *pathWalk) below(p *part) []*part {
	if p == nil {
		return []*part{w.root}
	}
	return p.children
}

// childrenOf finds by name what fit would find among the children.
func (w *pathWalk) childrenOf(p *part, s xpath.Step) []*part {
	if p == nil || s.Name == "*" || s.Name == "" {
		return fit(w.below(p), s)
	}
	byName, known := w.compiler.below[p]
	if !known {
		byName = map[string][]*part{}
		for _, c := range p.children {
			byName[c.q.Name] = append(byName[c.q.Name], c)
		}
		w.compiler.below[p] = byName
	}
	return byName[s.Name]
}

func (w *pathWalk) all(p *part, found []*part) []*part {
	for _, c := range w.below(p) {
		found = w.all(c, append(found, c))
	}
	return found
}

func fit(among []*part, s xpath.Step) []*part {
	if s.Name == "*" || s.Name == "" {
		return among
	}
	var out []*part
	for _, p := range among {
		if p != nil && (p.q.Name == s.Name || p.parent == nil) {
			out = append(out, p)
		}
	}
	return out
}
