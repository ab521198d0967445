package validate

import (
	"slices"
	"strings"
)

// order sorts the parts so that each comes after all that it depends on: what its relevance and its calculation look at,
// and the container that it is in. An answer that depends on itself is a mistake, also by way of another round of its
// repeat, because JavaRosa refuses such forms (TriggerableDag.buildDag). A choice filter may look at an answer that is filtered by this one
// in turn, as tablets allow; then Check goes over the form again.
func (c *logicCompiler) order() {
	o := &ordering{compiler: c, told: map[*part]bool{}, state: make([]uint8, len(c.logic.parts))}
	for _, p := range c.logic.parts {
		if o.state[p.index] == untouched {
			o.visit(p)
		}
	}
	c.logic.order = o.sorted
}

// The states of a part while it is sorted.
const (
	untouched = iota
	onPath
	sorted
)

type ordering struct {
	compiler *logicCompiler
	told     map[*part]bool // which part it was that a cycle was found at: one of each is told
	state    []uint8
	path     []edge
	sorted   []*part
}

// edge is a part that waits for another one, and the column that says so; "" where it lies in it.
type edge struct {
	part   *part
	column string
}

func (o *ordering) visit(p *part) {
	o.state[p.index] = onPath
	o.path = append(o.path, edge{part: p})
	if p.parent != nil {
		o.follow(p.parent, "")
	}
	c := o.compiler
	for _, t := range c.targets(p, p.relevant, false) {
		o.follow(t, "relevant")
	}
	if p.q.Trigger == "" {
		for _, t := range c.targets(p, p.calculation, false) {
			o.follow(t, "calculation")
		}
	}
	o.selfish(p, p.required, "required")
	o.selfish(p, p.readOnly, "read_only")
	if p.choices != nil {
		for _, t := range c.targets(p, p.choices.filter, true) {
			o.prefer(t)
		}
	}
	o.path = o.path[:len(o.path)-1]
	o.state[p.index] = sorted
	o.sorted = append(o.sorted, p)
}

func (o *ordering) follow(t *part, column string) {
	o.path[len(o.path)-1].column = column
	switch o.state[t.index] {
	case untouched:
		o.visit(t)
	case onPath:
		here := o.path[len(o.path)-1].part
		if o.told[here] {
			return
		}
		o.told[here] = true
		o.cycle(o.path[slices.IndexFunc(o.path, func(e edge) bool { return e.part == t }):])
	}
}

// mostNamed is how many parts of a cycle are named; the rest of a longer one is left out.
const mostNamed = 20

// cycle reports parts that wait for each other at the first one that says so.
func (o *ordering) cycle(path []edge) {
	var names []string
	for _, e := range path {
		names = append(names, e.part.q.Name)
	}
	if len(names) > mostNamed {
		names = append(append(names[:mostNamed/2:mostNamed/2], "…"), names[len(names)-mostNamed/2:]...)
	}
	names = append(names, path[0].part.q.Name)
	said := path[slices.IndexFunc(path, func(e edge) bool { return e.column != "" })]
	o.compiler.problem(cell{"survey", said.part.q.Row, said.column}, "logic.cycle", strings.Join(names, " → "))
}

// selfish reports a question that is required or read-only by its own answer, which JavaRosa refuses too.
func (o *ordering) selfish(p *part, c *condition, column string) {
	if slices.Contains(o.compiler.targets(p, c, false), p) {
		o.compiler.problem(cell{"survey", p.q.Row, column}, "logic.cycle", p.q.Name+" → "+p.q.Name)
	}
}

func (o *ordering) prefer(t *part) {
	if o.state[t.index] == untouched && !o.reaches(t) {
		o.visit(t)
	}
}

// reaches reports whether t depends on a part that is on the path: then it cannot come before that.
func (o *ordering) reaches(t *part) bool {
	seen := map[*part]bool{}
	var look func(*part) bool
	look = func(p *part) bool {
		if o.state[p.index] == onPath {
			return true
		}
		if o.compiler.spent > mostLooks || seen[p] || o.state[p.index] == sorted {
			return false
		}
		seen[p] = true
		if p.parent != nil && o.state[p.parent.index] == untouched && look(p.parent) {
			return true
		}
		needs := slices.Concat(o.compiler.targets(p, p.relevant, false), o.compiler.targets(p, p.calculation, false))
		return slices.ContainsFunc(needs, look)
	}
	return look(t)
}
