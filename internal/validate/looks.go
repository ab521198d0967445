package validate

import (
	"slices"

	"doorstep/internal/xpath"
)

// targets are the parts that an expression of p looks at. items says that its context is an item of a list.
func (c *logicCompiler) targets(p *part, cond *condition, items bool) []*part {
	return targets(c.logic.root, p, cond, items)
}

func targets(root, p *part, cond *condition, items bool) []*part {
	if cond == nil {
		return nil
	}
	paths := cond.expr.Info.Paths
	w := &pathWalk{root: root, own: p, paths: paths, items: items}
	var all []*part
	for i := range paths {
		for _, t := range w.ends(i, len(paths[i].Steps)) {
			if t != nil && !slices.Contains(all, t) {
				all = append(all, t)
			}
		}
	}
	return all
}

// pathWalk follows the paths of an expression through the form instead of a record. The document is nil.
type pathWalk struct {
	root, own *part
	paths     []xpath.Path
	items     bool
}

// ends are the parts where a path is after its first steps.
func (w *pathWalk) ends(i, steps int) []*part {
	path := &w.paths[i]
	at := w.start(path)
	for _, s := range path.Steps[:steps] {
		var next []*part
		for _, p := range at {
			for _, t := range w.step(p, s) {
				if !slices.Contains(next, t) {
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
		return fit(w.below(p), s)
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
