package validate

import "doorstep/internal/survey"

// Change is an answer that a check read or computed otherwise than it was sent. It holds answers, so it goes into the
// record's history, which is sealed, and never into an issue.
type Change struct {
	Field    string // as that of an issue
	Sent     string
	Computed string       // what the form gives; "" for none
	Kept     bool         // the answer that was sent stands
	Round    *survey.Node // innermost row of a repeat that it is in; nil for none
}

// Checked is what a check found.
type Checked struct {
	Issues  []survey.Issue
	Changes []Change
}

// change notes what is done with an answer of the record.
func (r *run) change(p *part, i int, computed string, kept bool) {
	r.changes = append(r.changes, Change{Field: r.path(p, i), Sent: r.value(p, i), Computed: computed, Kept: kept,
		Round: roundOf(p, r.spots[p.index][i].node)})
}

// roundOf finds the row of a repeat that the node of a part is in.
func roundOf(p *part, n *survey.Node) *survey.Node {
	for ; p != nil && n != nil; p, n = p.parent, n.Parent {
		if p.repeat() {
			return n
		}
	}
	return nil
}
