package survey

import (
	"slices"
	"testing"
)

func TestTranslated(t *testing.T) {
	for _, c := range []struct {
		name   string
		text   Translated
		en, zh string // In("English (en)"), Tagged("zh")
	}{
		{"both", Translated{"": "d", "English (en)": "e", "中文 (zh)": "z"}, "e", "z"},
		{"the default instead", Translated{"": "d", "English (en)": "", "中文 (zh)": ""}, "d", "d"},
		{"the first language instead", Translated{"": "", "b": "B", "a": "A", "c": "C", "0": ""}, "A", "A"},
		{"a tag is in brackets and last", Translated{"": "d", "zh": "x", "(zh) 中文": "y", "English (en)": "e"}, "e", "d"},
		{"nothing", nil, "", ""},
	} {
		if en, zh := c.text.In("English (en)"), c.text.Tagged("zh"); en != c.en || zh != c.zh {
			t.Errorf("%s: %q, %q, want %q, %q", c.name, en, zh, c.en, c.zh)
		}
	}
}

func TestChoices(t *testing.T) {
	for _, c := range []struct {
		extra         []Pair
		missing, need string
	}{
		{nil, "", ""},
		{[]Pair{{"image", "refused"}, {"missing", "dont_know"}, {"need", " Serious "}}, "dont_know", "serious"},
		{[]Pair{{"missing", "Refused"}, {"need", ""}}, "", ""},
	} {
		choice := Choice{Extra: c.extra}
		if missing, need := choice.Missing(), choice.Need(); missing != c.missing || need != c.need {
			t.Errorf("%v: %q, %q, want %q, %q", c.extra, missing, need, c.missing, c.need)
		}
	}
	list := &ChoiceList{Choices: []Choice{{Name: "a"}, {Name: "b"}}}
	if !list.Has("a") || !list.Has("b") || list.Has("c") || list.Has("") {
		t.Error("a list has its choices and no other")
	}
}

func TestProblemsAreToldLineByLine(t *testing.T) {
	for want, problems := range map[string]Problems{"": nil, "one": {{EN: "one"}}, "one\ntwo": {{EN: "one", ZH: "一"}, {EN: "two"}}} {
		if got := problems.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// family is a form with a group, a repeat in it, a group in that, and a repeat within.
func family() (f *Form, by map[string]*Question) {
	by = map[string]*Question{}
	in := func(kind Kind, name string, children ...*Question) *Question {
		q := &Question{Name: name, Kind: kind, Children: children}
		for _, c := range children {
			c.Parent = q
		}
		by[name] = q
		return q
	}
	root := in(KindGroup, "", in(KindText, "before"),
		in(KindGroup, "home", in(KindText, "size"),
			in(KindRepeat, "child", in(KindText, "name"), in(KindGroup, "school", in(KindText, "grade"), in(KindRepeat, "visit", in(KindDate, "day"))))),
		in(KindText, "after"))
	return &Form{Name: "data", Root: root}, by
}

func TestWalk(t *testing.T) {
	f, by := family()
	for skip, want := range map[string][]string{
		"none": {"before", "home", "size", "child", "name", "school", "grade", "visit", "day", "after"},
		"home": {"before", "home", "after"}, "school": {"before", "home", "size", "child", "name", "school", "after"},
	} {
		var seen []string
		f.Walk(func(q *Question) bool { seen = append(seen, q.Name); return q.Name != skip })
		if !slices.Equal(seen, want) {
			t.Errorf("without what is in %s: %v, want %v", skip, seen, want)
		}
	}
	(&Form{}).Walk(func(*Question) bool { t.Error("a form without questions has one"); return true })
	for name, want := range map[string][2]string{
		"": {"/data", ""}, "after": {"/data/after", ""}, "size": {"/data/home/size", ""}, "child": {"/data/home/child", ""},
		"grade": {"/data/home/child/school/grade", "child"}, "day": {"/data/home/child/school/visit/day", "visit"},
	} {
		repeat := ""
		if q := by[name].Repeat(); q != nil {
			repeat = q.Name
		}
		if path := f.Path(by[name]); path != want[0] || repeat != want[1] {
			t.Errorf("%s: %s in %q, want %v", name, path, repeat, want)
		}
	}
	if f.Path(nil) != "/data" {
		t.Error(f.Path(nil))
	}
}

func TestHolds(t *testing.T) {
	for _, c := range []struct {
		bind []Pair
		want Kind
	}{
		{nil, KindText}, {[]Pair{{"type", "int"}}, KindInteger}, {[]Pair{{"type", "dateTime"}}, KindDateTime}, {[]Pair{{"type", "date"}}, KindDate},
		{[]Pair{{"x", "int"}, {"type", "decimal"}}, KindDecimal}, {[]Pair{{"type", "binary"}}, KindText}, {[]Pair{{"x", "int"}}, KindText},
	} {
		if got := (&Question{Kind: KindText, Bind: c.bind}).Holds(); got != c.want {
			t.Errorf("%v: %v, want %v", c.bind, got, c.want)
		}
	}
}

func TestTyped(t *testing.T) {
	for name, c := range map[string]struct {
		q    Question
		want bool
	}{
		"text":               {Question{Kind: KindText}, true},
		"rank":               {Question{Kind: KindRank}, true},
		"place":              {Question{Kind: KindGeopoint}, false},
		"file":               {Question{Kind: KindFile}, false},
		"read only":          {Question{Kind: KindText, ReadOnly: "true()"}, false},
		"computed":           {Question{Kind: KindText, Calculation: "1"}, false},
		"filled in":          {Question{Kind: KindText, Calculation: "1", Trigger: "${a}"}, true},
		"calculate":          {Question{Kind: KindText, Type: "calculate", Calculation: "1", Trigger: "${a}"}, false},
		"a trigger that may": {Question{Kind: KindText, Trigger: "${a}"}, true},
	} {
		if c.q.Typed() {
			t.Errorf("%s: typed without a label", name)
		}
		c.q.Label = Translated{"": "label"}
		if c.q.Typed() != c.want {
			t.Errorf("%s: %v", name, !c.want)
		}
	}
}
