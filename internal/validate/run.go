package validate

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"

	"doorstep/internal/survey"
	"doorstep/internal/xpath"
)

// run is one check. Its memory is used again.
type run struct {
	logic    *Logic
	x        xpath.Context
	budget   budget
	spots    [][]spot // by part, in the order of the record
	results  []result // of conditions with a slot
	found    []finding
	changes  []Change
	keep     bool            // leave in place what is not relevant
	putBack  map[string]bool // answers that stay, by path
	strange  []string        // names of unknown elements
	times    moments         // of the visit
	timeless bool            // an expression asked for the moment, and the record tells none
	stopped  bool
	doc      survey.Node
	top      [1]*survey.Node
}

// spot is a place of the record where a part is answered.
type spot struct {
	node  *survey.Node // nil while the record lacks the element and nobody asked for it
	up    int32        // the spot of the parent part
	n     int32        // round of a repeat, from 1
	loose bool         // node is not in the tree
	off   bool         // not relevant
	stays bool         // although it is not relevant, because a reviewer put an answer in it back
	doubt bool         // perhaps not relevant
}

// result is that of a condition.
type result uint8

const (
	unasked result = iota
	no
	yes
	unknown
)

// finding is an issue and where it stands, for sorting.
type finding struct {
	part, spot int
	issue      survey.Issue
}

func newRun(l *Logic) *run {
	r := &run{logic: l, spots: make([][]spot, len(l.parts)), results: make([]result, l.slots)}
	r.x = xpath.Context{Instance: l.instance, Index: l.index, Done: &r.budget}
	r.doc = survey.Node{Kind: survey.Document, Children: r.top[:]}
	r.x.Document = &r.doc
	return r
}

func (r *run) begin(ctx context.Context, root *survey.Node, m moments) {
	r.budget = budget{Context: ctx, left: maxWork}
	r.times, r.x.Now, r.x.Zone = m, m.now, m.zone
	r.top[0] = root
	r.spots[0] = append(r.spots[0], spot{node: root})
	clear(r.results)
}

func (r *run) check(root *survey.Node) {
	r.place(r.logic.root, 0, root)
	r.read()
	r.pass()
	r.judge(r.logic.root)
	if r.timeless {
		r.add(finding{part: -1, issue: Found("logic.no_moment", "")})
	}
}

// end forgets the record.
func (r *run) end() {
	for i := range r.spots {
		clear(r.spots[i])
		r.spots[i] = r.spots[i][:0]
	}
	r.found, r.changes, r.strange, r.putBack = nil, nil, nil, nil
	r.stopped, r.timeless = false, false
	r.top[0], r.x.Node, r.x.Current = nil, nil, nil
	r.budget.Context = nil
}

// maxWork bounds a check to about a second; a step is about a visited node.
const maxWork = 50_000_000

// budget counts the work of all evaluations of a check together. The evaluator asks Err when it begins and after every
// few thousand steps.
type budget struct {
	context.Context
	left  int
	fresh bool // an evaluation just began
}

const (
	evaluationWork = 16
	intervalWork   = 4096
)

func (b *budget) Err() error {
	if b.fresh {
		b.fresh = false
		b.left -= evaluationWork
	} else {
		b.left -= intervalWork
	}
	if b.left < 0 {
		return context.DeadlineExceeded
	}
	return b.Context.Err()
}

// holds evaluates a condition as a truth. known is false for one that cannot be evaluated here.
func (r *run) holds(c *condition, node, current *survey.Node) (holds, known bool) {
	if c.always {
		return true, true
	}
	if c.opaque || r.stopped {
		return false, false
	}
	if c.slot >= 0 && r.results[c.slot] != unasked {
		return r.results[c.slot] == yes, r.results[c.slot] != unknown
	}
	r.look(node, current)
	holds, err := c.expr.Truth(&r.x)
	known = r.ok(err)
	if c.slot >= 0 {
		r.results[c.slot] = resultOf(holds, known)
	}
	return holds, known
}

func resultOf(holds, known bool) result {
	switch {
	case !known:
		return unknown
	case holds:
		return yes
	}
	return no
}

// result evaluates a calculation of p.
func (r *run) result(p *part, node *survey.Node) (string, bool) {
	if p.calculation.opaque || r.stopped || r.blind(p, byCalculation) {
		return "", false
	}
	r.look(node, node)
	s, held, err := p.calculation.expr.Result(&r.x, p.q.Holds())
	if !r.ok(err) {
		return "", false
	}
	node.Answer = held
	return s, true
}

func (r *run) look(node, current *survey.Node) {
	r.x.Node, r.x.Current = node, current
	r.budget.fresh = true
}

// ok notes that a check takes too long. Other errors are those of an expression that fails on the tablet too.
func (r *run) ok(err error) bool {
	if err == nil {
		return true
	}
	var refused *xpath.Error
	if errors.As(err, &refused) && refused.Code == xpath.CodeTooLong && !r.stopped {
		r.stopped = true
		r.add(finding{part: len(r.spots), issue: Found("logic.too_long", "")})
	}
	return false
}

// maxFindings bounds what a hostile record can make the server write down.
const maxFindings = 300

func (r *run) add(f finding) {
	if len(r.found) < maxFindings || f.part == len(r.spots) {
		r.found = append(r.found, f)
	}
}

func (r *run) report(code string, p *part, i int) {
	r.add(finding{p.index, i, Found(code, r.path(p, i))})
}

// issues are the findings in the order of the form.
func (r *run) issues() []survey.Issue {
	if len(r.found) == 0 {
		return nil
	}
	slices.SortStableFunc(r.found, func(a, b finding) int { return cmp.Or(a.part-b.part, a.spot-b.spot) })
	out := make([]survey.Issue, len(r.found))
	for i := range r.found {
		out[i] = r.found[i].issue
	}
	return out
}

// path is the field path of a spot.
func (r *run) path(p *part, i int) string {
	if p.parent == nil {
		return ""
	}
	s := &r.spots[p.index][i]
	return join(r.path(p.parent, int(s.up)), p.q.Name+p.round(int(s.n)))
}

// round is how a path names a round of a repeat; "" for other parts.
func (p *part) round(n int) string {
	if !p.repeat() {
		return ""
	}
	return "[" + strconv.Itoa(n) + "]"
}

// step is the part's own step of a path. rounds counts those of the repeats beside it.
func (p *part) step(rounds map[*part]int) string {
	rounds[p]++
	return p.q.Name + p.round(rounds[p])
}

func join(above, step string) string {
	if above == "" {
		return step
	}
	return above + "/" + step
}
