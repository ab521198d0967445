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

	before    *collections.Record
	exists    bool
	stored    *row            // what the record said before
	standing  map[string]bool // answers that a reviewer put back and that stay, by answerKey
	author    string          // who said what is written to the history, where that is not the sender
	pairs     []identity.Pair
	found     []identity.Found
	house     identity.Household // as it was before, where it was known
	known     bool
	away      *identity.Candidate // the household that was meant, out of reach
	conflicts []string
	told      told
	proposals int             // facts that wait for the record's approval
	sources   map[string]bool // of rows that this record brought; nil until asked
}

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
