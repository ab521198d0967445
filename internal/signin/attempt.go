// Package signin is the one guarded sign-in behind every door: it looks at passwords, keeps guessers out, asks for a second
// factor, makes tokens, binds them to tablets and ends them.
package signin

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"doorstep/collections"
	"doorstep/internal/problem"
)

// Waiting is the error of an attempt that was not looked at.
type Waiting struct{ For time.Duration }

func (w *Waiting) Error() string { return fmt.Sprintf("wait %v before the next attempt", w.For) }

// Unwrap gives the problem that it is told as.
func (w *Waiting) Unwrap() error { return problem.New(problem.TooManyGuesses, "") }

// Attempt is one sign-in with a password, as far as limits go. It is counted as wrong before anything is looked at, so
// that a hundred at once are not looked at together; Right and Release give that back.
type Attempt struct {
	pair, account, address, factor string
	known                          bool // a device or an address from which this account has signed in well
	local                          bool // an operator at the machine itself
}

// Place is where somebody comes from.
type Place struct {
	Address string
	Device  string // a registered tablet of the account, "" for none
	Local   bool   // an operator at the machine itself
}

// NewAttempt names an attempt at an account: its id, or what was typed for nobody's.
func NewAttempt(db collections.DB, collection, account string, from Place) Attempt {
	network := Network(from.Address)
	place := "address " + network
	if from.Device != "" {
		place = "device " + from.Device
	}
	account = strings.ToLower(account)
	own := keyed(db, "account", collection, account)
	return Attempt{
		pair: own + "." + keyed(db, "pair", collection, account, place), account: own, address: keyed(db, "address", network),
		factor: keyed(db, "factor", collection, account), known: from.Device != "", local: from.Local,
	}
}

// Unlock forgets every wrong password and code of an account, wherever they came from, and the places that it is known from.
// It returns how many counts there were.
func Unlock(db collections.DB, collection, account string) (int64, error) {
	a := NewAttempt(db, collection, account, Place{})
	gone, err := db.Exec(`DELETE FROM sign_ins WHERE "key" IN (?,?) OR "key">=? AND "key"<?`,
		a.account, a.factor, a.account+".", a.account+"/")
	if err != nil {
		return 0, fmt.Errorf("limits of sign-in: %w", err)
	}
	return gone.RowsAffected()
}

// Network is what of an address one subscriber has: an IPv6 address alone is as many as one likes.
func Network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap().WithZone(""); ip.Is4() {
		return ip.String()
	}
	prefix, err := ip.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}

// keyed is a keyed hash: staff numbers and addresses are few enough to be tried out.
func keyed(db collections.DB, parts ...string) string {
	sum := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(sum, "%d %s", len(p), p)
	}
	return collections.IndexOf(db, "sign_ins", "key", hex.EncodeToString(sum.Sum(nil)))
}

// counts reads what an attempt is measured by, its own first. An account and an address hold strangers up alone, so that nobody
// shuts out who has come that way before.
func (a *Attempt) counts(db collections.DB, now time.Time) ([]count, error) {
	own, err := readCount(db, a.pair, pairLimit, now)
	if err != nil {
		return nil, err
	}
	a.known = a.known || own.right > 0 && now.Sub(own.since) < remembered
	switch {
	case a.local:
		own.limit.longest = longestLocal
	case a.known:
		own.limit.longest = longestKnown
	}
	all := []count{own}
	if a.known || a.local {
		return all, nil
	}
	for key, l := range map[string]limit{a.account: accountLimit, a.address: addressLimit} {
		c, err := readCount(db, key, l, now)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// waits is the longest that one of the counts holds an attempt up.
func waits(all []count, now time.Time) error {
	var longest time.Duration
	for _, c := range all {
		longest = max(longest, c.until.Sub(now))
	}
	if longest > 0 {
		return &Waiting{longest}
	}
	return nil
}

// waits fails with *Waiting when an attempt would not be looked at now.
func (a *Attempt) waits(db collections.DB, now time.Time) error {
	all, err := a.counts(db, now)
	if err != nil {
		return err
	}
	return waits(all, now)
}

// Begin counts the attempt. It fails with *Waiting when it must not be looked at, and counts nothing then.
func (a *Attempt) Begin(db collections.DB, now time.Time) error {
	all, err := a.counts(db, now)
	if err != nil {
		return err
	}
	if err := waits(all, now); err != nil {
		return err
	}
	for _, c := range all {
		c.add(1, now)
		if err := c.write(db, now); err != nil {
			return err
		}
	}
	return nil
}

// Release gives back what Begin counted: the password was right, and something else is asked for.
func (a *Attempt) Release(db collections.DB, now time.Time) error { return a.giveBack(db, now, false) }

// Right forgets what was held against the account from here, and remembers that it signs in from here. The first time pays
// for a wrong one of the address too: a city's tablets may all come from one.
func (a *Attempt) Right(db collections.DB, now time.Time) error { return a.giveBack(db, now, true) }

func (a *Attempt) giveBack(db collections.DB, now time.Time, right bool) error {
	all, err := a.counts(db, now)
	if err != nil {
		return err
	}
	for i, c := range all {
		switch {
		case i == 0 && right:
			c.add(-c.wrong, now)
			c.right, c.since = c.right+1, now
		case c.key == a.address && right:
			c.add(-2, now)
		default:
			c.add(-1, now)
		}
		if err := c.write(db, now); err != nil {
			return err
		}
	}
	return nil
}

// CheckFactor asks for a second factor's code after the password was right. Its own limit holds for the account wherever one
// comes from: who reaches it has the password. It fails with problem.FactorWrong, or *Waiting when the code was not looked at.
func (a *Attempt) CheckFactor(db collections.DB, worker, code string, now time.Time) error {
	c, err := readCount(db, a.factor, factorLimit, now)
	if err != nil {
		return err
	}
	if err := waits([]count{c}, now); err != nil {
		return err
	}
	ok, err := Check(db, worker, code, now)
	if err != nil {
		return err
	}
	if ok {
		c.add(-c.wrong, now)
		return c.write(db, now)
	}
	c.add(1, now)
	if err := c.write(db, now); err != nil {
		return err
	}
	return problem.New(problem.FactorWrong, "")
}
