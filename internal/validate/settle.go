package validate

import (
	"slices"

	"doorstep/internal/survey"
)

// read writes every answer as its kind has it. What cannot be read is taken out, with an issue, and kept as typed.
func (r *run) read() {
	for _, p := range r.logic.parts {
		kind := p.q.Holds()
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
	if p.choices == nil {
		return
	}
	if answer := r.value(p, i); answer != "" {
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
// answered. What a reviewer put back stays, with an issue, and everything where the caller wants that.
func (r *run) blank(p *part, i int) {
	n := r.spots[p.index][i].node
	if n == nil {
		return
	}
	hide(n)
	if p.unsaid(n) {
		return
	}
	w := r.wipe(p, n, r.path(p, i))
	if r.spots[p.index][i].stays = w.kept; w.kept {
		r.report("logic.irrelevant_kept", p, i)
	}
	if w.out {
		r.report("logic.irrelevant", p, i)
	}
}

// wiped tells what became of the answers of a part that is not relevant.
type wiped struct {
	out  bool // one that a person gave was taken out
	kept bool // one that a person gave stays
}

// unsaid reports whether a node is that of an answer and has none: most of what is not relevant was never answered.
func (p *part) unsaid(n *survey.Node) bool { return !p.container() && n.Value() == "" }

func hide(n *survey.Node) {
	n.Off = true
	for _, c := range n.Children {
		if c.Kind == survey.Element {
			hide(c)
		}
	}
}

// wipe empties a part, and removes the rounds of the repeats below it, but for what stays.
func (r *run) wipe(p *part, n *survey.Node, path string) (w wiped) {
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
		if child.unsaid(c) {
			return false
		}
		below := r.wipe(child, c, join(path, child.step(rounds)))
		w.out, w.kept = w.out || below.out, w.kept || below.kept
		return child.repeat() && !r.keep && !below.kept
	})
	return w
}

func (r *run) wipeAnswer(p *part, n *survey.Node, path string) (w wiped) {
	sent := n.Value()
	switch {
	case sent == "":
	case r.putBack[path]:
		w.kept = true
	case r.keep:
		w.kept = p.answer && !p.computed()
	default:
		r.changes = append(r.changes, Change{Field: path, Sent: sent, Round: roundOf(p, n)})
		n.SetValue("")
		w.out = p.answer && !p.computed()
	}
	return w
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
			gone = gone || spots[to].gone()
		}
		if above := &r.spots[p.parent.index][spots[from].up]; gone && !above.off {
			drop(above.node, spots[from:to])
		}
		from = to
	}
}

// gone reports whether a round is taken out.
func (s *spot) gone() bool { return s.off && !s.stays }

// drop takes out the rounds that are gone; they come in the order of the children.
func drop(parent *survey.Node, rounds []spot) {
	parent.Children = slices.DeleteFunc(parent.Children, func(c *survey.Node) bool {
		for i := range rounds {
			if rounds[i].node == c {
				gone := rounds[i].gone()
				rounds = rounds[i+1:]
				return gone
			}
			if !rounds[i].gone() {
				break
			}
		}
		return false
	})
}
