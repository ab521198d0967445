package validate

import (
	"math"
	"strings"

	"doorstep/internal/survey"
)

// judge checks what is relevant below a container: required answers, constraints, and how many rounds a repeat has.
func (r *run) judge(p *part) {
	for _, child := range p.children {
		r.judgePart(child)
	}
}

func (r *run) judgePart(p *part) {
	spots := r.spots[p.index]
	if p.repeat() && p.count != nil {
		r.judgeCounts(p)
	}
	if p.container() {
		r.judge(p)
		return
	}
	if !p.asked || p.required == nil && p.constraint == nil {
		return
	}
	for i := range spots {
		if !spots[i].off {
			r.judgeAnswer(p, i)
		}
	}
}

func (r *run) judgeAnswer(p *part, i int) {
	if r.value(p, i) == "" {
		if p.required != nil && !r.spots[p.index][i].doubt && !r.blind(p, byRequired) && r.known(p.required, p, i, false) {
			r.tell("logic.required", p.q.RequiredMsg, p, i)
		}
		return
	}
	if p.constraint != nil && !r.blind(p, byConstraint) && !r.known(p.constraint, p, i, true) {
		r.tell("logic.constraint", p.q.ConstraintMsg, p, i)
	}
}

// known evaluates a condition at a spot, and is otherwise where it cannot be evaluated.
func (r *run) known(c *condition, p *part, i int, otherwise bool) bool {
	n := &r.doc
	if c.slot < 0 {
		n = r.node(p, i)
	}
	if holds, known := r.holds(c, n, n); known {
		return holds
	}
	return otherwise
}

// tell reports with the form's own words.
func (r *run) tell(code string, message survey.Translated, p *part, i int) {
	issue := Found(code, r.path(p, i))
	if zh := plain(message.Tagged("zh")); zh != "" {
		issue.ZH = zh
	}
	if en := plain(message.Tagged("en")); en != "" {
		issue.EN = en
	}
	r.add(finding{p.index, i, issue})
}

// plain writes references to other answers as their names, because an issue carries no answers.
func plain(message string) string {
	if !strings.Contains(message, "${") {
		return message
	}
	return reName.ReplaceAllString(message, "“$1”")
}

// judgeCounts compares the rounds of a repeat with the number that the form computes.
func (r *run) judgeCounts(p *part) {
	rounds := make([]int, len(r.spots[p.parent.index]))
	first := make([]*survey.Node, len(rounds))
	for i := range r.spots[p.index] {
		s := &r.spots[p.index][i]
		if first[s.up] == nil {
			first[s.up] = s.node
		}
		if !s.off {
			rounds[s.up]++
		}
	}
	for up := range rounds {
		if at := &r.spots[p.parent.index][up]; at.off || at.doubt || p.relevant != nil && rounds[up] == 0 {
			continue
		}
		if first[up] == nil {
			first[up] = &survey.Node{Kind: survey.Element, Name: p.q.Name, Parent: r.node(p.parent, up)}
		}
		r.judgeCount(p, up, first[up], rounds[up])
	}
}

func (r *run) judgeCount(p *part, up int, at *survey.Node, rounds int) {
	if p.count.opaque || r.stopped || r.blind(p, byCount) {
		return
	}
	r.look(at, at)
	wanted, err := p.count.expr.Number(&r.x)
	if !r.ok(err) {
		return
	}
	if math.IsNaN(wanted) || wanted < 0 {
		wanted = 0
	}
	if float64(rounds) != math.Trunc(wanted) {
		field := p.q.Name
		if above := r.path(p.parent, up); above != "" {
			field = above + "/" + field
		}
		r.add(finding{p.index, up, Found("logic.repeat_count", field)})
	}
}
