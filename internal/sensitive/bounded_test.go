package sensitive

import (
	"testing"

	"doorstep/internal/survey"
)

// TestBounded: a number is small where whatever satisfies its constraint, or both ends of its range, has seven digits at most.
func TestBounded(t *testing.T) {
	for constraint, want := range map[string]bool{
		". <= 9999999": true, ". <= 10000000": false, ". < 9999999": true, "9999999 >= .": true, "10000000 >= .": false, ". = 7": true, "7 = .": true,
		". >= 3": false, "3 <= .": false, "": false, ". <= 12.5": true, ". <= ${n}": false,
		". >= 0 and . <= 5": true, ". >= 0 and . >= 5": false, ". = 1 or . = 99999999": false, ". = 1 or . = 2": true, "(. = 1 or . < 5) and . > 0": true,
		"string-length(.) <= 7": true, "string-length(.) <= 8": false, "string-length(.) = 7": true, "string-length(.) < 7": true, "string-length(.) = 11": false,
		"string-length(.) >= 7": false,
	} {
		if got := bounded(&survey.Question{Constraint: constraint}); got != want {
			t.Errorf("%q: %v", constraint, got)
		}
	}
	for _, c := range []struct {
		start, end string
		want       bool
	}{{"0", "9999999", true}, {"0", "10000000", false}, {"-9999999", "0", true}, {"-10000000", "0", false}, {"", "5", false}, {"5", "", false}} {
		q := survey.Question{Type: "range", Parameters: []survey.Pair{{Name: "step", Value: "10000000"}, {Name: "start", Value: c.start}, {Name: "end", Value: c.end}}}
		if got := bounded(&q); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
