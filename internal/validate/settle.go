package validate

import (
	"slices"

	"doorstep/internal/survey"
)

// read writes every answer as its kind has it. What cannot be read is taken out, with an issue, and kept as typed.
func (r *run) read() {
	for _, p := range r.logic.parts {
		kind := typeOf(p.q)
		if p.container() || readers[kind] == nil {
			continue
		}
		for i := range r.spots[p.index] {
			r.readAnswer(p, i, kind)
		}
	}
}

func (r *run) readAnswer(p *part, i int, kind survey.Kind) {
	answer := r.value(p, i)
	if answer == "" {
		return
	}
	said, ok := read(kind, answer)
	switch {
	case ok && said != answer:
		r.set(p, i, said)
	case !ok && p.answer:
		r.report("logic.type", p, i)
		r.change(p, i, "", false)
		r.set(p, i, "")
	}
}

// pass settles every answer, each after those that it depends on.
func (r *run) pass() {
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
	above := &r.spots[p.parent.index][s.up]
	s.doubt = above.doubt
	switch {
	case above.off:
		s.off = true
		return
	case p.relevant != nil && !r.relevant(p, i):
		s.off = true
		r.blank(p, i)
		return
	}
	if p.compute && !s.doubt {
		r.recompute(p, i)
	}
	if answer := r.value(p, i); p.choices != nil && answer != "" {
		r.choose(p, i, answer)
	}
}

// relevant is true in doubt, so that no answer is lost.
func (r *run) relevant(p *part, i int) bool {
	n := &r.doc
	if p.relevant.slot < 0 {
		n = r.node(p, i)
	}
	if r.blind(p, byRelevant) {
		r.spots[p.index][i].doubt = true
		return true
	}
	holds, known := r.holds(p.relevant, n, n)
	if !known {
		r.spots[p.index][i].doubt = true
	}
	return holds || !known
}

// blank hides what is not relevant from other expressions and takes its answers out, with an issue where a person had
// answered. Where the caller wants everything kept, they stay, with an issue.
func (r *run) blank(p *part, i int) {
	n := r.spots[p.index][i].node
	if n == nil {
		return
	}
	hide(n)
	switch said := r.wipe(p, n, r.path(p, i)); {
	case said && r.keep:
		r.report("logic.irrelevant_kept", p, i)
	case said:
		r.report("logic.irrelevant", p, i)
	}
}

func hide(n *survey.Node) {
	n.Off = true
	for _, c := range n.Children {
		if c.Kind == survey.Element {
			hide(c)
		}
	}
}

// wipe empties a part, and removes the rounds of the repeats below it. It reports whether a person had answered there.
func (r *run) wipe(p *part, n *survey.Node, path string) (said bool) {
	if !p.container() {
		return r.wipeAnswer(p, n, path)
	}
	next, rounds := 0, map[*part]int{}
	n.Children = slices.DeleteFunc(n.Children, func(c *survey.Node) bool {
		if c.Kind != survey.Element {
			return false
		}
		i := p.named(c.Name, next)
		if i < 0 {
			return false
		}
		next = i
		child := p.children[i]
		said = r.wipe(child, c, join(path, child.step(rounds))) || said
		return child.repeat() && !r.keep
	})
	return said
}

func (r *run) wipeAnswer(p *part, n *survey.Node, path string) (said bool) {
	sent := n.Value()
	if sent == "" {
		return false
	}
	if !r.keep {
		r.changes = append(r.changes, Change{Field: path, Sent: sent})
		n.SetValue("")
	}
	return p.answer && !p.computed()
}

// computed reports whether nobody answers the question but the tablet.
func (p *part) computed() bool { return !p.asked && (p.q.Calculation != "" || p.q.Default != "") }

// dropRounds removes the rounds of a repeat that are not relevant. Where the container is not, wipe has done it.
func (r *run) dropRounds(p *part) {
	if r.keep {
		return
	}
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
