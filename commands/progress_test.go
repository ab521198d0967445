package commands

import (
	"bytes"
	"testing"
	"time"
)

// TestEstimate: what is left takes as long for each as what was done did; nothing is told where nothing is known.
func TestEstimate(t *testing.T) {
	for _, c := range []struct {
		took       time.Duration
		done, rest int
		want       string
	}{
		{10 * time.Second, 1, 3, "，约剩 about 30s left"}, {10 * time.Second, 4, 2, "，约剩 about 5s left"}, {time.Minute, 1, 1, "，约剩 about 1m0s left"},
		{time.Minute, 0, 3, ""}, {time.Minute, 3, 0, ""}, {time.Minute, -1, 3, ""},
	} {
		if got := estimate(c.took, c.done, c.rest); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

// TestSteps: a line as a step begins and none for what comes at once after it; the estimate counts what was done in this step.
func TestSteps(t *testing.T) {
	var out bytes.Buffer
	show := steps(&out)
	show("read", 0, 4)
	show("read", 1, 4)
	show("read", 4, 4)
	show("write", 2, 9)
	show("write", 3, 9)
	show("count", 7, -1)
	if want := "read: 0/4\nwrite: 2/9\ncount: 7\n"; out.String() != want {
		t.Errorf("%q, not %q", out.String(), want)
	}
}
