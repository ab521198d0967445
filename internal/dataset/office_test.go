package dataset_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"strings"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/dataset"
	"doorstep/internal/instrument"
	"doorstep/internal/needs"
	"doorstep/internal/survey"
	"doorstep/internal/testapp"
)

const (
	gridA = "990101001001001"
	gridC = "990102001001001"
)

const form = `survey
,type,name,label::中文 (zh),label::English (en),calculation,relevant,save_to,bind::doorstep:sensitivity,bind::doorstep:codes
,text,elder_name,姓名,Name,,,persons#full_name,
,date,born,出生日期,Birth date,,,persons#birth_date,
,text,crop,作物,Crop,,,,none
,text,remarks,备注,Remarks,,,,
,integer,falls,跌倒次数,Falls,,,,none
,select_one yn,lift,有电梯吗,Is there a lift,,,,
,select_multiple need,needs,需要什么,Needs,,${lift} = 'n',,
,rank need,wishes,排序,In which order,,,,
,geopoint,spot,位置,Place,,,,
,calculate,age,,,int((today() - ${born}) div 365),,,
,calculate,load,负担,Load,"if(${lift} = 'y', 'low', 'high')",,,,load
,select_one outcome,outcome,访问结果,Outcome,,,,
,begin_repeat,carers,照料人,Carers,,,,
,text,carer_name,照料人姓名,Name of the carer,,,,
,integer,hours,小时,Hours,,,,none
,begin_repeat,shifts,班次,Shifts,,,,
,select_one yn,night,夜间,At night,,,,
,end_repeat,,,,,,,
,end_repeat,,,,,,,
choices
,list_name,name,label::中文 (zh),label::English (en)
,yn,y,是,Yes
,yn,n,否,No
,load,low,轻,Low
,load,high,重,High
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
	err = collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		for _, id := range []string{"campaign-1", "campaign-2"} {
			if err := collections.Insert(db, collections.Campaigns, collections.Row{{Column: "id", Value: id}, {Column: "name", Value: id}, {Column: "form", Value: "sample"}}); err != nil {
				return err
			}
		}
		return nil
	})
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
	id := collections.NewID()
	rec := &collections.Record{
		ID: id, Form: o.in.Form.ID, FormVersion: o.in.Version, Campaign: "campaign-1", Worker: "worker-leaks", Device: "device-leaks",
		StartedAt: "2026-11-23T09:15:30.000+08:00", FinishedAt: "2026-11-23T09:45:30.000+08:00", ReceivedAt: collections.Stamp(now),
		Outcome: "1.1", Lon: 114.123456, Lat: 22.654321, AccuracyM: 5, Area: gridA, AreaMethod: "gps", AreaConfidence: 0.98,
		Household: "household-leaks", Person: "person-leaks", ReviewState: collections.Approved, Rev: 1, Complete: true,
	}
	if edit != nil {
		edit(rec)
	}
	err := collections.Write(context.Background(), o.TestApp, func(db collections.DB) error {
		root := answers(o.in.Form, pairs...)
		if err := o.in.Layout.Insert(db, rec, root, now); err != nil {
			return err
		}
		return needs.Keep(db, needs.Source{In: o.in, Record: rec, Root: root}, true, now)
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
	var of int64
	sel.Progress = func(_, total int64) { of = total }
	report, err := dataset.Write(t.Context(), o.TestApp, o.in, sel, out)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range report.Tables[:len(o.in.Layout.Tables)] { // those of issues and needs come after
		of -= table.Rows
	}
	if of != 0 {
		t.Errorf("%d rows are announced that are not exported", of)
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

var leaks = []string{"姓名金丝雀", "备注金丝雀", "照料人金丝雀", "1950-06", "22.111222", "114.333444", "22.654321", "114.123456", "household-leaks", "person-leaks", "worker-leaks", "device-leaks", "09:15", "09:45", gridA}
