package xform

import (
	"errors"
	"fmt"
	"strings"

	"doorstep/internal/survey"
)

// Why a ${name} has no path.
var (
	ErrUnknownName   = errors.New("no question of that name")
	ErrAmbiguousName = errors.New("several questions of that name")
)

// Names turns the ${name} of a form's expressions into paths. It is read-only once made.
type Names struct {
	form      *survey.Form
	questions map[string]*survey.Question // nil where a name occurs twice
}

// NewNames indexes the questions of f and of its meta block by name.
func NewNames(f *survey.Form) *Names {
	n := &Names{form: f, questions: map[string]*survey.Question{}}
	n.add(&survey.Question{Name: f.Name, Parent: nil}, f.Root)
	f.Walk(func(q *survey.Question) bool {
		if !external(q) {
			n.add(q, q)
		}
		return true
	})
	for _, q := range metaQuestions(f) {
		n.add(q, q)
	}
	return n
}

func (n *Names) add(named, q *survey.Question) {
	if _, taken := n.questions[named.Name]; taken {
		q = nil
	}
	n.questions[named.Name] = q
}

func (n *Names) find(name string) (*survey.Question, error) {
	q, known := n.questions[name]
	switch {
	case !known:
		return nil, fmt.Errorf("${%s}: %w", name, ErrUnknownName)
	case q == nil:
		return nil, fmt.Errorf("${%s}: %w", name, ErrAmbiguousName)
	}
	return q, nil
}

// Expression turns an expression of q as written in the workbook into XPath with q as context node. References within
// one repeat become relative, those in a predicate of an instance() start from current(), the rest are absolute. The
// error wraps ErrUnknownName or ErrAmbiguousName.
func (n *Names) Expression(q *survey.Question, expr string) (string, error) {
	return n.replace(q, expr, scope{})
}

// ChoiceFilter turns the choice filter of q into the predicate of its items: relative names are columns of the item,
// current() is q. Where the items are the rounds of a repeat, the path of that repeat is the item itself. It is "" without
// a filter.
func (n *Names) ChoiceFilter(q *survey.Question) (string, error) {
	filter, err := n.replace(q, q.ChoiceFilter, scope{current: true, outer: q.ItemsRepeat != ""})
	if err != nil || q.ItemsRepeat == "" {
		return filter, err
	}
	nodes, _, err := n.repeatItems(q)
	return strings.NewReplacer("current()/"+nodes, ".", nodes, ".").Replace(filter), err
}

// repeatItems is the path of the repeat whose answers are the choices of q, and the child of each round that is chosen;
// a map chooses by geometry.
func (n *Names) repeatItems(q *survey.Question) (nodes, value string, err error) {
	path, err := n.replace(q, q.ItemsRepeat, scope{outer: true})
	nodes = strings.TrimSpace(path)
	if !selects(q) {
		return nodes, "geometry", err
	}
	i := strings.LastIndexByte(nodes, '/')
	return nodes[:max(i, 0)], nodes[i+1:], err
}

// Expression is Names.Expression for a single use.
func Expression(f *survey.Form, q *survey.Question, expr string) (string, error) {
	return NewNames(f).Expression(q, expr)
}
