package hooks_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"doorstep/collections"
	"doorstep/collections/forms"
	"doorstep/internal/corpora"
	"doorstep/internal/retention"
	"doorstep/internal/server"
	"doorstep/internal/testapp"
)

// TestOpenAPIDescribesTheAnswers calls every route, and most of them wrongly too. What each writes stands in testdata/written.txt.
func TestOpenAPIDescribesTheAnswers(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	defer app.Shaped(t)
	served := app.Serve(t)
	w := &witness{contract: readContract(t), t: t, served: served, seen: map[string]bool{}, ledger: newLedger(t, app)}
	worker := app.Worker(t, "F1", "field", "990101001001")
	tablet := app.Client(t, served, worker)
	boss := app.Client(t, served, app.Worker(t, "S1", "supervisor", "990101"))
	manager := app.Client(t, served, app.Worker(t, "M1", "manager", "9901"))

	w.send(app.Client(t, served, nil), post, signInPath, nil, "", object{"identity": "F1", "password": testapp.Password}, 200)
	w.send(app.Client(t, served, nil), post, signInPath, nil, "", object{"identity": "F1", "password": "wrong-password"}, 400)
	visit, seal := w.walkSync(tablet)
	w.walkFiles(app, tablet, boss)
	w.walkReview(tablet, boss, visit)
	w.walkBaseMap(app, boss, manager)
	w.walkForms(tablet, manager)
	w.walkWork(app, tablet, boss, worker.Id)
	w.walkJobs(app, tablet, manager, boss)
	w.walkOffice(manager, worker.Id, tablet.Device)
	w.walkAreas(manager, boss)
	w.walkRetention(app, manager)
	w.walkAudit(app, manager, boss)
	w.walkStaff(app, manager)
	w.walkExceptions(app, manager, boss)
	w.walkBackups(app, manager)
	w.send(boss, post, "/api/doorstep/v1/me/password", nil, "", object{"password": "wrong-password", "new": "x7Kq-2mVd-99"}, 400)
	w.send(boss, post, "/api/doorstep/v1/me/password", nil, "", object{"password": testapp.Password, "new": "12345678"}, 400)
	boss.Token = text(w.send(boss, post, "/api/doorstep/v1/me/password", nil, "", object{"password": testapp.Password, "new": "x7Kq-2mVd-99"}, 200), "token")
	w.send(boss, post, "/api/doorstep/v1/me/sessions/end", nil, "", nil, 400)
	w.send(boss, post, "/api/doorstep/v1/me/sessions/end", nil, "", object{"everywhere": true}, 204)
	w.send(boss, get, "/api/doorstep/v1/me", nil, "", nil, 401)
	w.send(tablet, get, "/api/sync/v1/pull", nil, "", nil, 403) // revoked now
	w.send(tablet, post, "/api/sync/v1/sealed", nil, "", object{"operations": []any{}}, 401)
	tablet.Seal = seal
	w.send(tablet, post, "/api/sync/v1/sealed", nil, "", object{"operations": []any{operation(90, uuid.NewString(), object{})}, "last": true}, 200)
	w.send(tablet, post, "/api/sync/v1/sealed", nil, "", object{"operations": []any{}}, 403)

	for _, r := range server.Routes {
		if !w.seen[r.Method+" "+r.Path] {
			t.Errorf("%s %s was never answered with success", r.Method, r.Path)
		}
	}
	trailIsInPlace(t, app)
	w.namesAreKept(app)
	corpora.Golden(t, "testdata/written.txt", w.ledger.said.String())
}

// trailIsInPlace fails where an entry of the audit trail names no table as its collection, or what is no area as its area.
func trailIsInPlace(t *testing.T, app *testapp.App) {
	t.Helper()
	p := app.Picture(t)
	code := regexp.MustCompile(`^[0-9]*$`)
	for seq, entry := range p[collections.Audit] {
		if _, table := p[entry["collection"]]; !table && entry["collection"] != "" || !code.MatchString(entry["area"]) {
			t.Errorf("entry %s, %s: of %s in %s", seq, entry["action"], entry["collection"], entry["area"])
		}
	}
}

// walkSync registers, pushes what is stored, replayed, quarantined and in conflict, and pulls it all. It returns the
// id of a visit and the tablet's seal.
func (w *witness) walkSync(tablet *testapp.Client) (visit, seal string) {
	w.t.Helper()
	const devices, pushes, pulls = "/api/sync/v1/devices", "/api/sync/v1/push", "/api/sync/v1/pull"
	nobody := *tablet
	nobody.Token = ""
	w.send(&nobody, post, devices, nil, "", nil, 401)
	registered := w.send(tablet, post, devices, nil, "", object{"name": "t", "device_time": "2026-11-23T10:00:00+08:00"}, 200)
	tablet.Device = text(registered, "device")
	start := text(w.send(tablet, get, pulls, nil, "", nil, 200), "cursor")
	w.send(tablet, get, "/api/sync/v1/digest", nil, "?cursor="+start, nil, 200)
	w.send(tablet, get, "/api/sync/v1/digest", nil, "?cursor=x", nil, 400)
	w.send(tablet, get, "/api/sync/v1/repair", nil, "?buckets=1,2", nil, 200)
	w.send(tablet, get, "/api/sync/v1/repair", nil, "?buckets=256", nil, 400)

	id := uuid.NewString()
	edit := func(seq, base int, address string) object {
		op := operation(seq, id, childVisit(testapp.Inside(gridA), address, child("王小明", number1, "2015-03-01", nil)))
		op["base_rev"] = base
		return op
	}
	twice := operation(9, uuid.NewString(), childVisit(testapp.Inside(gridB), "示例路 9 号", child("王晓明", number1, "2015-03-01", nil)))
	unknown := operation(5, uuid.NewString(), object{})
	unknown["form"] = "no_such_form"
	house := object{"seq": 6, "op": "household", "id": uuid.NewString(), "answers": object{"address": "示例路 7 号", "lat": 22.55, "lon": 114.005, "accuracy": 5}}
	for _, op := range []object{edit(1, 0, "示例路 1 号"), edit(1, 0, "示例路 1 号"), twice, edit(2, 1, "示例路 2 号"), edit(3, 1, "示例路 3 号"), unknown, house} {
		w.send(tablet, post, pushes, nil, "", object{"operations": []any{op}}, 200)
	}
	w.send(tablet, post, pushes, nil, "", []byte("{"), 400)
	w.send(tablet, get, pulls, nil, "?cursor=x", nil, 400)
	w.send(tablet, get, pulls, nil, "?limit=no", nil, 400)
	w.send(tablet, get, pulls, nil, "?cursor="+start, nil, 200)
	return id, text(registered, "seal")
}

func (w *witness) walkReview(tablet, boss *testapp.Client, visit string) {
	w.t.Helper()
	at := []string{"child_visits", visit}
	for _, decision := range []struct {
		body   object
		status int
	}{{object{"decision": "return"}, 400}, {object{"decision": "approve", "rev": 99}, 409}, {object{"decision": "return", "comment": "门牌号请核对"}, 200}, {object{"decision": "approve"}, 409}} {
		w.send(boss, post, records+"/review", at, "", decision.body, decision.status)
	}
	w.send(boss, get, records+"/history", at, "", nil, 200)
	w.walkConsole(tablet, boss, visit)
	odd := operation(80, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 80 号"))
	odd["answers"].(map[string]any)["household"].(map[string]any)["residents"] = "三"
	push(w.t, tablet, odd)
	there := []string{"child_visits", odd["id"].(string)}
	entry := ""
	for _, e := range listOf(w.send(boss, get, records+"/history", there, "", nil, 200)) {
		if text(e, "kind") == "check" {
			entry = text(e, "id")
		}
	}
	w.send(boss, post, records+"/put-back", there, "", object{"entry": entry}, 422)
	w.send(boss, post, records+"/put-back", there, "", object{"entry": entry, "value": "3"}, 200)
	w.send(boss, post, records+"/put-back", there, "", object{"entry": entry}, 409)
	residents := func(value string) object {
		return object{"answers": []any{object{"ref": "household/residents", "value": value}}, "reason": "电话向家长核实过两次"}
	}
	w.send(boss, post, records+"/correct", there, "", residents("三"), 422)
	w.send(boss, post, records+"/correct", there, "", residents("4"), 200)
	w.walkPlace(boss, there)
	w.walkReports(tablet, boss)
	w.send(boss, get, records+"/history", []string{"child_visits", uuid.NewString()}, "", nil, 404)
	w.send(tablet, get, "/api/sync/v1/pull", nil, "", nil, 200) // with the task and the comment

	look := object{"collection": "child_visits", "id": visit, "fields": []any{"address"}, "reason": "家长来电要求核对家庭住址"}
	w.send(boss, post, "/api/doorstep/v1/reveal", nil, "", look, 200)
	w.send(boss, post, "/api/doorstep/v1/reveal", nil, "", object{"collection": "child_visits", "id": visit, "fields": []any{"address"}, "reason": " "}, 400)
	w.send(tablet, post, "/api/doorstep/v1/reveal", nil, "", look, 403)

	held := text(w.send(boss, get, quarantine, nil, "", nil, 200), "items", "id")
	counted := w.send(boss, get, quarantine+"/{id}/alike", []string{held}, "", nil, 200)
	together := object{"decision": "release", "before": text(counted, "before"), "cursor": ""}
	w.send(boss, post, quarantine+"/{id}/alike", []string{held}, "", together, 200)
	together["before"] = ""
	w.send(boss, post, quarantine+"/{id}/alike", []string{held}, "", together, 400)
	w.send(boss, get, quarantine, nil, "?cursor=x", nil, 400)
	w.send(boss, get, quarantine+"/{id}/alike", []string{"none"}, "", nil, 404)
	w.send(boss, post, quarantine+"/{id}/release", []string{held}, "", nil, 200)
	w.send(boss, post, quarantine+"/{id}/discard", []string{held}, "", object{"reason": "培训时的试填"}, 204)
	w.send(boss, post, quarantine+"/{id}/discard", []string{held}, "", nil, 409)

	var pairs struct{ Items []struct{ ID string } }
	boss.Want(200, get, "/api/collections/duplicates/records", nil, &pairs)
	w.send(boss, post, "/api/doorstep/v1/duplicates/{id}/decide", []string{pairs.Items[0].ID}, "", object{"status": "same"}, 204)
	w.send(boss, post, "/api/doorstep/v1/duplicates/{id}/decide", []string{"x"}, "", object{"status": "different"}, 404)
	w.send(boss, get, "/api/doorstep/v1/coverage", nil, "?level=grid", nil, 200)
	w.send(boss, get, "/api/doorstep/v1/coverage", nil, "?cursor=x", nil, 400)
	w.send(boss, get, "/api/doorstep/v1/coverage/file", nil, "?level=grid&sort=behind&lang=en", nil, 200)
	w.send(boss, get, "/api/doorstep/v1/coverage/file", nil, "?lang=fr", nil, 400)
	w.send(tablet, get, "/api/doorstep/v1/coverage", nil, "", nil, 403)
	w.send(boss, get, "/api/doorstep/v1/export/{form}", []string{"child_visit"}, "?states=returned", nil, 200)
	w.send(boss, get, "/api/doorstep/v1/export/{form}", []string{"child_visit"}, "?identified=true", nil, 403)
	w.send(boss, get, "/api/doorstep/v1/export/{form}", []string{"child_visit"}, "?format=pdf", nil, 400)
}

func (w *witness) walkForms(tablet, manager *testapp.Client) {
	w.t.Helper()
	shipped, err := forms.Files.ReadFile("child_visit.csv")
	if err != nil {
		w.t.Fatal(err)
	}
	version := shippedVersion(w.t, "child_visit")
	next, afterNext := version+"1", version+"2"
	newer := strings.ReplaceAll(string(shipped), version, next)
	round := object{"name": "冬季排查", "form": "child_visit", "round": 2, "territory": []any{"990101"}, "hold_policy": "all", "status": "open"}
	const campaigns = "/api/doorstep/v1/campaigns"
	opened := text(w.send(manager, post, campaigns, nil, "", round, 200), "id")
	w.send(manager, post, campaigns+"/{id}", []string{opened}, "", round, 200)
	round["form"] = "no_such_form"
	w.send(manager, post, campaigns, nil, "", round, 400)
	w.send(tablet, post, campaigns+"/{id}", []string{opened}, "", round, 403)
	w.send(manager, post, formRoutes+"/convert", nil, "", file{"child_visit.csv", newer}, 200)
	w.send(manager, post, formRoutes+"/check", nil, "", file{"child_visit.csv", newer}, 200)
	w.send(manager, post, formRoutes+"/check", nil, "", file{"broken.csv", "survey\n"}, 400)
	w.send(manager, get, formRoutes+"/{form}/{version}", []string{"child_visit", version}, "", nil, 200)
	w.send(manager, get, formRoutes+"/{form}/{version}", []string{"child_visit", "1"}, "", nil, 404)
	w.send(manager, get, formRoutes+"/{form}/{version}/workbook", []string{"child_visit", version}, "", nil, 200)
	w.send(manager, get, formRoutes+"/{form}/{version}/workbook", []string{"child_visit", "1"}, "", nil, 404)
	w.send(manager, post, formRoutes+"/{form}/preview", []string{"child_visit"}, "", file{"child_visit.csv", newer}, 200)
	w.send(manager, post, formRoutes+"/{form}/preview", []string{"no_such_form"}, "", file{"child_visit.csv", newer}, 404)
	w.send(manager, get, formRoutes+"/{form}/points", []string{"child_visit"}, "", nil, 200)
	w.send(manager, get, formRoutes+"/{form}/points", []string{"no_such_form"}, "", nil, 404)
	const services = "/api/doorstep/v1/services"
	w.send(manager, get, services, nil, "", nil, 200)
	w.send(manager, post, services+"/file", nil, "?dry_run=1", file{"services.csv", "code,name_zh,rule\nb01,助餐,age >= 70\n"}, 200)
	w.send(manager, post, services+"/file", nil, "", file{"services.csv", "code,name_zh,rule\nb01,助餐,age >=\n"}, 400)
	w.send(manager, post, services, nil, "", object{"services": []any{object{"code": "b01", "name_zh": "助餐", "rule": "age >="}}}, 400)
	w.send(manager, post, services, nil, "", object{"services": []any{object{"code": "b01", "name_zh": "助餐", "rule": "age >= 70"}}}, 200)
	w.send(tablet, get, services, nil, "", nil, 403)
	w.send(manager, post, formRoutes+"/{form}/points", []string{"child_visit"}, "", object{"cells": []any{object{"list": "risk_grade", "choice": "yellow", "column": "min_points", "value": "5"}}}, 200)
	w.send(manager, post, formRoutes+"/{form}/points", []string{"child_visit"}, "", object{"cells": []any{object{"list": "outcome", "choice": "1.1", "column": "aapor", "value": "5"}}}, 400)
	w.send(manager, post, formRoutes, nil, "", file{"child_visit.csv", newer}, 200)
	w.send(manager, post, formRoutes, nil, "", file{"broken.csv", "survey\n"}, 400)
	w.send(tablet, get, "/api/sync/v1/forms/{form}/{version}", []string{"child_visit", next}, "", nil, 200)
	w.send(tablet, get, "/api/sync/v1/forms/{form}/{version}", []string{"child_visit", "1"}, "", nil, 404)
	draft := file{"child_visit.csv", strings.ReplaceAll(newer, next, afterNext)}
	w.send(manager, post, formRoutes+"/{form}/draft/token", []string{"child_visit"}, "", object{"label": "my phone"}, 404)
	w.send(manager, post, formRoutes, nil, "?status=draft", draft, 200)
	w.send(manager, post, formRoutes+"/{form}/draft/token", []string{"child_visit"}, "", object{"label": "my phone"}, 200)
	w.send(manager, post, formRoutes+"/{form}/draft/qr", []string{"child_visit"}, "", object{"label": "my phone"}, 200)
	old := []string{"child_visit", version}
	w.send(manager, post, formRoutes+"/{form}/{version}/status", old, "", object{"status": "closing"}, 204)
	w.send(manager, post, formRoutes+"/{form}/{version}/status", old, "", object{"status": "closing"}, 409)
	w.send(manager, post, formRoutes+"/{form}/files", []string{"child_visit"}, "", file{"towns.csv", "name,label\na,甲\n"}, 200)
	w.send(manager, post, formRoutes+"/{form}/files", []string{"no_such_form"}, "", file{"towns.csv", "name\n"}, 404)
}

func (w *witness) walkStaff(app *testapp.App, manager *testapp.Client) {
	w.t.Helper()
	const factor, staff = "/api/doorstep/v1/second-factor", "/api/doorstep/v1/workers/{id}"
	account := object{"staff_no": "F9", "name": "示例", "role": "field", "territory": []any{"990101"}, "active": true, "password": testapp.Password, "passwordConfirm": testapp.Password}
	added := text(w.send(manager, post, accounts, nil, "", account, 200), "id")
	w.send(manager, post, accounts, nil, "", account, 400)
	w.send(manager, http.MethodPatch, accounts+"/{id}", []string{added}, "", object{"name": "示例二"}, 200)
	w.send(manager, http.MethodPatch, accounts+"/{id}", []string{"x"}, "", object{"name": "示例二"}, 404)
	boss := app.Worker(w.t, "S9", "supervisor", "990101")
	session := app.Client(w.t, w.served, boss)
	secret := text(w.send(session, post, factor, nil, "", nil, 200), "secret")
	w.send(session, post, factor+"/confirm", nil, "", object{"code": "000000"}, 400)
	code, err := totp.GenerateCode(secret, app.Doorstep.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	w.send(session, post, factor+"/confirm", nil, "", object{"code": code}, 200)
	w.send(app.Client(w.t, w.served, nil), post, signInPath, nil, "", object{"identity": "S9", "password": testapp.Password}, 401)
	w.send(manager, post, staff+"/second-factor/reset", []string{boss.Id}, "", nil, 204)
	w.send(manager, post, staff+"/revoke", []string{boss.Id}, "", nil, 204)
	w.send(manager, post, staff+"/revoke", []string{"x"}, "", nil, 404)
}

func (w *witness) walkExceptions(app *testapp.App, manager, boss *testapp.Client) {
	w.t.Helper()
	const glass, requests, reason = "/api/doorstep/v1/break-glass", "/api/doorstep/v1/export-requests", "需要立即核实孩子的安全状况"
	elsewhere, _ := person(w.t, app, "990102001001001")
	w.send(boss, post, "/api/doorstep/v1/search/person", nil, "", object{"name": "陈小明", "birth_date": "2017-05-04"}, 200)
	w.send(boss, post, "/api/doorstep/v1/search/person", nil, "", object{"name": "陈小明"}, 400)
	w.send(boss, post, "/api/doorstep/v1/search/heard", nil, "", object{"name": "chen xiaoming", "age": 9}, 200)
	w.send(boss, post, "/api/doorstep/v1/search/heard", nil, "", object{"name": "", "age": 9}, 400)
	w.send(boss, post, "/api/doorstep/v1/search/household", nil, "", object{"address": "示例路 1 号"}, 200)
	w.send(boss, post, "/api/doorstep/v1/search/household", nil, "", object{"address": "，"}, 400)
	w.send(boss, post, glass, nil, "", object{"collection": "persons", "record": elsewhere, "reason": "?"}, 400)
	opened := text(w.send(boss, post, glass, nil, "", object{"collection": "persons", "record": elsewhere, "reason": reason}, 200), "id")
	w.send(boss, get, glass+"/{id}", []string{opened}, "", nil, 200)
	w.send(manager, get, glass+"/{id}", []string{opened}, "", nil, 404)
	asked := text(w.send(manager, post, requests, nil, "", object{"form": "child_visit", "reason": reason}, 200), "id")
	w.send(manager, post, requests+"/{id}/approve", []string{asked}, "", nil, 409)
	second := app.Client(w.t, w.served, app.Worker(w.t, "M9", "manager", "9901"))
	w.send(second, post, requests+"/{id}/approve", []string{asked}, "", nil, 204)
	w.send(manager, get, "/api/doorstep/v1/export/{form}", []string{"child_visit"}, "?identified=true", nil, 403)
}

func (w *witness) walkAudit(app *testapp.App, manager, boss *testapp.Client) {
	w.t.Helper()
	child, _ := person(w.t, app, "990101001001001")
	const trailPath, who = "/api/doorstep/v1/audit", "/api/doorstep/v1/persons/{id}/audit"
	boss.Want(200, get, "/api/collections/persons/records/"+child, nil, nil)
	w.send(manager, get, trailPath, nil, "?anchor=x", nil, 200)
	w.send(manager, get, "/api/doorstep/v1/watch", nil, "", nil, 200)
	w.send(boss, get, trailPath, nil, "", nil, 403)
	w.send(manager, get, who, []string{child}, "?limit=1&sort=newest", nil, 200)
	w.send(manager, get, who, []string{child}, "?cursor=x", nil, 400)
	w.send(manager, get, who, []string{uuid.NewString()}, "", nil, 404)
}

func (w *witness) walkBackups(app *testapp.App, manager *testapp.Client) {
	w.t.Helper()
	const backups = "/api/doorstep/v1/backups"
	operator := app.Client(w.t, w.served, superuser(w.t, app))
	w.send(manager, post, backups, nil, "", nil, 403)
	name := text(w.send(operator, post, backups, nil, "", nil, 201), "name")
	w.send(operator, get, backups, nil, "", nil, 200)
	w.send(operator, get, backups+"/{name}", []string{name}, "", nil, 200)
	w.send(operator, get, backups+"/{name}", []string{"data.db"}, "", nil, 404)
}

func (w *witness) walkOffice(manager *testapp.Client, worker, device string) {
	w.t.Helper()
	const areas = "/api/doorstep/v1/areas"
	feature := `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"990103","name":"示例区"},"geometry":{"type":"Polygon","coordinates":[[[114.2,22.5],[114.3,22.5],[114.3,22.6],[114.2,22.5]]]}}]}`
	w.send(manager, post, areas, nil, "?crs=wgs84", file{"areas.geojson", feature}, 200)
	const match, list = "/api/doorstep/v1/match", "姓名,性别,出生日期\n欧阳无名,男,2013-04-05\n"
	w.send(manager, post, match, nil, "?not_listed=all", file{"list.csv", list}, 200)
	w.send(manager, post, match, nil, "?tasks=1", file{"list.csv", list}, 200)
	w.send(manager, post, match, nil, "?within=88", file{"list.csv", list}, 400)
	w.send(manager, post, match, nil, "", file{"list.csv", "甲,乙\n1,2\n"}, 400)
	w.send(manager, post, areas, nil, "?crs=wgs84", file{"areas.geojson", strings.Replace(feature, `"code":"990103",`, "", 1)}, 400)
	w.send(manager, post, areas, nil, "", file{"areas.geojson", feature}, 400)
	token := text(w.send(manager, post, "/api/doorstep/v1/workers/{id}/token", []string{worker}, "", object{"label": "phone 3"}, 200), "id")
	w.send(manager, post, "/api/doorstep/v1/workers/{id}/token", []string{"x"}, "", object{}, 404)
	w.send(manager, post, "/api/doorstep/v1/workers/{id}/qr", []string{worker}, "", object{"label": "phone 4"}, 200)
	w.send(manager, post, "/api/doorstep/v1/tokens/{id}/revoke", []string{token}, "", nil, 204)
	w.send(manager, post, "/api/doorstep/v1/devices/{id}/revoke", []string{device}, "", nil, 204)
	w.send(manager, post, "/api/doorstep/v1/devices/{id}/revoke", []string{"x"}, "", nil, 404)
}

func (w *witness) walkRetention(app *testapp.App, manager *testapp.Client) {
	w.t.Helper()
	const erase, approve = "/api/doorstep/v1/persons/{id}/erase", "/api/doorstep/v1/retention/{id}/approve"
	var persons, reports struct{ Items []struct{ ID string } }
	manager.Want(200, get, "/api/collections/persons/records", nil, &persons)
	w.send(manager, post, erase, []string{persons.Items[0].ID}, "", object{"basis": "own_request"}, 204)
	w.send(manager, post, erase, []string{"x"}, "", object{"basis": "own_request"}, 404)
	manager.Want(200, post, "/api/collections/retention_policies/records", object{"collection": "child_visits", "days": 1, "active": true}, nil)
	app.Advance(10 * 24 * time.Hour)
	if err := retention.Report(w.t.Context(), app, app.Doorstep.Library, app.Doorstep.Now()); err != nil {
		w.t.Fatal(err)
	}
	manager.Want(200, get, "/api/collections/retention_reports/records", nil, &reports)
	w.send(manager, post, approve, []string{reports.Items[0].ID}, "", nil, 200)
	w.send(manager, post, approve, []string{"x"}, "", nil, 404)
}
