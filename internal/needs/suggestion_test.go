package needs

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/instrument"
	"doorstep/internal/problem"
)

const factsForm = `survey
,type,name,label::中文 (zh),label::English (en),bind::doorstep:fact
,select_one aid,aid,救助,Assistance,assistance
,select_multiple aid,all,全部,All of them,several
,integer,rooms,,Rooms,rooms
choices
,list_name,name,label::中文 (zh),label::English (en)
,aid,low,低保,Low income
,aid,none,没有,None
settings
,form_id,version,namespaces
,facts,1,"doorstep=""urn:doorstep:form"""
`

// TestWhatTheFactsSuggest tells of each kind of rule what it suggests, why, what it rests on and what is lacking.
func TestWhatTheFactsSuggest(t *testing.T) {
	made, err := instrument.Convert(instrument.Workbook{Name: "facts.csv", Raw: []byte(factsForm)}, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	library := map[string]*instrument.Instrument{"1": made.Instrument()}
	of := Row{ID: "row", Record: "visit", Day: "2026-11-23", Form: "facts", Version: "1", Birth: "1950-06-07", Sex: "female",
		Said: Said{Facts: map[string]string{"assistance": "low", "several": "low none", "rooms": "3", "age": "12"}}}
	for _, c := range []struct {
		Service
		want string
	}{
		{Service{}, "no_rule, received nil, band , facts [], lacking []: 尚未写明条件，由民政部门填写。 / No rule yet; the bureau has to say who is entitled."},
		{Service{Rule: "age >= 60", WordsZH: "六十岁", WordsEN: "Sixty"},
			"likely, received nil, band , facts [age 76/76 of ], lacking []: 似乎符合（六十岁）。年龄：76 / Seems entitled (Sixty). age: 76"},
		{Service{Rule: "age >= 80 and sex = 'female'", WordsZH: "八十岁"},
			"not, received nil, band , facts [age 76/76 of  sex female/female of ], lacking []: 似乎不符合（八十岁）。年龄：76；性别：female / " +
				"Seems not entitled (八十岁). age: 76; sex: female"},
		{Service{Rule: "selected(several, 'low')", Band: "if(rooms > 2, 'large', 'small')", Received: "assistance = 'low'"},
			"likely, received true, band large, facts [several low none/Low income, None of visit], lacking []: " +
				"似乎符合（selected(several, 'low')）。全部：低保、没有 / Seems entitled (selected(several, 'low')). All of them: Low income, None"},
		{Service{Rule: "rooms = 2", Band: "'none'", Received: "assistance = 'none'"},
			"not, received false, band , facts [rooms 3/3 of visit], lacking []: 似乎不符合（rooms = 2）。Rooms：3 / Seems not entitled (rooms = 2). Rooms: 3"},
		{Service{Rule: "card = 'y' and fund = 'y'", Received: "card = 'y'"},
			"missing, received nil, band , facts [], lacking [card fund]: 还不能判断，缺少：card、fund（card = 'y' and fund = 'y'）。 / " +
				"Not known yet, lacking: card, fund (card = 'y' and fund = 'y')."},
	} {
		c.Code, c.NameZH, c.Basis = "b01", "补贴", "依据"
		one, err := c.compile()
		if err != nil {
			t.Fatal(err)
		}
		e := Services{one}.Suggest(library, of)[0]
		received, facts, missing := "nil", []string{}, []string{}
		if e.Received != nil {
			received = fmt.Sprint(*e.Received)
		}
		for _, f := range e.Facts {
			facts = append(facts, fmt.Sprintf("%s %s/%s of %s", f.Name, f.Value, f.Shown.EN, f.Record))
		}
		for _, m := range e.Missing {
			missing = append(missing, m.Name)
		}
		got := fmt.Sprintf("%s, received %s, band %s, facts %v, lacking %v: %s / %s", e.Suggestion, received, e.Band, facts, missing, e.Reason.ZH, e.Reason.EN)
		if got != c.want || e.Code != "b01" || e.Name.ZH != "补贴" || e.Name.EN != "补贴" || e.Basis != "依据" {
			t.Errorf("%q:\n%s, want\n%s", c.Rule, got, c.want)
		}
	}
}

// TestReadTable reads each column by each header that people write, and no more rows than a table may have.
func TestReadTable(t *testing.T) {
	want := []Service{{"b01", 1, "补贴", "Aid", "依据", "age > 1", "一岁", "One", "'x'", "age > 2", false},
		{"b02", 2, "探访", "", "", "", "", "", "", "", true}}
	for _, header := range []string{"code,name_zh,name_en,basis,rule,words_zh,words_en,band,received,active", "代码,服务,英文名称,依据,条件,条件说明,英文说明,档次,已享受,启用",
		"编号,名称,name,依据,规则,说明,英文说明,标准,已享受,启用", "编号,服务名称,name,依据,规则,说明,英文说明,标准,已享受,启用", "编号,中文名称,name,依据,规则,说明,英文说明,标准,已享受,启用"} {
		got, err := ReadTable("a.csv", strings.NewReader(header+"\nB01,补贴,Aid,依据,age > 1,一岁,One,'x',age > 2,否\nb02,探访,,,,,,,,\n"))
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %+v, %v", header, got, err)
		}
	}
	for rows, fails := range map[int]bool{mostServices: false, mostServices + 1: true} {
		if _, err := ReadTable("a.csv", strings.NewReader("code,name_zh\n"+strings.Repeat("b01,补贴\n", rows))); (err != nil) != fails {
			t.Errorf("%d rows: %v", rows, err)
		}
	}
}

// TestAServiceThatIsWrongNamesItsColumn: each column alone, at the length that it may have and beyond.
func TestAServiceThatIsWrongNamesItsColumn(t *testing.T) {
	long := strings.Repeat("字", longestCell/3) // in bytes
	good := Service{Code: "b01", NameZH: "补贴"}
	for _, c := range []struct {
		column string
		set    func(*Service)
	}{
		{"", func(*Service) {}}, {"code", func(s *Service) { s.Code = "" }}, {"code", func(s *Service) { s.Code = "B1" }},
		{"code", func(s *Service) { s.Code = strings.Repeat("b", 21) }}, {"", func(s *Service) { s.Code = strings.Repeat("b", 20) }},
		{"name_zh", func(s *Service) { s.NameZH = " " }}, {"name_zh", func(s *Service) { s.NameZH = long + "abc" }}, {"", func(s *Service) { s.NameZH = long + "ab" }},
		{"name_en", func(s *Service) { s.NameEN = long + "abc" }}, {"basis", func(s *Service) { s.Basis = long + "abc" }},
		{"words_zh", func(s *Service) { s.WordsZH = long + "abc" }}, {"words_en", func(s *Service) { s.WordsEN = long + "abc" }},
		{"rule", func(s *Service) { s.Rule = "age >" }}, {"received", func(s *Service) { s.Received = "age >" }}, {"band", func(s *Service) { s.Band = "if(" }},
		{"rule", func(s *Service) { s.Rule = long + "abc" }}, {"received", func(s *Service) { s.Received = long + "abc" }}, {"band", func(s *Service) { s.Band = long + "abc" }},
	} {
		s := good
		c.set(&s)
		_, err := s.compile()
		if p := problem.As(err); (err == nil) != (c.column == "") || err != nil && (p.Code != problem.BadService || !strings.HasPrefix(p.Detail, s.Code+": "+c.column)) {
			t.Errorf("%+v: %v, want %q", s, err, c.column)
		}
	}
}
