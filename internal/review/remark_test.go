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

// TestWhatAWorkerIsTold is the comment, and behind the name of its question each remark.
func TestWhatAWorkerIsTold(t *testing.T) {
	remarks := []Remark{{Ref: "children[1]/basic/child_name", Comment: "再问一次"}, {Ref: "address", Comment: "门牌 \"3\""}}
	for _, c := range []struct {
		Decision
		want, kept string
	}{
		{Decision{}, "", ""}, {Decision{Comment: " \n"}, "", ""}, {Decision{Comment: "请改"}, "请改", ""},
		{Decision{Fields: remarks}, "child_name: 再问一次\naddress: 门牌 \"3\"",
			`[{"ref":"children[1]/basic/child_name","comment":"再问一次"},{"ref":"address","comment":"门牌 \"3\""}]`},
		{Decision{Comment: "请改", Fields: remarks[:1]}, "请改\nchild_name: 再问一次", `[{"ref":"children[1]/basic/child_name","comment":"再问一次"}]`},
	} {
		if got, kept := c.note(), remarksText(c.Fields); got != c.want || kept != c.kept {
			t.Errorf("%q %q, want %q %q", got, kept, c.want, c.kept)
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
