package validate

import (
	"slices"
	"strings"

	"doorstep/internal/survey"
)

// pass settles every answer, each after those that it depends on.
func (r *run) pass() {
	r.changed = false
	clear(r.results)
	for _, p := range r.logic.order {
		if p.parent == nil {
			continue
		}
		for i := range r.spots[p.index] {
			r.settle(p, i)
		}
		if p.repeat() {
			r.dropRounds(p)
		}
	}
}

func (r *run) settle(p *part, i int) {
	s := &r.spots[p.index][i]
	if s.off {
		return
	}
	if r.spots[p.parent.index][s.up].off {
		s.off = true
		return
	}
	if p.relevant != nil && !r.relevant(p, i) {
		s.off = true
		r.blank(p, i)
		return
	}
	if p.compute {
		r.recompute(p, i)
	}
	if p.shape == nil && p.choices == nil {
		return
	}
	answer := r.value(p, i)
	switch {
	case answer == "":
	case p.shape != nil && !p.shape(strings.TrimSpace(answer)):
		r.report("logic.type", p, i)
		r.set(p, i, "")
	case p.choices != nil:
		r.choose(p, i, answer)
	}
}

// relevant is true in doubt, so that no answer is lost.
func (r *run) relevant(p *part, i int) bool {
	if p.relevant.slot >= 0 {
		holds, known := r.holds(p.relevant, &r.doc, nil)
		return holds || !known
	}
	n := r.node(p, i)
	holds, known := r.holds(p.relevant, n, n)
	return holds || !known
}

// blank takes out what is not relevant, and reports it when a person had answered there.
func (r *run) blank(p *part, i int) {
	n := r.spots[p.index][i].node
	if n == nil {
		return
	}
	if wipe(p, n) {
		r.report("logic.irrelevant", p, i)
		r.changed = true
	}
}

// wipe empties a part, and removes the rounds of the repeats below it. It returns whether there was an answer.
func wipe(p *part, n *survey.Node) bool {
	if !p.container() {
		had := p.answer && !p.computed() && n.Value() != ""
		n.SetValue("")
		return had
	}
	had, next := false, 0
	n.Children = slices.DeleteFunc(n.Children, func(c *survey.Node) bool {
		if c.Kind != survey.Element {
			return false
		}
		i := p.named(c.Name, next)
		if i < 0 {
			return false
		}
		next = i
		had = wipe(p.children[i], c) || had
		return p.children[i].repeat()
	})
	return had
}

// computed tells whether nobody answers the question but the tablet.
func (p *part) computed() bool { return !p.asked && (p.q.Calculation != "" || p.q.Default != "") }

// dropRounds removes the rounds of a repeat that are not relevant. Where the container is not, wipe has done it.
func (r *run) dropRounds(p *part) {
	spots := r.spots[p.index]
	for from := 0; from < len(spots); {
		to, gone := from, false
		for ; to < len(spots) && spots[to].up == spots[from].up; to++ {
			gone = gone || spots[to].off
		}
		if above := &r.spots[p.parent.index][spots[from].up]; gone && !above.off {
			drop(above.node, spots[from:to])
		}
		from = to
	}
}

// drop takes out the rounds that are off; they come in the order of the children.
func drop(parent *survey.Node, rounds []spot) {
	parent.Children = slices.DeleteFunc(parent.Children, func(c *survey.Node) bool {
		for i := range rounds {
			if rounds[i].node == c {
				off := rounds[i].off
				rounds = rounds[i+1:]
				return off
			}
			if !rounds[i].off {
				break
			}
		}
		return false
	})
}

// recompute compares a calculation with the answer and keeps the server's. An answer that the client left out is filled
// in without a word.
func (r *run) recompute(p *part, i int) {
	result, known := r.text(p.calculation, r.node(p, i))
	if !known {
		return
	}
	given := r.value(p, i)
	if given == result || strings.TrimSpace(given) != "" && sameValue(given, result) {
		return
	}
	if given != "" {
		r.report("logic.calculate", p, i)
	}
	r.set(p, i, result)
}
