package instrument_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"doorstep/internal/instrument"
	"doorstep/internal/survey"
	"doorstep/internal/validate"
	"doorstep/internal/xlsform"
)

// Choices that another version offers are answers of a merged record; those that none offers are taken out and found, beside them too.
func TestChoicesOfOtherVersions(t *testing.T) {
	compiled := func(version, choices string) *instrument.Instrument {
		md := "| survey |\n| | type | name | label |\n| | select_multiple x | many | M |\n| | select_one x | one | O |\n| | begin repeat | r | R |\n" +
			"| | select_one x | inner | I |\n| | end repeat | | |\n| choices |\n| | list_name | name | label |\n"
		for _, name := range strings.Fields(choices) {
			md += "| | x | " + name + " | L |\n"
		}
		f, err := xlsform.Read("f.md", strings.NewReader(md+"| settings |\n| | form_id | version |\n| | f | "+version+" |\n"), xlsform.Options{})
		if err != nil {
			t.Fatal(err)
		}
		in, err := instrument.Compile(f, validate.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return in
	}
	for _, tt := range []struct {
		many, one, inner string
		alone            bool // nobody knows the other version
		want             string
	}{
		{"a b", "a", "b", false, "a b, a, b"},
		{"a old", "old", "old", false, "a old, old, old"},
		{"old", "a", "b", true, ", a, b; many"},
		{"old frob a", "frob", "old", false, "old a, , old; many one"},
		{"frob", "a", "frob", false, ", a, ; many r[1]/inner"},
		{"", "", "", false, ", , "},
	} {
		newer := compiled("2", "a b")
		if !tt.alone {
			instrument.Acquaint([]*instrument.Instrument{compiled("1", "a old"), newer})
		}
		leaf := func(name, value string) *survey.Node { return survey.NewElement(name).SetValue(value) }
		root := survey.NewElement("data").Add(leaf("many", tt.many), leaf("one", tt.one), survey.NewElement("r").Add(leaf("inner", tt.inner)))
		checked := newer.CheckMerged(t.Context(), &survey.Instance{FormID: "f", Version: "2", Root: root}, time.Now(), validate.TakeOut)
		got := fmt.Sprint(root.Child("many").Value(), ", ", root.Child("one").Value(), ", ", root.Child("r").Child("inner").Value())
		var found, changed []string
		for _, i := range checked.Issues {
			found = append(found, i.Field)
		}
		for _, c := range checked.Changes {
			changed = append(changed, c.Field)
		}
		if len(found) > 0 {
			got += "; " + strings.Join(found, " ")
		}
		if got != tt.want || strings.Join(found, " ") != strings.Join(changed, " ") {
			t.Errorf("%q %q %q: %s (changed %q), want %s", tt.many, tt.one, tt.inner, got, changed, tt.want)
		}
	}
}
