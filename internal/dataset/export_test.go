package dataset_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/coverage"
	"doorstep/internal/dataset"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
)

func TestDeidentified(t *testing.T) {
	o := newOffice(t)
	id := o.oneRecord(t)
	out, report := o.export(t, dataset.Selection{Everywhere: true})
	for name, content := range out {
		for _, c := range append([]string{id}, leaks...) {
			if strings.Contains(content.String(), c) {
				t.Errorf("%s tells %q", name, c)
			}
		}
	}
	row := out.rows(t, "sample_visits.csv")[0]
	same(t, row, map[string]string{
		"born/age_band": "75", "age/age_band": "75", "crop": "'=SUM(A1)", "falls": "0", "lift": "y", "needs": "bath", "needs/meals": "0", "needs/bath": "1",
		"wishes": "bath meals", "wishes/meals": "2", "wishes/bath": "1", "outcome": "1.1", "review_state": "approved", "finished_at": "2026-11-23", "received_at": "2026-11-23",
		"area": "990101001001", "area/city": "示例市", "area/community": "示例社区990101001001", "area_method": "gps",
	})
	carer := out.rows(t, "sample_carers.csv")[0]
	shifts := out.rows(t, "sample_shifts.csv")
	if row["id"] == "" || carer["visit"] != row["id"] || shifts[0]["visit"] != row["id"] || shifts[0]["parent_row"] != carer["id"] {
		t.Errorf("the tables do not join: visit %q, carer %v, shift %v", row["id"], carer, shifts[0])
	}
	if row["household"] == "" || carer["household"] != row["household"] || row["household"] == row["person"] {
		t.Errorf("pseudonyms %q, %q, %q", row["household"], carer["household"], row["person"])
	}
	again, _ := o.export(t, dataset.Selection{Everywhere: true})
	if again.rows(t, "sample_visits.csv")[0]["household"] == row["household"] {
		t.Error("two exports use the same pseudonyms")
	}
	if left := report.Tables[0].LeftOut; report.Identified || !slices.Contains(left, "elder_name") || !slices.Contains(left, "spot") || !slices.Contains(left, "worker") || slices.Contains(left, "crop") {
		t.Errorf("left out: %v", left)
	}
}

func TestIdentified(t *testing.T) {
	o := newOffice(t)
	id := o.oneRecord(t)
	out, report := o.export(t, dataset.Selection{Everywhere: true, Identified: true})
	same(t, out.rows(t, "sample_visits.csv")[0], map[string]string{
		"id": id, "elder_name": "姓名金丝雀", "born": "1950-06-07", "remarks": "备注金丝雀", "spot/lat": "22.111222", "spot/lon": "114.333444", "spot/alt": "12", "spot/accuracy": "3",
		"location/lat": "22.654321", "location/lon": "114.123456", "location/accuracy": "5", "worker": "worker-leaks", "household": "household-leaks",
		"area": gridA, "area/grid": "网格", "started_at": "2026-11-23T09:15:30.000+08:00",
	})
	if len(report.Tables[0].LeftOut) != 0 || !report.Identified {
		t.Errorf("left out of an identified export: %v", report.Tables[0].LeftOut)
	}
}

func TestMissingIsNotZero(t *testing.T) {
	o := newOffice(t)
	o.put(t, func(r *collections.Record) { r.Lat, r.Lon, r.AccuracyM = 0, 0, 0 }, "falls", "0", "needs", "meals")
	o.put(t, func(r *collections.Record) { r.Household = "" }, "crop", "rice")
	out, _ := o.export(t, dataset.Selection{Everywhere: true, Identified: true})
	rows := out.rows(t, "sample_visits.csv")
	same(t, rows[0], map[string]string{"falls": "0", "needs/meals": "1", "needs/bath": "0", "location/lat": "", "location/accuracy": "", "lift": "", "spot/lat": "", "born": ""})
	same(t, rows[1], map[string]string{"falls": "", "needs": "", "needs/meals": "", "needs/bath": "", "household": ""})
	out, _ = o.export(t, dataset.Selection{Everywhere: true})
	same(t, out.rows(t, "sample_visits.csv")[1], map[string]string{"household": "", "campaign": "campaign-1"})
}

func TestWhichRecords(t *testing.T) {
	o := newOffice(t)
	o.put(t, nil, "crop", "here")
	o.put(t, func(r *collections.Record) { r.Area = gridC }, "crop", "there", "carers/hours", "1")
	o.put(t, func(r *collections.Record) { r.Campaign = "campaign-2" }, "crop", "second", "carers/hours", "2")
	o.put(t, func(r *collections.Record) { r.ReviewState = collections.Returned }, "crop", "returned", "carers/hours", "3")
	o.put(t, func(r *collections.Record) { r.Area = "" }, "crop", "nowhere")
	district := territory.Of([]string{"990101"})
	tests := []struct {
		name   string
		sel    dataset.Selection
		want   string
		carers int
	}{
		{"nothing without a territory", dataset.Selection{}, "", 0},
		{"everywhere", dataset.Selection{Everywhere: true}, "nowhere here second there", 2},
		{"one district", dataset.Selection{Ranges: district}, "here second", 1},
		{"two districts", dataset.Selection{Ranges: territory.Of([]string{"990101", "990102"})}, "here second there", 2},
		{"one campaign", dataset.Selection{Everywhere: true, Campaign: "campaign-2"}, "second", 1},
		{"returned ones", dataset.Selection{Everywhere: true, States: []string{collections.Returned}}, "returned", 1},
		{"several states", dataset.Selection{Ranges: district, States: []string{collections.Returned, collections.Approved}}, "here second returned", 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, report := o.export(t, tt.sel)
			var got []string
			for _, r := range out.rows(t, "sample_visits.csv") {
				got = append(got, r["crop"])
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("records %q, want %q", got, tt.want)
			}
			if n := len(out.rows(t, "sample_carers.csv")); n != tt.carers || report.Tables[1].Rows != int64(n) || report.Tables[0].Rows != int64(len(got)) {
				t.Errorf("%d carers, want %d; report %+v", n, tt.carers, report.Tables)
			}
		})
	}
}

func TestLabels(t *testing.T) {
	o := newOffice(t)
	o.put(t, nil, "lift", "y", "needs", "bath meals", "load", "low")
	for lang, want := range map[string][]string{"zh": {"是", "助浴; 助餐", "完成", "已通过", "轻"}, "en": {"Yes", "Bathing; Meals", "Complete", "approved", "Low"}} {
		t.Run(lang, func(t *testing.T) {
			out, _ := o.export(t, dataset.Selection{Everywhere: true, Labels: lang})
			same(t, out.rows(t, "sample_visits.csv")[0], map[string]string{"lift": want[0], "needs": want[1], "needs/meals": "1", "outcome": want[2], "review_state": want[3], "load": want[4]})
			if !strings.Contains(out["codebook.xml"].String(), "<catValu>"+want[0]+"</catValu>") {
				t.Error("the DDI categories are not the values of the file")
			}
		})
	}
}

func TestValueThatIsNoChoice(t *testing.T) {
	o := newOffice(t)
	o.put(t, func(r *collections.Record) { r.Outcome = "金丝雀 1" }, "lift", "金丝雀 2", "needs", "金丝雀3 meals")
	for _, identified := range []bool{false, true} {
		t.Run(fmt.Sprintf("identified %v", identified), func(t *testing.T) {
			out, _ := o.export(t, dataset.Selection{Everywhere: true, Identified: identified})
			row := out["sample_visits.csv"].String()
			for _, leaks := range []string{"金丝雀 1", "金丝雀 2", "金丝雀3"} {
				if strings.Contains(row, leaks) != identified {
					t.Errorf("%s: shown %v", leaks, !identified)
				}
			}
			if strings.Contains(out["outcome.csv"].String(), "金丝雀") {
				t.Error("the outcome summary shows free text")
			}
		})
	}
}

func TestXLSX(t *testing.T) {
	o := newOffice(t)
	o.oneRecord(t)
	out, report := o.export(t, dataset.Selection{Everywhere: true, Format: dataset.XLSX})
	if report.Tables[0].File != "sample_visits.xlsx" {
		t.Errorf("file %s", report.Tables[0].File)
	}
	book, err := excelize.OpenReader(out["sample_visits.xlsx"])
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows("sample_visits")
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if i := slices.Index(rows[0], "crop"); rows[1][i] != "=SUM(A1)" {
		t.Errorf("text %q", rows[1][i])
	}
}

func TestOutcomes(t *testing.T) {
	o := newOffice(t)
	visit := func(household, outcome, state string) {
		o.put(t, func(r *collections.Record) {
			r.Household, r.Person, r.Outcome, r.ReviewState = household, "", outcome, state
		})
	}
	visit("h1", "2.22", collections.Received)
	visit("h1", "1.1", collections.Approved)
	visit("h2", "2.22", collections.Received)
	visit("h3", "1.1", collections.Rejected)
	visit("", "2.22", collections.Received)
	visit("", "1.1", collections.Approved)
	visit("h4", "1.1", collections.Approved)
	visit("h5", "2.22", collections.Approved)
	err := collections.Write(t.Context(), o.TestApp, func(db collections.DB) error { // h5 turns out to be h1
		_, err := db.Exec(`INSERT INTO households (id, merged_into) VALUES ('h5', 'h1')`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	out, _ := o.export(t, dataset.Selection{Everywhere: true})
	got := map[string]string{}
	for _, r := range out.rows(t, "outcome.csv") {
		got[r["kind"]+" "+r["code"]] = r["value"]
	}
	same(t, got, map[string]string{"disposition 1.1": "3", "disposition 2.22": "2", "class I": "3", "class NC": "2", "class R": "0", "rate RR1": "0.6", "rate COOP1": "1", "estimate e": "1"})
}

// TestOutcomesOfOtherCodes has records of a version with AAPOR's codes and of one whose codes say in columns what they are:
// each means what its own version says, in the export, in the coverage of areas and in the dashboard's view.
func TestOutcomesOfOtherCodes(t *testing.T) {
	o := newOffice(t)
	o.City(t)
	visit := func(household, outcome string) {
		o.put(t, func(r *collections.Record) { r.Household, r.Person, r.Outcome = household, "", outcome })
	}
	visit("h1", "1.1")
	visit("h2", "2.22")
	next := strings.NewReplacer(",sample,1,", ",sample,2,", "choices\n,list_name,name,label::中文 (zh),label::English (en)", "choices\n,list_name,name,label::中文 (zh),label::English (en),aapor,dhs",
		",outcome,1.1,完成,Complete\n,outcome,2.22,家中无人,No one at home", ",outcome,done,完成,Complete,1.1,\n,outcome,away,长期外出,Away,,3\n,outcome,2.22,已完成一半,Half,1.2,1\n,outcome,1.9,线索,Heard,,").Replace(form)
	in, err := o.Doorstep.Library.Publish(o.TestApp, instrument.Workbook{Name: "sample.csv", Raw: []byte(next)}, instrument.Published, "", now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	o.in = in
	visit("h3", "done")
	visit("h4", "away")
	visit("h4", "away")
	visit("h5", "2.22") // the same code, and another meaning
	visit("h6", "1.9")
	out, _ := o.export(t, dataset.Selection{Everywhere: true})
	got := map[string]string{}
	for _, r := range out.rows(t, "outcome.csv") {
		if got[r["kind"]+" "+r["code"]] = r["value"]; r["zh"] == "" || r["en"] == "" || r["zh"] == r["en"] {
			t.Errorf("%s %s is called %q and %q", r["kind"], r["code"], r["zh"], r["en"])
		}
	}
	same(t, got, map[string]string{
		"disposition 1.1": "1", "disposition done": "1", "disposition away": "1", "disposition 2.22": "2", "disposition ": "1", "aapor 1.1": "2", "aapor 1.2": "1", "aapor 2.22": "1", "aapor 2.25": "1",
		"dhs 1": "3", "dhs 2": "1", "dhs 3": "1", "class I": "2", "class P": "1", "class NC": "2", "class NE": "0",
	})
	areas, err := coverage.Report(collections.Read(o.TestApp), o.Doorstep.Areas.Index(), []territory.Range{{Lo: "", Hi: "~"}}, "city")
	if err != nil || len(areas) != 1 || areas[0].Visited != 6 || areas[0].Completed != 3 {
		t.Errorf("coverage %+v, %v", areas, err)
	}
	var completed int
	if _, err := collections.One(collections.Read(o.TestApp), `SELECT SUM(completed) FROM community_coverage`, nil, &completed); err != nil || completed != 3 {
		t.Errorf("the dashboard counts %d interviews, %v", completed, err)
	}
}

func TestEarlierVersions(t *testing.T) {
	o := newOffice(t)
	o.put(t, nil, "falls", "2", "lift", "y")
	next := strings.NewReplacer(",integer,falls,跌倒次数,Falls,,,,none\n", ",integer,stays,住院,Stays,,,,none\n", ",sample,1,", ",sample,2,", ",yn,y,是,Yes\n", "").Replace(form)
	in, err := o.Doorstep.Library.Publish(o.TestApp, instrument.Workbook{Name: "sample.csv", Raw: []byte(next)}, instrument.Published, "", now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	o.in = in
	o.put(t, nil, "stays", "1", "lift", "n")
	out, _ := o.export(t, dataset.Selection{Everywhere: true})
	rows := out.rows(t, "sample_visits.csv")
	same(t, rows[0], map[string]string{"falls": "2", "stays": "", "lift": "y", "form_version": "1"})
	same(t, rows[1], map[string]string{"falls": "", "stays": "1", "lift": "n", "form_version": "2"})
}

// Drafts and the versions of other forms are no versions of what is exported: those here cannot even be read.
func TestWhatIsNoEarlierVersion(t *testing.T) {
	o := newOffice(t)
	o.put(t, nil, "falls", "2")
	o.Plant(t, "forms", map[string]any{"id": "other", "form_id": "another", "version": "0", "status": instrument.Published, "source": "!"})
	o.Plant(t, "forms", map[string]any{"id": "draft", "form_id": "sample", "version": "0", "status": instrument.Draft, "source": "!"})
	out, _ := o.export(t, dataset.Selection{Everywhere: true})
	same(t, out.rows(t, "sample_visits.csv")[0], map[string]string{"falls": "2", "form_version": "1"})
}

func TestCodebook(t *testing.T) {
	o := newOffice(t)
	o.oneRecord(t)
	out, _ := o.export(t, dataset.Selection{Everywhere: true})
	byName := map[string]map[string]string{}
	for _, r := range out.rows(t, "codebook.csv") {
		byName[r["table"]+" "+r["variable"]] = r
	}
	same(t, byName["sample_visits needs"], map[string]string{"question_zh": "需要什么", "question_en": "Needs", "choices": "meals=助餐/Meals; bath=助浴/Bathing", "relevant": "${lift} = 'n'", "identifier": "0", "left_out": "0"})
	same(t, byName["sample_visits load"], map[string]string{"question_zh": "负担", "question_en": "Load", "choices": "low=轻/Low; high=重/High", "left_out": "0"})
	same(t, byName["sample_visits elder_name"], map[string]string{"identifier": "1", "left_out": "1"})
	same(t, byName["sample_visits born/age_band"], map[string]string{"identifier": "1", "left_out": "0"})
	same(t, byName["sample_carers hours"], map[string]string{"type": "integer", "left_out": "0"})

	var book struct {
		Tables    []struct{ Rows int }
		Variables []struct {
			Table, Name string
			LeftOut     bool `json:"left_out"`
		}
	}
	if err := json.Unmarshal(out["codebook.json"].Bytes(), &book); err != nil {
		t.Fatal(err)
	}
	header := map[string]bool{}
	for name := range out.rows(t, "sample_visits.csv")[0] {
		header[name] = true
	}
	for _, v := range book.Variables {
		if v.Table == "sample_visits" && header[v.Name] == v.LeftOut {
			t.Errorf("%s: left out %v, in the file %v", v.Name, v.LeftOut, header[v.Name])
		}
		delete(header, v.Name)
	}
	if len(header) != 0 || len(book.Tables) != 4 || book.Tables[2].Rows != 2 {
		t.Errorf("columns without an entry: %v; tables %+v", header, book.Tables)
	}
}

func TestDraft(t *testing.T) {
	o := newOffice(t)
	draft := *o.in
	draft.Status = instrument.Draft
	out := files{}
	if _, err := dataset.Write(t.Context(), o.TestApp, &draft, dataset.Selection{Everywhere: true, Now: now}, out); problem.As(err).Code != problem.BadFormState || len(out) != 0 {
		t.Errorf("%v, files %v", err, out)
	}
}
