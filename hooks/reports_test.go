package hooks_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/console"
	"doorstep/internal/testapp"
)

// settledReport is the body of a request that settles a mandatory report.
var settledReport = map[string]any{"settled": true, "note": "已报派出所和区民政局，回执号 12"}

// danger brings a record that opens a mandatory report, by the tablet of a district, and returns its id.
func (d *desk) danger(district int, grid, address string) string {
	d.t.Helper()
	d.seq++
	id := uuid.NewString()
	risk := map[string]any{"child_risk": map[string]any{"immediate_danger": "yes", "danger_action": []string{"police"}}}
	answers := childVisit(testapp.Inside(grid), address, child("王小明", number1, "2015-03-01", risk))
	if r := push(d.t, d.tablets[district], operation(d.seq, id, answers))[0]; !r.has("report.mandatory") {
		d.t.Fatalf("receipt %+v", r)
	}
	return id
}

// reports are the open mandatory reports that somebody reads, page by page.
func (d *desk) reports(who *testapp.Client, query string) (records []string) {
	d.t.Helper()
	cursor := ""
	for range 100 {
		var page console.Page[console.Report]
		d.get(who, "/reports?limit=2&cursor="+cursor+query, &page)
		for _, one := range page.Items {
			records = append(records, one.Record)
		}
		if page.Next == nil {
			return records
		}
		cursor = *page.Next
	}
	d.t.Fatal("the pages do not end")
	return nil
}

// A mandatory report stands in the list of its own territory until somebody there says what was done. What was said stays with the record.
func TestAMandatoryReportIsSettled(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var all []string
	for n := range 5 {
		all = append(all, d.danger(0, "990101001001001", fmt.Sprintf("示例路 %d 号", n)))
		d.Advance(time.Minute)
	}
	elsewhere := d.danger(1, "990102001001001", "别处路 1 号")
	if got := d.reports(d.boss, ""); !slices.Equal(got, all) {
		t.Fatalf("a district reads %v, want %v", got, all)
	}
	if got := d.reports(d.manager, ""); !slices.Equal(got, append(slices.Clone(all), elsewhere)) {
		t.Errorf("the city reads %v", got)
	}
	if got := d.reports(d.manager, "&area=990102"); !slices.Equal(got, []string{elsewhere}) {
		t.Errorf("of one district the city reads %v", got)
	}

	seen := func() console.ReportOf {
		t.Helper()
		var record console.Record
		d.get(d.boss, "/records/child_visits/"+all[1], &record)
		if len(record.Reports) != 1 {
			t.Fatalf("the record has %+v", record.Reports)
		}
		return record.Reports[0]
	}
	task := seen().Task
	settle := "/api/doorstep/v1/reports/" + task + "/settle"
	said := func(settled bool, note string) object { return object{"settled": settled, "note": note} }
	const done = "已报派出所和区民政局，回执号 12"
	d.other.Want(404, post, settle, said(true, done), nil)
	d.tablets[0].Want(403, post, settle, said(true, done), nil)
	d.boss.Want(400, post, settle, said(true, "已办"), nil)
	d.boss.Want(409, post, settle, said(false, done), nil)
	d.boss.Want(204, post, settle, said(true, done), nil)
	d.boss.Want(409, post, settle, said(true, done), nil)
	if one := seen(); one.Status != "done" || one.Note != done || one.SettledBy == "" || one.SettledAt == "" {
		t.Errorf("settled: %+v", one)
	}
	if got := d.reports(d.boss, ""); slices.Contains(got, all[1]) || len(got) != 4 {
		t.Errorf("settled and still listed: %v", got)
	}
	settled := func(who *testapp.Client, query string) (page console.Page[console.Report]) {
		t.Helper()
		d.get(who, "/reports?status=settled"+query, &page)
		return page
	}
	if got := settled(d.boss, "").Items; len(got) != 1 || got[0].Task != task || got[0].Note != done || got[0].SettledBy == "" || got[0].SettledAt == "" || got[0].Record != all[1] {
		t.Errorf("listed as settled %+v", got)
	}
	if got := settled(d.other, "").Items; len(got) != 0 {
		t.Errorf("elsewhere is listed %+v", got)
	}
	for _, record := range all[2:4] {
		d.Advance(time.Minute)
		var other console.Record
		d.get(d.boss, "/records/child_visits/"+record, &other)
		d.boss.Want(204, post, "/api/doorstep/v1/reports/"+other.Reports[0].Task+"/settle", said(true, done), nil)
	}
	var last []string
	for page := settled(d.manager, "&limit=1"); ; page = settled(d.manager, "&limit=1&cursor="+*page.Next) {
		for _, one := range page.Items {
			last = append(last, one.Record)
		}
		if page.Next == nil {
			break
		}
	}
	if want := []string{all[3], all[2], all[1]}; !slices.Equal(last, want) {
		t.Errorf("settled, the last first %v, want %v", last, want)
	}
	for _, record := range all[2:4] {
		var other console.Record
		d.get(d.boss, "/records/child_visits/"+record, &other)
		d.boss.Want(204, post, "/api/doorstep/v1/reports/"+other.Reports[0].Task+"/settle", said(false, "派出所未收到，重新报告"), nil)
	}
	d.boss.Want(400, "GET", "/api/doorstep/v1/reports?status=closed", nil, nil)
	var kept string
	if _, err := collections.One(collections.Read(d.TestApp), `SELECT note FROM tasks WHERE id=?`, []any{task}, &kept); err != nil || kept != "" {
		t.Errorf("the disk holds %q (%v)", kept, err)
	}
	d.boss.Want(204, post, settle, said(false, "派出所未收到，重新报告"), nil)
	if one := seen(); one.Status != "open" || one.SettledBy != "" || one.SettledAt != "" {
		t.Errorf("opened again: %+v", one)
	}
	if got := d.reports(d.boss, ""); !slices.Equal(got, all) {
		t.Errorf("opened again, listed %v", got)
	}
	for action, n := range map[string]int{"report.settle": 1, "report.reopen": 1} {
		var trail int
		_, err := collections.One(collections.Read(d.TestApp), `SELECT count(*) FROM audit WHERE action=? AND record=? AND area='990101001001001'`,
			[]any{action, task}, &trail)
		if err != nil || trail != n {
			t.Errorf("%s stands %d times in the trail (%v)", action, trail, err)
		}
	}

	var urgent string // a follow-up that is no report is none here
	_, err := collections.One(collections.Read(d.TestApp), `SELECT id FROM tasks WHERE kind='follow_up' AND priority!='urgent' LIMIT 1`, nil, &urgent)
	if err != nil || urgent == "" {
		t.Fatalf("no other follow-up (%v)", err)
	}
	d.boss.Want(404, post, "/api/doorstep/v1/reports/"+urgent+"/settle", said(true, done), nil)
}

// walkReports settles a mandatory report and opens it again.
func (w *witness) walkReports(tablet, boss *testapp.Client) {
	w.t.Helper()
	risk := map[string]any{"child_risk": map[string]any{"immediate_danger": "yes", "danger_action": []string{"police"}}}
	push(w.t, tablet, operation(81, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 81 号", child("王小明", number1, "2015-03-01", risk))))
	const list, settle = "/api/doorstep/v1/reports", "/api/doorstep/v1/reports/{id}/settle"
	task := text(w.send(boss, get, list, nil, "", nil, 200), "items", "task")
	w.send(boss, get, list, nil, "?cursor=x", nil, 400)
	w.send(tablet, get, list, nil, "", nil, 403)
	w.send(boss, post, settle, []string{task}, "", object{"settled": true, "note": "已报"}, 400)
	w.send(boss, post, settle, []string{task}, "", object{"settled": true, "note": "已报派出所和区民政局"}, 204)
	w.send(boss, post, settle, []string{task}, "", object{"settled": true, "note": "已报派出所和区民政局"}, 409)
	w.send(boss, post, settle, []string{task}, "", object{"settled": false, "note": "派出所未收到，重新报告"}, 204)
	w.send(boss, post, settle, []string{"x"}, "", object{"settled": true, "note": "已报派出所和区民政局"}, 404)
}

// Managers read what was given to whom: of those who work within their territory, and of the operator.
func TestWhatWasGivenToWhomIsRead(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.visit(0, "990101001001001", "示例路 1 号", "王小明", number1)
	far := d.App.Client(t, d.App.Serve(t), d.App.Worker(t, "M-990102", "manager", "990102"))
	d.boss.Want(200, get, "/api/doorstep/v1/export/child_visit?states=received,has_issues&format=csv", nil, nil)
	given := func(who *testapp.Client) []console.Given {
		t.Helper()
		var watch console.Watch
		d.get(who, "/watch", &watch)
		return watch.Given
	}
	all := given(d.manager)
	if len(all) != 1 {
		t.Fatalf("the city reads %+v", all)
	}
	one := all[0]
	if one.WorkerName == "" || one.Form != "child_visit" || one.Title.ZH == "" || one.Format != "csv" || one.Records != 1 || !one.Complete ||
		one.Identified || one.AreaName == "" || !slices.Equal(one.States, []string{"received", "has_issues"}) {
		t.Errorf("given: %+v", one)
	}
	if got := given(far); len(got) != 0 {
		t.Errorf("a district reads what its neighbour was given: %+v", got)
	}
}

// TestSignInsOfOperatorsAreWatched tells those of the last thirty days beside what is none: of somebody else, another entry, too old.
func TestSignInsOfOperatorsAreWatched(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	operator := superuser(t, d.App).Id
	now, month := d.Doorstep.Now(), 30*24*time.Hour
	note := func(ago time.Duration, e audit.Entry) {
		t.Helper()
		if err := collections.Write(t.Context(), d.TestApp, func(db collections.DB) error {
			return audit.Append(db, now.Add(-ago), e)
		}); err != nil {
			t.Fatal(err)
		}
	}
	note(month+time.Millisecond, audit.Entry{Actor: operator, Action: audit.SignIn})
	note(month, audit.Entry{Actor: operator, Action: audit.SignInFail})
	note(time.Hour, audit.Entry{Actor: operator, Action: audit.SignIn})
	note(time.Hour, audit.Entry{Actor: operator, Action: audit.Read})
	note(time.Hour, audit.Entry{Actor: d.worker(t, "S-990101"), Action: audit.SignIn})
	note(2*time.Hour, audit.Entry{Actor: operator, Action: "backup", Detail: map[string]any{"name": "later"}})
	note(3*time.Hour, audit.Entry{Actor: operator, Action: "backup", Detail: map[string]any{"name": "earlier"}})
	var watch console.Watch
	d.get(d.manager, "/watch", &watch)
	var got []string
	for _, s := range watch.Operators {
		got = append(got, fmt.Sprint(s.By, s.At, s.Good))
	}
	by := "operator@doorstep.example"
	want := []string{fmt.Sprint(by, collections.Stamp(now.Add(-time.Hour)), true), fmt.Sprint(by, collections.Stamp(now.Add(-month)), false)}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if watch.Backup == nil || watch.Backup.Made != collections.Stamp(now.Add(-2*time.Hour)) {
		t.Errorf("the last backup: %+v", watch.Backup)
	}
}
