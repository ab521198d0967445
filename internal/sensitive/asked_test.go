package sensitive_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"doorstep/internal/sensitive"
	"doorstep/internal/survey"
)

// question reads a form of one question, with a birth date and a list of choices beside it.
func judgeOne(t *testing.T, kind, name, zh, en, constraint, calculation, declared string) sensitive.Verdict {
	t.Helper()
	var b strings.Builder
	w := csv.NewWriter(&b)
	for _, row := range [][]string{
		{"survey"}, {"", "type", "name", "label::中文 (zh)", "label::English (en)", "constraint", "calculation", "bind::doorstep:sensitivity"},
		{"", "today", "today"}, {"", "date", "d7", "生日", "", "", "", ""}, {"", "date", "d8", "入学时间", "Since", "", "", ""}, {"", "integer", "n9", "证件号码", "", "", "", ""},
		{"", kind, name, zh, en, constraint, calculation, declared},
		{"choices"}, {"", "list_name", "name", "label"}, {"", "yn", "y", "Yes"}, {"", "doctors", "a", "王医生 13800000001"}, {"", "coded", "990101001001", "Somewhere"},
		{"settings"}, {"", "form_id", "version", "namespaces"}, {"", "asked", "1", `doorstep="urn:doorstep:form"`},
	} {
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	f := readForm(t, b.String())
	var v sensitive.Verdict
	f.Walk(func(q *survey.Question) bool {
		if q.Name == name {
			v = sensitive.New(f).Judge(q)
		}
		return true
	})
	return v
}

// What a question is told by its label, whatever its name, in both languages; numbers go out when the form bounds them.
func TestAsked(t *testing.T) {
	for name, c := range map[string]struct {
		kind, zh, en, constraint, calculation, declared string
		want                                            sensitive.Treatment
	}{
		"an id number":               {"integer", "身份证号", "", "", "", "", sensitive.LeftOut},
		"an id number, bounded":      {"integer", "身份证号", "", ". < 100", "", "", sensitive.LeftOut},
		"an id number, harmless":     {"integer", "身份证号", "", "", "", "none", sensitive.LeftOut},
		"a phone in English":         {"integer", "", "Phone number of the guardian", "", "", "", sensitive.LeftOut},
		"a phone":                    {"integer", "监护人手机", "", ". <= 5000000", "", "", sensitive.MayTell},
		"a bank card":                {"decimal", "银行卡号", "", "", "", "", sensitive.LeftOut},
		"how many phones":            {"integer", "家里有几部手机", "How many mobile phones?", ". <= 30", "", "", sensitive.Keep},
		"an account":                 {"integer", "", "Account", "", "", "", sensitive.IfSmall},
		"what is not said":           {"integer", "其他", "Other", "", "", "", sensitive.IfSmall},
		"harmless, as said":          {"integer", "其他", "Other", "", "", "none", sensitive.Keep},
		"bounded below alone":        {"integer", "其他", "Other", ". >= 0", "", "", sensitive.IfSmall},
		"bounded":                    {"integer", "其他", "Other", ". >= 0 and . <= 30", "", "", sensitive.Keep},
		"bounded, strictly":          {"decimal", "其他", "Other", "(. < 30.5)", "", "", sensitive.Keep},
		"bounded the other way":      {"integer", "其他", "Other", "30 >= .", "", "", sensitive.Keep},
		"bounded or a code":          {"integer", "其他", "Other", "(. >= 0 and . <= 30) or . = 99", "", "", sensitive.Keep},
		"bounded or anything":        {"integer", "其他", "Other", ". <= 30 or . > 100", "", "", sensitive.IfSmall},
		"bounded by an answer":       {"integer", "其他", "Other", ". <= ${n9}", "", "", sensitive.IfSmall},
		"bounded for another":        {"integer", "其他", "Other", "${n9} <= 30", "", "", sensitive.IfSmall},
		"bounded in a text":          {"integer", "其他", "Other", "'. <= 30' != ''", "", "", sensitive.IfSmall},
		"too wide":                   {"integer", "其他", "Other", ". <= 99999999999", "", "", sensitive.IfSmall},
		"few digits":                 {"integer", "其他", "Other", "string-length(.) <= 4", "", "", sensitive.Keep},
		"many digits":                {"integer", "其他", "Other", "string-length(.) = 18", "", "", sensitive.IfSmall},
		"a birth date":               {"date", "出生日期", "", "", "", "", sensitive.AsYear},
		"a birthday":                 {"date", "", "Birthday of the child", "", "", "", sensitive.AsYear},
		"a moment of birth":          {"dateTime", "出生时间", "", "", "", "", sensitive.AsYear},
		"a birth year":               {"integer", "出生年份", "Year of birth", ". > 1900 and . < 2030", "", "", sensitive.MayTell},
		"a weight at birth":          {"integer", "出生体重（克）", "Birth weight", ". < 9000", "", "", sensitive.Keep},
		"another day":                {"date", "入院日期", "Admitted on", "", "", "", sensitive.AsMonth},
		"another day, harmless":      {"date", "入院日期", "Admitted on", "", "", "none", sensitive.Keep},
		"a birth date, harmless":     {"date", "出生日期", "", "", "", "none", sensitive.AsYear},
		"an age":                     {"integer", "年龄（周岁）", "", ". < 130", "", "", sensitive.AsAge},
		"an age without a bound":     {"integer", "", "How old is the child?", "", "", "", sensitive.AsAge},
		"how many of an age":         {"integer", "其中未满 18 周岁的儿童人数", "Children under 18", ". <= 15", "", "", sensitive.Keep},
		"from a birth date":          {"calculate", "", "", "", "int((${today} - ${d7}) div 365.25)", "", sensitive.AsAge},
		"a copy of a birth date":     {"calculate", "", "", "", "${d7}", "", sensitive.AsAge},
		"from another day":           {"calculate", "", "", "", "int(${today} - ${d8})", "", sensitive.AsAge},
		"from a number":              {"calculate", "", "", "", "substr(${n9}, 6, 14)", "", sensitive.MayTell},
		"a day from a number":        {"date", "日期", "", "", "", "identifier", sensitive.LeftOut},
		"a text with a number":       {"text", "联系电话号码", "", "", "", "none", sensitive.LeftOut},
		"a score, sealed":            {"select_one yn", "得分", "", "", "", "sealed", sensitive.Guarded},
		"a number, sealed":           {"integer", "次数", "", ". < 30", "", "sealed", sensitive.Guarded},
		"a phone, sealed":            {"text", "联系电话号码", "", "", "", "sealed", sensitive.LeftOut},
		"a birth date, sealed":       {"date", "出生日期", "", "", "", "sealed", sensitive.LeftOut},
		"an age, sealed":             {"integer", "年龄（周岁）", "", ". < 130", "", "sealed", sensitive.LeftOut},
		"a list":                     {"select_one yn", "有没有手机", "", "", "", "", sensitive.Keep},
		"a list of people":           {"select_one doctors", "家庭医生", "", "", "", "", sensitive.MayTell},
		"a list of numbers":          {"select_one coded", "选择", "", "", "", "", sensitive.MayTell},
		"a list of numbers, as said": {"select_one coded", "选择", "", "", "", "none", sensitive.Keep},
	} {
		t.Run(name, func(t *testing.T) {
			v := judgeOne(t, c.kind, "q1", c.zh, c.en, c.constraint, c.calculation, c.declared)
			if v.Treatment != c.want {
				t.Errorf("treatment %d (%s), want %d", v.Treatment, v.Why.EN, c.want)
			}
		})
	}
}

func TestTelling(t *testing.T) {
	for answer, want := range map[any]bool{
		int64(13800000001): true, int64(-13800000001): true, 6222000000000001.0: true, int64(9_999_999): false, 12.5: false,
		"13800000001": true, "请打13800000001": true, "2026-11-25": false, "12": false, nil: false,
	} {
		if sensitive.Telling(answer) != want {
			t.Errorf("%v", answer)
		}
	}
}

func TestNumbered(t *testing.T) {
	for text, want := range map[string]bool{
		"请打13800000001": true, "+8613800000001": true, "44030719500607001X": true, "440307195006070010": true, "440307500607001": true, "6222000000000001": true,
		"911000195006070018": true, "990101195006070010": false, "20261125093000": false, "12000000001": false, "2026-11-25": false, "": false,
	} {
		if sensitive.Numbered(text) != want {
			t.Errorf("%q", text)
		}
	}
}
