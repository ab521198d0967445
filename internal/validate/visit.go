package validate

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"doorstep/internal/survey"
)

// visit is one instance while it is checked: the answers that rules read, by slot.
type visit struct {
	bound   *Bound
	day     string // YYYY-MM-DD of the visit where it took place
	sure    bool   // day is that of the visit, not one that it cannot have been after
	answers []string
	at      string // path of the question being checked, within its scope
	repeats []occurrence
	numbers []string // citizen numbers seen so far
	issues  []survey.Issue
}

type occurrence struct {
	name string
	n    int // counted from 1
}

// Visit is when a visit took place. One that is not sure was at that time or earlier: then only what would be later is
// judged.
type Visit struct {
	At   time.Time
	Sure bool
}

// Check applies the rules to one instance. Ages and dates are judged by the day of the visit.
func (b *Bound) Check(inst *survey.Instance, at Visit) []survey.Issue {
	if inst.Root == nil {
		return nil
	}
	v := &visit{bound: b, day: at.At.In(survey.Zone).Format(time.DateOnly), sure: at.Sure, answers: make([]string, b.slots)}
	v.scope(b.root, inst.Root)
	return v.issues
}

// scope reads what the scope's element answers, checks it, and goes into its repeats.
func (v *visit) scope(s *scope, element *survey.Node) {
	for _, slot := range v.bound.zeros {
		if v.answers[slot] == "" {
			v.answers[slot] = "0"
		}
	}
	inner := v.read(&s.level, element, nil)
	for i := range s.rules {
		r := &s.rules[i]
		if answer := v.answers[r.slot]; answer != "" {
			v.at = r.path
			r.check(v, answer)
		}
	}
	for _, one := range inner {
		v.occurrence(one)
	}
}

// repeated is an occurrence of a repeat that was met.
type repeated struct {
	scope   *scope
	element *survey.Node
	n       int // counted from 1
}

// following numbers the next occurrence of a repeat; those of two repeats may come mixed.
func following(met []repeated, s *scope) int {
	for i := len(met) - 1; i >= 0; i-- {
		if met[i].scope == s {
			return met[i].n + 1
		}
	}
	return 1
}

func (v *visit) occurrence(one repeated) {
	v.forget(&one.scope.level)
	v.repeats = append(v.repeats, occurrence{one.scope.name, one.n})
	v.scope(one.scope, one.element)
	v.repeats = v.repeats[:len(v.repeats)-1]
}

// forget clears the answers of the occurrence before.
func (v *visit) forget(l *level) {
	for _, in := range l.inside {
		if in.slot >= 0 {
			v.answers[in.slot] = ""
		}
		v.forget(in)
	}
}

// read takes the answers below an element into their slots. Elements mostly come in the order of the form, so the
// search goes on from the last one found.
func (v *visit) read(l *level, element *survey.Node, inner []repeated) []repeated {
	next := 0
	for _, child := range element.Children {
		if child.Kind != survey.Element {
			continue
		}
		i := l.search(child.Name, next)
		if i < 0 {
			continue
		}
		next = i
		in := l.inside[i]
		switch {
		case in.repeat != nil:
			n := following(inner, in.repeat)
			inner = append(inner, repeated{in.repeat, child, n})
			if in.slot >= 0 {
				v.answers[in.slot] = strconv.Itoa(n)
			}
		case len(in.inside) > 0:
			inner = v.read(in, child, inner)
		default:
			v.answers[in.slot] = strings.TrimSpace(child.Value())
		}
	}
	return inner
}

func (l *level) search(name string, from int) int {
	for i := from; i < len(l.inside); i++ {
		if l.inside[i].name == name {
			return i
		}
	}
	for i := range from {
		if l.inside[i].name == name {
			return i
		}
	}
	return -1
}

// answer is what slot holds; "" for the slot -1 of a partner that a rule was not given.
func (v *visit) answer(slot int) string {
	if slot < 0 {
		return ""
	}
	return v.answers[slot]
}

// report adds an issue at the question being checked.
func (v *visit) report(code string) {
	var path strings.Builder
	for _, o := range v.repeats {
		path.WriteString(o.name + "[" + strconv.Itoa(o.n) + "]/")
	}
	path.WriteString(v.at)
	v.issues = append(v.issues, Found(code, path.String()))
}

// repeatedNumber notes a citizen number and reports whether it was there before.
func (v *visit) repeatedNumber(number string) bool {
	if slices.Contains(v.numbers, number) {
		return true
	}
	v.numbers = append(v.numbers, number)
	return false
}
