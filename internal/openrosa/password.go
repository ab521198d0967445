package openrosa

import (
	"crypto/sha256"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/problem"
)

const (
	rememberFor = 15 * time.Minute // checking a password costs a tenth of a second, and apps send it with every request
	mostWrong   = 10               // wrong passwords of one staff number within rememberFor
	mostKnown   = 10_000
)

// Passwords lets workers in who have no token. It remembers digests of what was right for a while, in memory only, and
// stops guessing.
type Passwords struct {
	mu    sync.Mutex
	right map[[sha256.Size]byte]admitted
	wrong map[string]guesses
}

type admitted struct {
	key   string // of the worker's sign-ins: a new password changes it
	until time.Time
}

type guesses struct {
	n     int
	until time.Time
}

// NewPasswords remembers nobody yet.
func NewPasswords() *Passwords {
	return &Passwords{right: map[[sha256.Size]byte]admitted{}, wrong: map[string]guesses{}}
}

// Admit finds the worker with that staff number and password. It fails with problem.NotSignedIn, or problem.Busy after
// too many wrong guesses.
func (p *Passwords) Admit(app core.App, staffNo, password string, now time.Time) (access.Actor, error) {
	if staffNo == "" {
		return access.Actor{}, problem.New(problem.NotSignedIn, "") // every client's first request
	}
	worker, err := app.FindFirstRecordByData(collections.Workers, "staff_no", staffNo)
	if err != nil && p.guessed(staffNo, now) {
		return access.Actor{}, problem.New(problem.Busy, "guesses")
	}
	if err != nil {
		p.miss(staffNo, now)
		return access.Actor{}, problem.New(problem.NotSignedIn, "")
	}
	sum := sha256.Sum256([]byte(staffNo + "\x00" + password))
	if !p.remembers(sum, worker.TokenKey(), now) {
		if p.guessed(staffNo, now) { // not asked of who is known: nobody can shut another out by guessing
			return access.Actor{}, problem.New(problem.Busy, "guesses")
		}
		if !worker.ValidatePassword(password) {
			p.miss(staffNo, now)
			return access.Actor{}, problem.New(problem.NotSignedIn, "")
		}
		p.remember(sum, worker.TokenKey(), now)
	}
	actor, active := access.Of(worker)
	if !active || actor.Where(access.Sync) == access.Nowhere {
		return access.Actor{}, problem.New(problem.NotAllowed, "")
	}
	return actor, nil
}

func (p *Passwords) guessed(staffNo string, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	g := p.wrong[staffNo]
	return g.n >= mostWrong && now.Before(g.until)
}

func (p *Passwords) miss(staffNo string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.wrong) >= mostKnown {
		clear(p.wrong)
	}
	g := p.wrong[staffNo]
	if !now.Before(g.until) {
		g = guesses{until: now.Add(rememberFor)}
	}
	g.n++
	p.wrong[staffNo] = g
}

func (p *Passwords) remembers(sum [sha256.Size]byte, key string, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	a, ok := p.right[sum]
	return ok && a.key == key && now.Before(a.until)
}

func (p *Passwords) remember(sum [sha256.Size]byte, key string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.right) >= mostKnown {
		clear(p.right)
	}
	p.right[sum] = admitted{key, now.Add(rememberFor)}
}
