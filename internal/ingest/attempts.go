package ingest

import (
	"cmp"
	"slices"

	"doorstep/collections"
	"doorstep/internal/identity"
)

// visit is what this record tells of how often somebody went to its household.
func (s *storing) visit() identity.Visit {
	rec := &s.d.rec
	v := identity.Visit{Record: s.d.op.ID, Campaign: rec.Campaign, Worker: s.sender.Actor.ID, At: cmp.Or(rec.StartedAt, rec.ReceivedAt),
		Person: s.personal() && len(s.d.people) > 0}
	if s.exists {
		v.Worker = s.before.Worker
	}
	return v
}

// left counts the visits anew of the household that a correction took this record away from.
func (s *storing) left() error {
	if !s.exists || s.before.Household == "" || s.before.Household == s.d.rec.Household {
		return nil
	}
	return identity.Recount(s.db, s.intake.Instruments.Tables(), s.before.Household, s.holds, s.now)
}

// interviews reports whether this record is the last interview of a person, and was not before: a correction of one that
// was is no later interview.
func (s *storing) interviews(person string) bool {
	if !s.d.form.Interviewed(s.d.rec.Outcome) {
		return false
	}
	return !s.exists || s.before.ReviewState == collections.Rejected || !s.d.form.Interviewed(s.before.Outcome) || !s.linked(person)
}

// unmet takes this record back as the last interview of those whom a correction no longer interviews: its outcome is another,
// or they are not in it any more.
func (s *storing) unmet() error {
	if !s.exists {
		return nil
	}
	now := []string{}
	if s.d.form.Interviewed(s.d.rec.Outcome) {
		now = append(now, s.d.rec.Person)
		for _, link := range s.d.rec.Rows {
			now = append(now, link.Person)
		}
	}
	gone := []string{s.before.Person}
	for _, link := range s.before.Rows {
		gone = append(gone, link.Person)
	}
	slices.Sort(gone)
	for _, person := range slices.Compact(gone) {
		if person == "" || slices.Contains(now, person) {
			continue
		}
		if err := s.register().TakeBack(person, s.d.op.ID); err != nil {
			return err
		}
	}
	return nil
}
