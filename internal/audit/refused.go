package audit

import (
	"fmt"
	"time"

	"doorstep/collections"
)

// Refused is that somebody who is signed in was kept from something. The detail tells what and why, never what they asked for.
const Refused = "refused"

// mostRefused is how many refusals of one person in an hour are recorded one by one.
const mostRefused = 60

// AppendRefusal records a refusal. After the first ones of an hour one a minute is recorded, so that a thousand refusals a
// second do not fill the disk.
func AppendRefusal(db collections.DB, now time.Time, e Entry) error {
	var hour int
	var last string
	_, err := collections.One(db, `SELECT COUNT(*), COALESCE(MAX(created),'') FROM audit WHERE actor=? AND created>? AND action=?`,
		[]any{e.Actor, collections.Stamp(now.Add(-time.Hour)), Refused}, &hour, &last)
	if err != nil {
		return fmt.Errorf("count refusals: %w", err)
	}
	if hour >= mostRefused && last > collections.Stamp(now.Add(-time.Minute)) {
		return nil
	}
	e.Action = Refused
	return Append(db, now, e)
}
