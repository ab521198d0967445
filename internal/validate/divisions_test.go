package validate

import "testing"

func TestExpectedDivisions(t *testing.T) {
	for name, tt := range map[string]struct {
		set, division string
		want          bool
	}{
		"none set":         {"", "990000", false},
		"one":              {"99", "990000", true},
		"another":          {"99", "890000", false},
		"one of several":   {"98 9901", "990101", true},
		"longer than that": {"990101", "990102", false},
	} {
		t.Run(name, func(t *testing.T) {
			rules, err := New(Options{Divisions: tt.set})
			if err != nil {
				t.Fatal(err)
			}
			if got := rules.expects(tt.division); got != tt.want {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}
