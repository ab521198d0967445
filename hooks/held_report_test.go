package hooks_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/testapp"
)

const dangerForm = `
| survey |
| | type | name | label | bind::doorstep:rule |
| | select_one yn | danger | Danger | mandatory_report(yes) suspected_report(unsure) |
| | begin_repeat | kids | Kids | |
| | select_one yn | hurt | Hurt | mandatory_report(yes) |
| | end_repeat | | | |
| choices |
| | list_name | name | label |
| | yn | yes | Yes |
| | yn | no | No |
| | yn | unsure | Unsure |
| settings |
| | form_id | version | namespaces |
| | danger | VERSION | doorstep="urn:doorstep:form" |
`

func disclosed(seq int, id, version string, answers map[string]any) map[string]any {
	return map[string]any{"seq": seq, "op": "submit", "id": id, "form": "danger", "version": version, "answers": answers}
}

// urgentTasks lists the urgent tasks, in the order in which they came.
func urgentTasks(t *testing.T, app *testapp.App) []*core.Record {
	t.Helper()
	tasks, err := app.FindRecordsByFilter("tasks", "priority='urgent'", "created", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	return tasks
}

// Danger that stands in what cannot be a record yet is told to the supervisors of the place at once, and once: neither
// sending it again nor its release tells it a second time, and what is new in it later is told.
func TestDangerInQuarantineIsReported(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	form := func(version string) { // published
		t.Helper()
		if status, got := upload(t, c.manager, "danger.md", []byte(strings.Replace(dangerForm, "VERSION", version, 1)), ""); status != 200 {
			t.Fatalf("%d %+v", status, got)
		}
	}
	id := uuid.NewString()
	yes := map[string]any{"danger": "no", "kids": []any{map[string]any{"hurt": "no"}, map[string]any{"hurt": "yes"}}}
	if r := push(t, c.tablet, disclosed(1, uuid.NewString(), "2", yes))[0]; r.Code != "operation.unknown_form" || len(urgentTasks(t, c.app)) != 0 {
		t.Fatalf("of a form that nobody knows nothing can be read: %+v", r)
	}
	form("1")
	push(t, c.tablet, disclosed(2, uuid.NewString(), "2", map[string]any{"danger": "no"}))
	if len(urgentTasks(t, c.app)) != 0 {
		t.Fatal("no danger, and a report")
	}
	if r := push(t, c.tablet, disclosed(3, id, "2", yes))[0]; r.Code != "operation.unknown_form" {
		t.Fatalf("%+v", r)
	}
	told := urgentTasks(t, c.app)
	if len(told) != 1 || told[0].GetString("collection") != "submissions" || told[0].GetString("status") != "open" || !strings.Contains(c.app.Find(t, "tasks", told[0].Id).GetString("title"), "请主管判断") {
		t.Fatalf("reports %v", told)
	}
	var list struct{ Items []struct{ ID string } }
	c.boss.Want(http.StatusOK, http.MethodGet, "/api/collections/tasks/records", nil, &list)
	if len(list.Items) != 1 || list.Items[0].ID != told[0].Id {
		t.Errorf("the supervisor of the place sees %v", list.Items)
	}
	push(t, c.tablet, disclosed(3, id, "2", yes), disclosed(4, id, "2", yes)) // again, also under another number
	if n := len(urgentTasks(t, c.app)); n != 1 {
		t.Errorf("%d reports of what was sent again", n)
	}
	c.app.Advance(time.Second)
	form("2") // what waited becomes a record
	told = urgentTasks(t, c.app)
	if len(told) != 2 { // that of the first submission too, which could be read only now
		t.Fatalf("%d reports after the release", len(told))
	}
	for _, task := range told {
		if task.GetString("collection") != "danger" {
			t.Errorf("a report is about %s", task.GetString("collection"))
		}
	}
	yes["danger"] = "yes"
	more := disclosed(5, id, "2", yes)
	more["base_rev"] = 1
	if r := push(t, c.tablet, more)[0]; r.Status != "stored" {
		t.Fatalf("%+v", r)
	}
	if n := len(urgentTasks(t, c.app)); n != 3 {
		t.Errorf("%d reports after a correction that discloses more", n)
	}
}

// A correction that its sender may not make is kept for the supervisor of the place, with the danger in it. A report that
// was closed as unfounded does not silence the record's own author.
func TestDangerInAnothersRecordIsReported(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	upload(t, app.Client(t, app.Serve(t), app.Worker(t, "M7", "manager", "9901")), "danger.md", []byte(strings.Replace(dangerForm, "VERSION", "1", 1)), "")
	other := app.Client(t, app.Serve(t), app.Worker(t, "F2", "field", "990101001001")).Register()
	id := uuid.NewString()
	if r := push(t, tablet, disclosed(1, id, "1", map[string]any{"danger": "no"}))[0]; r.Status != "stored" {
		t.Fatalf("%+v", r)
	}
	foreign := disclosed(1, id, "1", map[string]any{"danger": "yes"})
	foreign["base_rev"] = 1
	if r := push(t, other, foreign)[0]; r.Status != "quarantined" {
		t.Fatalf("%+v", r)
	}
	told := urgentTasks(t, app)
	if len(told) != 1 {
		t.Fatalf("%d reports", len(told))
	}
	told[0].Set("status", "done")
	if err := app.Save(told[0]); err != nil {
		t.Fatal(err)
	}
	own := disclosed(2, id, "1", map[string]any{"danger": "yes"})
	own["base_rev"] = 1
	push(t, tablet, own)
	if told = urgentTasks(t, app); len(told) != 2 || told[1].GetString("record") != id {
		t.Errorf("the author's own report: %v", fmt.Sprint(len(told)))
	}
}

// What waited for its form becomes a record of its own sender, with their territory, whoever else there is.
func TestWhatWaitedIsItsSendersOwn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ids := []string{uuid.NewString(), uuid.NewString()}
	for i, tablet := range d.tablets {
		if r := push(t, tablet, disclosed(1, ids[i], "1", map[string]any{"danger": "no"}))[0]; r.Code != "operation.unknown_form" {
			t.Fatalf("%+v", r)
		}
	}
	d.Advance(time.Second)
	if status, got := upload(t, d.manager, "danger.md", []byte(strings.Replace(dangerForm, "VERSION", "1", 1)), ""); status != http.StatusOK {
		t.Fatalf("%d %+v", status, got)
	}
	for i, district := range []string{"990101", "990102"} {
		if area := d.Find(t, "danger", ids[i]).GetString("area"); area != district {
			t.Errorf("a record of %s lies in %s", district, area)
		}
	}
}
