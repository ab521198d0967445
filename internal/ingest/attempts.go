package ingest

import (
	"cmp"
	"slices"

	"doorstep/collections"
	"doorstep/internal/identity"
)

// visit is what this record tells of how often somebody went to its household.
func (r *registering) visit() identity.Visit {
	rec := &r.d.rec
	v := identity.Visit{Record: r.d.op.ID, Campaign: rec.Campaign, Worker: r.sender.Actor.ID, At: cmp.Or(rec.StartedAt, rec.ReceivedAt),
		Person: r.personal() && len(r.d.people) > 0}
	if r.exists {
		v.Worker = r.before.Worker
	}
	return v
}

// left counts the visits anew of the household that a correction took this record away from.
func (r *registering) left() error {
	if !r.exists || r.before.Household == "" || r.before.Household == r.d.rec.Household {
		return nil
	}
	return identity.Recount(r.db, r.intake.Instruments.Tables(), r.before.Household, r.holds, r.now)
}

// interviews reports whether this record is the last interview of a person, and was not before: a correction of one that
// was is no later interview.
func (r *registering) interviews(person string) bool {
	if !r.d.form.Interviewed(r.d.rec.Outcome) {
		return false
	}
	return !r.exists || r.before.ReviewState == collections.Rejected || !r.d.form.Interviewed(r.before.Outcome) || !r.linked(person)
}

// unmet takes this record back as the last interview of those whom a correction no longer interviews: its outcome is another,
// or they are not in it any more.
func (r *registering) unmet() error {
	if !r.exists {
		return nil
	}
	now := []string{}
	if r.d.form.Interviewed(r.d.rec.Outcome) {
		now = append(now, r.d.rec.Person)
		for _, link := range r.d.rec.Rows {
			now = append(now, link.Person)
		}
	}
	gone := []string{r.before.Person}
	for _, link := range r.before.Rows {
		gone = append(gone, link.Person)
	}
	slices.Sort(gone)
	for _, person := range slices.Compact(gone) {
		if person == "" || slices.Contains(now, person) {
			continue
		}
		if err := r.register().TakeBack(person, r.d.op.ID); err != nil {
			return err
		}
	}
	return nil
}
