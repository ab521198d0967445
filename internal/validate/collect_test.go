package validate_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

// asked is a form of the rows given: type, name, label, calculation, relevant, constraint, required, read_only, bind::type,
// bind::doorstep:authoritative.
func asked(rows ...string) string {
	var b strings.Builder
	b.WriteString("| survey |\n| | type | name | label | calculation | relevant | constraint | required | read_only | bind::type | bind::doorstep:authoritative |\n")
	for _, row := range rows {
		fmt.Fprintf(&b, "| | %s |\n", row)
	}
	b.WriteString("| settings |\n| | form_id | namespaces |\n| | f | doorstep=\"urn:doorstep:form\" |\n| choices |\n| | list_name | name | label |\n| | yn | y | Yes |\n| | yn | n | No |\n")
	return b.String()
}

func calculated(expression string) string { return "calculate | c | | " + expression }

// TestCalculationsOfCollect compares with what JavaRosa computes, calculation by calculation: the answers are sent without
// the result, which the server fills in.
func TestCalculationsOfCollect(t *testing.T) {
	const base = `"i":3,"z":0,"d":1.005,"three":"3.0","big":"1.23456785E7","day":"2026-11-20","seen":"2026-11-20T23:30:00.000+08:00","clock":"09:10:00.000+08:00","many":["y","n"],"word":"2026-01-01"`
	questions := []string{"integer | i | I", "integer | z | Z", "integer | blank | B", "decimal | d | D", "decimal | three | T", "decimal | big | B",
		"date | day | D", "dateTime | seen | S", "time | clock | C", "select_multiple yn | many | M", "text | word | W", "text | none | N",
		"integer | gone | G | | ${i} > 5", "begin repeat | r | R", "decimal | cost | Cost", "end repeat |"}
	for _, test := range []struct{ expression, answers, want string }{
		{"if(${none}, 'y', 'n')", "", "n"},
		{"if(${i}, 'y', 'n')", "", "y"},
		{"if(${z}, 'y', 'n')", "", "n"},
		{"not(${blank})", "", "true"},
		{"${blank} and true()", "", "false"},
		{"min(${cost})", `"r":[{"cost":2},{"cost":3.5},{}]`, "2"},
		{"max(${cost})", `"r":[{"cost":-2},{"cost":-3.5},{}]`, "-2"},
		{"max(${blank}, ${none})", "", ""},
		{"sum(${cost})", `"r":[{"cost":2},{},{"cost":3}]`, "5"},
		{"round(${d}, 2)", "", "1.01"},
		{"round(-1.5)", "", "-1"},
		{"round(2.5)", "", "3"},
		{"round(-2.51)", "", "-3"},
		{"round(1234.5, -2)", "", "1200"},
		{"round(-33.33, -1)", "", "-20"},
		{"round(1, 31)", "", ""},
		{"int(-3.7)", "", "-3"},
		{"concat(${three}, '')", "", "3"},
		{"concat(${big})", "", "1.23456785E7"},
		{"string-length(${three})", "", "1"},
		{"concat(0.0001)", "", "1.0E-4"},
		{"concat(1 div 3)", "", "0.3333333333333333"},
		{"concat(3000000000)", "", "3.0E9"},
		{"3000000 * 1000", "", "3000000000"},
		{"0.1 + 0.2 = 0.3", "", "true"},
		{"concat('[', ${blank} + 1, ']')", "", "[NaN]"},
		{"${blank} + 1", "", ""},
		{"coalesce(${blank} + 1, 'else')", "", "else"},
		{"coalesce(${none}, ${i})", "", "3"},
		{"concat(${seen}, '/', ${day})", "", "2026-11-20/2026-11-20"},
		{"${seen} = ${day}", "", "true"},
		{"${day} < '2027-01-01'", "", "false"},
		{"${day} < date('2027-01-01')", "", "true"},
		{"${word} < 30000", "", "false"},
		{"${day} - date('2026-11-01')", "", "19"},
		{"${day} + 1", "", "20778"},
		{"date(${day} + 1)", "", "2026-11-21"},
		{"date(${seen})", "", "2026-11-20"},
		{"date-time(${seen})", "", "2026-11-20T23:30:00.000+08:00"},
		{"date('2026-11-20T23:30:00.000+08:00')", "", "2026-11-20T23:30:00.000+08:00"},
		{"format-date(${seen}, '%Y%m%d %H%M %%')", "", "20261120 2330 %"},
		{"format-date-time(${clock}, '%H:%M')", "", "09:10"},
		{"format-date(${none}, '%Y')", "", ""},
		{"decimal-time(${seen}) * 24", "", "23.5"},
		{"decimal-date-time(${day})", "", "20776.666666666668"},
		{"number('1,5')", "", "1.5"},
		{"number(' 7 ')", "", "7"},
		{"boolean-from-string('TRUE')", "", "true"},
		{"boolean-from-string('yes')", "", "false"},
		{"selected(${many}, ' n ')", "", "true"},
		{"count-selected(${many})", "", "2"},
		{"selected-at(${many}, 1)", "", "n"},
		{"selected-at(${many}, 5)", "", ""},
		{"indexed-repeat(${cost}, ${r}, ${blank})", `"r":[{"cost":2},{"cost":3}]`, "2"},
		{"count(${cost})", `"r":[{"cost":2},{}]`, "2"},
		{"count-non-empty(${cost})", `"r":[{"cost":2},{}]`, "1"},
		{"checklist(1, -1, ${z}, ${i})", "", "true"},
		{"checklist(2, 2, ${z}, ${i})", "", "false"},
		{"weighted-checklist(-1, -1, ${i}, 5)", "", "false"},
		{"weighted-checklist(3, 6, ${i}, 5, ${z}, 5)", "", "true"},
		{"pow(2, 10)", "", "1024"},
		{"substr('abcdef', -2)", "", "ef"},
		{"join(',', ${gone}, ${i})", "", ",3"},
		{"concat('[', ${gone}, ']')", `"gone":7`, "[]"},
		{"count(${gone})", `"gone":7`, "0"},
		{"if(${gone} = '', 'blank', 'has')", `"gone":7`, "blank"},
		{"once(${i})", "", "3"},
	} {
		t.Run(test.expression, func(t *testing.T) {
			f := markdown(t, asked(append(questions, calculated(test.expression))...))
			inst := filled(t, f, "{"+strings.TrimSuffix(base+","+test.answers, ",")+"}")
			compiled(t, f).Check(context.Background(), inst, validate.TakeOut)
			if got := inst.Root.Child("c").Value(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestResultsStayWhatTheyAreForOthers sends what JavaRosa computed, each result after those that it reads: a moment, a number or
// a truth stays one for other expressions although its question holds text.
func TestResultsStayWhatTheyAreForOthers(t *testing.T) {
	sent := []struct{ name, expression, answer string }{
		{"born", "if(true(), ${day}, '')", "1999-12-31T00:00:00.000+08:00"},
		{"day_x", "concat(${born}, 'x')", "1999-12-31x"},
		{"same_day", "${born} = ${day}", "1"},
		{"number_of", "number(${born})", "10956"},
		{"age", "int((date('2026-11-27') - ${born}) div 365.25)", "26"},
		{"shown", "format-date(${born}, '%d.%m.%Y')", "31.12.1999"},
		{"grown", "${i} > 18", "0"},
		{"grown_x", "concat(${grown}, 'x')", "falsex"},
		{"grown_length", "string-length(${grown})", "5"},
		{"grown_word", "if(${grown} = 'true', 1, 2)", "2"},
		{"grown_if", "if(if(true(), ${grown}, ''), 1, 2)", "2"},
		{"large", "if(true(), ${i} * 1000000000, '')", "4000000000"},
		{"large_x", "concat(${large}, 'x')", "4.0E9x"},
		{"none", "if(true(), ${i} - 4, '')", "0"},
		{"none_if", "if(${none}, 1, 2)", "2"},
	}
	rows, answers := []string{"date | day | D", "integer | i | I"}, `"day":"1999-12-31","i":4`
	for _, c := range sent {
		rows = append(rows, "calculate | "+c.name+" | | "+c.expression)
		answers += fmt.Sprintf(",%q:%q", c.name, c.answer)
	}
	f := markdown(t, asked(rows...))
	got := compiled(t, f).Check(context.Background(), filled(t, f, "{"+answers+"}"), validate.TakeOut)
	for _, c := range got.Changes {
		t.Errorf("%s: JavaRosa has %s, here %s", c.Field, c.Sent, c.Computed)
	}
	if len(got.Issues) > 0 {
		t.Errorf("issues %v", got.Issues)
	}
}

func TestResultsTakeTheTypeOfTheirQuestion(t *testing.T) {
	for _, test := range []struct{ kind, expression, want string }{
		{"int", "1.005 * 300", "301"},
		{"int", "-1.9", "-1"},
		{"int", "3000000000", "2147483647"},
		{"int", "1 div 0 - 1 div 0", ""},
		{"decimal", "7 div 2", "3.5"},
		{"decimal", "2.0000000001", "2"},
		{"date", "date('2026-11-20T23:30:00.000+08:00')", "2026-11-20"},
		{"date", "'2026-1-5'", "2026-01-05"},
		{"date", "20000 + 1", ""},
		{"dateTime", "date('2026-11-20')", "2026-11-20T00:00:00.000+08:00"},
		{"time", "date('2026-11-20T23:30:00.000+08:00')", "23:30:00.000+08:00"},
		{"boolean", "3", "true"},
		{"string", "1.50", "1.5"},
	} {
		t.Run(test.kind+" "+test.expression, func(t *testing.T) {
			f := markdown(t, asked(calculated(test.expression)+" | | | | | "+test.kind))
			inst := filled(t, f, `{}`)
			compiled(t, f).Check(context.Background(), inst, validate.TakeOut)
			if got := inst.Root.Child("c").Value(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestReading sends answers as tablets, other programs and people write them.
func TestReading(t *testing.T) {
	for _, test := range []struct{ kind, sent, want string }{
		{"integer", " 5 ", "5"},
		{"integer", "\u3000٣٤\n", "34"},
		{"integer", "１２", "12"},
		{"integer", "+7", "7"},
		{"integer", "007", "7"},
		{"integer", "5.0", "5"},
		{"integer", "-५", "-5"},
		{"integer", "-999999999999999999.00", "-999999999999999999"},
		{"integer", "5.", "5"},
		{"integer", "-0", "0"},
		{"decimal", "٣٫٥", "3.5"},
		{"decimal", " 2.50 ", "2.50"},
		{"decimal", "1.2E7", "1.2E7"},
		{"date", "2026-1-5", "2026-01-05"},
		{"date", " ٢٠٢٦-٠١-٠٥ ", "2026-01-05"},
		{"dateTime", "2026-01-05T09:10:00.000+08", "2026-01-05T09:10:00.000+08:00"},
		{"dateTime", "2026-01-05T9:10:00+0800", "2026-01-05T09:10:00.000+08:00"},
		{"dateTime", "2026-01-05T09:10:00.000Z", "2026-01-05T09:10:00.000Z"},
		{"time", "09:10:00.000+08", "09:10:00.000+08:00"},
		{"time", " 9:10 ", "09:10"},
		{"geopoint", " 22.5 114 ", "22.5 114"},
		{"geopoint", "90 -180", "90 -180"},
		{"select_one yn", " y ", "y"},
		{"select_multiple yn", " y \n n ", "y n"},
		{"select_multiple yn", "n y n n", "n y"},
		{"text", " two words ", " two words "},
		{"barcode", "01\t17", "01\t17"},
	} {
		t.Run(test.kind+" "+test.sent, func(t *testing.T) {
			f := markdown(t, asked(test.kind+" | a | A", "text | beside | B"))
			inst := &survey.Instance{Root: survey.NewElement("data").Add(survey.NewElement("a").SetValue(test.sent), survey.NewElement("beside").SetValue("stays"))}
			checked := compiled(t, f).Check(context.Background(), inst, validate.TakeOut)
			if got := inst.Root.Child("a").Value(); got != test.want || len(checked.Issues)+len(checked.Changes) > 0 {
				t.Errorf("got %q, want %q; %v", got, test.want, checked)
			}
			if inst.Root.Child("beside").Value() != "stays" {
				t.Error("its neighbour changed")
			}
		})
	}
}

func TestUnreadAnswersAreChanges(t *testing.T) {
	for _, test := range []struct{ kind, sent string }{
		{"integer", "twelve"}, {"integer", "1.5"}, {"integer", "1-2"}, {"integer", "+-5"}, {"integer", "--5"},
		{"integer", "1000000000000000000"}, {"integer", "0000000000000000001"}, {"integer", "+"}, {"integer", ".0"}, {"integer", "5.0.0"}, {"integer", "5.01"},
		{"integer", "1_0"}, {"integer", "0x1"}, {"integer", "1e2"}, {"decimal", "Inf"}, {"decimal", "1e999"}, {"decimal", "1_0"}, {"decimal", "0x1p4"}, {"decimal", "."},
		{"decimal", "1,500"}, {"decimal", "NaN"}, {"date", "2026-02-30"},
		{"date", "2026-02-03T10:00"}, {"dateTime", "soon"}, {"time", "25:00"}, {"geopoint", "95 114"}, {"select_one yn", "maybe"},
	} {
		t.Run(test.kind+" "+test.sent, func(t *testing.T) {
			f := markdown(t, asked(test.kind+" | a | A"))
			inst := &survey.Instance{Root: survey.NewElement("data").Add(survey.NewElement("a").SetValue(test.sent))}
			checked := compiled(t, f).Check(context.Background(), inst, validate.TakeOut)
			want := []validate.Change{{Field: "a", Sent: test.sent}}
			if !slices.Equal(checked.Changes, want) || len(checked.Issues) != 1 || inst.Root.Child("a").Value() != "" {
				t.Errorf("got %+v, want %+v and one issue", checked, want)
			}
		})
	}
}

// TestChanges shows what stands and what the history gets, where the server and the tablet differ.
func TestChanges(t *testing.T) {
	form := asked("integer | i | I", calculated("${i} * 2"), "calculate | grade | | ${i} * 3 | | | | | | yes",
		"begin group | g | G | | ${i} > 5", "text | t | T", "calculate | tc | | 'x'", "begin repeat | r | R", "text | rt | RT", "end repeat |", "end group |", "text | beside | B")
	const sent = `{"i":1,"c":"7","grade":"8","g":{"t":"said","tc":"x","r":[{"rt":"one"},{"rt":"two"}]},"beside":"b"}`
	for _, test := range []struct {
		name    string
		keep    validate.Keep
		changes []validate.Change
		issues  []string
		after   string
	}{
		{"taken out", validate.TakeOut, []validate.Change{{"c", "7", "2", true, nil}, {"grade", "8", "3", false, nil}, {"g/t", "said", "", false, nil}, {"g/tc", "x", "", false, nil}, {"g/r[1]/rt", "one", "", false, nil}, {"g/r[2]/rt", "two", "", false, nil}},
			[]string{"logic.calculate c", "logic.recalculated grade", "logic.irrelevant g"}, `{"i":1,"c":"7","grade":"3","beside":"b"}`},
		{"left in", validate.LeaveIn, []validate.Change{{"c", "7", "2", true, nil}, {"grade", "8", "3", false, nil}},
			[]string{"logic.calculate c", "logic.recalculated grade", "logic.irrelevant_kept g"}, `{"i":1,"c":"7","grade":"3","g":{"t":"said","tc":"x","r":[{"rt":"one"},{"rt":"two"}]},"beside":"b"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := markdown(t, form)
			inst := filled(t, f, sent)
			checked := compiled(t, f).Check(context.Background(), inst, test.keep)
			for i := range checked.Changes {
				checked.Changes[i].Round = nil
			}
			if !reflect.DeepEqual(checked.Changes, test.changes) {
				t.Errorf("changes %+v\n   want %+v", checked.Changes, test.changes)
			}
			if got := sums(checked.Issues); !slices.Equal(got, test.issues) {
				t.Errorf("issues %q, want %q", got, test.issues)
			}
			if after := answersOf(t, f, inst); after != test.after {
				t.Errorf("answers %s\n   want %s", after, test.after)
			}
		})
	}
}

// TestClock judges by the record's own word or not at all.
func TestClock(t *testing.T) {
	form := asked("start | start", "end | end", "today | today", "date | born | B", "text | offer | O | | today() < date('2026-11-25')", "text | late | L | | today() > date('2026-11-25') | | yes",
		"text | then | T | | ${late} = '' and ${age} > 3 | | yes", "date | appt | A | | | . >= today()", "calculate | age | | int((today() - ${born}) div 365.25)",
		"calculate | twice | | ${age} * 2", "calculate | day | | today()", "calculate | once | | once(today())", "calculate | at | | format-date-time(now(), '%H:%M')")
	const times = `"start":"2026-11-20T09:00:00.000+08","end":"2026-11-20T09:30:00.000+08",`
	for _, test := range []struct {
		name, answers string
		issues        []string
		after         string
	}{
		{"nobody knows", `{"offer":"o","appt":"2026-11-19","age":"9","twice":"5"}`, []string{"logic.no_moment "}, `{"offer":"o","appt":"2026-11-19","age":"9","twice":"5"}`},
		{"filled at its day", `{"today":"2026-11-20","born":"1956-11-01","then":"t"}`, nil,
			`{"today":"2026-11-20","born":"1956-11-01","then":"t","age":"70","twice":"140","day":"2026-11-20","once":"2026-11-20","at":"12:00"}`},
		{"between its start and its end", `{` + times + `"then":"t","born":"1956-11-01","age":"70","twice":"140","day":"2026-11-20T00:00:00.000+08:00","once":"2026-11-20","at":"09:10"}`, nil, ""},
		{"neither at its start nor at its end", `{` + times + `"then":"t","born":"1956-11-01","age":"69","twice":"138","day":"2026-11-21","once":"2020-01-01","at":"09:40"}`,
			[]string{"logic.calculate age", "logic.calculate day", "logic.calculate at"}, ""},
		{"over midnight", `{"start":"2026-11-20T23:50:00.000+08","end":"2026-11-21T00:10:00.000+08","day":"2026-11-20","at":"23:50"}`, nil,
			`{"start":"2026-11-20T23:50:00.000+08:00","end":"2026-11-21T00:10:00.000+08:00","day":"2026-11-20","once":"2026-11-21","at":"23:50"}`},
		{"judged at its end", `{` + times + `"then":"t","born":"1956-11-01","late":"l","appt":"2026-11-19"}`, []string{"logic.irrelevant late", "logic.constraint appt"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := markdown(t, form)
			inst := filled(t, f, test.answers)
			checked := compiled(t, f).Check(context.Background(), inst, validate.TakeOut)
			if got := sums(checked.Issues); !slices.Equal(got, test.issues) {
				t.Errorf("issues %q, want %q", got, test.issues)
			}
			if after := answersOf(t, f, inst); test.after != "" && after != test.after {
				t.Errorf("answers %s\n   want %s", after, test.after)
			}
		})
	}
}
