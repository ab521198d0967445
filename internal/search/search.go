// Package search keeps the exact search for people, and the comparing of lists, from being an oracle: whoever asks often waits longer and
// longer, and nobody asks more than some dozens of times a day. It counts what the audit trail holds, so a restart forgets nothing.
package search

import (
	"fmt"
	"time"

	"doorstep/collections"
	"doorstep/internal/audit"
)

// Limits of one person's searches, of which a list is one. A birth date that is guessed day by day has thousands of candidates.
const (
	Free  = 30 // in an hour, one after the other
	Daily = 90 // in 24 hours

	firstWait   = 5 * time.Second // doubled by each search over Free
	longestWait = 10 * time.Minute
)

// Wait tells for how long a person may not search: 0 when they may at once. It belongs into the transaction that records
// the search, so that many at once are counted one after the other.
func Wait(db collections.DB, actor string, now time.Time) (time.Duration, error) {
	var day, hour int
	var first, last string
	from := func(back time.Duration) string { return collections.Stamp(now.Add(-back)) }
	_, err := collections.One(db, `SELECT COUNT(*), COALESCE(SUM(created>?),0), COALESCE(MIN(created),''), COALESCE(MAX(created),'') FROM audit
		WHERE actor=? AND created>? AND action IN (?,?)`,
		[]any{from(time.Hour), actor, from(24 * time.Hour), audit.Search, audit.Match}, &day, &hour, &first, &last)
	switch {
	case err != nil:
		return 0, fmt.Errorf("count searches: %w", err)
	case day >= Daily:
		return until(first, 24*time.Hour, now), nil
	case hour >= Free:
		return until(last, min(firstWait<<min(hour-Free, 8), longestWait), now), nil
	}
	return 0, nil
}

// until is what is left of a while that began at a stamp.
func until(stamp string, while time.Duration, now time.Time) time.Duration {
	at, err := time.Parse(collections.TimeLayout, stamp)
	if err != nil {
		return while
	}
	return max(at.Add(while).Sub(now), 0)
}
