package ingest

import (
	"cmp"

	"doorstep/internal/identity"
)

// visit is what this record tells of how often somebody went to its household.
func (s *settling) visit() identity.Visit {
	rec := &s.d.rec
	v := identity.Visit{Record: s.d.op.ID, Campaign: rec.Campaign, Worker: s.sender.Actor.ID, At: cmp.Or(rec.StartedAt, rec.ReceivedAt), Person: s.personal() && len(s.d.people) > 0}
	if s.exists {
		v.Worker = s.before.Worker
	}
	return v
}

// left counts the visits anew of the household that a correction took this record away from.
func (s *settling) left() error {
	if !s.exists || s.before.Household == "" || s.before.Household == s.d.rec.Household {
		return nil
	}
	return identity.Recount(s.db, s.st.Instruments.Tables(), s.before.Household, s.holds, s.now)
}

// interviews reports whether this record is the last interview of a person, and was not before: a correction of one that
// was is no later interview.
func (s *settling) interviews(person string) bool {
	if !s.d.form.Interviewed(s.d.rec.Outcome) {
		return false
	}
	return !s.exists || !s.d.form.Interviewed(s.before.Outcome) || !s.linked(person)
}
