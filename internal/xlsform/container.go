package xlsform

import "doorstep/internal/survey"

// begin opens a group, repeat or loop.
func (w *sheetWalk) begin(r *record, q *survey.Question, kind, list string) {
	q.Type, q.Kind = kind, survey.KindGroup
	if kind == beginRepeat {
		q.Kind = survey.KindRepeat
		w.checkRepeat(r, q)
	}
	if kind == beginLoop {
		w.loopList(r, q, list)
	}
	w.repeatCount(q)
	if v := r.text("intent"); v != "" {
		q.Control = append(q.Control, survey.Pair{Name: "intent", Value: v})
	}
	if len(w.stack) > survey.MostNested {
		w.wrong(r, "type", "group.deep", survey.MostNested)
	}
	w.add(q)
	w.push(q)
	w.beginTable(q)
}

func (w *sheetWalk) checkRepeat(r *record, q *survey.Question) {
	at := place{r.sheet, r.row, r.header("name")}
	if len(q.Label) == 0 && len(q.Media) == 0 {
		w.warn(at, "repeat.no_label", q.Name)
	}
	switch {
	case q.Name == w.f.Name:
		w.report(at, "repeat.root", q.Name)
	case w.repeats[q.Name]:
		w.report(at, "repeat.twice", q.Name)
	}
	w.repeats[q.Name] = true
}

// repeatCount puts an expression that counts the rounds of a repeat into a calculate of its own, NAME_count, because
// clients read the count from a node.
func (w *sheetWalk) repeatCount(q *survey.Question) {
	if q.RepeatCount == "" {
		return
	}
	if _, ok := soleReference(q.RepeatCount); ok {
		return
	}
	name := q.Name + "_count"
	w.add(&survey.Question{Name: name, Type: "calculate", Kind: survey.KindText, ReadOnly: "true()", Calculation: q.RepeatCount})
	q.RepeatCount = "${" + name + "}"
}

// end closes the innermost group.
func (w *sheetWalk) end(r *record, kind string) {
	top := w.top()
	if len(w.stack) == 1 {
		w.wrong(r, "type", "begin.missing", r.text("type"))
		return
	}
	if top.q.Type != kind {
		w.wrong(r, "type", "begin.other", r.text("type"), top.q.Type, top.q.Name, top.q.Row)
		return
	}
	w.table = nil
	w.stack = w.stack[:len(w.stack)-1]
	if kind == beginLoop {
		w.expandLoop(top.q)
	}
}
