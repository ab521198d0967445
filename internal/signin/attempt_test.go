package signin_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/signin"
	"doorstep/internal/testapp"
)

// gate tries passwords at a clock of its own, without comparing any.
type gate struct {
	t   *testing.T
	app *testapp.App
	now time.Time
}

func newGate(t *testing.T) *gate {
	return &gate{t, testapp.New(t), time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)}
}

// try reports whether a password is looked at, which is right or wrong then.
func (g *gate) try(account string, from signin.Place, right bool) bool {
	g.t.Helper()
	var waiting *signin.Waiting
	err := collections.Write(g.t.Context(), g.app.TestApp, func(db collections.DB) error {
		a := signin.NewAttempt(db, "workers", account, from)
		if err := a.Begin(db, g.now); err != nil {
			return err
		}
		if right {
			return a.Right(db, g.now)
		}
		return nil
	})
	if err != nil && !errors.As(err, &waiting) {
		g.t.Fatal(err)
	}
	return err == nil
}

// aDay guesses once in each step of a day and counts how often a guess is looked at.
func (g *gate) aDay(step time.Duration, guess func(n int) bool) (looked int) {
	for n := range int(24 * time.Hour / step) {
		if guess(n) {
			looked++
		}
		g.now = g.now.Add(step)
	}
	return looked
}

func at(address string) signin.Place { return signin.Place{Address: address} }

// What a guesser gets in a day; decision 231 tells these figures.
func TestGuessesADay(t *testing.T) {
	for name, c := range map[string]struct {
		step  time.Duration
		most  int
		least int
		guess func(*gate, int) bool
	}{
		"one account from one address":            {10 * time.Second, 130, 90, func(g *gate, _ int) bool { return g.try("a", at("192.0.2.1"), false) }},
		"one account from a thousand addresses":   {10 * time.Second, 250, 120, func(g *gate, n int) bool { return g.try("a", at(fmt.Sprintf("192.0.%d.%d", n%4, n%250)), false) }},
		"any account from one address":            {10 * time.Second, 3300, 2500, func(g *gate, n int) bool { return g.try(fmt.Sprint(n), at("192.0.2.1"), false) }},
		"any account from one network of IPv6":    {10 * time.Second, 3300, 2500, func(g *gate, n int) bool { return g.try(fmt.Sprint(n), at(fmt.Sprintf("2001:db8::%x", n)), false) }},
		"one account, from its owner's address":   {10 * time.Second, 800, 600, func(g *gate, n int) bool { return g.try("owner", at("192.0.2.9"), false) }},
		"one account, typed in different letters": {time.Minute, 130, 90, func(g *gate, n int) bool { return g.try([]string{"a", "A"}[n%2], at("192.0.2.1"), false) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGate(t)
			g.try("owner", at("192.0.2.9"), true)
			if looked := g.aDay(c.step, func(n int) bool { return c.guess(g, n) }); looked > c.most || looked < c.least {
				t.Errorf("%d guesses in a day, want %d to %d", looked, c.least, c.most)
			}
		})
	}
}

// Guessing holds up nobody else: not who has come from the place before, nor from another place, nor a tablet, nor the operator.
func TestWaitsAreAimedAtNobody(t *testing.T) {
	g := newGate(t)
	nat := "198.51.100.7"
	if !g.try("known", at(nat), true) || !g.try("victim", at("203.0.113.5"), true) {
		t.Fatal("the first sign-ins")
	}
	g.now = g.now.Add(24 * time.Hour)
	for n := range 106 {
		g.try(fmt.Sprintf("made up %d", n), at(nat), false)
	}
	if !g.try("known", at(nat), true) {
		t.Error("who signed in from the address before waits")
	}
	if g.now = g.now.Add(time.Second); !g.try("newcomer", at(nat), true) {
		t.Error("somebody new at the address waits after 106 made-up numbers")
	}
	for n := range 1000 {
		g.try(fmt.Sprintf("more %d", n), at(nat), false)
	}
	if !g.try("known", at(nat), true) {
		t.Error("who signed in from the address before waits after a thousand")
	}
	if !g.try("worker", signin.Place{Address: nat, Device: "tablet"}, true) {
		t.Error("a registered tablet at the address waits")
	}
	if g.now = g.now.Add(30 * time.Second); !g.try("newcomer 2", at(nat), true) {
		t.Error("somebody new at the address waits longer than half a minute")
	}
	for n := range 200 {
		g.try("victim", at(fmt.Sprintf("192.0.2.%d", n%250)), false)
		g.try("operator", at(fmt.Sprintf("192.0.2.%d", n%250)), false)
		g.now = g.now.Add(time.Second)
	}
	if !g.try("victim", at("203.0.113.5"), true) {
		t.Error("an account is shut for its owner by guesses from elsewhere")
	}
	local := signin.Place{Address: "127.0.0.1", Local: true}
	for range 50 {
		g.try("operator", local, false)
	}
	if g.now = g.now.Add(2 * time.Second); !g.try("operator", local, true) {
		t.Error("the operator at the machine waits longer than two seconds")
	}
}

// A hundred guesses at once are not looked at together, and a right password ends the waits of its own place alone.
func TestGuessesAtOnce(t *testing.T) {
	g := newGate(t)
	looked := make(chan bool)
	for range 100 {
		go func() { looked <- g.try("a", at("192.0.2.1"), false) }()
	}
	n := 0
	for range 100 {
		if <-looked {
			n++
		}
	}
	if n != 5 {
		t.Errorf("%d of a hundred guesses at once were looked at", n)
	}
	g.try("a", at("192.0.2.2"), true)
	if g.try("a", at("192.0.2.1"), false) {
		t.Error("a right password elsewhere ended the wait")
	}
	g.now = g.now.Add(time.Second)
	g.try("a", at("192.0.2.1"), true)
	for range 5 {
		if !g.try("a", at("192.0.2.1"), false) {
			t.Error("a right password did not end the wait")
		}
	}
}

// A city's tablets sign in for the first time from one address, every tenth with a slip before.
func TestAFirstMorningBehindOneAddress(t *testing.T) {
	g := newGate(t)
	for n := range 500 {
		who := fmt.Sprint(n)
		if n%10 == 0 && !g.try(who, at("192.0.2.1"), false) || !g.try(who, at("192.0.2.1"), true) {
			t.Fatalf("tablet %d waits", n)
		}
		g.now = g.now.Add(100 * time.Millisecond)
	}
}

func TestPruneKeepsWhoIsKnown(t *testing.T) {
	g := newGate(t)
	g.try("known", at("192.0.2.1"), true)
	g.try("guessed", at("192.0.2.2"), false)
	rows := func() (n int) {
		if _, err := collections.One(collections.Read(g.app.TestApp), `SELECT COUNT(*) FROM sign_ins`, nil, &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{0, 6}, {49 * time.Hour, 1}, {91 * 24 * time.Hour, 0}} {
		g.now = g.now.Add(c.after)
		if err := collections.Write(t.Context(), g.app.TestApp, func(db collections.DB) error { return signin.Prune(db, g.now) }); err != nil {
			t.Fatal(err)
		}
		if n := rows(); n != c.want {
			t.Errorf("after %v: %d rows, want %d", c.after, n, c.want)
		}
	}
}
