package validate

import (
	"slices"
	"strings"

	"doorstep/internal/xpath"
)

// order sorts the parts so that each comes after all that it depends on: what its relevance and its calculation look at,
// and the container that it is in. A choice filter may look at an answer that is filtered by this one in turn, as tablets
// allow; then Check goes over the form again.
func (c *logicCompiler) order() {
	o := &ordering{compiler: c, state: make([]uint8, len(c.logic.parts))}
	for _, p := range c.logic.parts {
		o.visit(p)
	}
	c.logic.order = o.sorted
	c.logic.again = o.loose
}

// The states of a part while it is sorted.
const (
	untouched = iota
	onPath
	sorted
)

type ordering struct {
	compiler *logicCompiler
	state    []uint8
	path     []*part
	sorted   []*part
	loose    bool // a choice filter could not be put in order
}

func (o *ordering) visit(p *part) {
	o.state[p.index] = onPath
	o.path = append(o.path, p)
	if p.parent != nil {
		o.follow(p, p.parent, "relevant")
	}
	c := o.compiler
	for _, t := range c.targets(p, p.relevant, false) {
		o.follow(p, t, "relevant")
	}
	if p.q.Trigger == "" {
		for _, t := range c.targets(p, p.calculation, false) {
			if t != p || !readsItself(p) {
				o.follow(p, t, "calculation")
			}
		}
	}
	if p.choices != nil {
		for _, t := range c.targets(p, p.choices.filter, true) {
			o.prefer(p, t)
		}
	}
	o.path = o.path[:len(o.path)-1]
	o.state[p.index] = sorted
	o.sorted = append(o.sorted, p)
}

// readsItself tells whether a calculation keeps the answer that is there, as once() does, or reads those of earlier
// rounds of its repeat, which are computed before it.
func readsItself(p *part) bool {
	info := &p.calculation.expr.Info
	return info.Uses&xpath.UsesItself != 0 || readsOtherRounds(p)
}

// readsOtherRounds tells whether every way that leads a calculation back to its own question picks a round of a repeat.
func readsOtherRounds(p *part) bool {
	if slices.Contains(p.calculation.expr.Info.Functions, "indexed-repeat") {
		return true
	}
	for _, path := range p.calculation.expr.Info.Paths {
		if len(path.Steps) == 0 || path.Steps[len(path.Steps)-1].Name != p.q.Name {
			continue
		}
		if !slices.ContainsFunc(path.Steps, func(s xpath.Step) bool { return s.Predicates > 0 || s.Axis == xpath.PrecedingSibling }) {
			return false
		}
	}
	return true
}

func (o *ordering) follow(p, t *part, column string) {
	switch o.state[t.index] {
	case untouched:
		o.visit(t)
	case onPath:
		from := slices.Index(o.path, t)
		names := make([]string, 0, len(o.path)-from+1)
		for _, q := range append(o.path[from:len(o.path):len(o.path)], t) {
			names = append(names, q.q.Name)
		}
		o.compiler.problem(cell{"survey", p.q.Row, column}, "logic.cycle", strings.Join(names, " → "))
	}
}

func (o *ordering) prefer(p, t *part) {
	switch {
	case o.state[t.index] == untouched && !o.reaches(t):
		o.visit(t)
	case o.state[t.index] != sorted && t != p:
		o.loose = true
	}
}

// reaches tells whether t depends on a part that is on the path: then it cannot come before that.
func (o *ordering) reaches(t *part) bool {
	seen := map[*part]bool{}
	var look func(*part) bool
	look = func(p *part) bool {
		if o.state[p.index] == onPath {
			return true
		}
		if seen[p] || o.state[p.index] == sorted {
			return false
		}
		seen[p] = true
		if p.parent != nil && o.state[p.parent.index] == untouched && look(p.parent) {
			return true
		}
		needs := append(o.compiler.targets(p, p.relevant, false), o.compiler.targets(p, p.calculation, false)...)
		return slices.ContainsFunc(needs, look)
	}
	return look(t)
}

// targets are the parts that an expression of p looks at. items says that its context is an item of a list.
func (c *logicCompiler) targets(p *part, cond *condition, items bool) []*part {
	if cond == nil {
		return nil
	}
	paths := cond.expr.Info.Paths
	w := &pathWalk{root: c.logic.root, own: p, paths: paths, items: items}
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
