package hooks_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/testapp"
)

// elderVisit is an interview that broke off, in which the worker noted what was seen.
func elderVisit(signs, follow string) map[string]any {
	closing := map[string]any{"safety_signs": []string{signs}}
	if follow != "" {
		closing["safety_action"], closing["follow_up_date"] = "stayed", follow
	}
	return map[string]any{
		"start": "2026-11-23T09:00:00.000+08:00", "end": "2026-11-23T09:30:00.000+08:00", "today": "2026-11-23",
		"visit": map[string]any{"contact_method": "household_visit", "contact": "elder_met", "eligible": "yes", "capacity": "yes", "consent": "oral", "consent_parts": []string{"none"},
			"outcome": "1.2", "informant": "self", "location": testapp.Inside(gridA)},
		"household": map[string]any{"household_listed": "new", "address": "示例路 9 号 901"},
		"person":    map[string]any{"elder_name": "李大爷", "elder_sex": "male", "elder_birth_date": "1946-05-01"},
		"closing":   closing,
	}
}

// TestUrgentFollowUp follows an older person's words from the doorstep to the end of the follow-up: the supervisor of the place
// sees the task, another does not, an assigned worker's tablet gets it and what becomes of it, and a correction that
// withdraws the sign takes away the day of the next contact but not the report.
func TestUrgentFollowUp(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	defer c.app.Shaped(t)
	id := uuid.NewString()
	submit := func(seq, rev int, signs, follow string) {
		t.Helper()
		op := map[string]any{"seq": seq, "op": "submit", "id": id, "form": "elderly_baseline", "base_rev": rev, "answers": elderVisit(signs, follow)}
		if r := push(t, c.tablet, op)[0]; r.Status != "stored" {
			t.Fatalf("%+v", r)
		}
	}
	tasks := func(where string) []*core.Record {
		t.Helper()
		found, err := c.app.FindRecordsByFilter("tasks", "record='"+id+"' && "+where, "created", 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	submit(1, 0, "suicidal_words", "2026-11-24")
	urgent, day := tasks("priority='urgent'"), tasks("due!=''")
	if len(urgent) != 1 || len(day) != 1 || day[0].GetString("due") != "2026-11-24" || day[0].GetString("priority") != "high" {
		t.Fatalf("reports %v, follow-ups %v", urgent, day)
	}
	if title := c.app.Find(t, "tasks", urgent[0].Id).GetString("title"); !strings.Contains(title, "紧急跟进") {
		t.Errorf("the task is called %s", title)
	}
	var near, far struct{ Items []struct{ ID string } }
	c.boss.Want(http.StatusOK, http.MethodGet, "/api/collections/tasks/records", nil, &near)
	c.neighbour.Want(http.StatusOK, http.MethodGet, "/api/collections/tasks/records", nil, &far)
	if len(near.Items) != 2 || len(far.Items) != 0 {
		t.Errorf("the supervisor sees %d tasks, that of another district %d", len(near.Items), len(far.Items))
	}
	worker := c.app.Find(t, "workers", c.app.Find(t, "elderly_surveys", id).GetString("worker"))
	c.boss.Want(http.StatusOK, http.MethodPatch, "/api/collections/tasks/records/"+day[0].Id, map[string]any{"assignee": worker.Id}, nil)
	held := func() string {
		t.Helper()
		var p page
		c.tablet.Want(http.StatusOK, http.MethodGet, "/api/sync/v1/pull?limit=5000", nil, &p)
		for _, ch := range p.Changes {
			if ch.Collection == "tasks" && ch.ID == day[0].Id && ch.Op == "upsert" {
				return string(ch.Data)
			}
		}
		return ""
	}
	if data := held(); !strings.Contains(data, "2026-11-24") {
		t.Errorf("the tablet holds %s", data)
	}
	submit(2, 1, "abuse", "2026-11-25") // another sign of the same question, and another day: the open report is there
	if n := len(tasks("priority='urgent'")); n != 1 {
		t.Errorf("%d reports while the first is open", n)
	}
	if data := held(); !strings.Contains(data, "2026-11-25") {
		t.Errorf("after a correction the tablet holds %s", data)
	}
	submit(3, 2, "none", "") // a mistake
	if data := held(); data != "" || tasks("due!=''")[0].GetString("status") != "cancelled" {
		t.Errorf("the withdrawn follow-up is %s on the tablet", data)
	}
	if task := tasks("priority='urgent'")[0]; task.GetString("status") != "open" {
		t.Error("a correction closed the report: that is a supervisor's to do")
	}
	for _, way := range []map[string]any{{"status": "done"}, {"status": "cancelled"}, {"priority": "normal"}, {"confirmed_by": worker.Id}} {
		c.boss.Want(http.StatusBadRequest, http.MethodPatch, "/api/collections/tasks/records/"+urgent[0].Id, way, nil)
	}
	c.boss.Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/reports/"+urgent[0].Id+"/settle", settledReport, nil)
}
