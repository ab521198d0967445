package signin

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/crypto/bcrypt"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/problem"
)

// Guard looks at the passwords of every door. Whatever is wrong, the answer, the counts, the row in the audit trail and the
// work are the same: one comparison, with the hash of nobody's password where there is no account.
type Guard struct {
	turns    chan struct{} // comparisons at once: they take a tenth of a second of a processor each, and tablets want some of it
	compared atomic.Int64
	verified *verified
}

// NewGuard makes a guard that has seen nobody yet.
func NewGuard() *Guard {
	return &Guard{turns: make(chan struct{}, max(runtime.GOMAXPROCS(0)/2, 1)), verified: newVerified()}
}

// Compared is how many passwords were compared.
func (g *Guard) Compared() int64 { return g.compared.Load() }

// Try is somebody who wants to come in through a door with a password.
type Try struct {
	Door       string // as the audit trail names it
	Collection string
	Identity   string // as it was typed
	Password   string
	Account    *core.Record // whose identity it is, nil for nobody's
	Fits       bool         // whether this door is for the account at all
	From       Place
}

func (t Try) attempt(db collections.DB) Attempt {
	account := t.Identity
	if t.Account != nil {
		account = t.Account.Id // however it was typed
	}
	return NewAttempt(db, t.Collection, account, t.From)
}

// Admit looks at a password. The attempt that it returns is counted as wrong until Right or Release. It fails with *Waiting,
// or with problem.NotSignedIn whatever else is wrong.
func (g *Guard) Admit(ctx context.Context, app core.App, t Try, now func() time.Time) (Attempt, error) {
	var a Attempt
	err := collections.Write(ctx, app, func(db collections.DB) error {
		a = t.attempt(db)
		return a.Begin(db, now())
	})
	if err != nil {
		return a, err
	}
	right, err := g.compare(ctx, collections.Read(app), t)
	if err != nil || right {
		return a, err
	}
	return a, refused(ctx, app, t, now())
}

func (g *Guard) compare(ctx context.Context, db collections.DB, t Try) (bool, error) {
	hash, err := hashOf(db, t.Account)
	if err != nil {
		return false, err
	}
	select {
	case g.turns <- struct{}{}:
		defer func() { <-g.turns }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	g.compared.Add(1)
	same := bcrypt.CompareHashAndPassword([]byte(hash), []byte(t.Password)) == nil
	return same && t.Account != nil && t.Fits, nil
}

// refused records a failure, also when the client has gone.
func refused(ctx context.Context, app core.App, t Try, now time.Time) error {
	err := collections.Write(context.WithoutCancel(ctx), app, func(db collections.DB) error { return audit.Append(db, now, t.Failed()) })
	if err != nil {
		return err
	}
	return problem.New(problem.NotSignedIn, "")
}

// Failed is the row of the audit trail for a wrong password or code. What was typed for nobody's account is not in it.
func (t Try) Failed() audit.Entry {
	e := audit.Entry{Action: audit.SignInFail, Collection: t.Collection, Purpose: audit.Administration, Detail: t.detail()}
	if t.Account != nil {
		e.Record = t.Account.Id
	}
	return e
}

// Done is the row of the audit trail for a sign-in.
func (t Try) Done() audit.Entry {
	return audit.Entry{Actor: t.Account.Id, Role: t.Account.GetString("role"), Device: t.From.Device, Action: audit.SignIn,
		Collection: t.Collection,
		Record:     t.Account.Id, Area: t.Account.GetString("area"), Purpose: audit.Administration, Detail: t.detail()}
}

func (t Try) detail() map[string]string {
	return map[string]string{"from": t.From.Address, "door": t.Door}
}
