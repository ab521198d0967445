package validate

import (
	"context"

	"doorstep/internal/survey"
)

// Shown is a question that is put to somebody: it has a control and is relevant.
type Shown struct {
	Question *survey.Question
	Answer   string
	Required bool
	Against  bool // the answer violates the constraint
}

// Shown lists the questions that a form puts to somebody who answers it as inst does, in the order of the record. Notes are
// left out: nobody answers them. It changes inst as Check does.
func (l *Logic) Shown(ctx context.Context, inst *survey.Instance) []Shown {
	r := l.runs.Get().(*run)
	defer l.done(r)
	r.begin(ctx, inst.Root, l.times(inst.Root))
	r.check(inst.Root)
	var all []Shown
	for _, p := range l.parts {
		if p.container() || !p.asked {
			continue
		}
		for i := range r.spots[p.index] {
			if !r.spots[p.index][i].off {
				all = append(all, r.shown(p, i))
			}
		}
	}
	return all
}

func (r *run) shown(p *part, i int) Shown {
	s := Shown{Question: p.q, Answer: r.value(p, i)}
	s.Required = p.required != nil && r.known(p.required, p, i, false)
	s.Against = s.Answer != "" && p.constraint != nil && !r.known(p.constraint, p, i, true)
	return s
}
