package ingest

import (
	"time"

	"doorstep/collections"
	"doorstep/internal/identity"
)

// storing is one operation being stored: in a transaction, for its sender, at a moment. What the stages of a visit find
// stands below the blank line.
type storing struct {
	db     collections.DB
	intake *Intake
	sender Sender
	d      *prepared
	now    time.Time
	ahead  *lookahead

	before     *collections.Record
	exists     bool
	stored     *row            // what the record said before
	standing   map[string]bool // answers that a reviewer put back and that stay, by answerKey
	author     string          // who said what is written to the history, where that is not the sender
	pairs      []identity.Pair
	conflicts  []string
	registered inRegister
	proposals  int // proposals that wait for the record's approval
}

// registering is what a submission does with the register: it finds or makes its household and its persons, and tells them what
// it says of them.
type registering struct {
	*storing
	house   identity.Household // as it was before, where it was known
	known   bool
	away    *identity.Candidate // the household that was meant, out of reach
	found   []identity.Found
	sources map[string]bool // of rows that this record brought; nil until asked
}

// revising is what a submission does with what its record said before: it merges, keeps and puts back answers.
type revising struct{ *storing }

// consequences are what a stored submission asks of others: reports, tasks, appointments and a household that is done.
type consequences struct{ *storing }

// begin makes ready to store an operation.
func begin(db collections.DB, intake *Intake, sender Sender, d *prepared) *storing {
	s := &storing{db: db, intake: intake, sender: sender, d: d, now: intake.Now(), ahead: d.ahead}
	if s.ahead == nil {
		s.ahead = &lookahead{}
	}
	return s
}

// base is the revision that the client worked on; a client that does not say worked on the first.
func (s *storing) base() int64 { return max(s.d.op.BaseRev, 1) }
