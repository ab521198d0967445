package dataset_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/corpora"
	"doorstep/internal/dataset"
	"doorstep/internal/survey"
)

// kindsForm asks every kind of question, with each thing that a form may say of what becomes of its answers.
const kindsForm = `survey
,type,name,label::中文 (zh),label::English (en),calculation,relevant,constraint,save_to,bind::doorstep:sensitivity,bind::doorstep:disclosure,bind::doorstep:age_band,bind::doorstep:codes,bind::doorstep:need,bind::doorstep:fact
,start,start,,,,,,,,,,,,
,today,today,,,,,,,,,,,,
,select_one outcome,outcome,访问结果,Outcome,,,,,,,,,,
,text,elder_name,姓名,Name,,,,persons#full_name,,,,,,
,date,born,出生日期,Birth date,,,,persons#birth_date,,,,,,
,date,visit_due,预约,Appointment,,,,,,,,,,
,date,exact_day,确切日子,Exact day,,,,,none,,,,,
,time,wakes,起床,Wakes,,,,,,,,,,
,dateTime,moment,时刻,Moment,,,,,,,,,,
,integer,years,年龄,Years,,,. < 120,,,,1,,,age
,select_one place,registration,户籍,Registration,,,,,,,,,,registration
,select_multiple benefit,benefits,待遇,Benefits,,,,,,,,,,benefits
,integer,falls,跌倒,Falls,,,. < 100,,,sensitive,,,,
,decimal,income,收入,Income,,,,,,,,,,
,text,crop,作物,Crop,,,,,none,quasi,,,,
,text,remarks,备注,Remarks,,,,,,,,,,
,text,secret,秘密,Secret,,,,,sensitive,,,,,
,integer,score,评分,Score,,,. < 100,,sealed,,,,,
,select_one yn,lift,电梯,Lift,,,,,,quasi,,,,
,select_one aid,aid,救助,Assistance,,,,,,,,,,assistance
,select_multiple service,services,服务,Services,,${lift} = 'n',,,,,,,service,
,rank service,wishes,排序,In which order,,,,,,,,,,
,range,pain,疼痛,Pain,,,. < 11,,,,,,,
,acknowledge,seen,已看,Seen,,,,,,,,,,
,geopoint,spot,位置,Place,,,,,,,,,,
,geotrace,way,路线,Way,,,,,,,,,,
,image,photo,照片,Photo,,,,,,,,,,
,barcode,code,条码,Code,,,,,,,,,,
,calculate,age,,,int((today() - ${born}) div 365),,,,,,,,,
,calculate,load,负担,Load,"if(${lift} = 'y', 'low', 'high')",,,,,,,load,,
,calculate,sum,合计,Sum,${falls} + 1,,,,none,,,,,
,note,thanks,谢谢,Thanks,,,,,,,,,,
,begin_group,home,家,Home,,,,,,,,,,
,select_one yn,stairs,楼梯,Stairs,,,,,,,,,,
,end_group,,,,,,,,,,,,,
,begin_repeat,carers,照料人,Carers,,,,,,,,,,
,text,carer_name,照料人姓名,Name of the carer,,,,,,,,,,
,integer,hours,小时,Hours,,,. < 25,,,sensitive,,,,
,begin_repeat,shifts,班次,Shifts,,,,,,,,,,
,select_one yn,night,夜间,At night,,,,,,,,,,
,end_repeat,,,,,,,,,,,,,
,end_repeat,,,,,,,,,,,,,
choices
,list_name,name,label::中文 (zh),label::English (en),missing,need
,yn,y,是,Yes,,
,yn,n,否,No,,
,yn,9,拒绝,Refused,refused,
,aid,low_income_allowance,低保,Low income,,
,aid,none,没有,None,,
,place,local,本市,Local,,
,benefit,old_age_allowance,高龄津贴,Allowance,,
,benefit,transport,乘车,Transport,,
,load,low,轻,Low,,
,load,high,重,High,,
,service,meals,助餐,Meals,,serious
,service,bath,助浴,Bathing,,mild
,service,unknown,不知道,Does not know,dont_know,
,outcome,1.1,完成,Complete,,
,outcome,1.2,部分,Partial,,
,outcome,2.11,拒访,Refusal,,
,outcome,2.22,家中无人,No one at home,,
,outcome,4.1,无人居住,Empty,,
entities
,list_name,label
,persons,${elder_name}
settings
,form_title::中文 (zh),form_title::English (en),form_id,version,table,namespaces
,各种问题,All kinds,kinds,2,kinds,"doorstep=""urn:doorstep:form"""
`

// TestAllThatAnExportSays holds every file of exports with and without names, in words and in codes, with small cells taken out and for
// one community, of records that answer every kind of question, against testdata/exports.txt.
func TestAllThatAnExportSays(t *testing.T) {
	o := newOffice(t)
	o.publish(t, strings.NewReplacer("kinds,2,kinds", "kinds,1,kinds", ",text,crop,作物", ",text,gone,去除,Gone,,,,,none,,,,,\n,text,crop,作物").Replace(kindsForm), now.Add(-time.Hour))
	old := o.in
	o.publish(t, kindsForm, now)
	newest := o.in
	o.Plant(t, collections.Campaigns, map[string]any{"id": "spring", "name": "春季", "form": "kinds"})
	put := func(n int, edit func(*collections.Record), pairs ...string) {
		o.put(t, func(r *collections.Record) {
			r.ID = fmt.Sprint("visit-", n)
			r.Household, r.Person, r.Area = fmt.Sprint("home-", n), fmt.Sprint("person-", n), gridA
			r.StartedAt = fmt.Sprintf("2026-11-23T09:%02d:30.000+08:00", n)
			if edit != nil {
				edit(r)
			}
		}, append([]string{"outcome", "1.1"}, pairs...)...)
	}
	common := []string{"born", "1950-06-07", "crop", "rice", "lift", "y", "home/stairs", "y", "falls", "3", "years", "76", "age", "76"}
	for n := range 3 {
		put(n, nil, common...)
	}
	put(3, func(r *collections.Record) {
		r.Issues = []survey.Issue{{Code: "logic.required", Field: "carers[2]/hours", Severity: survey.Error, ZH: "没有回答。", EN: "Not answered."},
			{Code: "time.clock_off", Severity: survey.Warning, ZH: "时钟不准。", EN: "The clock was off."}}
	}, "start", "2026-11-23T09:03:30.000+08:00", "today", "2026-11-23", "elder_name", "王小明", "born", "1931-02-03", "visit_due", "2026-12-01",
		"exact_day", "2020-02-29", "wakes", "06:30:00.000+08:00", "moment", "2026-11-22T23:30:00.000+08:00", "years", "95", "registration", "local", "benefits", "transport old_age_allowance", "falls", "0", "income",
		"1234.5", "crop", "=SUM(A1)", "remarks", "住在 3 号", "secret", "不说", "score", "12", "lift", "n", "aid", "low_income_allowance", "services",
		"meals bath", "wishes", "bath meals", "pain", "7", "seen", "OK", "spot", "22.111222 114.333444 12 3", "way",
		"22.1 114.3 0 0;22.2 114.4 0 0", "photo", "a.jpg", "code", "690123", "age", "95", "load", "high", "sum", "1", "home/stairs", "n",
		"carers/carer_name", "张三", "carers/hours", "8", "carers/shifts/night", "n", "carers/shifts/night", "y", "carers/hours", "0")
	put(4, func(r *collections.Record) { r.Area, r.Campaign = gridC, "spring" }, "lift", "n", "aid", "none", "services", "unknown", "visit_due",
		"2027-06-01", "income", "1e3", "code", "13800000001", "pain", "11", "falls", "99999999999999999", "moment", "never", "sum", "many", "spot", "x")
	put(5, func(r *collections.Record) {
		r.Outcome, r.ReviewState, r.Complete = "2.11", collections.Returned, false
	}, "lift", "9")
	put(6, func(r *collections.Record) {
		r.Outcome, r.Household, r.Person, r.Area, r.Lon, r.Lat, r.AccuracyM = "9.9", "", "", "", 0, 0, 0
	})
	put(7, func(r *collections.Record) { r.ReviewState, r.Outcome = collections.Rejected, "4.1" })
	o.in = old
	put(8, nil, append([]string{"gone", "was asked"}, common...)...)
	o.in = newest
	states := []string{collections.Approved, collections.Returned}
	var heard strings.Builder
	for n, one := range []struct {
		name string
		sel  dataset.Selection
	}{
		{"de-identified", dataset.Selection{Everywhere: true, K: 2}},
		{"identified, in Chinese", dataset.Selection{Everywhere: true, Identified: true, Labels: "zh", States: states}},
		{"small cells taken out, in English, without reasons", dataset.Selection{Everywhere: true, Labels: "en", K: 3, L: 2, Suppress: true, NoReasons: true,
			Quasi: []string{"area", "lift", "born/age_band"}, Sensitive: []string{"kinds.falls"}, States: states}},
		{"of a campaign and days", dataset.Selection{Everywhere: true, K: 2, Campaign: "spring", From: "2026-11-23", To: "2026-11-23"}},
	} {
		out, report := o.export(t, one.sel)
		fmt.Fprintf(&heard, "## %s\n%+v\n", one.name, report.Tables)
		if report.Risk != nil {
			fmt.Fprintf(&heard, "%+v\n", *report.Risk)
		}
		for _, name := range slices.Sorted(maps.Keys(out)) {
			text := strings.NewReplacer("\r\n", "\n", "\ufeff", "").Replace(out[name].String())
			if strings.HasPrefix(name, "codebook") {
				text = brief(text)
			}
			if n == 0 || name == "codebook.csv" && n == 1 || !strings.HasPrefix(name, "codebook") {
				fmt.Fprintf(&heard, "# %s\n%s\n", name, text)
			}
		}
	}
	corpora.Golden(t, "testdata/exports.txt", sameIDs(heard.String()))
}

var pseudonyms = regexp.MustCompile(`\b[0-9a-f]{32}\b`)

// sameIDs writes each pseudonym as its place among those that were met.
func sameIDs(text string) string {
	seen := map[string]string{}
	return pseudonyms.ReplaceAllStringFunc(text, func(id string) string {
		if seen[id] == "" {
			seen[id] = fmt.Sprint("<", len(seen), ">")
		}
		return seen[id]
	})
}

var choiceLists = regexp.MustCompile(`(?s)"choices": \[.*?\]|(<catgry[^>]*>.*?</catgry>\s*)+`)

// brief writes a codebook with the choices of a question on one line, and of long lines the beginning.
func brief(file string) string {
	file = choiceLists.ReplaceAllStringFunc(file, func(list string) string { return strings.Join(strings.Fields(list), " ") + "\n" })
	var lines []string
	for line := range strings.SplitSeq(file, "\n") {
		if r := []rune(line); len(r) > 200 {
			line = string(r[:200]) + "…"
		}
		lines = append(lines, strings.TrimLeft(line, " "))
	}
	return strings.Join(lines, "\n")
}
