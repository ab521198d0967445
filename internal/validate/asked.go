package validate

import (
	"context"
	"slices"

	"doorstep/internal/survey"
	"doorstep/internal/xpath"
)

// Asked tells which questions of one table of a form a stored record was asked: those whose relevance held, and that of all
// groups around them. It may be used by many goroutines at once.
type Asked struct {
	logic  *Logic
	top    *part          // the form, or the repeat whose rounds are the rows of the table
	inside []*part        // below top and in no deeper repeat, each after those that it depends on
	unseen map[*part]bool // those that look at what no column holds

	Reads []*survey.Question // answers that a row's relevance looks at, of the table or outside of repeats
	Whole bool               // it looks at more than these: at other rows
}

// Relevance says whether a question of a record was asked.
type Relevance uint8

// What is known of it. Unknown is what depends on things that the server has not got.
const (
	Unknown Relevance = iota
	Relevant
	Skipped
)

// AskedRow is one row of the table, as it stands in the record.
type AskedRow struct {
	Node *survey.Node
	Of   []Relevance // by Place; nil for a form without questions
}

// Asked prepares the answer for the table of a repeat, nil for the form's own.
func (l *Logic) Asked(repeat *survey.Question) *Asked {
	a := &Asked{logic: l, top: l.root, unseen: map[*part]bool{}}
	for _, p := range l.parts {
		if repeat != nil && p.q == repeat {
			a.top = p
		}
	}
	c := &logicCompiler{logic: l, below: map[*part]map[string][]*part{}}
	for _, p := range l.order {
		if p != a.top && !p.repeat() && p.home() == a.top {
			a.inside = append(a.inside, p)
			a.look(c, p)
		}
	}
	for _, p := range l.moments {
		if p != nil {
			a.read(p)
		}
	}
	return a
}

// home is the repeat that a part is answered in, else the form.
func (p *part) home() *part {
	for p = p.parent; p != nil && p.parent != nil && !p.repeat(); {
		p = p.parent
	}
	return p
}

func (a *Asked) read(p *part) {
	if !slices.Contains(a.Reads, p.q) {
		a.Reads = append(a.Reads, p.q)
	}
}

// look notes what the relevance of a part looks at.
func (a *Asked) look(c *logicCompiler, p *part) {
	if p.relevant == nil {
		return
	}
	a.Whole = a.Whole || a.otherRows(&p.relevant.expr.Info)
	for _, t := range c.walk(looks{p.relevant, p, false}) {
		switch {
		case t.container() || t.home() != a.top && t.home() != a.logic.root:
			a.Whole = true
		case t.q.Kind == survey.KindNote:
			a.unseen[p] = true
		default:
			a.read(t)
		}
	}
}

// otherRows reports whether an expression may look at other rounds of the table's repeat than the one it stands in.
func (a *Asked) otherRows(info *xpath.Info) bool {
	return a.top.repeat() && (slices.Contains(info.Functions, "position") || slices.ContainsFunc(info.Paths, func(p xpath.Path) bool {
		return slices.ContainsFunc(p.Steps, func(s xpath.Step) bool {
			return s.Predicates > 0 || s.Name == "*" || s.Name == a.top.q.Name || s.Axis != xpath.Child && s.Axis != xpath.Parent &&
				s.Axis != xpath.Self
		})
	}))
}

// Place is where a row's AskedRow tells of a question, -1 for one that is none of the table's.
func (a *Asked) Place(q *survey.Question) int {
	return slices.IndexFunc(a.inside, func(p *part) bool { return p.q == q })
}

// Rows judges the rows of the table in a record: root holds what Reads says, and where Whole the whole record. It marks the
// elements of root.
func (a *Asked) Rows(ctx context.Context, root *survey.Node) []AskedRow {
	r := a.logic.runs.Get().(*run)
	defer a.logic.done(r)
	r.begin(ctx, root, a.logic.times(root))
	r.place(a.logic.root, 0, root)
	rows := make([]AskedRow, len(r.spots[a.top.index]))
	for i := range rows {
		rows[i] = AskedRow{r.spots[a.top.index][i].node, make([]Relevance, len(a.inside))}
	}
	for at, p := range a.inside {
		for i := range r.spots[p.index] { // every part here has one spot for each row
			rows[i].Of[at] = r.asked(p, i, a.unseen[p])
		}
	}
	return rows
}

func (r *run) asked(p *part, i int, unseen bool) Relevance {
	s := &r.spots[p.index][i]
	above := &r.spots[p.parent.index][s.up]
	s.off, s.doubt = above.off, above.doubt || unseen
	if !s.off && !unseen && p.relevant != nil {
		s.off = !r.relevant(p, i)
	}
	switch {
	case s.off:
		if s.node != nil {
			hide(s.node)
		}
		return Skipped
	case s.doubt:
		return Unknown
	}
	return Relevant
}
