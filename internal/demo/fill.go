package demo

import (
	"fmt"
	"math/rand/v2"
	"time"

	"doorstep/internal/survey"
	"doorstep/internal/xform"
	"doorstep/internal/xpath"
)

// Given are answers that are known beforehand, by question name, and those of each occurrence of a repeat by its name.
// A value stands as given, also where the form would not take it.
type Given struct {
	Answers map[string]string
	Repeats map[string][]Given
}

// Filler answers one form as a worker would: it asks what is relevant, skips some of what is not required, and draws
// the answers that are not given from what the form allows. It may be used by many goroutines.
type Filler struct {
	form  *survey.Form
	logic map[*survey.Question]logic
	lists map[string]*survey.Node // choice lists as secondary instances
}

// logic is what a question depends on; nil where the form says nothing.
type logic struct {
	relevant, required, constraint, calculation, count *xpath.Expr
}

// NewFiller compiles the expressions of a form. The error tells which does not compile.
func NewFiller(f *survey.Form) (*Filler, error) {
	fl := &Filler{form: f, logic: map[*survey.Question]logic{}, lists: map[string]*survey.Node{}}
	names, err := xform.NewNames(f), error(nil)
	compile := func(q *survey.Question, source string) *xpath.Expr {
		if source == "" || err != nil {
			return nil
		}
		var path string
		if path, err = names.Expression(q, source); err != nil {
			return nil
		}
		var e *xpath.Expr
		if e, err = xpath.Compile(path, xpath.Env{Lazy: true}); err != nil {
			err = fmt.Errorf("%s: %s: %w", f.Path(q), source, err)
		}
		return e
	}
	f.Walk(func(q *survey.Question) bool {
		calculation := q.Calculation
		if q.Trigger != "" {
			calculation = "" // it only helps a person who chooses from a list, and may be overwritten
		}
		fl.logic[q] = logic{
			compile(q, q.Relevant), compile(q, q.Required), compile(q, q.Constraint), compile(q, calculation), compile(q, q.RepeatCount),
		}
		return true
	})
	for name, list := range f.Lists {
		fl.lists[name] = listInstance(list)
	}
	return fl, err
}

func listInstance(list *survey.ChoiceList) *survey.Node {
	root := survey.NewElement("root")
	for _, c := range list.Choices {
		item := survey.NewElement("item").Add(survey.NewElement("name").SetValue(c.Name))
		for _, extra := range c.Extra {
			item.Add(survey.NewElement(extra.Name).SetValue(extra.Value))
		}
		root.Add(item)
	}
	return survey.NewElement("instance").Add(root)
}

// Fill answers the form at a time, whose location is the worker's time zone, and returns the root element of the
// instance. The same randomness gives the same answers. It fails when an expression of the form cannot be evaluated.
func (fl *Filler) Fill(r *rand.Rand, now time.Time, given Given) (*survey.Node, error) {
	v := &visit{Filler: fl, r: r, now: now, done: map[*survey.Node]bool{}, root: survey.NewElement(fl.form.Name)}
	v.able = r.Float64()
	v.plant(v.root, fl.form.Root.Children)
	// Some questions depend on later ones, so the form is gone through until an answer changes no other.
	for range 6 {
		v.changed = false
		v.container(v.root, fl.form.Root.Children, given)
		if v.err != nil || !v.changed {
			break
		}
	}
	return v.root, v.err
}

// visit is one filling of a form.
type visit struct {
	*Filler
	r       *rand.Rand
	now     time.Time
	root    *survey.Node
	able    float64               // how well the person is, 0 to 1: assessments agree with each other
	done    map[*survey.Node]bool // asked already, answered or skipped
	changed bool
	err     error
}

// plant adds an empty element for every question, so that expressions find it. Repeats start with none.
func (v *visit) plant(parent *survey.Node, qs []*survey.Question) {
	for _, q := range qs {
		if q.Kind == survey.KindRepeat {
			continue
		}
		n := survey.NewElement(q.Name)
		parent.Add(n)
		v.plant(n, q.Children)
	}
}

func (v *visit) container(parent *survey.Node, qs []*survey.Question, given Given) {
	for _, q := range qs {
		if v.err != nil {
			return
		}
		if q.Kind == survey.KindRepeat {
			v.repeat(parent, q, given.Repeats[q.Name])
			continue
		}
		n := parent.Child(q.Name)
		switch {
		case !v.truth(v.logic[q].relevant, n, true):
			v.clear(n)
		case q.Kind == survey.KindGroup:
			v.container(n, q.Children, given)
		case v.logic[q].calculation != nil:
			v.set(n, v.text(v.logic[q].calculation, n))
		case !v.done[n]:
			v.done[n] = true
			v.set(n, v.answer(q, n, given))
		}
	}
}

// repeat fills as many occurrences as are given, else as many as the form counts.
func (v *visit) repeat(parent *survey.Node, q *survey.Question, given []Given) {
	count := v.logic[q].count
	if !v.truth(v.logic[q].relevant, parent, true) {
		given, count = nil, nil
	}
	if len(given) == 0 && count != nil {
		n, err := count.Number(v.context(parent))
		v.fail(err)
		if n > 0 && n <= 50 {
			given = make([]Given, int(n))
		}
	}
	for i, g := range given {
		v.container(v.occurrence(parent, q, i), q.Children, g)
	}
	for extra := occurrences(parent, q); len(extra) > len(given); extra = extra[:len(extra)-1] {
		v.drop(parent, extra[len(extra)-1])
	}
}

func occurrences(parent *survey.Node, q *survey.Question) (all []*survey.Node) {
	for _, c := range parent.Children {
		if c.Kind == survey.Element && c.Name == q.Name {
			all = append(all, c)
		}
	}
	return all
}

// occurrence finds the i-th element of a repeat, or puts a new one where the form has the repeat.
func (v *visit) occurrence(parent *survey.Node, q *survey.Question, i int) *survey.Node {
	if all := occurrences(parent, q); i < len(all) {
		return all[i]
	}
	n := survey.NewElement(q.Name)
	v.plant(n, q.Children)
	parent.Add(n)
	v.changed = true
	return n
}

func (v *visit) drop(parent, gone *survey.Node) {
	kept := parent.Children[:0]
	for _, c := range parent.Children {
		if c != gone {
			kept = append(kept, c)
		}
	}
	parent.Children, v.changed = kept, true
}

// clear takes away the answers of what is not relevant; should it become so, it is asked.
func (v *visit) clear(n *survey.Node) {
	for i := len(n.Children) - 1; i >= 0; i-- {
		if c := n.Children[i]; c.Kind == survey.Element {
			v.clear(c)
			continue
		}
		v.set(n, "")
	}
	delete(v.done, n)
}

func (v *visit) set(n *survey.Node, answer string) {
	if n.Value() != answer {
		n.SetValue(answer)
		v.changed = true
	}
}
