package coverage

import "testing"

// TestWhatIsExpectedAbove is an area's own number, else the sum of those below it; a table that names itself above ends.
func TestWhatIsExpectedAbove(t *testing.T) {
	h := households{map[string]int64{}, map[string][]string{}}
	for _, a := range []struct {
		code, parent string
		n            int64
	}{{"44", "", 0}, {"4401", "44", 5}, {"4402", "44", 0}, {"440201", "4402", 3}, {"440202", "4402", 4}, {"4403", "44", 0}, {"99", "99", 0},
		{"9901", "990101", 2}} {
		h.add(a.code, a.parent, a.n)
	}
	for code, want := range map[string]int64{"44": 12, "4401": 5, "4402": 7, "440201": 3, "4403": 0, "99": 0, "990101": 0, "9901": 2, "88": 0} {
		if got := h.of(code); got != want {
			t.Errorf("%s: %d, want %d", code, got, want)
		}
	}
}

// TestARecordIsCountedByItsState in the area where it lay, of none that is listed nowhere.
func TestARecordIsCountedByItsState(t *testing.T) {
	var b back
	for state, want := range map[string]Area{"returned": {Returned: 3}, "approved": {Approved: 3}, "received": {}} {
		var a Area
		b.state(&a, state, 4)
		b.state(&a, state, -1)
		if b.state(nil, state, 1); a != want {
			t.Errorf("%s: %+v", state, a)
		}
	}
	all := []Area{{Code: "44"}, {Code: "4401"}}
	find := index(all)
	for code, want := range map[string]*Area{"44": &all[0], "4401": &all[1], "440101001": &all[1], "4402": &all[0], "4": nil, "": nil, "55": nil} {
		if got := find(code); got != want {
			t.Errorf("%s lies in %v, not %v", code, got, want)
		}
	}
}
