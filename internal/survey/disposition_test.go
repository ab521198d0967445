package survey

import (
	"fmt"
	"slices"
	"testing"
)

func TestClassify(t *testing.T) {
	tests := []struct {
		code string
		want Class
		ok   bool
	}{
		{"1.1", Interview, true}, {"1.2", Partial, true}, {"2.111", Refusal, true}, {"2.112", Refusal, true}, {"2.12", Refusal, true},
		{"2.22", NonContact, true}, {"2.31", Other, true}, {"2.36", Other, true}, {"3.17", UnknownHousing, true}, {"3.21", UnknownOther, true}, {"3.90", UnknownOther, true},
		{"4.51", NotEligible, true}, {"4.70", NotEligible, true}, {"", "", false}, {"2.9", "", false}, {"complete", "", false}, {"4", "", false}, {"1.1 张三", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.code, func(t *testing.T) {
			if got, ok := Classify(tt.code); got != tt.want || ok != tt.ok {
				t.Errorf("%q is %q, %v; want %q, %v", tt.code, got, ok, tt.want, tt.ok)
			}
		})
	}
}

func TestDispositions(t *testing.T) {
	list := func(columns ...[3]string) *ChoiceList { // a choice, its aapor and its dhs
		l := &ChoiceList{}
		for _, c := range columns {
			l.Choices = append(l.Choices, Choice{Name: c[0], Extra: []Pair{{"aapor", c[1]}, {"dhs", c[2]}}})
		}
		return l
	}
	f := &Form{
		Root: &Question{Children: []*Question{{Name: "other", List: "yes_no"}, {Name: "outcome"},
			{Name: "g", Kind: KindGroup, Children: []*Question{{Name: "outcome", List: "results"}}}, {Name: "outcome", List: "yes_no"}}},
		Lists: map[string]*ChoiceList{"yes_no": list([3]string{"yes", "2.11", ""}), "results": list([3]string{"done", "1.1", ""},
			[3]string{"away", "", "3"}, [3]string{"both", "2.31", "4"}, [3]string{"neighbour", "", ""}, [3]string{"wrong", "9.9", "1"})},
	}
	d := f.Dispositions()
	for code, want := range map[string]Disposition{
		"done": {"1.1", "1", Interview}, "away": {"2.25", "3", NonContact}, "both": {"2.31", "4", Other}, "neighbour": {}, "wrong": {}, "1.1": {}, "yes": {},
	} {
		if got, ok := d.Of(code); got != want || ok != (want.AAPOR != "") {
			t.Errorf("%s: %v, %v, want %v", code, got, ok, want)
		}
	}
	for want, classes := range map[string][]Class{"[]": {Refusal}, "[away]": {NonContact, Refusal}, "[away both]": {Other, NonContact}} {
		codes, ok := d.Declared(classes...)
		slices.Sort(codes)
		if got := fmt.Sprint(codes); !ok || got != want {
			t.Errorf("%v: %s, want %s", classes, got, want)
		}
	}
	for name, list := range map[string]*ChoiceList{"none": nil, "that says nothing": list([3]string{"1.1", "", ""})} {
		f.Lists["results"], f.Root.Children[3].List = list, ""
		d := f.Dispositions()
		if got, ok := d.Of("2.22"); !ok || got != (Disposition{"2.22", "2", NonContact}) {
			t.Errorf("a list %s: %v, %v", name, got, ok)
		}
		if codes, ok := d.Declared(NonContact); ok || codes != nil {
			t.Errorf("a list %s declares %v", name, codes)
		}
	}
	for _, c := range []struct {
		column, code string
		want         bool
	}{{"dhs", "9", true}, {"dhs", "1.1", false}, {"aapor", "1.1", true}, {"aapor", "9", false}} {
		if Standard(c.column, c.code) != c.want {
			t.Errorf("%s %s: %v", c.column, c.code, !c.want)
		}
	}
}

func TestEachHouseholdResultIsOfTheStandard(t *testing.T) {
	for _, g := range groups {
		if householdResults[g.dhs] == "" {
			t.Errorf("%s leads to %q", g.prefix, g.dhs)
		}
	}
	for dhs, code := range householdResults {
		if class, _ := Classify(code); class == "" {
			t.Errorf("%s leads to %q", dhs, code)
		}
	}
}

func TestDispositionTexts(t *testing.T) {
	for code, want := range map[string]string{"1.1": dispositionTexts["1.1"][0] + "|" + dispositionTexts["1.1"][1], "1.1999": dispositionTexts["1.1"][0] + "|" +
		dispositionTexts["1.1"][1], "": "|", "9.9": "|", "x": "|"} {
		if zh, en, ok := DispositionText(code); zh+"|"+en != want || ok != (want != "|") || ok && zh == en {
			t.Errorf("%q: %s, %s, %v, want %s", code, zh, en, ok, want)
		}
	}
	for _, g := range groups {
		if _, _, ok := DispositionText(g.prefix); !ok && g.prefix != "4." {
			t.Errorf("%s has no words", g.prefix)
		}
	}
	for code := range householdResults {
		if zh, en, ok := HouseholdResultText(code); !ok || zh == "" || en == "" || zh == en {
			t.Errorf("%s: %s, %s", code, zh, en)
		}
	}
	if _, _, ok := HouseholdResultText("0"); ok {
		t.Error("0 is a household result")
	}
}
