package simulate

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/client"
	"doorstep/internal/demo"
	"doorstep/internal/survey"
)

func TestPrint(t *testing.T) {
	many := []string{"a", "b", "c", "d", "e", "f"}
	r := Report{Tablets: 1, Visits: 2, Sent: 30, Lost: 4, Unchanged: 5, Outcomes: map[string]int{client.Stored: 6, client.Conflict: 7, client.Quarantined: 8},
		Quarantine: map[string]int{"z": 3, "b": 2, "a": 2}, Issues: map[string]int{"one": 1}, Decisions: map[string]int{"return": 9, "approve": 10},
		Corrected: 11, Reassigned: 12, Mistakes: map[demo.Mistake]Share{demo.IDDigit: {13, 14}}, TwinsHere: Share{15, 16}, TwinsAway: Share{17, 18},
		Duplicates: 19, Areas: Share{20, 21}, P50: 22 * time.Millisecond, P95: 23 * time.Millisecond, P99: 24 * time.Millisecond,
		Longest: 25_250 * time.Microsecond, Worked: 20 * time.Second,
		Findings: Findings{Missing: many, Doubled: many[:5], Diverged: many[:3], Unanswered: many[:1], Unreturned: nil}}
	var text strings.Builder
	if err := r.Print(&text); err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(text.String()) {
		value, label := strings.TrimSpace(line[:14]), strings.TrimSuffix(line[16:], "\n")
		got = append(got, value+"|"+label)
	}
	want := []string{"|—— 收发 traffic ——", "1|平板 tablets", "2|走访 visits", "30|发送的操作 operations sent", "6|已保存 stored", "7|冲突 conflict",
		"8|隔离 quarantined", "3|  z", "2|  a", "2|  b", "4|网络丢失的请求和应答 requests and answers lost by the network",
		"12|调整的负责区域 territories reassigned", "5|重发后认出未变 unchanged: sent again and recognised", "22.0 ms|推送耗时 push p50",
		"23.0 ms|推送耗时 push p95", "24.0 ms|推送耗时 push p99", "25.2 ms|推送耗时 push longest", "20.0 s|采集阶段用时 time at work",
		"1.5 /s|每秒记录 records per second",
		"|—— 质量 quality ——", "20 / 21|归格正确 areas right of those placed", "15 / 16|重复儿童被发现（同一平板） duplicates found of those planted, same tablet",
		"17 / 18|重复儿童被发现（不同平板） duplicates found of those planted, another tablet", "19|疑似重复提示，含其他 duplicate notes, others included",
		"13 / 14|发现的差错 mistakes found: 证件号码错一位 wrong digit", "|问题按代码 issues by code", "1|  one", "9|退回 returned", "11|已更正 corrected",
		"10|通过 approved",
		"|—— 核对 verdict ——", "6|已确认却缺失 acknowledged and missing", "|  a b c d e", "5|重复保存 doubled", "|  a b c d e", "3|平板副本不一致 copies that differ",
		"|  a b c", "1|没有回执 without a receipt", "|  a", "0|退回未到平板 returned and not come back"}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, m := range demo.Mistakes {
		if rates := UsualRates(); mistakeLabels[m] == "" && rates.Mistakes[m] > 0 {
			t.Errorf("%s has no words", m)
		}
	}
}

// What two tablets saw is told together.
func TestReportAddsUp(t *testing.T) {
	seen := func(times int, pushes ...time.Duration) *tablet {
		tally := newTally()
		for range times {
			tally.receipt(client.Receipt{Status: client.Unchanged, Was: client.Conflict, ReviewState: "edited", Duplicates: make([]client.Duplicate, 2),
				Issues: []client.Issue{{Code: "i"}, {Code: "i"}, {Code: "j"}}})
			tally.receipt(client.Receipt{Status: client.Quarantined, Code: "q"})
		}
		tally.sent, tally.reassigned, tally.pushes = 7*times, 5*times, pushes
		tally.decisions["return"] = 3 * times
		one := &tablet{tally: tally, line: &line{}, visits: make([]*visit, times)}
		for i := range one.visits {
			one.visits[i] = &visit{}
		}
		one.line.lost.Store(int64(11 * times))
		return one
	}
	s := &simulation{tablets: []*tablet{seen(1, 4, 1), seen(2, 3, 2)}, worked: time.Minute, findings: Findings{Missing: []string{"m"}}}
	want := &Report{Tablets: 2, Visits: 3, Sent: 21, Lost: 33, Unchanged: 3, Outcomes: map[string]int{client.Conflict: 3, client.Quarantined: 3},
		Issues: map[string]int{"i": 6, "j": 3}, Quarantine: map[string]int{"q": 3}, Decisions: map[string]int{"return": 9}, Corrected: 3, Reassigned: 15,
		Mistakes: map[demo.Mistake]Share{}, Duplicates: 6, P50: 2, P95: 4, P99: 4, Longest: 4, Worked: time.Minute, Findings: s.findings}
	if got := s.report(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestFindingsAreOKWithoutAny(t *testing.T) {
	one := []string{"a"}
	for i, f := range []Findings{{}, {Missing: one}, {Doubled: one}, {Diverged: one}, {Unanswered: one}, {Unreturned: one}} {
		if f.OK() != (i == 0) {
			t.Errorf("%+v: %v", f, f.OK())
		}
	}
}

func TestJudge(t *testing.T) {
	planted := func(m demo.Mistake, codes ...string) *visit {
		v := &visit{home: demo.Household{Area: "1"}, receipt: client.Receipt{Area: "2", AreaMethod: "point"}}
		v.written.Planted = []demo.Planted{{Mistake: m}}
		for _, code := range codes {
			v.receipt.Issues = append(v.receipt.Issues, client.Issue{Code: code})
		}
		return v
	}
	for _, c := range []struct {
		v           *visit
		found, area Share
	}{
		{planted(demo.WrongDatum, "x", "grid.datum"), Share{1, 1}, Share{}}, {planted(demo.WrongDatum, "cn_id.checksum"), Share{0, 1}, Share{}},
		{planted(demo.OutsideArea, "grid.far"), Share{1, 1}, Share{}}, {planted(demo.OutsideArea), Share{0, 1}, Share{}},
		{planted(demo.BirthDay, "cn_id.birth_mismatch"), Share{1, 1}, Share{0, 1}}, {planted(demo.BirthDay, "cn_id.checksum"), Share{0, 1}, Share{0, 1}},
		{planted(demo.IDDigit, "cn_id.checksum"), Share{1, 1}, Share{0, 1}}, {planted(demo.IDTransposed, "cn_id.birth_date"), Share{1, 1}, Share{0, 1}},
		{planted(demo.IDDigit, "cn_id.birth_mismatch", "grid.far"), Share{0, 1}, Share{0, 1}},
	} {
		r := Report{Mistakes: map[demo.Mistake]Share{}}
		m := c.v.written.Planted[0].Mistake
		if r.judge(c.v, true); r.Mistakes[m] != c.found || r.Areas != c.area || r.TwinsHere.Of+r.TwinsAway.Of > 0 {
			t.Errorf("%s with %v: %+v", m, c.v.receipt.Issues, r)
		}
	}
	at := func(area, method string) *visit {
		return &visit{home: demo.Household{Area: "1"}, receipt: client.Receipt{Area: area, AreaMethod: method}}
	}
	r := Report{}
	for _, v := range []*visit{at("1", "point"), at("2", "point"), at("1", "")} {
		r.judge(v, false)
	}
	if r.Areas != (Share{1, 2}) {
		t.Errorf("areas %v", r.Areas)
	}
}

func TestTwins(t *testing.T) {
	elsewhere := client.Receipt{Issues: []client.Issue{{Code: "person.elsewhere"}}}
	of := func(kind string, persons ...string) client.Receipt {
		r := client.Receipt{Persons: persons}
		if kind != "" {
			r.Duplicates = []client.Duplicate{{Kind: kind}}
		}
		return r
	}
	for name, c := range map[string]struct {
		first, again client.Receipt
		want         bool
	}{
		"told later":                {of("", "a", "b"), of("person", "c", "b"), true},
		"told to the other":         {of("person", "a"), of("", "a"), true},
		"not told":                  {of("", "a"), of("", "a"), false},
		"told of a household":       {of("", "a"), of("household", "a"), false},
		"somebody else":             {of("person", "a"), of("person", "b"), false},
		"known elsewhere":           {of(""), elsewhere, true},
		"the first known elsewhere": {elsewhere, of(""), true},
		"another finding":           {of("", "a"), client.Receipt{Persons: []string{"a"}, Issues: []client.Issue{{Code: "x"}}}, false},
	} {
		v := &visit{receipt: c.again, original: &visit{receipt: c.first}}
		some := map[bool]int{true: 1}[c.want]
		for _, here := range []bool{true, false} {
			var r Report
			r.judge(v, here)
			want := [2]Share{{}, {some, 1}}
			if here {
				want = [2]Share{{some, 1}, {}}
			}
			if got := [2]Share{r.TwinsHere, r.TwinsAway}; got != want {
				t.Errorf("%s, on the same tablet %v: %v, want %v", name, here, got, want)
			}
		}
	}
}

// copyOf holds rows, each as collection, id, revision and data.
func copyOf(t *testing.T, rows ...[4]any) *client.Copy {
	t.Helper()
	c := &client.Copy{}
	for _, r := range rows {
		change := client.Change{Collection: r[0].(string), ID: r[1].(string), Rev: int64(r[2].(int)), Op: client.Upsert, Data: json.RawMessage(r[3].(string))}
		if err := c.Apply(&client.Page{Changes: []client.Change{change}}); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func TestHomes(t *testing.T) {
	person := func(id, household, relation, merged string) [4]any {
		return [4]any{"persons", id, 1, fmt.Sprintf(`{"name":"n","sex":"s","birth_date":"b","id_type":"t","id_number":"i","phone":"p","relation":%q,`+
			`"household":%q,"merged_into":%q}`, relation, household, merged)}
	}
	home := func(id, merged string) [4]any {
		return [4]any{"households", id, 1, fmt.Sprintf(`{"address":"a","house_code":"c","head_name":"h","phone":"f","area":"r","merged_into":%q,`+
			`"location":{"lon":1,"lat":2}}`, merged)}
	}
	all := [][4]any{person("p3", "h2", "child", ""), person("p2", "h2", "head", ""), person("p1", "h2", "child", ""), person("p4", "h1", "head", ""),
		person("p5", "h3", "head", ""), person("p6", "h4", "head", "p5"), home("h2", ""), home("h1", ""), home("h3", "h1"), home("h4", ""), home("h5", "")}
	got, err := homes(copyOf(t, all...))
	if err != nil {
		t.Fatal(err)
	}
	p := func(id, household, relation string) demo.Person {
		return demo.Person{ID: id, Name: "n", Sex: "s", BirthDate: "b", IDType: "t", IDNumber: "i", Phone: "p", Relation: relation, Ethnicity: "han", Household: household}
	}
	h := func(id string, persons ...demo.Person) demo.Household {
		return demo.Household{ID: id, Area: "r", Address: "a", HouseCode: "c", Lon: 1, Lat: 2, Head: "h", Phone: "f", Persons: persons}
	}
	want := []demo.Household{h("h1", p("p4", "h1", "head")), h("h2", p("p2", "h2", "head"), p("p1", "h2", "child"), p("p3", "h2", "child"))}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	for _, collection := range []string{"persons", "households"} {
		if _, err := homes(copyOf(t, append(all, [4]any{collection, "x", 1, `[]`})...)); err == nil {
			t.Errorf("a row of %s that is none passes", collection)
		}
	}
}

func TestPublished(t *testing.T) {
	form := func(id, version, table string) [4]any {
		return [4]any{"forms", table, 1, fmt.Sprintf(`{"form_id":%q,"version":%q,"table":%q}`, id, version, table)}
	}
	held := copyOf(t, form("f", "1", "old"), form("f", "2", "right"), form("g", "2", "other"))
	if table, err := published(held, &survey.Form{ID: "f", Version: "2"}); err != nil || table != "right" {
		t.Errorf("%q, %v", table, err)
	}
	for _, f := range []*survey.Form{{ID: "f", Version: "3"}, {ID: "h", Version: "2"}} {
		if table, err := published(held, f); err == nil {
			t.Errorf("%s %s: %q", f.ID, f.Version, table)
		}
	}
	if _, err := published(copyOf(t, [4]any{"forms", "x", 1, `[]`}), &survey.Form{}); err == nil {
		t.Error("a row of forms that is none passes")
	}
}

func TestDifferences(t *testing.T) {
	row := func(collection, id string, rev int) [4]any { return [4]any{collection, id, rev, `{}`} }
	a := copyOf(t, row("v", "1", 1), row("v", "2", 1), row("v", "3", 1), row("w", "1", 1))
	b := copyOf(t, row("v", "1", 1), row("v", "2", 2), row("w", "1", 1), row("x", "1", 1))
	want := []string{"v/2", "v/3", "x/1"}
	if got, back := differences(a, b), differences(b, a); !slices.Equal(got, want) || !slices.Equal(back, want) || len(differences(a, a)) > 0 {
		t.Errorf("%v, %v, want %v", got, back, want)
	}
}
