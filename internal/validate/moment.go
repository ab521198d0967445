package validate

import (
	"slices"
	"strings"
	"time"

	"doorstep/internal/survey"
	"doorstep/internal/xpath"
)

// noteMoment remembers the questions that say when the visit was, outside of repeats.
func (l *Logic) noteMoment(p *part) {
	for i, name := range [...]string{"end", "start", "today"} {
		if p.q.Type == name && p.q.Repeat() == nil && l.moments[i] == nil {
			l.moments[i] = p
		}
	}
}

// moments are when a visit was by the record's own word.
type moments struct {
	now   time.Time // its end, else its start, else noon of its day; zero where it says none of them
	began time.Time // its start; zero unless it says its end too
	zone  *time.Location
}

// Moment is when the visit was by the record's own word: its end, else its start, else noon of its day. ok is false where
// it says none of them.
func (l *Logic) Moment(root *survey.Node) (at time.Time, ok bool) {
	m := l.times(root)
	return m.now, !m.now.IsZero()
}

// times reads when the visit was. The time zone is that of the tablet as these tell, else that of China.
func (l *Logic) times(root *survey.Node) moments {
	m := moments{zone: survey.Zone}
	for i, p := range l.moments {
		if p == nil {
			continue
		}
		t, ok := momentIn(answerOf(p, root))
		switch {
		case !ok:
		case m.now.IsZero():
			m.now, m.zone = t, t.Location()
		case i == 1:
			m.began = t.In(m.zone)
		}
	}
	return m
}

func momentIn(text string) (time.Time, bool) {
	text, ok := readMoment(strings.TrimSpace(text))
	if !ok {
		return time.Time{}, false
	}
	t, zoned, ok := xpath.ReadMoment(text, survey.Zone)
	if zoned {
		return inItsZone(t), ok
	}
	if !strings.Contains(text, "T") {
		t = t.Add(12 * time.Hour)
	}
	return t, ok
}

// inItsZone keeps the offset that was written, also where it is that of the server's own zone, which may change by season.
func inItsZone(t time.Time) time.Time {
	_, offset := t.Zone()
	if offset == 8*60*60 {
		return t.In(survey.Zone)
	}
	return t.In(time.FixedZone("", offset))
}

// answerOf finds the answer to a question outside of repeats.
func answerOf(p *part, root *survey.Node) string {
	n := elementOf(p, root)
	if n == nil {
		return ""
	}
	return n.Value()
}

func elementOf(p *part, root *survey.Node) *survey.Node {
	if p.parent == nil {
		return root
	}
	above := elementOf(p.parent, root)
	if above == nil {
		return nil
	}
	return above.Child(p.q.Name)
}

// uses says which expressions of a part depend on the moment of the visit, by themselves or through other answers.
type uses uint8

const (
	byRelevant uses = 1 << iota
	byRequired
	byConstraint
	byCalculation
	byCount
	byFilter
	byParent // lies in a part whose relevance does
)

// decides are those by which the answer itself depends on the moment.
const decides = byRelevant | byCalculation | byParent

// clocks finds what depends on the moment, until nothing more is found: choices may filter each other in a circle.
func (c *logicCompiler) clocks() {
	for again := true; again && c.spent <= mostLooks; {
		again = false
		for _, p := range c.logic.order {
			if found := c.clockOf(p); found != p.clock {
				p.clock, again = found, true
			}
		}
	}
}

func (c *logicCompiler) clockOf(p *part) uses {
	found := p.clock
	if p.parent != nil && p.parent.clock&(byRelevant|byParent) != 0 {
		found |= byParent
	}
	note := func(by uses, cond *condition, items bool) {
		if cond == nil {
			return
		}
		if cond.expr.Info.Uses&xpath.UsesClock != 0 ||
			slices.ContainsFunc(c.targets(p, cond, items), func(t *part) bool { return t.clock&decides != 0 }) {
			found |= by
		}
	}
	note(byRelevant, p.relevant, false)
	note(byRequired, p.required, false)
	note(byConstraint, p.constraint, false)
	note(byCalculation, p.calculation, false)
	note(byCount, p.count, false)
	if p.choices != nil {
		note(byFilter, p.choices.filter, true)
	}
	return found
}

// blind reports whether an expression of p asks for a moment that the record does not tell: nothing is judged by it.
func (r *run) blind(p *part, by uses) bool {
	if p.clock&by == 0 || !r.x.Now.IsZero() {
		return false
	}
	r.timeless = true
	return true
}
