package promises

import (
	"flag"
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"doorstep/internal/testapp"
)

// verdict is a test that is expected to fail.
type verdict struct {
	testing.TB
	said   []string
	failed bool
}

func (v *verdict) Helper()                   {}
func (v *verdict) Log(...any)                {}
func (v *verdict) Logf(string, ...any)       {}
func (v *verdict) Error(args ...any)         { v.said, v.failed = append(v.said, fmt.Sprint(args...)), true }
func (v *verdict) Errorf(f string, a ...any) { v.Error(fmt.Sprintf(f, a...)) }
func (v *verdict) Fatal(args ...any)         { v.Error(args...); v.FailNow() }
func (v *verdict) Fatalf(f string, a ...any) { v.Errorf(f, a...); v.FailNow() }
func (v *verdict) Fail()                     { v.failed = true }
func (v *verdict) FailNow()                  { v.failed = true; runtime.Goexit() }
func (v *verdict) Failed() bool              { return v.failed }

// fails runs a property that a fault must break, without minimizing what it finds.
func fails(t *testing.T, property func(*rapid.T)) string {
	for name, value := range map[string]string{"rapid.checks": "60", "rapid.shrinktime": "0s", "rapid.nofailfile": "true"} {
		before := flag.Lookup(name).Value.String()
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
		defer flag.Set(name, before)
	}
	v, done := &verdict{TB: t}, make(chan struct{})
	go func() {
		defer close(done)
		rapid.Check(v, property)
	}()
	<-done
	return strings.Join(v.said, "\n")
}

// TestBreaks breaks the server, the network or a tablet in one way after the other, and wants the promise's own check to
// tell. docs/decisions/0100 lists them.
func TestBreaks(t *testing.T) {
	testapp.Long(t)
	for _, b := range []struct {
		fault    fault
		promises string // that may tell
		property func(*testing.T, fault) func(*rapid.T)
	}{
		{dropsAChange, "1|11", with("create create sync sync pull pull review")},
		{overwrites, "2|3", with("create edit edit edit sync sync review")},
		{forgets, "3", with("create edit sync push")},
		{newNames, "4", lostAnswers},
		{deletesLeaves, "6", leaving},
		{halfRepairs, "12", digests},
		{keepsNothing, "14", sealed},
		{refusesBatches, "5", with("create poison sync")},
		{commitsLate, "7", atOnce},
		{sameEpoch, "1|7|11", with("create create sync sync backup restore")},
		{trustsClocks, "8", with("clock clock create sync")},
		{stalePages, "1|11", with("create sync sync pull")},
		{leaks, "13", outside},
		{letsRevokedIn, "14", with("revoke sync create push pull")},
		{misplaces, "15", derived},
		{losesMerges, "16", merges},
	} {
		t.Run(string(b.fault), func(t *testing.T) {
			said := fails(t, b.property(t, b.fault))
			if !regexp.MustCompile(`promise (` + b.promises + `)\b`).MatchString(said) {
				t.Errorf("promise %s holds in spite of it: %s", b.promises, said)
			}
			t.Log(strings.SplitN(said, "\n", 2)[0])
		})
	}
}

// with plays schedules of some moves.
func with(names string) func(*testing.T, fault) func(*rapid.T) {
	return func(t *testing.T, f fault) func(*rapid.T) { return play(t, f, strings.Fields(names)) }
}
