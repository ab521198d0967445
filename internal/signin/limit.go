package signin

import (
	"fmt"
	"time"

	"doorstep/collections"
)

// limit says how wrong passwords make the next attempt wait. The first ones are free; then the wait grows with the square of
// those above, up to longest. One is forgotten in each time of forget. Nothing is ever locked (decision 231).
type limit struct {
	free          int64
	step, longest time.Duration
	forget        time.Duration
}

var (
	pairLimit    = limit{free: 5, step: time.Second, longest: 15 * time.Minute, forget: 4 * time.Hour}
	accountLimit = limit{free: 50, step: time.Second, longest: 10 * time.Minute, forget: 30 * time.Minute}
	addressLimit = limit{free: 100, step: time.Millisecond, longest: 30 * time.Second, forget: time.Minute}
	factorLimit  = limit{free: 5, step: 10 * time.Second, longest: 15 * time.Minute, forget: 4 * time.Hour}
)

// Waits of who has signed in well before from the same device or address, and of an operator at the machine itself.
const (
	longestKnown = 2 * time.Minute
	longestLocal = 2 * time.Second
)

func (l limit) wait(wrong int64) time.Duration {
	over := wrong - l.free + 1
	if over <= 0 {
		return 0
	}
	over = min(over, 10_000) // its square must not overflow
	return min(time.Duration(over*over)*l.step, l.longest)
}

// count is one row of sign_ins.
type count struct {
	key          string
	limit        limit
	wrong, right int64
	since        time.Time // of the last right password
	until        time.Time // not looked at before
}

func readCount(db collections.DB, key string, l limit, now time.Time) (count, error) {
	c := count{key: key, limit: l}
	var since, until, updated string
	_, err := collections.One(db, `SELECT wrong, "right", since, until, updated FROM sign_ins WHERE "key"=?`, []any{key},
		&c.wrong, &c.right, &since, &until, &updated)
	if err != nil {
		return c, fmt.Errorf("limits of sign-in: %w", err)
	}
	c.since, c.until = moment(since), moment(until)
	if past := now.Sub(moment(updated)); past > 0 {
		c.wrong = max(c.wrong-int64(past/l.forget), 0)
	}
	return c, nil
}

// moment reads a stamp; the zero time for none.
func moment(stamp string) time.Time {
	t, err := time.Parse(collections.TimeLayout, stamp)
	if err != nil {
		return time.Time{}
	}
	return t
}

// add counts wrong passwords, or gives some back, and sets the wait that follows from them.
func (c *count) add(n int64, now time.Time) {
	c.wrong, c.until = max(c.wrong+n, 0), time.Time{}
	if wait := c.limit.wait(c.wrong); wait > 0 {
		c.until = now.Add(wait)
	}
}

func (c *count) write(db collections.DB, now time.Time) error {
	_, err := db.Exec(`INSERT INTO sign_ins ("key", wrong, "right", since, until, created, updated) VALUES (?,?,?,?,?,?,?)
		ON CONFLICT ("key") DO UPDATE SET wrong=excluded.wrong, "right"=excluded."right", since=excluded.since, until=excluded.until,
		updated=excluded.updated`,
		c.key, c.wrong, c.right, stamp(c.since), stamp(c.until), collections.Stamp(now), collections.Stamp(now))
	if err != nil {
		return fmt.Errorf("limits of sign-in: %w", err)
	}
	return nil
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return collections.Stamp(t)
}

// remembered is how long a device or an address counts as known after a right password.
const remembered = 90 * 24 * time.Hour

// Prune drops the counts that say nothing any more.
func Prune(db collections.DB, now time.Time) error {
	_, err := db.Exec(`DELETE FROM sign_ins WHERE updated<? OR "right"=0 AND updated<?`,
		collections.Stamp(now.Add(-remembered)), collections.Stamp(now.Add(-48*time.Hour)))
	if err != nil {
		return fmt.Errorf("drop old counts of sign-ins: %w", err)
	}
	return nil
}
