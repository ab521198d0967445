package dataset

import (
	"testing"

	"doorstep/internal/sensitive"
	"doorstep/internal/survey"
)

// TestGuarded: what looks like somebody's number goes out of no column; a text that its form calls harmless may have many digits.
func TestGuarded(t *testing.T) {
	const phone, digits = "13800000001", "20261125093000"
	for _, c := range []struct {
		kind     survey.Kind
		harmless bool
		answer   any
		kept     bool
	}{
		{survey.KindText, false, phone, false}, {survey.KindText, false, digits, false}, {survey.KindText, false, "12 号", true},
		{survey.KindText, true, phone, false}, {survey.KindText, true, digits, true}, {survey.KindText, true, nil, true},
		{survey.KindInteger, false, int64(13800000001), false}, {survey.KindInteger, true, int64(13800000001), false}, {survey.KindInteger, true, int64(7), true},
		{survey.KindSelectOne, true, digits, false}, {survey.KindSelectOne, false, phone, false}, {survey.KindDecimal, true, 13800000001.0, false},
	} {
		q := survey.Question{Kind: c.kind}
		if c.harmless {
			q.Bind = []survey.Pair{{Name: "doorstep:sensitivity", Value: "none"}}
		}
		cells := []any{"before"}
		all := source{fill: func(cells []any, value any, _ string) { cells[0] = value }}
		guarded(all, tellingOf(&q)).fill(cells, c.answer, "2026-11-23")
		if want := c.answer; c.kept && cells[0] != want || !c.kept && cells[0] != nil {
			t.Errorf("%+v: %v", c, cells[0])
		}
	}
}

// TestNoAnswerOfWhatIsLeftOut goes out, and its column only where the form says that the question is harmless.
func TestNoAnswerOfWhatIsLeftOut(t *testing.T) {
	for _, treatment := range []sensitive.Treatment{sensitive.MayTell, sensitive.LeftOut} {
		for value, stays := range map[string]bool{"none": true, "": false} {
			q := &survey.Question{Kind: survey.KindText, Bind: []survey.Pair{{Name: "doorstep:sensitivity", Value: value}}}
			s := (&plan{}).answer(&answerTable{}, column{name: "q", question: q, treatment: sensitive.Verdict{Treatment: treatment}})
			cells := []any{"before"}
			if s.fill != nil {
				s.fill(cells, "13800000001", "2026-11-23")
			}
			if v := s.vars[0]; v.LeftOut == stays || s.expr != "NULL" || stays && cells[0] != nil || !v.Identifier || v.Why == nil {
				t.Errorf("%v %q: %+v from %s, %v", treatment, value, v, s.expr, cells)
			}
		}
	}
}
