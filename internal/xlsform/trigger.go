package xlsform

import (
	"strings"

	"doorstep/internal/survey"
)

// triggerRow is a question that runs when the answers it names change.
type triggerRow struct {
	at    place
	q     *survey.Question
	names []string
}

// checkTrigger reads the trigger column: one reference, or several with commas between.
func (w *sheetWalk) checkTrigger(r *record, q *survey.Question) {
	if q.Trigger == "" {
		return
	}
	row := triggerRow{at: place{r.sheet, r.row, r.header("trigger")}, q: q}
	if !strings.Contains(q.Trigger, "${") {
		w.report(row.at, "reference.syntax", q.Trigger)
		return
	}
	for part := range strings.SplitSeq(q.Trigger, ",") {
		refs, ok := references(part)
		switch {
		case !ok:
			w.report(row.at, "reference.syntax", strings.TrimSpace(part))
		case len(refs) > 1:
			w.report(row.at, "reference.comma")
		}
		for _, ref := range refs {
			row.names = append(row.names, ref.name)
		}
	}
	w.rows = append(w.rows, row)
}

// checkTriggers checks, when all questions are known, that each trigger is a question that a person answers.
func (b *builder) checkTriggers() {
	byName, count := b.questionsByName(), b.countNames()
	for _, t := range b.rows {
		if count[t.q.Name] > 1 {
			b.report(t.at, "reference.ambiguous", t.q.Name)
		}
		for _, name := range t.names {
			q, known := byName[name]
			switch {
			case !known || q == nil || q.Row == 0 || isContainer(q):
				b.report(t.at, "reference.unknown", name)
			case t.q.Type != "background-geopoint" && (q.Type == "calculate" || calculated(q) && len(q.Label) == 0 && len(q.Hint) == 0):
				b.report(t.at, "trigger.hidden", name, t.q.Name)
			}
		}
	}
}

func isContainer(q *survey.Question) bool {
	return q.Kind == survey.KindGroup || q.Kind == survey.KindRepeat
}

// questionsByName finds the rows of the survey sheet by name; the last one wins where a name occurs twice.
func (b *builder) questionsByName() map[string]*survey.Question {
	m := map[string]*survey.Question{}
	b.f.Walk(func(q *survey.Question) bool {
		if old := m[q.Name]; old == nil || !isContainer(q) {
			m[q.Name] = q
		}
		return true
	})
	return m
}
