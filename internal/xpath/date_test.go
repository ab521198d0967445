package xpath

import (
	"testing"
	"time"
)

func TestParseDayAtItsEdges(t *testing.T) {
	for s, want := range map[string]bool{
		"2026-01-01": true, "2026-12-31": true, "9999-12-31": true, "2024-02-29": true, "2000-02-29": true, "2026-04-30": true,
		"2026-00-01": false, "2026-13-01": false, "2026-01-00": false, "2026-01-32": false, "10000-01-01": false,
		"2026-02-29": false, "1900-02-29": false, "2026-04-31": false,
		"": false, "2026": false, "2026-01": false, "2026-01-": false, "2026--01": false, "-01-01": false,
		"x-01-01": false, "2026-x-01": false, "2026-01-x": false, "2026-01-1x": false, "2026-01-01-01": false,
		"0000002026-01-01": false, "2026-0000000001-01": false, "2026-01-0000000001": false, // more than nine digits
	} {
		if _, _, _, ok := parseDay(s); ok != want {
			t.Errorf("%q: %t", s, ok)
		}
	}
	if y, m, d, _ := parseDay("2026-11-28"); y != 2026 || m != 11 || d != 28 {
		t.Errorf("%d %d %d", y, m, d)
	}
}

// TestMidnightIsADay: a moment is written as its day at midnight alone, whatever else of it is nought.
func TestMidnightIsADay(t *testing.T) {
	for _, c := range []struct {
		after time.Duration
		want  string
	}{
		{0, "2026-11-23"}, {time.Millisecond - 1, "2026-11-23"}, {time.Millisecond, "2026-11-23T00:00:00.001+00:00"}, {time.Second, "2026-11-23T00:00:01.000+00:00"},
		{time.Minute, "2026-11-23T00:01:00.000+00:00"}, {8 * time.Hour, "2026-11-23T08:00:00.000+00:00"},
	} {
		if got := formatMoment(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC).Add(c.after)); got != c.want {
			t.Errorf("%v after midnight: %s, want %s", c.after, got, c.want)
		}
	}
}
