package body

import (
	"sync"
	"time"

	"doorstep/internal/problem"
	"doorstep/internal/survey"
)

// Day bounds what each account brings on one day, so that nobody alone fills the disk. What is refused waits on the tablet. A restart
// begins to count anew.
type Day struct {
	Most int64 // bytes; 0 for any number

	mu  sync.Mutex
	day string
	of  map[string]int64 // by account
}

// Open fails with problem.DayFull for an account that has brought all that it may today.
func (d *Day) Open(account string, now time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.begin(now); d.Most > 0 && d.of[account] >= d.Most {
		return problem.New(problem.DayFull, "")
	}
	return nil
}

// Add counts what an account has brought.
func (d *Day) Add(account string, bytes int64, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.begin(now)
	d.of[account] += bytes
}

// begin forgets the sums of another day. The caller holds mu.
func (d *Day) begin(now time.Time) {
	if today := now.In(survey.Zone).Format(time.DateOnly); today != d.day {
		d.day, d.of = today, map[string]int64{}
	}
}
