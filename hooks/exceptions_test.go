package hooks_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/testapp"
)

func TestSearchFindsWithoutListing(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	person(t, app, "990102001002001") // 陈小明, next door
	person(t, app, "440301001001001") // and of the same name in another city
	field := app.Client(t, server, app.Worker(t, "F1", "field", "990101001001"))
	before := head(t, app)
	const path = "/api/doorstep/v1/search/person"
	var out struct{ Items []map[string]string }
	field.Want(http.StatusOK, http.MethodPost, path, map[string]string{"name": "陈小明", "birth_date": "2017-05-04"}, &out)
	if len(out.Items) != 1 || len(out.Items[0]) != 2 || out.Items[0]["area"] != "990102001002" || out.Items[0]["name"] != "示例社区990102001002" {
		t.Errorf("%v", out.Items)
	}
	field.Want(http.StatusOK, http.MethodPost, path, map[string]string{"name": "陈小明", "birth_date": "2017-05-05"}, &out)
	if len(out.Items) != 0 {
		t.Errorf("another birth date: %v", out.Items)
	}
	for _, vague := range []map[string]string{{}, {"name": "陈小明"}, {"birth_date": "2017-05-04"}, {"number": "1101", "name": "陈小明", "birth_date": "2017-05-04"}} {
		field.Want(http.StatusBadRequest, http.MethodPost, path, vague, nil)
	}
	rows := trail(t, app, before)
	if len(rows) != 2 || rows[0].Action != audit.Search || rows[1].Action != audit.Search || strings.Contains(rows[0].Detail, "陈") || len(audit.Unpack(rows[0].Subjects)) != 1 {
		t.Errorf("%+v", rows)
	}
}

func TestBreakGlass(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve(t)
	child, _ := person(t, app, "990102001001001")
	boss := app.Client(t, server, app.Worker(t, "S1", "supervisor", "990101"))
	other := app.Client(t, server, app.Worker(t, "S2", "supervisor", "990101"))
	there := app.Client(t, server, app.Worker(t, "M2", "manager", "990102"))
	const path, reason = "/api/doorstep/v1/break-glass", "邻居来电,孩子可能有危险,需立即核实"
	ask := func(record, why string) map[string]string {
		return map[string]string{"collection": "persons", "record": record, "reason": why}
	}
	boss.Want(http.StatusBadRequest, http.MethodPost, path, ask(child, "急"), nil)
	boss.Want(http.StatusNotFound, http.MethodPost, path, ask(uuid.NewString(), reason), nil)
	boss.Want(http.StatusNotFound, http.MethodPost, path, map[string]string{"collection": "workers", "record": child, "reason": reason}, nil)
	var g struct{ ID string }
	boss.Want(http.StatusOK, http.MethodPost, path, ask(child, reason), &g)
	var shown struct{ Record map[string]any }
	boss.Want(http.StatusOK, http.MethodGet, path+"/"+g.ID, nil, &shown)
	if shown.Record["id"] != child {
		t.Errorf("%v", shown.Record)
	}
	other.Want(http.StatusNotFound, http.MethodGet, path+"/"+g.ID, nil, nil)
	if sees(t, there, "access_grants") != 1 || sees(t, boss, "access_grants") != 0 {
		t.Error("the managers of that territory, and nobody else, see who broke in")
	}
	if status, _ := boss.Do(http.MethodGet, "/api/collections/persons/records/"+child, nil); status != http.StatusNotFound {
		t.Errorf("beside the grant: %d", status)
	}
	trace, _, err := audit.Who(collections.Read(app.TestApp), child, nil)
	if err != nil || len(trace.Lines) < 2 || trace.Lines[0].Action != "break_glass" || trace.Lines[1].Purpose != audit.Emergency {
		t.Errorf("%+v %v", trace.Lines, err)
	}
	for _, r := range trail(t, app, 0) {
		if strings.Contains(r.Detail, "邻居") {
			t.Errorf("the reason, which may name somebody, is in the trail: %+v", r)
		}
	}
	app.Advance(4*time.Hour + time.Second)
	boss.Want(http.StatusNotFound, http.MethodGet, path+"/"+g.ID, nil, nil)
}

// An identified export takes two managers, and one approval makes one export of what was asked for.
func TestFourEyes(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	m1 := app.Worker(t, "M1", "manager", "990101")
	asker := app.Client(t, server, m1)
	second := app.Client(t, server, app.Worker(t, "M2", "manager", "9901"))
	elsewhere := app.Client(t, server, app.Worker(t, "M3", "manager", "990102"))
	const requests, export = "/api/doorstep/v1/export-requests", "/api/doorstep/v1/export/child_visit?identified=true&states=approved"
	ask := func() string {
		var g struct{ ID string }
		asker.Want(http.StatusOK, http.MethodPost, requests, map[string]string{"form": "child_visit", "states": "approved", "reason": "向市局移交需要核对身份的名单"}, &g)
		return g.ID
	}
	asker.Want(http.StatusForbidden, http.MethodGet, export, nil, nil)
	id := ask()
	asker.Want(http.StatusForbidden, http.MethodGet, export+"&approval="+id, nil, nil)
	asker.Want(http.StatusConflict, http.MethodPost, requests+"/"+id+"/approve", nil, nil)
	elsewhere.Want(http.StatusNotFound, http.MethodPost, requests+"/"+id+"/approve", nil, nil)
	second.Want(http.StatusNoContent, http.MethodPost, requests+"/"+id+"/approve", nil, nil)
	second.Want(http.StatusForbidden, http.MethodGet, export+"&approval="+id, nil, nil)
	asker.Want(http.StatusForbidden, http.MethodGet, strings.Replace(export, "states=approved", "states=received", 1)+"&approval="+id, nil, nil)
	asker.Want(http.StatusOK, http.MethodGet, export+"&approval="+id, nil, nil)
	asker.Want(http.StatusForbidden, http.MethodGet, export+"&approval="+id, nil, nil)
	moved := ask()
	second.Want(http.StatusNoContent, http.MethodPost, requests+"/"+moved+"/approve", nil, nil)
	reassign(t, app, m1, "9901") // which nobody approved
	asker.Want(http.StatusForbidden, http.MethodGet, export+"&approval="+moved, nil, nil)
	reassign(t, app, m1, "990101")
	asker.Want(http.StatusOK, http.MethodGet, export+"&approval="+moved, nil, nil)
	var both struct{ ID string }
	asker.Want(http.StatusOK, http.MethodPost, requests, map[string]string{"form": "child_visit", "states": "received approved,received", "reason": "向市局移交需要核对身份的名单"}, &both)
	second.Want(http.StatusNoContent, http.MethodPost, requests+"/"+both.ID+"/approve", nil, nil)
	asker.Want(http.StatusForbidden, http.MethodGet, export+"&approval="+both.ID, nil, nil)
	asker.Want(http.StatusOK, http.MethodGet, export+",received&approval="+both.ID, nil, nil)
	for _, none := range []map[string]string{{"states": "anything"}, {"campaign": "nothing"}, {"form": "nothing"}} {
		wrong := map[string]string{"form": "child_visit", "reason": "向市局移交需要核对身份的名单"}
		maps.Copy(wrong, none)
		if status, _ := asker.Do(http.MethodPost, requests, wrong); status != http.StatusBadRequest && status != http.StatusNotFound {
			t.Errorf("%v: %d", none, status)
		}
	}
	own := ask()
	enters := func(staffNo string) *testapp.Client {
		asker.Want(http.StatusOK, http.MethodPost, "/api/collections/workers/records", map[string]any{"staff_no": staffNo, "name": "自设管理员",
			"role": "manager", "territory": []string{"990101"}, "active": true, "password": testapp.Password, "passwordConfirm": testapp.Password}, nil)
		made, err := app.FindFirstRecordByData(collections.Workers, "staff_no", staffNo)
		if err != nil {
			t.Fatal(err)
		}
		return app.Client(t, server, made)
	}
	m4, m5 := enters("M4"), enters("M5")
	m4.Want(http.StatusOK, http.MethodPost, requests, map[string]string{"form": "child_visit", "states": "approved", "reason": "向市局移交需要核对身份的名单"}, &both)
	for name, one := range map[string]struct {
		by *testapp.Client
		id string
	}{"an account that the asker entered": {m4, own}, "who entered the asker": {asker, both.ID}, "of two accounts of one person the other": {m5, both.ID}} {
		if status, body := one.by.Do(http.MethodPost, requests+"/"+one.id+"/approve", nil); status != http.StatusForbidden || !strings.Contains(string(body), `"export.own_colleague"`) {
			t.Errorf("%s approves: %d %s", name, status, body)
		}
	}
	second.Want(http.StatusNoContent, http.MethodPost, requests+"/"+both.ID+"/approve", nil, nil)
	late := ask()
	second.Want(http.StatusNoContent, http.MethodPost, requests+"/"+late+"/approve", nil, nil)
	app.Advance(25 * time.Hour)
	asker.Want(http.StatusForbidden, http.MethodGet, export+"&approval="+late, nil, nil)
}

// Whether somebody of another territory exists must not show in an error, a total, an order or a filter.
func TestNothingLeaksBySideEffect(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve(t)
	person(t, app, "990101001001001")
	there, home := person(t, app, "990102001001001")
	boss := app.Client(t, server, app.Worker(t, "S1", "supervisor", "990101"))
	list := func(filter, sort string) (int, string) {
		status, body := boss.Do(http.MethodGet, "/api/collections/persons/records?"+url.Values{"filter": {filter}, "sort": {sort}}.Encode(), nil)
		return status, string(body)
	}
	for _, filter := range []string{`name~"陈"`, `id_number>"1"`, `name_key="x"`, `area>"9" && birth_date<"2018"`, `phone:isset=true`, `@collection.persons.name="陈小明"`, `@collection.workers.tokenKey~"a"`, `@collection.audit.actor!=""`} {
		if status, body := list(filter, ""); status == http.StatusOK {
			t.Errorf("filter %s: %s", filter, body)
		}
	}
	for _, sort := range []string{"name", "-id_number", "birth_date", "@random,name"} {
		if status, body := list("", sort); status == http.StatusOK {
			t.Errorf("sort %s: %s", sort, body)
		}
	}
	for _, filter := range []string{`area>="990102"`, `id="` + there + `"`, `household="` + home + `"`, `area="name"`} {
		if status, body := list(filter, ""); status != http.StatusOK || !strings.Contains(body, `"items":[]`) {
			t.Errorf("filter %s: %d %s", filter, status, body)
		}
	}
	if status, body := list(`area>="9"`, "area"); status != http.StatusOK || strings.Count(body, `"area":`) != 1 {
		t.Errorf("the total: %d %s", status, body)
	}
	for _, path := range []string{"/api/collections/persons/records/", "/api/collections/households/records/", "/api/doorstep/v1/attachments/", "/api/collections/child_visits/records/"} {
		_, known := boss.Do(http.MethodGet, path+there, nil)
		_, unknown := boss.Do(http.MethodGet, path+uuid.NewString(), nil)
		if string(known) != string(unknown) {
			t.Errorf("%s: %s and %s", path, known, unknown)
		}
	}
	workers := "/api/collections/workers/records?filter=" + url.QueryEscape(`tokenKey~"a"`)
	if status, body := boss.Do(http.MethodGet, workers, nil); status == http.StatusOK && !strings.Contains(string(body), `"totalItems":0`) {
		t.Errorf("by a hidden field: %d %s", status, body)
	}
}
