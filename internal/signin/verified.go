package signin

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"maps"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/audit"
)

const (
	verifiedFor  = 15 * time.Minute // a comparison costs a tenth of a second, and apps send the password with every request
	mostVerified = 10_000
)

// verified remembers which passwords were right, in memory only and as hashes with a key of this process.
type verified struct {
	key   [32]byte
	mu    sync.Mutex
	known map[[sha256.Size]byte]time.Time // until when
}

func newVerified() *verified {
	v := &verified{known: map[[sha256.Size]byte]time.Time{}}
	rand.Read(v.key[:]) // never fails
	return v
}

// sum covers the tokenKey too, which changes with the password and whenever the tokens of the account end.
func (v *verified) sum(t Try) (sum [sha256.Size]byte) {
	mac := hmac.New(sha256.New, v.key[:])
	for _, part := range []string{t.Account.Id, t.Account.TokenKey(), t.Password} {
		inner := sha256.Sum256([]byte(part))
		mac.Write(inner[:])
	}
	mac.Sum(sum[:0])
	return sum
}

func (v *verified) has(t Try, now time.Time) bool {
	sum := v.sum(t)
	v.mu.Lock()
	defer v.mu.Unlock()
	return now.Before(v.known[sum])
}

func (v *verified) keep(t Try, now time.Time) {
	sum := v.sum(t)
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.known) >= mostVerified {
		maps.DeleteFunc(v.known, func(_ [sha256.Size]byte, until time.Time) bool { return now.After(until) })
	}
	if len(v.known) < mostVerified {
		v.known[sum] = now.Add(verifiedFor)
	}
}

// Basic admits a request that carries its password, as Admit does. What was right a while ago is not compared again, but it waits
// like every other attempt: an answer at once would tell a guesser that it is right. It clears no count either.
func (g *Guard) Basic(ctx context.Context, app core.App, t Try, now func() time.Time) error {
	if t.Account != nil && t.Fits && g.verified.has(t, now()) {
		db := collections.Read(app)
		a := t.attempt(db)
		return a.waits(db, now())
	}
	a, err := g.Admit(ctx, app, t, now)
	if err != nil {
		return err
	}
	err = collections.Write(context.WithoutCancel(ctx), app, func(db collections.DB) error {
		if err := a.Right(db, now()); err != nil {
			return err
		}
		return audit.Append(db, now(), t.Done())
	})
	if err == nil {
		g.verified.keep(t, now())
	}
	return err
}
