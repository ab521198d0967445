package validate

import "doorstep/internal/survey"

// Change is an answer that a check read or computed otherwise than it was sent. It holds answers, so it goes into the
// record's history, which is sealed, and never into an issue.
type Change struct {
	Field    string // as that of an issue
	Sent     string
	Computed string // what the form gives; "" for none
	Kept     bool   // the answer that was sent stands
}

// Checked is what a check found.
type Checked struct {
	Issues  []survey.Issue
	Changes []Change
}

// change notes what is done with an answer of the record.
func (r *run) change(p *part, i int, computed string, kept bool) {
	r.changes = append(r.changes, Change{Field: r.path(p, i), Sent: r.value(p, i), Computed: computed, Kept: kept})
}
