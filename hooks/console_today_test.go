package hooks_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/console"
	"doorstep/internal/testapp"
)

// A tablet tells how much it holds and which program it is; supervisors see it where the tablet's worker belongs, and are told
// of those whose work does not arrive.
func TestTabletsTellWhatWaits(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	tablet := d.tablets[0]
	path := "/api/sync/v1/"
	said := func(waiting any) {
		tablet.Want(http.StatusOK, http.MethodPost, path+"devices",
			map[string]any{"id": tablet.Device, "name": "平板一", "app": "doorstep/1.4", "platform": "Android 12", "waiting": waiting}, nil)
	}
	sent := func(waiting any) {
		tablet.Want(http.StatusOK, http.MethodPost, path+"push", map[string]any{"operations": []any{}, "waiting": waiting}, nil)
	}
	device := func() console.Device {
		var page console.Page[console.Worker]
		d.get(d.manager, "/workers?q=F-990101", &page)
		return page.Items[0].Devices[0]
	}
	tablets := func(who *testapp.Client) (all []string) {
		var today console.Today
		d.get(who, "/today", &today)
		for _, one := range today.Tablets {
			all = append(all, fmt.Sprint(one.WorkerName, one.Waiting, one.App, one.Silent))
		}
		return all
	}
	is := func(step string, who *testapp.Client, want ...string) {
		t.Helper()
		if got := tablets(who); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", step, got, want)
		}
	}
	if one := device(); one.WaitingAt != "" || one.Waiting != 0 {
		t.Errorf("before it said anything: %+v", one)
	}
	said(7)
	if one := device(); one.Waiting != 7 || one.WaitingAt == "" || one.App != "doorstep/1.4" || one.Platform != "Android 12" {
		t.Errorf("it said 7: %+v", one)
	}
	is("it may still be sending", d.boss)
	d.Advance(2 * time.Hour)
	is("stuck", d.boss, "测试 F-9901017doorstep/1.4false")
	is("elsewhere", d.other)
	sent(3)
	d.Advance(2 * time.Hour)
	is("some arrived", d.boss, "测试 F-9901013doorstep/1.4false")
	for _, nothing := range []any{nil, -1, 1.5, 1e30, "many", []int{1}} { // its work is taken in any case
		sent(nothing)
		said(nothing)
		d.Advance(2 * time.Hour)
		is(fmt.Sprint("it said ", nothing), d.boss, "测试 F-9901013doorstep/1.4false")
	}
	sent(0)
	d.Advance(2 * time.Hour)
	is("nothing waits", d.boss)
	tablet.Want(http.StatusOK, http.MethodPost, path+"push", map[string]any{"operations": []any{}, "files_waiting": 5}, nil)
	if one := device(); one.Files != 5 || one.Waiting != 0 {
		t.Errorf("it said 5 files: %+v", one)
	}
	d.Advance(2 * time.Hour)
	is("photos wait", d.boss, "测试 F-9901010doorstep/1.4false")
	sent(2)
	d.Advance(100 * time.Hour)
	is("silent", d.boss, "测试 F-9901012doorstep/1.4true")
	is("each their own", d.other, "测试 F-9901020true")
}

// What is left of a campaign, and what that asks of a day, is counted where somebody reviews.
func TestYesterdayAgainstThePlan(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	now := d.Doorstep.Now()
	d.Plant(t, "campaigns", map[string]any{"id": "autumn", "name": "秋季普查", "form": "child_visit", "round": 1, "territory": `["9901"]`, "hold_policy": "all",
		"status": "open", "starts": collections.Stamp(now.Add(-240 * time.Hour)), "ends": collections.Stamp(now.Add(72 * time.Hour))})
	for i, one := range []map[string]any{
		{"area": "990101001001001", "target": 21, "status": "open"}, {"area": "990101001001002", "target": 0, "status": "open"},
		{"area": "990101001001003", "target": 50, "status": "done"}, {"area": "990102001001001", "target": 9, "status": "open"},
		{"area": "990101001001004", "target": 5, "status": "open", "campaign": ""},
	} {
		row := map[string]any{"id": fmt.Sprintf("part-%d", i), "kind": "visit", "campaign": "autumn", "title": "普查"}
		for column, value := range one {
			row[column] = value
		}
		d.Plant(t, "tasks", row)
	}
	d.visit(0, "990101001001001", "示例路 1 号", "王小明", number1) // in part
	whole := childVisit(testapp.Inside("990101001001001"), "示例路 2 号", child("王小红", number1, "2015-03-01", nil))
	whole["visit"].(map[string]any)["outcome"] = "1.1"
	push(t, d.tablets[0], operation(9, uuid.NewString(), whole))
	visited := 0
	plans := func(who *testapp.Client) (out []console.Plan) {
		var today console.Today
		d.get(who, "/today", &today)
		visited = today.Yesterday.Visits.N
		return today.Yesterday.Plan
	}
	one := func(step string, who *testapp.Client, left, days, aDay, complete int) {
		t.Helper()
		got := plans(who)
		if want := 2 * complete; visited != want {
			t.Errorf("%s: %d visits, want %d", step, visited, want)
		}
		if len(got) != 1 || got[0].Left != left || got[0].Days != days || got[0].ADay != aDay || got[0].Complete != complete || got[0].Name != "秋季普查" {
			t.Errorf("%s: %+v", step, got)
		}
	}
	one("today", d.boss, 22, 4, 6, 0)
	d.Advance(24 * time.Hour)
	one("a day later", d.boss, 22, 3, 8, 1)
	one("elsewhere", d.other, 9, 3, 3, 0)
	one("of all", d.manager, 31, 3, 11, 1)
	d.Advance(96 * time.Hour)
	one("after the end", d.boss, 22, 0, 0, 0)
}
