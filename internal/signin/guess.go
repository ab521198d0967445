// Package signin keeps guessers out, asks for a second factor, binds tokens to tablets and ends them.
package signin

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"doorstep/collections"
)

// Limits of guessing. An account waits longer after every further wrong password. An address waits only when most of
// what comes from it is wrong: three thousand tablets of a city may share one.
const (
	freeGuesses  = 5
	firstWait    = time.Minute
	longestWait  = time.Hour
	window       = 15 * time.Minute // of an address; an account's count ends a day after the last guess
	forget       = 24 * time.Hour
	wrongFromOne = 100 // wrong sign-ins of one address in a window, once they outnumber the right ones
)

// Attempt is one sign-in, as far as limits go.
type Attempt struct{ account, address string }

// NewAttempt names an attempt: what was typed as the account, known or not, so that the limit tells nothing of who
// exists, and where it comes from. Only digests are kept.
func NewAttempt(collection, identity, address string) Attempt {
	return Attempt{digest("account", collection, identity), digest("address", address)}
}

func digest(parts ...string) string {
	sum := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(sum, "%d %s", len(p), p)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Wait tells for how long this attempt must not be looked at; 0 when it may go on.
func (a Attempt) Wait(db collections.DB, now time.Time) (time.Duration, error) {
	var until string
	if _, err := collections.One(db, `SELECT MAX(until) FROM sign_ins WHERE "key" IN (?,?)`, []any{a.account, a.address}, nullable{&until}); err != nil {
		return 0, fmt.Errorf("limits of sign-in: %w", err)
	}
	t, err := time.Parse(collections.TimeLayout, until)
	if err != nil {
		return 0, nil // nothing is held against it
	}
	return max(t.Sub(now), 0), nil
}

// nullable scans NULL as "".
type nullable struct{ s *string }

// Scan implements sql.Scanner.
func (n nullable) Scan(v any) error {
	if s, ok := v.(string); ok {
		*n.s = s
	}
	return nil
}

type count struct {
	wrong, right int64
	since        time.Time
}

func read(db collections.DB, key string, keep time.Duration, now time.Time) (c count, err error) {
	var since string
	if _, err := collections.One(db, `SELECT wrong, "right", since FROM sign_ins WHERE "key"=?`, []any{key}, &c.wrong, &c.right, &since); err != nil {
		return c, fmt.Errorf("limits of sign-in: %w", err)
	}
	if c.since, err = time.Parse(collections.TimeLayout, since); err != nil || now.Sub(c.since) > keep {
		return count{since: now}, nil
	}
	return c, nil
}

func write(db collections.DB, key string, c count, wait time.Duration, now time.Time) error {
	until := ""
	if wait > 0 {
		until = collections.Stamp(now.Add(wait))
	}
	at := collections.Stamp(now)
	_, err := db.Exec(`INSERT INTO sign_ins ("key", wrong, "right", since, until, created, updated) VALUES (?,?,?,?,?,?,?)
		ON CONFLICT ("key") DO UPDATE SET wrong=excluded.wrong, "right"=excluded."right", since=excluded.since, until=excluded.until, updated=excluded.updated`,
		key, c.wrong, c.right, collections.Stamp(c.since), until, at, at)
	if err != nil {
		return fmt.Errorf("limits of sign-in: %w", err)
	}
	return nil
}

// Wrong counts a failed attempt.
func (a Attempt) Wrong(db collections.DB, now time.Time) error {
	account, err := read(db, a.account, forget, now)
	if err != nil {
		return err
	}
	account.wrong, account.since = account.wrong+1, now
	wait := time.Duration(0)
	if over := account.wrong - freeGuesses; over >= 0 {
		wait = min(firstWait<<min(over, 10), longestWait)
	}
	if err := write(db, a.account, account, wait, now); err != nil {
		return err
	}
	address, err := read(db, a.address, window, now)
	if err != nil {
		return err
	}
	address.wrong++
	wait = 0
	if address.wrong >= wrongFromOne && address.wrong > address.right {
		wait = address.since.Add(window).Sub(now)
	}
	return write(db, a.address, address, wait, now)
}

// Right forgets what was held against the account.
func (a Attempt) Right(db collections.DB, now time.Time) error {
	if err := write(db, a.account, count{since: now}, 0, now); err != nil {
		return err
	}
	address, err := read(db, a.address, window, now)
	if err != nil {
		return err
	}
	address.right++
	return write(db, a.address, address, 0, now)
}
