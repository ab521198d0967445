package upload

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"doorstep/internal/problem"
)

// TestOnlyWhatIsIdleGivesWay fills one worker's room by number and by size, beside a neighbour's: what nobody has touched for an hour gives
// way, the idlest first and no more than needed.
func TestOnlyWhatIsIdleGivesWay(t *testing.T) {
	now := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	const each = MostOpenBytes / MostOpen
	for name, c := range map[string]struct {
		idle []int // minutes, of those that are open
		size int64 // of each of them
		come int64
		gone []string
		full bool
	}{
		"one less than may be":         {make([]int, MostOpen-1), each, each, nil, false},
		"to the last byte":             {make([]int, 1), MostOpenBytes - 5, 5, nil, false},
		"one byte more":                {make([]int, 1), MostOpenBytes - 5, 6, nil, true},
		"as many as may be":            {make([]int, MostOpen), 1, 1, nil, true},
		"one is nearly idle":           {append(make([]int, MostOpen-1), 59), 1, 1, nil, true},
		"one is idle":                  {append(make([]int, MostOpen-1), 60), 1, 1, []string{"u39"}, false},
		"the idlest of three":          {append(make([]int, MostOpen-3), 61, 90, 70), 1, 1, []string{"u38"}, false},
		"as much as is needed":         {[]int{100, 300, 200, 0}, MostOpenBytes / 4, MostOpenBytes / 2, []string{"u1", "u2"}, false},
		"what is idle is not enough":   {[]int{100, 0, 300, 0}, MostOpenBytes / 4, MostOpenBytes*3/4 - 1, []string{"u2", "u0"}, true},
		"more than one may ever bring": {nil, 1, MostOpenBytes + 1, nil, true},
	} {
		u := &unfinished{of: map[string]map[string]*begun{}}
		u.add("beside", "u0", 7, now.Add(-2*time.Hour))
		for i, minutes := range c.idle {
			u.add("w", fmt.Sprint("u", i), c.size, now.Add(-time.Duration(minutes)*time.Minute))
		}
		asked := int64(-1)
		gone, err := u.begin("w", "new", c.come, now, func(bytes int64) error { asked = bytes; return nil })
		left := int64(len(c.idle)-len(gone))*c.size + 7
		if !slices.Equal(gone, c.gone) || (err != nil) != c.full || !c.full && asked != left+c.come {
			t.Errorf("%s: %v gave way, room for %d, %v", name, gone, asked, err)
		}
		if want := fmt.Sprintf("%d uploads, 1024 MB", MostOpen); c.full && (problem.As(err).Code != problem.TooManyUploads || problem.As(err).Detail != want) {
			t.Errorf("%s: %v", name, err)
		}
		count := len(c.idle) - len(gone) + 1
		if !c.full {
			left, count = left+c.come, count+1
		}
		if b := u.of["w"]["new"]; (b != nil) == c.full || b != nil && *b != (begun{c.come, now}) || u.bytes != left || u.count != count {
			t.Errorf("%s: %+v, %d uploads of %d bytes", name, b, u.count, u.bytes)
		}
	}
}

// TestATouchedUploadIsOpenLonger touches, ends and lets expire what one worker has open beside another's of the same name.
func TestATouchedUploadIsOpenLonger(t *testing.T) {
	now := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	u := &unfinished{of: map[string]map[string]*begun{}}
	for _, worker := range []string{"a", "b"} {
		for _, id := range []string{"x", "y", "z"} {
			u.add(worker, id, 5, now)
		}
	}
	u.add("a", "x", 9, now) // the same begins again
	u.touch("a", "y", now.Add(time.Minute))
	u.touch("a", "none", now)
	u.touch("nobody", "y", now)
	u.end("b", "z")
	u.end("b", "none")
	u.end("nobody", "z")
	open := func(count int, bytes int64, want map[string][]string) {
		t.Helper()
		got := map[string][]string{}
		for worker, mine := range u.of {
			got[worker] = slices.Sorted(maps.Keys(mine))
		}
		if !maps.EqualFunc(got, want, slices.Equal[[]string]) || u.count != count || u.bytes != bytes {
			t.Errorf("%v, %d uploads of %d bytes", got, u.count, u.bytes)
		}
	}
	all := map[string][]string{"a": {"x", "y", "z"}, "b": {"x", "y"}}
	open(5, 29, all)
	u.expired(now)
	open(5, 29, all)
	u.expired(now.Add(time.Second))
	open(1, 5, map[string][]string{"a": {"y"}})
	u.expired(now.Add(2 * time.Minute))
	open(0, 0, nil)
	if _, err := u.begin("a", "x", 1, now, func(int64) error { return errors.ErrUnsupported }); !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
	open(0, 0, nil)
	u.count = mostOpenInAll - 1
	if _, err := u.begin("a", "x", 1, now, func(int64) error { return nil }); err != nil {
		t.Errorf("the last of all: %v", err)
	}
}
