package problem

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

type coded int

func (coded) Error() string { return "of SQLite" }
func (c coded) Code() int   { return int(c) }

// The codes are those of https://www.sqlite.org/rescode.html; the extended ones hold the primary one in their lowest byte.
func TestWhatSQLiteRefusesIsNoFailureOfTheDatabase(t *testing.T) {
	for err, want := range map[error]bool{
		nil: false, errors.New("no such form"): false, coded(1): false, coded(9): false, coded(18): false, coded(19): false, coded(2067): false,
		coded(20): false, coded(25): false, coded(5): true, coded(517): true, coded(8): true, coded(10): true, coded(266): true,
		coded(11): true, coded(13): true, coded(14): true,
	} {
		if err != nil {
			err = fmt.Errorf("save: %w", err)
		}
		if got := OfDatabase(err); got != want {
			t.Errorf("%#v: %v", err, got)
		}
	}
}

func TestAsFindsWhatAClientShouldHear(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want Code
	}{
		"a problem below another error": {fmt.Errorf("push: %w", New(TooLarge, "")), TooLarge},
		"the client went away":          {fmt.Errorf("push: %w", context.Canceled), Busy},
		"time ran out":                  {fmt.Errorf("pull: %w", context.DeadlineExceeded), Busy},
		"SQLite had no room":            {fmt.Errorf("push: %w", coded(13)), DiskFull},
		"anything else":                 {errors.New("disk full"), Internal},
	} {
		if got := As(c.err).Code; got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
