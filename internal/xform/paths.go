package xform

import (
	"strings"

	"doorstep/internal/survey"
)

// scope says how the references of a text become paths.
type scope struct {
	current bool // relative paths start from current()
	outer   bool // go up to the parent of the common repeat, so that the repeat itself can be filtered
}

// path is the way from the node of context to target, with a space on either side as the reference converter has it. A
// nil context, or one that shares no repeat with target, gives the absolute path.
func (n *Names) path(context, target *survey.Question, s scope) string {
	repeat := commonRepeat(context, target)
	if repeat == nil {
		return " " + n.form.Path(target) + " "
	}
	steps, below := stepsUp(context, target, repeat, s.outer)
	var b strings.Builder
	b.WriteByte(' ')
	if s.current {
		b.WriteString("current()/")
	}
	b.WriteString(strings.TrimSuffix(strings.Repeat("../", steps), "/"))
	b.WriteString(pathBelow(below, target))
	b.WriteByte(' ')
	return b.String()
}

// commonRepeat is the innermost repeat that both questions are in.
func commonRepeat(a, b *survey.Question) *survey.Question {
	if a == nil {
		return nil
	}
	for r := a.Repeat(); r != nil; r = r.Repeat() {
		if inside(b, r) {
			return r
		}
	}
	return nil
}

// inside reports whether q is below container.
func inside(q, container *survey.Question) bool {
	for p := q.Parent; p != nil; p = p.Parent {
		if p == container {
			return true
		}
	}
	return false
}

// stepsUp counts the steps from context up to the container from which the path goes down to target: the innermost
// group or repeat around both. Where the answers of a repeat are choices the path has to name that repeat, so it starts
// at the repeat's parent, unless both questions are in the same round of a nested repeat.
func stepsUp(context, target, repeat *survey.Question, outer bool) (int, *survey.Question) {
	if outer && target.Repeat() == repeat && (repeat.Repeat() == nil || context.Repeat() != repeat) {
		return distance(context, repeat) + 1, repeat.Parent
	}
	for p := context.Parent; p != repeat; p = p.Parent {
		if p.Kind == survey.KindGroup && inside(target, p) {
			return distance(context, p), p
		}
	}
	return distance(context, repeat), repeat
}

func distance(q, ancestor *survey.Question) int {
	steps := 0
	for p := q; p != ancestor; p = p.Parent {
		steps++
	}
	return steps
}

func pathBelow(ancestor, q *survey.Question) string {
	if q == ancestor {
		return ""
	}
	return pathBelow(ancestor, q.Parent) + "/" + q.Name
}
