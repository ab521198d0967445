package console

import (
	"fmt"
	"testing"
	"time"
)

// TestWhoElseReads is told of a record and for three minutes, to the others; what nobody reads any more is forgotten.
func TestWhoElseReads(t *testing.T) {
	l, at := NewLeases(), time.Date(2026, 11, 23, 10, 0, 0, 0, time.FixedZone("", 8*3600))
	names := func(all []Reader) string {
		s := ""
		for _, r := range all {
			s += r.ID + " " + r.Name + " " + r.Until + ";"
		}
		return s
	}
	const a, b = "a 甲 2026-11-23T02:03:00Z;", "b 乙 2026-11-23T02:04:00Z;"
	for _, step := range []struct{ what, got, want string }{
		{"the first", names(l.Read("r", "a", "甲", at)), ""},
		{"the second", names(l.Read("r", "b", "乙", at.Add(time.Minute))), a},
		{"another record", names(l.Of("s", "", at)), ""},
		{"to a third", names(l.Of("r", "c", at.Add(time.Minute))), b + a},
		{"to the first", names(l.Of("r", "a", at.Add(time.Minute))), b},
		{"a moment before it ends", names(l.Of("r", "c", at.Add(leaseTime-1))), b + a},
		{"when it ends", names(l.Of("r", "c", at.Add(leaseTime))), b},
		{"the second again", names(l.Read("r", "b", "乙", at.Add(leaseTime))), ""},
	} {
		if step.got != step.want {
			t.Errorf("%s: %q, want %q", step.what, step.got, step.want)
		}
	}
	for n := range mostLeased {
		l.Read(fmt.Sprint(n), "a", "甲", at.Add(time.Hour))
	}
	if n := len(l.held); n != mostLeased || l.held["r"] != nil {
		t.Errorf("%d records are read, the first one: %v", n, l.held["r"])
	}
	if l.Read("more", "a", "甲", at.Add(time.Hour)); len(l.held) != 1 {
		t.Errorf("%d records are read when all were forgotten", len(l.held))
	}
}
