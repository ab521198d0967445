package validate

import (
	"doorstep/internal/survey"
)

// Bound is a form with its rules, compiled once. It may check many instances at once.
type Bound struct {
	rules *Rules
	root  *scope
	slots int
	zeros []int // slots of repeat counts, which start at "0"
}

// scope is the form itself or a repeat: what one instance or one occurrence of a repeat answers.
type scope struct {
	level
	rules   []rule
	repeats []*scope
	name    string // path of the repeat from the enclosing scope: "household/children"
}

// level is an element of a scope: which of its children the rules read, and which lead to others that they read.
type level struct {
	name   string
	slot   int // where its answer goes; -1 when no rule reads it
	repeat *scope
	inside []*level
}

// rule is a check bound to a question.
type rule struct {
	path  string // of the question within its scope
	slot  int
	check check
}

// check looks at one non-empty answer and reports what is wrong to v.
type check func(v *visit, answer string)

// For compiles the rules of a form. The error is survey.Problems.
func (r *Rules) For(f *survey.Form) (*Bound, error) {
	c := &compiler{form: f, rules: r, bound: &Bound{rules: r}, levels: map[*survey.Question]*level{}, scopes: map[*survey.Question]*scope{}}
	c.bound.root = &scope{level: level{slot: -1}}
	c.levels[f.Root], c.scopes[f.Root] = &c.bound.root.level, c.bound.root
	f.Walk(func(q *survey.Question) bool {
		c.bind(q)
		return true
	})
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	return c.bound, nil
}

type compiler struct {
	form     *survey.Form
	rules    *Rules
	bound    *Bound
	levels   map[*survey.Question]*level
	scopes   map[*survey.Question]*scope
	problems survey.Problems
}

// bind compiles the rule cell of a question, if it has one.
func (c *compiler) bind(q *survey.Question) {
	for _, p := range q.Bind {
		if p.Name != ruleColumn {
			continue
		}
		calls, ok := parseRules(p.Value)
		if !ok {
			c.problem(q, "form.rule_syntax", "")
		}
		for _, one := range calls {
			c.bindCall(q, one)
		}
	}
}

func (c *compiler) bindCall(q *survey.Question, one call) {
	known, ok := rules[one.name]
	if !ok {
		c.problem(q, "form.rule_unknown", one.name)
		return
	}
	if test := known.build(c, q, one.args); test != nil {
		s := c.scope(q.Parent)
		s.rules = append(s.rules, rule{path: c.within(q), slot: c.slot(q), check: test})
	}
}

func (c *compiler) problem(q *survey.Question, code, detail string) {
	c.problems = append(c.problems, problemAt(cell{"survey", q.Row, "bind::" + ruleColumn}, code, detail))
}

// scope is that of the questions directly in a container.
func (c *compiler) scope(container *survey.Question) *scope {
	for container.Kind != survey.KindRepeat && container.Parent != nil {
		container = container.Parent
	}
	c.level(container)
	return c.scopes[container]
}

// level finds or makes the element of q, and of all that it lies in.
func (c *compiler) level(q *survey.Question) *level {
	if l := c.levels[q]; l != nil {
		return l
	}
	outer := c.level(q.Parent)
	l := &level{name: q.Name, slot: -1}
	if q.Kind == survey.KindRepeat {
		s := &scope{level: *l, name: c.within(q)}
		around := c.scope(q.Parent)
		around.repeats = append(around.repeats, s)
		l = &s.level
		l.repeat, c.scopes[q] = s, s
	}
	outer.inside = append(outer.inside, l)
	c.levels[q] = l
	return l
}

// slot is where the answer of q is found during a check; for a repeat, the number of its occurrences.
func (c *compiler) slot(q *survey.Question) int {
	l := c.level(q)
	if l.slot < 0 {
		l.slot = c.bound.slots
		c.bound.slots++
		if q.Kind == survey.KindRepeat {
			c.bound.zeros = append(c.bound.zeros, l.slot)
		}
	}
	return l.slot
}

// within is the path of q from its scope: the groups that it is in, and itself.
func (c *compiler) within(q *survey.Question) string {
	path := q.Name
	for p := q.Parent; p != nil && p.Parent != nil && p.Kind != survey.KindRepeat; p = p.Parent {
		path = p.Name + "/" + path
	}
	return path
}

// find looks for the question of that name nearest to q: in its group, in the groups around it, then further out, but
// never in a repeat that q is not in.
func (c *compiler) find(q *survey.Question, name string) *survey.Question {
	for p := q.Parent; p != nil; p = p.Parent {
		if found := below(p, name); found != nil {
			return found
		}
	}
	return nil
}

func below(container *survey.Question, name string) *survey.Question {
	for _, q := range container.Children {
		if q.Name == name {
			return q
		}
		if q.Kind == survey.KindGroup {
			if found := below(q, name); found != nil {
				return found
			}
		}
	}
	return nil
}

// partner is the slot of a question that a rule of q refers to; -1, and a problem, when there is none.
func (c *compiler) partner(q *survey.Question, name string) int {
	found := c.find(q, name)
	if found == nil {
		c.problem(q, "form.rule_reference", name)
		return -1
	}
	return c.slot(found)
}

// partners is partner for up to count optional arguments; those not given are -1.
func (c *compiler) partners(q *survey.Question, args []string, count int) []int {
	slots := make([]int, count)
	for i := range slots {
		slots[i] = -1
		if i < len(args) {
			slots[i] = c.partner(q, args[i])
		}
	}
	return slots
}

// wrongArguments reports a rule whose arguments do not fit.
func (c *compiler) wrongArguments(q *survey.Question) check {
	c.problem(q, "form.rule_arguments", "")
	return nil
}
