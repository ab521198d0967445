package validate

import (
	"slices"
	"strings"
	"time"

	"doorstep/internal/xpath"
)

// recompute compares a calculation with the answer. An answer that the client left out is filled in without a word. One
// that differs stays, with an issue and both values in the history, unless the form gives the server's authority and no
// reviewer put the one sent back.
func (r *run) recompute(p *part, i int) {
	result, known := r.result(p, r.node(p, i))
	if !known {
		return
	}
	result, ok := read(p.q.Holds(), result)
	given := r.value(p, i)
	switch {
	case !ok, given == result, strings.TrimSpace(given) != "" && sameValue(given, result):
	case given == "":
		r.set(p, i, result)
	case p.itself(), r.meanwhile(p, i, given, result):
	case p.rules && r.putBack[r.path(p, i)]:
		r.report("logic.recalculated_kept", p, i)
	case p.rules:
		r.report("logic.recalculated", p, i)
		r.change(p, i, result, false)
		r.set(p, i, result)
	default:
		r.report("logic.calculate", p, i)
		r.change(p, i, result, true)
	}
}

// itself reports whether a calculation looks at its own answer: one that is there may be right.
func (p *part) itself() bool { return p.calculation.expr.Info.Uses&xpath.UsesItself != 0 }

// meanwhile reports whether a result that depends on the moment may have been right during the visit: tablets compute at
// its start, at its end or between. With now() a day alone is not known well enough.
func (r *run) meanwhile(p *part, i int, given, atEnd string) bool {
	if p.clock&byCalculation == 0 {
		return false
	}
	if r.times.began.IsZero() {
		return slices.Contains(p.calculation.expr.Info.Functions, "now")
	}
	atStart, known := r.resultAt(r.times.began, p, i)
	return !known || sameValue(given, atStart) || between(given, atStart, atEnd)
}

func (r *run) resultAt(at time.Time, p *part, i int) (string, bool) {
	now := r.x.Now
	defer func() { r.x.Now = now }()
	r.x.Now = at
	return r.result(p, r.node(p, i))
}
