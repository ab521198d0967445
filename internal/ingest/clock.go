package ingest

import (
	"fmt"
	"strings"
	"time"

	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

const (
	clockTolerance = 10 * time.Minute    // that a clock may be off
	longestTrip    = 90 * 24 * time.Hour // that a visit may have waited for a network
)

// ofArrival are the findings of a record that tell how it came: an edit by hand finds out nothing new about them.
func ofArrival(issues []survey.Issue) (kept []survey.Issue) {
	for _, i := range issues {
		if i.Code == validate.ClockOff || i.Code == validate.TextMended {
			kept = append(kept, i)
		}
	}
	return kept
}

// checkClock adds an issue when the times of a record cannot be right: ages, rules about dates and the baseline use the
// tablet's day. offset is how far its clock was ahead when it was measured last. Nothing else depends on it.
func (d *prepared) checkClock(offset time.Duration, now time.Time) {
	at, field := d.lastMoment()
	if at.IsZero() {
		return
	}
	off := at.Sub(now) // at least, for a clock that is ahead
	switch behind := at.Add(-offset); {
	case off > clockTolerance:
		off = max(off, offset)
	case offset < -clockTolerance && behind.Before(now.Add(clockTolerance)):
		off = offset
	case off < -longestTrip:
	default:
		return
	}
	issue := validate.Found(validate.ClockOff, field)
	zh, en := spanOf(off)
	issue.ZH, issue.EN = issue.ZH+"："+zh, issue.EN+": "+en
	d.issues = append(d.issues, issue)
}

// lastMoment is the latest time that the tablet's clock gave the record, and the question that holds it; zero for none.
func (d *prepared) lastMoment() (at time.Time, field string) {
	for _, path := range [][]string{d.form.Started, d.form.Finished} {
		if t, err := time.Parse(time.RFC3339, d.form.Answer(d.inst.Root, path)); err == nil && t.After(at) {
			at, field = t, strings.Join(path, "/")
		}
	}
	if t, err := time.Parse(time.RFC3339, d.op.DeviceTime); err == nil && t.After(at) {
		at, field = t, ""
	}
	return at, field
}

// spanOf writes how far a clock is off, in days from two days on, else in minutes.
func spanOf(off time.Duration) (zh, en string) {
	if days := off.Hours() / 24; days >= 2 || days <= -2 {
		return fmt.Sprintf("%+.0f 天", days), fmt.Sprintf("%+.0f days", days)
	}
	return fmt.Sprintf("%+.0f 分钟", off.Minutes()), fmt.Sprintf("%+.0f minutes", off.Minutes())
}
