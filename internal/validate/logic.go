package validate

import (
	"context"
	"sync"

	"doorstep/internal/survey"
	"doorstep/internal/xpath"
)

// Logic is what a form itself says about its answers, compiled. It may check many instances at once.
type Logic struct {
	root     *part
	parts    []*part // in form order, the root first
	order    []*part // each after those that it depends on
	slots    int     // of results that are kept during a check
	lists    map[string]*choiceList
	index    *xpath.Index
	entities map[*survey.EntityDecl]*entityLogic
	moments  [3]*part // end, start, today
	lacking  survey.Problems
	runs     sync.Pool
}

func newLogic(f *survey.Form) *Logic {
	l := &Logic{lists: map[string]*choiceList{}, entities: map[*survey.EntityDecl]*entityLogic{}}
	var documents []*survey.Node
	for name, list := range f.Lists {
		l.lists[name] = newChoiceList(list)
		documents = append(documents, l.lists[name].document)
	}
	l.index = xpath.NewIndex(documents...)
	l.runs.New = func() any { return newRun(l) }
	return l
}

func (l *Logic) instance(id string) *survey.Node {
	if list := l.lists[id]; list != nil {
		return list.document
	}
	return nil
}

// Keep says what a check does with answers that are not relevant.
type Keep bool

// What a check does with answers that are not relevant.
const (
	TakeOut Keep = false // as the tablet does when a form is finished
	LeaveIn Keep = true  // for a person at a screen, who may have put them there
)

// Check evaluates an instance as the tablet would, top down: answers are read, those that are not relevant, of the wrong
// type or no choice are taken out, calculations are done again where the server can, and then required answers,
// constraints and counts of repeats are checked. It changes inst, and what it takes out or computes otherwise is among the
// changes. now() and today() are those of the visit by the record's own word; where it has none, nothing is judged by
// them. A record that takes too much work, or more time than ctx has, gets the issue logic.too_long and is checked in part;
// at most 300 issues are told. It may be called by many goroutines at once, each with its own instance.
func (l *Logic) Check(ctx context.Context, inst *survey.Instance, keep Keep) Checked {
	if inst == nil || inst.Root == nil {
		return Checked{}
	}
	r := l.runs.Get().(*run)
	defer l.done(r)
	r.begin(ctx, inst.Root, l.times(inst.Root))
	r.keep = bool(keep)
	r.check(inst.Root)
	return Checked{r.issues(), r.changes}
}

func (l *Logic) done(r *run) {
	r.end()
	l.runs.Put(r)
}
