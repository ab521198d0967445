package validate

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/survey"
)

// ask is a question with a rule; in makes a group or repeat.
func ask(name, rule string) *survey.Question {
	q := &survey.Question{Name: name, Kind: survey.KindText, Row: 7}
	if rule != "" {
		q.Bind = []survey.Pair{{Name: ruleColumn, Value: rule}}
	}
	return q
}

func in(kind survey.Kind, name string, qs ...*survey.Question) *survey.Question {
	box := &survey.Question{Name: name, Kind: kind, Children: qs}
	for _, q := range qs {
		q.Parent = box
	}
	return box
}

func form(qs ...*survey.Question) *survey.Form {
	return &survey.Form{ID: "f", Name: "data", Root: in(survey.KindGroup, "", qs...)}
}

// node reads "a=1; g(b=2; c=3)" as an element with children.
func node(name, text string) *survey.Node {
	n := survey.NewElement(name)
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimLeft(text, "; ") {
		end := strings.IndexAny(text, "=(")
		key, rest := text[:end], text[end+1:]
		if text[end] == '=' {
			value, after, _ := strings.Cut(rest, ";")
			n.Add(survey.NewElement(key).SetValue(value))
			text = after
			continue
		}
		depth, i := 1, 0
		for ; depth > 0; i++ {
			switch rest[i] {
			case '(':
				depth++
			case ')':
				depth--
			}
		}
		n.Add(node(key, rest[:i-1]))
		text = rest[i:]
	}
	return n
}

var visited = time.Date(2026, 11, 23, 10, 0, 0, 0, survey.Zone)

func found(t *testing.T, f *survey.Form, answers string) []string {
	t.Helper()
	b, err := For(f)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, i := range b.Check(&survey.Instance{Root: node("data", answers)}, Visit{visited, true}) {
		got = append(got, i.Code+" "+i.Field)
	}
	return got
}

func person() *survey.Form {
	return form(
		in(survey.KindGroup, "who", ask("birth", "past_date age_from(60)"), ask("sex", ""), ask("kind", "")),
		ask("number", "cn_id(birth,sex,kind)"), ask("name", "person_name"), ask("phone", "cn_phone"),
		ask("mobile", "cn_mobile"), ask("area", "area_code"), ask("house", "house_code"), ask("next", "not_before_visit"),
		ask("email", "is(email)"))
}

func TestPersonRules(t *testing.T) {
	tests := []struct {
		name, answers string
		want          []string
	}{
		{"nothing answered", "", nil},
		{"all in order", "who(birth=1949-12-31;sex=female;kind=id_card);number=11010519491231002X;name=王小明;phone=0755-00000000;mobile=13800000000;area=440307;house=4403070110050120000000001;next=2026-11-23;email=a@b.cn", nil},
		{"checksum", "number=000000194901010020", []string{"cn_id.checksum number"}},
		{"length", "number=0000", []string{"cn_id.length number"}},
		{"letters", "number=00000O194901010010", []string{"cn_id.characters number"}},
		{"impossible birth date", "number=000000201502290011", []string{"cn_id.birth_date number"}},
		{"birth date differs", "who(birth=1949-12-30);number=11010519491231002X", []string{"cn_id.birth_mismatch number"}},
		{"sex differs", "who(sex=male);number=11010519491231002X", []string{"cn_id.sex_mismatch number"}},
		{"unassigned division", "number=000000194901010010", []string{"cn_id.division number"}},
		{"fifteen digits", "number=000000490101001", []string{"cn_id.division number", "cn_id.legacy number"}},
		{"born after the visit", "number=000000202701010011", []string{"cn_id.checksum number"}},
		{"passport is not looked at", "who(kind=passport);number=E12345678", nil},
		{"old foreign card", "who(kind=foreign_permanent);number=FRA310000000000", nil},
		{"foreign card of another type", "who(kind=id_card);number=FRA310000000000", []string{"cn_id.characters number"}},
		{"name with digits", "name=王小明2", []string{"person_name.format name"}},
		{"no real name", "name=不详", []string{"person_name.placeholder name"}},
		{"phone", "phone=123", []string{"cn_phone.format phone"}},
		{"landline as mobile", "mobile=0755-00000000", []string{"cn_mobile.format mobile"}},
		{"area", "area=44", []string{"area_code.format area"}},
		{"house", "house=44", []string{"house_code.format house"}},
		{"rule of the engine", "email=nobody", []string{"value.format email"}},
		{"in the future", "who(birth=2026-11-24)", []string{"date.future who/birth"}},
		{"sixty today", "who(birth=1966-11-23)", nil},
		{"sixty tomorrow", "who(birth=1966-11-24)", []string{"age.too_young who/birth"}},
		{"no date", "who(birth=soon)", nil},
		{"next visit yesterday", "next=2026-11-22", []string{"date.before_visit next"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := found(t, person(), tt.answers); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestNumberBornAfterVisit(t *testing.T) {
	digits := "00000020270101001"
	got := found(t, person(), "number="+digits+string(checkCharacter(digits)))
	if want := []string{"cn_id.future number", "cn_id.division number"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func family() *survey.Form {
	f := form(ask("count", "count_of(children)"), in(survey.KindRepeat, "children",
		in(survey.KindGroup, "basic", ask("birth", "age_under(18)"), ask("number", "cn_id")),
		ask("guardian", "guardian_age(birth)"), ask("hurt", "mandatory_report(yes,often)"), ask("danger", ""),
		ask("points", "risk_points(items)"), ask("grade", "risk_grade(grades,items)")))
	f.Lists = map[string]*survey.ChoiceList{
		"items":  {Choices: []survey.Choice{{Name: "hurt", Extra: []survey.Pair{{Name: "points", Value: "4"}}}, {Name: "danger", Extra: []survey.Pair{{Name: "points", Value: "10"}}}}},
		"grades": {Choices: []survey.Choice{{Name: "red", Extra: []survey.Pair{{Name: "min_points", Value: "10"}}}, {Name: "green", Extra: []survey.Pair{{Name: "min_points", Value: "0"}}}}},
	}
	return f
}

func TestFamilyRules(t *testing.T) {
	tests := []struct {
		name, answers string
		want          []string
	}{
		{"count agrees", "count=2;children(guardian=40);children(guardian=40)", nil},
		{"count differs", "count=2;children(guardian=40)", []string{"count.mismatch count"}},
		{"counted but none recorded", "count=1", []string{"count.mismatch count"}},
		{"none and none", "count=0", nil},
		{"eighteen today", "children(basic(birth=2008-11-23))", []string{"age.too_old children[1]/basic/birth"}},
		{"eighteen tomorrow", "children(basic(birth=2008-11-24))", nil},
		{"the second child", "children(basic(birth=2015-01-01));children(basic(birth=1990-01-01))", []string{"age.too_old children[2]/basic/birth"}},
		{"answers of the first child are not the second's", "children(basic(birth=2009-01-01);guardian=30);children(guardian=17)", []string{"guardian.minor children[2]/guardian"}},
		{"guardian as old as the child", "children(basic(birth=2009-01-01);guardian=17)", []string{"guardian.younger children[1]/guardian"}},
		{"guardian under age", "children(basic(birth=2015-01-01);guardian=17)", []string{"guardian.minor children[1]/guardian"}},
		{"same number twice", "children(basic(number=11010519491231002X));children(basic(number=11010519491231002x))", []string{"cn_id.repeated children[2]/basic/number"}},
		{"abuse", "children(hurt=no);children(hurt=yes)", []string{"report.mandatory children[2]/hurt"}},
		{"one of several choices", "children(hurt=once often)", []string{"report.mandatory children[1]/hurt"}},
		{"part of a choice", "children(hurt=yesterday)", nil},
		{"points agree", "children(hurt=no;danger=yes;points=10;grade=red)", nil},
		{"points as decimal", "children(danger=yes;points=10.0)", nil},
		{"points differ", "children(danger=yes;points=4)", []string{"risk.points children[1]/points"}},
		{"grade too low", "children(danger=yes;grade=green)", []string{"risk.grade children[1]/grade"}},
		{"grade too high", "children(danger=no;grade=red)", []string{"risk.grade children[1]/grade"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := found(t, family(), tt.answers); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestNestedRepeats(t *testing.T) {
	f := form(in(survey.KindGroup, "house", in(survey.KindRepeat, "family",
		ask("size", "count_of(member)"), in(survey.KindRepeat, "member", ask("phone", "cn_phone")))), in(survey.KindRepeat, "guest", ask("name", "person_name")))
	got := found(t, f, "house(family(size=1;member(phone=1));family(size=2;member(phone=2);member(phone=13800000000)));guest(name=1);house();guest(name=2)")
	want := []string{
		"cn_phone.format house/family[1]/member[1]/phone", "cn_phone.format house/family[2]/member[1]/phone",
		"person_name.format guest[1]/name", "person_name.format guest[2]/name",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMisspeltRules(t *testing.T) {
	tests := []struct{ name, rule, code string }{
		{"unknown", "cn_idd", "form.rule_unknown"},
		{"bracket open", "cn_id(birth", "form.rule_syntax"},
		{"bracket closed", "cn_id)", "form.rule_syntax"},
		{"partner missing", "cn_id(nobody)", "form.rule_reference"},
		{"years missing", "age_under", "form.rule_arguments"},
		{"years in words", "age_under(ten)", "form.rule_arguments"},
		{"not a repeat", "count_of(q)", "form.rule_arguments"},
		{"no such list", "risk_points(nothing)", "form.rule_arguments"},
		{"no such part", "ability_score(legs)", "form.rule_arguments"},
		{"no such tag", "is(nonsense)", "form.rule_arguments"},
		{"no choice", "mandatory_report", "form.rule_arguments"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := For(form(ask("q", tt.rule)))
			var problems survey.Problems
			if !errors.As(err, &problems) || problems[0].Code != tt.code || problems[0].Row != 7 {
				t.Errorf("got %v, want %s", err, tt.code)
			}
		})
	}
}

func TestPartnerInsideARepeatIsOutOfReach(t *testing.T) {
	_, err := For(form(ask("number", "cn_id(birth)"), in(survey.KindRepeat, "children", ask("birth", ""))))
	var problems survey.Problems
	if !errors.As(err, &problems) || problems[0].Code != "form.rule_reference" {
		t.Errorf("got %v", err)
	}
}

// The day is that of the place: half past midnight in China is still the day before in UTC.
func TestDayOfTheVisit(t *testing.T) {
	b, err := For(form(ask("d", "past_date")))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 22, 16, 30, 0, 0, time.UTC)
	if got := b.Check(&survey.Instance{Root: node("data", "d=2026-11-23")}, Visit{at, true}); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestCatalogueTexts(t *testing.T) {
	for code, e := range Catalogue {
		if e.ZH == "" || e.EN == "" || e.Severity == "" {
			t.Errorf("%s lacks a text or severity", code)
		}
	}
	if got := Found("nobody.knows", "a/b"); got.ZH == "" || got.Field != "a/b" || got.Severity != survey.Warning {
		t.Errorf("unknown code: %+v", got)
	}
}
