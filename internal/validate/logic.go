package validate

import (
	"context"
	"sync"
	"time"

	"doorstep/internal/survey"
	"doorstep/internal/xpath"
)

// Logic is what a form itself says about its answers, compiled. It may check many instances at once.
type Logic struct {
	root     *part
	parts    []*part // in form order, the root first
	order    []*part // each after those that it depends on
	again    bool    // one pass in order may not be enough
	slots    int     // of results that are kept during a check
	lists    map[string]*choiceList
	index    *xpath.Index
	entities map[*survey.EntityDecl]*entityLogic
	moments  [3]*part // end, start, today
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

// Check evaluates an instance as the tablet would, top down: answers that are not relevant, of the wrong type or no
// choice are blanked, calculations are done again where the server can, and then required answers, constraints and counts
// of repeats are checked. It changes inst. now() and today() are those of the visit by the record's own metadata, or now
// without any. A record that takes too much work, or more time than ctx has, gets the issue logic.too_long and is checked
// in part; at most 300 issues are told. It may be called by many goroutines at once, each with its own instance.
func (l *Logic) Check(ctx context.Context, inst *survey.Instance, now time.Time) []survey.Issue {
	if inst == nil || inst.Root == nil {
		return nil
	}
	r := l.runs.Get().(*run)
	defer l.done(r)
	r.begin(ctx, inst.Root, l.moment(inst.Root, now))
	r.check(inst.Root)
	return r.issues()
}

func (l *Logic) done(r *run) {
	r.end()
	l.runs.Put(r)
}
