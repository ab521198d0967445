package review

import (
	"encoding/json"
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

// TestEachRemarkIsPinned pins so many remarks to what a record was found to have.
func TestEachRemarkIsPinned(t *testing.T) {
	const found = `[{"code":"a","severity":"warning"}]`
	for n, want := range []int{1, 2, 3} {
		d := Decision{Fields: slices.Repeat([]Remark{{Ref: "a/b", Comment: "再问一次"}}, n)}
		var all []struct{ Code, Field string }
		if err := json.Unmarshal([]byte(d.pinned(found)), &all); err != nil || len(all) != want || all[0].Code != "a" {
			t.Errorf("%d remarks: %+v %v", n, all, err)
			continue
		}
		for _, issue := range all[1:] {
			if issue.Code != remarkCode || issue.Field != "a/b" {
				t.Errorf("%d remarks: %+v", n, issue)
			}
		}
	}
}
