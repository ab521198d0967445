package review

import (
	"slices"
	"strings"
	"testing"
)

// TestRemarksAreFewShortAndAtAnAnswer tells remarks at the ends of what they may be from those beyond.
func TestRemarksAreFewShortAndAtAnAnswer(t *testing.T) {
	good := Remark{Ref: "a/b", Comment: "再问一次"}
	for name, c := range map[string]struct {
		remarks []Remark
		want    bool
	}{
		"none":                {nil, true},
		"one":                 {[]Remark{good}, true},
		"as many as may be":   {slices.Repeat([]Remark{good}, mostRemarks), true},
		"one more":            {slices.Repeat([]Remark{good}, mostRemarks+1), false},
		"at nothing":          {[]Remark{good, {"", "x"}}, false},
		"without words":       {[]Remark{{"a", " \n"}, good}, false},
		"as long as may be":   {[]Remark{{strings.Repeat("a", longestRemark), strings.Repeat("字", longestRemark)}}, true},
		"a longer comment":    {[]Remark{{"a", strings.Repeat("字", longestRemark+1)}}, false},
		"a longer name":       {[]Remark{{strings.Repeat("a", longestRemark+1), "x"}}, false},
		"a wrong one is last": {[]Remark{good, good, {"", ""}}, false},
	} {
		if got := wellFormed(c.remarks); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
