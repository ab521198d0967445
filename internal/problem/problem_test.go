package problem

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

func TestAsFindsWhatAClientShouldHear(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want Code
	}{
		"a problem below another error": {fmt.Errorf("push: %w", New(TooLarge, "")), TooLarge},
		"the client went away":          {fmt.Errorf("push: %w", context.Canceled), Busy},
		"time ran out":                  {fmt.Errorf("pull: %w", context.DeadlineExceeded), Busy},
		"anything else":                 {errors.New("disk full"), Internal},
	} {
		if got := As(c.err).Code; got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
