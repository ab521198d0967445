package validate

import (
	"context"
	"slices"
	"strings"
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

// Reads lists the questions that decide whether an answer stands, by path without the numbers of rows: what its relevance,
// that of what it lies in and its calculation look at, and what these depend on in turn.
func (l *Logic) Reads(path string) map[string]bool {
	p := l.root
	for _, step := range strings.Split(path, "/") {
		i := p.named(step, 0)
		if i < 0 {
			return nil
		}
		p = p.children[i]
	}
	c := &logicCompiler{looked: map[looks][]*part{}, below: map[*part]map[string][]*part{}, logic: l}
	seen, paths := parts{}, map[string]bool{}
	var look func(*part)
	look = func(p *part) {
		if p == nil || !seen.add(p) {
			return
		}
		look(p.parent)
		for _, t := range slices.Concat(c.targets(p, p.relevant, false), c.targets(p, p.calculation, false)) {
			look(t)
			paths[t.path()] = true
		}
	}
	look(p)
	return paths
}

// path is that of a part, without the numbers of rows.
func (p *part) path() string {
	if p.parent == nil {
		return ""
	}
	return join(p.parent.path(), p.q.Name)
}

// Check evaluates an instance as the tablet would, top down: answers are read, those that are not relevant, of the wrong
// type or no choice are taken out, calculations are done again where the server can, and then required answers,
// constraints and counts of repeats are checked. It changes inst, and what it takes out or computes otherwise is among the
// changes. An answer that a reviewer put back stays, with an issue. now() and today() are those of the visit by the record's own word;
// where it has none, nothing is judged by them. A record that takes too much work, or more time than ctx has, gets the issue logic.too_long
// and is checked in part; at most 300 issues are told. It may be called by many goroutines at once, each with its own instance.
func (l *Logic) Check(ctx context.Context, inst *survey.Instance, keep Keep) Checked {
	if inst == nil || inst.Root == nil {
		return Checked{}
	}
	r := l.runs.Get().(*run)
	defer l.done(r)
	r.begin(ctx, inst.Root, l.times(inst.Root))
	r.keep, r.putBack = bool(keep), inst.PutBack
	r.check(inst.Root)
	return Checked{r.issues(), r.changes}
}

func (l *Logic) done(r *run) {
	r.end()
	l.runs.Put(r)
}
