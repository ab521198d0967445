package body

import (
	"testing"
	"time"

	"doorstep/internal/problem"
)

// TestADayIsFullForOneAccount brings as much as may be and a byte less, for two accounts, until the day ends in the city and not elsewhere.
func TestADayIsFullForOneAccount(t *testing.T) {
	d := &Day{Most: 100}
	midnight := time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC) // in the city
	full := func(account string, now time.Time, want bool) {
		t.Helper()
		if err := d.Open(account, now); (err != nil) != want || want && problem.As(err).Code != problem.DayFull {
			t.Errorf("%s: %v", account, err)
		}
	}
	late := midnight.Add(-time.Second)
	d.Add("a", 50, late)
	d.Add("a", 49, late)
	d.Add("b", 60, late.Add(-12*time.Hour))
	full("a", late, false)
	d.Add("a", 1, late)
	full("a", late, true)
	full("b", late, false)
	d.Add("a", 99, midnight)
	full("a", midnight, false)
	d.Add("a", 1, midnight.Add(23*time.Hour))
	full("a", midnight.Add(23*time.Hour), true)
	full("a", midnight.Add(24*time.Hour), false)
	d.Most = 0
	d.Add("a", 1<<40, midnight.Add(24*time.Hour))
	full("a", midnight.Add(24*time.Hour), false)
}
