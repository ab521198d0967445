package dataset_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/dataset"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
	"doorstep/internal/testapp"
)

const (
	gridA = "990101001001001"
	gridC = "990102001001001"
)

const form = `survey
,type,name,label::中文 (zh),label::English (en),calculation,relevant,save_to,bind::doorstep:sensitivity
,text,elder_name,姓名,Name,,,persons#full_name,
,date,born,出生日期,Birth date,,,persons#birth_date,
,text,crop,作物,Crop,,,,none
,text,remarks,备注,Remarks,,,,
,integer,falls,跌倒次数,Falls,,,,
,select_one yn,lift,有电梯吗,Is there a lift,,,,
,select_multiple need,needs,需要什么,Needs,,${lift} = 'n',,
,rank need,wishes,排序,In which order,,,,
,geopoint,spot,位置,Place,,,,
,calculate,age,,,int((today() - ${born}) div 365),,,
,select_one outcome,outcome,访问结果,Outcome,,,,
,begin_repeat,carers,照料人,Carers,,,,
,text,carer_name,照料人姓名,Name of the carer,,,,
,integer,hours,小时,Hours,,,,
,begin_repeat,shifts,班次,Shifts,,,,
,select_one yn,night,夜间,At night,,,,
,end_repeat,,,,,,,
,end_repeat,,,,,,,
choices
,list_name,name,label::中文 (zh),label::English (en)
,yn,y,是,Yes
,yn,n,否,No
,need,meals,助餐,Meals
,need,bath,助浴,Bathing
,outcome,1.1,完成,Complete
,outcome,2.22,家中无人,No one at home
entities
,list_name,label
,persons,${elder_name}
settings
,form_title,form_id,version,table,namespaces
,示例调查,sample,1,sample_visits,"doorstep=""urn:doorstep:form"""
`

// office is a Doorstep with the sample form and a way to put records into it.
type office struct {
	*testapp.App
	in *instrument.Instrument
}

func newOffice(t *testing.T) *office {
	t.Helper()
	app := testapp.New(t)
	app.City(t)
	in, err := app.Doorstep.Library.Publish(app.TestApp, instrument.Workbook{Name: "sample.csv", Raw: []byte(form)}, instrument.Published, "", now)
	if err != nil {
		t.Fatal(err)
	}
	return &office{app, in}
}

var now = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

// answers is an instance tree written down as path and value: "carers/hours" goes into the last of the carers, or into a
// new one where that one has its hours already.
func answers(f *survey.Form, pairs ...string) *survey.Node {
	root := survey.NewElement(f.Name)
	for i := 0; i < len(pairs); i += 2 {
		at, steps := root, strings.Split(pairs[i], "/")
		for k, step := range steps {
			child := last(at, step)
			if k == len(steps)-2 && child != nil && child.Child(steps[k+1]) != nil {
				child = nil
			}
			if child == nil || k == len(steps)-1 {
				child = survey.NewElement(step)
				at.Add(child)
			}
			at = child
		}
		at.SetValue(pairs[i+1])
	}
	return root
}

func last(n *survey.Node, name string) *survey.Node {
	var found *survey.Node
	for _, c := range n.Children {
		if c.Name == name {
			found = c
		}
	}
	return found
}

// put stores one record as the doors do; the changes to its envelope are made by edit.
func (o *office) put(t *testing.T, edit func(*collections.Record), pairs ...string) string {
	t.Helper()
	id, err := collections.NewID()
	if err != nil {
		t.Fatal(err)
	}
	rec := &collections.Record{
		ID: id, Form: o.in.Form.ID, FormVersion: o.in.Version, Campaign: "campaign-1", Worker: "worker-canary", Device: "device-canary",
		StartedAt: "2026-11-23T09:15:30.000+08:00", FinishedAt: "2026-11-23T09:45:30.000+08:00", ReceivedAt: collections.Stamp(now),
		Outcome: "1.1", Lon: 114.123456, Lat: 22.654321, AccuracyM: 5, Area: gridA, AreaMethod: "gps", AreaConfidence: 0.98,
		Household: "household-canary", Person: "person-canary", ReviewState: collections.Approved, Rev: 1, Complete: true,
	}
	if edit != nil {
		edit(rec)
	}
	err = collections.Write(context.Background(), o.TestApp, func(db collections.DB) error {
		return o.in.Layout.Insert(db, rec, answers(o.in.Form, pairs...), now)
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// files keeps an export in memory.
type files map[string]*bytes.Buffer

func (f files) Create(name string) (io.WriteCloser, error) {
	f[name] = &bytes.Buffer{}
	return closer{f[name]}, nil
}

type closer struct{ io.Writer }

func (closer) Close() error { return nil }

func (o *office) export(t *testing.T, sel dataset.Selection) (files, dataset.Report) {
	t.Helper()
	sel.Now = now
	out := files{}
	report, err := dataset.Write(t.Context(), o.TestApp, o.in, sel, out)
	if err != nil {
		t.Fatal(err)
	}
	return out, report
}

// rows reads a CSV file as one map per row.
func (f files) rows(t *testing.T, name string) []map[string]string {
	t.Helper()
	if f[name] == nil {
		t.Fatalf("no file %s", name)
	}
	return readCSV(t, f[name].String())
}

func readCSV(t *testing.T, content string) []map[string]string {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(content, "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, r := range all[1:] {
		m := map[string]string{}
		for i, name := range all[0] {
			m[name] = r[i]
		}
		out = append(out, m)
	}
	return out
}

func same(t *testing.T, row map[string]string, want map[string]string) {
	t.Helper()
	for name, w := range want {
		if got, ok := row[name]; !ok || got != w {
			t.Errorf("%s is %q (column exists: %v), want %q", name, got, ok, w)
		}
	}
}

func (o *office) oneRecord(t *testing.T) string {
	t.Helper()
	return o.put(t, nil, "elder_name", "姓名金丝雀", "born", "1950-06-07", "crop", "=SUM(A1)", "remarks", "备注金丝雀", "falls", "0",
		"lift", "y", "needs", "bath", "wishes", "bath meals", "spot", "22.111222 114.333444 12 3", "age", "76", "outcome", "1.1",
		"carers/carer_name", "照料人金丝雀", "carers/hours", "2.5", "carers/shifts/night", "n", "carers/shifts/night", "y")
}

var canaries = []string{"姓名金丝雀", "备注金丝雀", "照料人金丝雀", "1950-06", "22.111222", "114.333444", "22.654321", "114.123456", "household-canary", "person-canary", "worker-canary", "device-canary", "09:15", "09:45", gridA}

func TestDeidentified(t *testing.T) {
	o := newOffice(t)
	id := o.oneRecord(t)
	out, report := o.export(t, dataset.Selection{Everywhere: true})
	for name, content := range out {
		for _, c := range append([]string{id}, canaries...) {
			if strings.Contains(content.String(), c) {
				t.Errorf("%s tells %q", name, c)
			}
		}
	}
	row := out.rows(t, "sample_visits.csv")[0]
	same(t, row, map[string]string{
		"born/year": "1950", "born/age": "76", "age": "76", "crop": "'=SUM(A1)", "falls": "0", "lift": "y", "needs": "bath", "needs/meals": "0", "needs/bath": "1",
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
		"location/lat": "22.654321", "location/lon": "114.123456", "location/accuracy": "5", "worker": "worker-canary", "household": "household-canary",
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
}

func TestWhichRecords(t *testing.T) {
	o := newOffice(t)
	o.put(t, nil, "crop", "here")
	o.put(t, func(r *collections.Record) { r.Area = gridC }, "crop", "there", "carers/hours", "1")
	o.put(t, func(r *collections.Record) { r.Campaign = "campaign-2" }, "crop", "second", "carers/hours", "2")
	o.put(t, func(r *collections.Record) { r.ReviewState = collections.Returned }, "crop", "returned", "carers/hours", "3")
	o.put(t, func(r *collections.Record) { r.Area = "" }, "crop", "nowhere")
	district := access.Ranges([]string{"990101"})
	tests := []struct {
		name   string
		sel    dataset.Selection
		want   string
		carers int
	}{
		{"nothing without a territory", dataset.Selection{}, "", 0},
		{"everywhere", dataset.Selection{Everywhere: true}, "here there second nowhere", 2},
		{"one district", dataset.Selection{Ranges: district}, "here second", 1},
		{"two districts", dataset.Selection{Ranges: access.Ranges([]string{"990101", "990102"})}, "here there second", 2},
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
	o.put(t, nil, "lift", "y", "needs", "bath meals")
	for lang, want := range map[string][]string{"zh": {"是", "助浴; 助餐", "完成", "已通过"}, "en": {"Yes", "Bathing; Meals", "Complete", "approved"}} {
		t.Run(lang, func(t *testing.T) {
			out, _ := o.export(t, dataset.Selection{Everywhere: true, Labels: lang})
			same(t, out.rows(t, "sample_visits.csv")[0], map[string]string{"lift": want[0], "needs": want[1], "needs/meals": "1", "outcome": want[2], "review_state": want[3]})
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
			for _, canary := range []string{"金丝雀 1", "金丝雀 2", "金丝雀3"} {
				if strings.Contains(row, canary) != identified {
					t.Errorf("%s: shown %v", canary, !identified)
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
	err := collections.Write(t.Context(), o.TestApp, func(db collections.DB) error { // h5 turns out to be h4
		_, err := db.Exec(`INSERT INTO households (id, merged_into) VALUES ('h5', 'h4')`)
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

func TestEarlierVersions(t *testing.T) {
	o := newOffice(t)
	o.put(t, nil, "falls", "2", "lift", "y")
	next := strings.NewReplacer(",integer,falls,跌倒次数,Falls,,,,\n", ",integer,stays,住院,Stays,,,,\n", ",sample,1,", ",sample,2,", ",yn,y,是,Yes\n", "").Replace(form)
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

func TestCodebook(t *testing.T) {
	o := newOffice(t)
	o.oneRecord(t)
	out, _ := o.export(t, dataset.Selection{Everywhere: true})
	byName := map[string]map[string]string{}
	for _, r := range out.rows(t, "codebook.csv") {
		byName[r["table"]+" "+r["variable"]] = r
	}
	same(t, byName["sample_visits needs"], map[string]string{"question_zh": "需要什么", "question_en": "Needs", "choices": "meals=助餐/Meals; bath=助浴/Bathing", "relevant": "${lift} = 'n'", "identifier": "0", "left_out": "0"})
	same(t, byName["sample_visits elder_name"], map[string]string{"identifier": "1", "left_out": "1"})
	same(t, byName["sample_visits born/year"], map[string]string{"identifier": "1", "left_out": "0"})
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
	if len(header) != 0 || len(book.Tables) != 3 || book.Tables[2].Rows != 2 {
		t.Errorf("columns without an entry: %v; tables %+v", header, book.Tables)
	}
}

func serve(t *testing.T, o *office, actor access.Actor) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := dataset.ServeHTTP(w, r, o.TestApp, o.in, actor, now); err != nil {
			http.Error(w, string(problem.As(err).Code), problem.As(err).Status())
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func get(t *testing.T, url string) (*http.Response, []byte, error) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return res, body, err
}

func TestZipOverHTTP(t *testing.T) {
	o := newOffice(t)
	o.oneRecord(t)
	o.put(t, func(r *collections.Record) { r.Area = gridC }, "crop", "there")
	analyst := access.Actor{ID: "analyst-1", Role: access.Analyst, Territory: []string{"990101"}}
	res, body, err := get(t, serve(t, o, analyst).URL+"?format=csv&labels=zh&states=approved,returned")
	if err != nil || res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "application/zip" ||
		res.Header.Get("Content-Disposition") != "attachment; filename=sample_visits-20261123.zip" {
		t.Fatalf("%v %v %v", res.StatusCode, res.Header, err)
	}
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
	}
	if want := "sample_visits.csv sample_carers.csv sample_shifts.csv outcome.csv codebook.csv codebook.json codebook.xml"; strings.Join(names, " ") != want {
		t.Errorf("files %v", names)
	}
	f, err := z.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	if rows := readCSV(t, string(content)); len(rows) != 1 || rows[0]["lift"] != "是" {
		t.Errorf("rows %v", rows)
	}
	detail := o.audited(t, "analyst-1")
	for _, want := range []string{`"identified":false`, `"territory":["990101"]`, `"sample_visits":1`, `"complete":true`} {
		if !strings.Contains(detail, want) {
			t.Errorf("the audit trail lacks %s: %s", want, detail)
		}
	}
	for _, c := range canaries {
		if strings.Contains(detail, c) {
			t.Errorf("the audit trail tells %q", c)
		}
	}
}

func (o *office) audited(t *testing.T, actor string) string {
	t.Helper()
	var detail string
	if _, err := collections.One(collections.Read(o.TestApp), `SELECT detail FROM audit WHERE actor=? AND action='export'`, []any{actor}, &detail); err != nil {
		t.Fatal(err)
	}
	return detail
}

func TestRefusedOverHTTP(t *testing.T) {
	o := newOffice(t)
	o.oneRecord(t)
	all := []string{"9901"}
	tests := []struct {
		name, query string
		actor       access.Actor
		status      int
	}{
		{"identified for an analyst", "identified=true", access.Actor{ID: "a", Role: access.Analyst, Territory: all}, http.StatusForbidden},
		{"identified for a supervisor", "identified=1", access.Actor{ID: "a", Role: access.Supervisor, Territory: all}, http.StatusForbidden},
		{"identified for a manager", "identified=true", access.Actor{ID: "m", Role: access.Manager, Territory: all}, http.StatusOK},
		{"anything for a field worker", "", access.Actor{ID: "a", Role: access.Field, Territory: all}, http.StatusForbidden},
		{"unknown format", "format=sav", access.Actor{ID: "a", Role: access.Analyst, Territory: all}, http.StatusBadRequest},
		{"unknown language", "labels=fr", access.Actor{ID: "a", Role: access.Analyst, Territory: all}, http.StatusBadRequest},
		{"unknown state", "states=approved,draft", access.Actor{ID: "a", Role: access.Analyst, Territory: all}, http.StatusBadRequest},
		{"identified neither yes nor no", "identified=maybe", access.Actor{ID: "a", Role: access.Manager, Territory: all}, http.StatusBadRequest},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res, body, err := get(t, serve(t, o, tt.actor).URL+"?"+tt.query)
			if err != nil || res.StatusCode != tt.status {
				t.Errorf("status %d (%v), want %d", res.StatusCode, err, tt.status)
			}
			if strings.Contains(string(body), "金丝雀") {
				t.Error("the answer tells personal data")
			}
		})
	}
	if o.audited(t, "a") != "" {
		t.Error("a refused export is in the audit trail as one")
	}
}

// A failure in the middle must not look like a whole archive, and the rows that left are in the audit trail.
func TestBrokenOffOverHTTP(t *testing.T) {
	o := newOffice(t)
	o.oneRecord(t)
	for i := range 200 { // enough to fill the buffers, so that the archive begins to leave
		sum := sha256.Sum256([]byte{byte(i)})
		o.put(t, nil, "crop", hex.EncodeToString(sum[:]))
	}
	if _, err := o.NonconcurrentDB().NewQuery(`DROP TABLE sample_shifts`).Execute(); err != nil {
		t.Fatal(err)
	}
	if _, err := o.NonconcurrentDB().NewQuery(`CREATE VIEW sample_shifts AS SELECT id, id AS visit, '' AS parent_row, 1 AS position, json('[' || id) AS night, '' AS household, '' AS person FROM sample_visits`).Execute(); err != nil {
		t.Fatal(err)
	}
	_, body, err := get(t, serve(t, o, access.Actor{ID: "a", Role: access.Analyst, Territory: []string{"9901"}}).URL)
	if err == nil {
		if _, err = zip.NewReader(bytes.NewReader(body), int64(len(body))); err == nil {
			t.Error("a broken export is a whole archive")
		}
		t.Error("the client does not learn that the export broke off")
	}
	if detail := o.audited(t, "a"); !strings.Contains(detail, `"sample_visits":201`) || !strings.Contains(detail, `"complete":false`) {
		t.Errorf("audit trail: %s", detail)
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
