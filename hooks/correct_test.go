package hooks_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/internal/testapp"
)

// correcting is a record of somebody, one beside it, and who may correct it or not.
type correcting struct {
	app              *testapp.App
	tablet           *testapp.Client
	boss, top, other *testapp.Client
	id, beside       string
}

func atDesk(t *testing.T) correcting {
	t.Helper()
	app, tablet, boss := stage(t)
	server := app.Serve(t)
	d := correcting{app: app, tablet: tablet, boss: boss, id: uuid.NewString(), beside: uuid.NewString()}
	d.top = app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	d.other = app.Client(t, server, app.Worker(t, "S2", "supervisor", "990102"))
	push(t, tablet, operation(1, d.id, childVisit(testapp.Inside(gridA), "示例路 1 号", child("王小明", number1, "2015-03-01", nil), child("王小红", "", "2017-03-01", nil))),
		operation(2, d.beside, childVisit(testapp.Inside(gridA), "示例路 2 号", child("李四", "", "2014-03-01", nil))))
	return d
}

func (d correcting) correct(t *testing.T, by *testapp.Client, status int, answers ...string) (out struct {
	Code string
	Rev  int
	Data []struct{ Ref, Code string }
}) {
	t.Helper()
	var list []any
	for i := 0; i < len(answers); i += 2 {
		list = append(list, map[string]any{"ref": answers[i], "value": answers[i+1]})
	}
	by.Want(status, http.MethodPost, "/api/doorstep/v1/records/child_visits/"+d.id+"/correct", map[string]any{"answers": list, "reason": "电话向家长核实过两次"}, &out)
	return out
}

const secondName = "children[2]/child_basic/child_name"

// A correction at the desk is a revision with both values in its history; whoever made it does not review it, and a colleague does.
func TestASupervisorCorrectsAnAnswer(t *testing.T) {
	t.Parallel()
	d := atDesk(t)
	if got := d.correct(t, d.boss, http.StatusOK, secondName, "王晓红", "household/residents", "5"); got.Rev != 2 {
		t.Fatalf("%+v", got)
	}
	record, beside := d.app.Find(t, "child_visits", d.id), d.app.Find(t, "child_visits", d.beside)
	if record.GetString("review_state") != "edited" || record.GetString("residents") != "5" || beside.GetInt("rev") != 1 {
		t.Fatalf("%v %v; beside: %v", record.Get("review_state"), record.Get("residents"), beside.Get("rev"))
	}
	names := d.app.Clear(t, "child_visit_children", "visit='"+d.id+"'", "child_name")
	if len(names) != 2 || !slices.ContainsFunc(names, func(n []string) bool { return n[0] == "王晓红" }) || !slices.ContainsFunc(names, func(n []string) bool { return n[0] == "王小明" }) {
		t.Fatalf("%v", names)
	}
	var past struct{ Items []pastLine }
	d.boss.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/records/child_visits/"+d.id+"/history", nil, &past)
	var told []string
	for _, l := range past.Items {
		if l.Kind == "correction" || l.Decision == "correct" {
			told = append(told, l.Kind+" "+l.Field+l.Decision)
		}
	}
	slices.Sort(told)
	if got := strings.Join(told, ", "); got != "correction "+secondName+", correction household/residents, review correct" {
		t.Fatalf("the history: %s", got)
	}
	approve := func(by *testapp.Client, want int) {
		by.Want(want, http.MethodPost, "/api/doorstep/v1/records/child_visits/"+d.id+"/review", map[string]any{"decision": "approve"}, nil)
	}
	approve(d.boss, http.StatusForbidden)
	approve(d.top, http.StatusOK)
	if got := d.correct(t, d.boss, http.StatusConflict, "household/residents", "5"); got.Code != "review.transition" {
		t.Errorf("of a record that is approved: %+v", got)
	}
}

// What cannot be taken is said answer by answer, and changes nothing, neither here nor beside.
func TestACorrectionThatDoesNotFitChangesNothing(t *testing.T) {
	t.Parallel()
	d := atDesk(t)
	before := d.app.Picture(t)
	for name, c := range map[string]struct {
		by      *testapp.Client
		status  int
		code    string
		answers []string
	}{
		"no number":          {d.boss, http.StatusUnprocessableEntity, "correction.answers", []string{"household/residents", "三"}},
		"no such choice":     {d.boss, http.StatusUnprocessableEntity, "correction.answers", []string{"children[1]/child_basic/child_sex", "purple"}},
		"no such row":        {d.boss, http.StatusBadRequest, "request.parameter", []string{"children[3]/child_basic/child_name", "王五"}},
		"no such question":   {d.boss, http.StatusBadRequest, "request.parameter", []string{"rev", "9"}},
		"a place":            {d.boss, http.StatusBadRequest, "request.parameter", []string{"visit/location", "22 114"}},
		"nothing new":        {d.boss, http.StatusConflict, "check.stands", []string{"children[1]/child_basic/child_name", "王小明"}},
		"another territory":  {d.other, http.StatusNotFound, "not_found", []string{"household/residents", "4"}},
		"a field worker":     {d.tablet, http.StatusForbidden, "auth.forbidden", []string{"household/residents", "4"}},
		"one of two is good": {d.boss, http.StatusUnprocessableEntity, "correction.answers", []string{secondName, "王晓红", "household/residents", "-1"}},
	} {
		got := d.correct(t, c.by, c.status, c.answers...)
		if got.Code != c.code || c.code == "correction.answers" && (len(got.Data) != 1 || got.Data[0].Ref != c.answers[len(c.answers)-2]) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for _, change := range d.app.Picture(t).Since(before) {
		if change.Table != "audit" && change.Table != "audit_refusals" {
			t.Errorf("%s changed: %v", change.Table, change.Columns())
		}
	}
}
