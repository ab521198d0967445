package ingest

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"doorstep/internal/survey"
)

func TestThreeWay(t *testing.T) {
	base := flat{"a": "1", "b": "2", "kids[1]/n": "x"}
	for name, c := range map[string]struct {
		theirs, mine, want flat
		conflicts          []string
	}{
		"nothing changed":         {base, base, base, nil},
		"mine alone":              {base, flat{"a": "9", "b": "2", "kids[1]/n": "x"}, flat{"a": "9", "b": "2", "kids[1]/n": "x"}, nil},
		"theirs alone":            {flat{"a": "1", "b": "8", "kids[1]/n": "x"}, base, flat{"a": "1", "b": "8", "kids[1]/n": "x"}, nil},
		"both, other answers":     {flat{"a": "1", "b": "8", "kids[1]/n": "x"}, flat{"a": "9", "b": "2", "kids[1]/n": "x"}, flat{"a": "9", "b": "8", "kids[1]/n": "x"}, nil},
		"both the same":           {flat{"a": "9", "b": "2", "kids[1]/n": "x"}, flat{"a": "9", "b": "2", "kids[1]/n": "x"}, flat{"a": "9", "b": "2", "kids[1]/n": "x"}, nil},
		"both differently":        {flat{"a": "8", "b": "2", "kids[1]/n": "x"}, flat{"a": "9", "b": "2", "kids[1]/n": "x"}, flat{"a": "8", "b": "2", "kids[1]/n": "x"}, []string{"a"}},
		"mine blanked":            {base, flat{"b": "2", "kids[1]/n": "x"}, flat{"b": "2", "kids[1]/n": "x"}, nil},
		"mine blanked, theirs no": {flat{"a": "8", "b": "2", "kids[1]/n": "x"}, flat{"b": "2", "kids[1]/n": "x"}, flat{"a": "8", "b": "2", "kids[1]/n": "x"}, []string{"a"}},
		"a row added":             {base, flat{"a": "1", "b": "2", "kids[1]/n": "x", "kids[2]/n": "y"}, flat{"a": "1", "b": "2", "kids[1]/n": "x", "kids[2]/n": "y"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, conflicts := threeWay(base, c.theirs, c.mine)
			if !maps.Equal(got, c.want) || !slices.Equal(conflicts, c.conflicts) {
				t.Errorf("got %v with conflicts %v", got, conflicts)
			}
		})
	}
}

// Whatever both sides did, no answer is lost: each value of either side is in the merge, or the path is a conflict, or
// that side took it back.
func TestThreeWayLosesNothing(t *testing.T) {
	answers := rapid.MapOfN(rapid.SampledFrom([]string{"a", "b", "g/c", "kids[1]/n", "kids[2]/n"}), rapid.SampledFrom([]string{"1", "2", "3"}), 0, 5)
	rapid.Check(t, func(t *rapid.T) {
		base, theirs, mine := flat(answers.Draw(t, "base")), flat(answers.Draw(t, "theirs")), flat(answers.Draw(t, "mine"))
		merged, conflicts := threeWay(base, theirs, mine)
		for path := range union(base, theirs, mine) {
			conflict := slices.Contains(conflicts, path)
			for side, other := range map[*flat]flat{&theirs: mine, &mine: theirs} {
				changed := (*side)[path] != base[path]
				if changed && merged[path] != (*side)[path] && !conflict {
					t.Fatalf("%s: a change to %q was dropped for %q (other side %q)", path, (*side)[path], merged[path], other[path])
				}
			}
			if conflict && merged[path] != theirs[path] {
				t.Fatalf("%s: a conflict must keep what is stored", path)
			}
		}
		again, more := threeWay(theirs, theirs, merged)
		if !maps.Equal(again, merged) || len(more) > 0 {
			t.Fatalf("merging the merge changes it: %v, %v", again, more)
		}
	})
}

func TestFlattenAndBack(t *testing.T) {
	form := &survey.Form{Name: "data", Root: &survey.Question{Kind: survey.KindGroup, Children: []*survey.Question{
		{Name: "a", Kind: survey.KindText},
		{Name: "g", Kind: survey.KindGroup, Children: []*survey.Question{{Name: "b", Kind: survey.KindInteger}}},
		{Name: "kids", Kind: survey.KindRepeat, Children: []*survey.Question{{Name: "n", Kind: survey.KindText}}},
	}}}
	values := flat{"a": "x", "g/b": "3"}
	for i, n := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"} { // past nine, where positions must count as numbers
		values["kids["+n+"]/n"] = string(rune('a' + i))
	}
	root := unflatten(values, form)
	if got := flatten(root, form); !maps.Equal(got, values) {
		t.Errorf("got %v", got)
	}
}
