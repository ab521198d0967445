package hooks_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/survey"
	"doorstep/internal/testapp"
)

// Synthetic numbers of a division that was never assigned.
const (
	elder1 = "990000194505010018"
	elder2 = "990000194808080021"
)

// cast is a city with everybody that a form's life needs.
type cast struct {
	app                              *testapp.App
	manager, boss, neighbour, reader *testapp.Client
	tablet, tablet2                  *testapp.Client
}

func newCast(t *testing.T) *cast {
	t.Helper()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	who := func(no, role string, territory ...string) *testapp.Client {
		return app.Client(t, server, app.Worker(t, no, role, territory...))
	}
	return &cast{
		app: app, manager: who("M1", "manager", "9901"), boss: who("S1", "supervisor", "990101"), neighbour: who("S2", "supervisor", "990102"),
		reader: who("A1", "analyst", "9901"), tablet: who("F1", "field", "990101001001").Register(), tablet2: who("F2", "field", "990101001001").Register(),
	}
}

// fall is one fall's answers.
func fall(day, where, room string, harm map[string]any) map[string]any {
	return map[string]any{"fell_on": day, "where": where, "room": room, "harm": harm}
}

// check is a fall-risk check of somebody who fell as often as falls tells.
func check(point, address, name, number, born string, falls ...map[string]any) map[string]any {
	sex := "male"
	if number == elder2 {
		sex = "female"
	}
	return map[string]any{
		"start": "2026-11-23T09:00:00.000+08:00", "end": "2026-11-23T09:20:00.000+08:00", "today": "2026-11-23",
		"visit": map[string]any{"outcome": "1.1", "place": point, "address": address},
		"elder": map[string]any{"elder_name": name, "sex": sex, "born": born, "id_number": number, "phone": "13800000000"},
		"falls": map[string]any{"fall_count": len(falls), "fall": falls},
		"home":  map[string]any{"hazards": []string{"no_rail", "wet_floor"}, "medicines": 5, "tug_seconds": 14.2},
	}
}

func submit(seq int, id, version string, answers map[string]any) map[string]any {
	return map[string]any{"seq": seq, "op": "submit", "id": id, "form": "fall_risk", "version": version, "answers": answers}
}

// told is a receipt with the words of its issues.
type told struct {
	receipt
	Issues []survey.Issue
}

func (r told) says(code, field string) string {
	for _, i := range r.Issues {
		if i.Code == code && i.Field == field {
			return i.ZH
		}
	}
	return ""
}

func send(t *testing.T, c *testapp.Client, op map[string]any) told {
	t.Helper()
	var out struct{ Results []told }
	c.Want(http.StatusOK, http.MethodPost, "/api/sync/v1/push", map[string]any{"operations": []any{op}}, &out)
	return out.Results[0]
}

// sees is how many records of a collection somebody may list over REST.
func sees(t *testing.T, c *testapp.Client, collection string) int {
	t.Helper()
	var out struct{ Items []struct{ ID string } }
	c.Want(http.StatusOK, http.MethodGet, "/api/collections/"+collection+"/records", nil, &out)
	return len(out.Items)
}

func rowsIn(t *testing.T, app *testapp.App, collection string) int {
	t.Helper()
	n, err := app.CountRecords(collection)
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

// TestUnseenFormBecomesASurvey takes a workbook that no code knows from its draft to the export.
func TestUnseenFormBecomesASurvey(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	raw := workbook(t, fallRisk(t))
	good := check(testapp.Inside(gridA), "示例路 1 号 101", "赵示例", elder1, "1945-05-01",
		fall("2026-03-04", "home", "bathroom", map[string]any{"injured": "yes", "injuries": []string{"bruise", "head"}, "days_in_bed": 3.5}),
		fall("2026-08-09", "street", "pavement", map[string]any{"injured": "no"}))

	status, draft := upload(t, c.manager, "fall_risk.xlsx", raw, "draft")
	if status != http.StatusOK || draft.Status != "draft" || strings.Join(draft.Tables, " ") != "fall_risks fall_risk_fall" {
		t.Fatalf("draft: %d %+v", status, draft)
	}
	if _, err := c.app.FindCollectionByNameOrId("fall_risks"); err == nil {
		t.Error("a draft has a collection")
	}
	trial := send(t, c.tablet, submit(1, uuid.NewString(), "1", good))
	if trial.Status != "stored" || trial.ReviewState != "draft" || len(trial.Issues) != 1 {
		t.Errorf("trial: %+v", trial)
	}
	if households, persons := rowsIn(t, c.app, "households"), rowsIn(t, c.app, "persons"); households+persons != 0 {
		t.Errorf("a trial made %d households and %d persons", households, persons)
	}

	before := pull(t, c.tablet, "")
	if got := setStatus(t, c.manager, "fall_risk", "1", "published"); got != http.StatusNoContent {
		t.Fatalf("publish: %d", got)
	}
	if !announced(pull(t, c.tablet, before.Cursor), "upsert") {
		t.Error("tablets are not told of the form")
	}
	columnsOf(t, c.app)

	id := uuid.NewString()
	first := send(t, c.tablet, submit(2, id, "1", good))
	if first.Status != "stored" || first.Area != gridA || first.AreaMethod != "gps" || first.Household == "" || len(first.Persons) != 1 || first.ReviewState != "received" {
		t.Fatalf("first: %+v", first)
	}
	record, err := c.app.FindRecordById("fall_risks", id)
	if err != nil || record.GetString("score") != "6" || record.GetString("risk") != "high" {
		t.Errorf("the server computed score %q and risk %q (%v)", record.GetString("score"), record.GetString("risk"), err)
	}
	if n := rowsIn(t, c.app, "fall_risk_fall"); n != 2 {
		t.Errorf("%d falls, want 2", n)
	}
	violations(t, c)
	for _, table := range []string{"fall_risks", "fall_risk_fall"} {
		own, next, analyst := sees(t, c.boss, table), sees(t, c.neighbour, table), sees(t, c.reader, table)
		if own != rowsIn(t, c.app, table) || next != 0 || analyst != 0 {
			t.Errorf("%s: its supervisor sees %d, the neighbour %d, an analyst %d", table, own, next, analyst)
		}
	}
	again := send(t, c.tablet2, submit(1, uuid.NewString(), "1", check(testapp.Inside(gridB), "示例路 8 号", "赵示列", elder1, "1945-05-01")))
	if len(again.Duplicates) != 1 || again.Duplicates[0].Rule != "second_survey" || again.Persons[0] != first.Persons[0] {
		t.Errorf("the same person twice: %+v", again)
	}
	returned(t, c, id, before.Cursor)
	exported(t, c)
}

// secondEyes has another manager approve an identified export.
func secondEyes(t *testing.T, c *cast) string {
	t.Helper()
	var asked struct{ ID string }
	c.manager.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/export-requests", map[string]string{"form": "fall_risk", "reason": "向市局移交需要核对身份的名单"}, &asked)
	other := *c.manager
	other.Token = c.app.Token(t, c.app.Worker(t, "M-other", "manager", "9901"))
	other.Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/export-requests/"+asked.ID+"/approve", nil, nil)
	return asked.ID
}

func announced(p page, op string) bool {
	for _, ch := range p.Changes {
		var data struct {
			Form string `json:"form_id"`
		}
		if ch.Collection == "forms" && ch.Op == op && (op != "upsert" || json.Unmarshal(ch.Data, &data) == nil && data.Form == "fall_risk") {
			return true
		}
	}
	return false
}

// columnsOf checks the typed collections that publishing made.
func columnsOf(t *testing.T, app *testapp.App) {
	t.Helper()
	for table, columns := range map[string]map[string]string{
		"fall_risks": {
			"outcome": "text", "place": "json", "address": "text", "elder_name": "text", "sex": "select", "born": "text", "id_number": "text", "fall_count": "json",
			"afraid_of": "select", "hazards": "select", "medicines": "json", "tug_seconds": "json", "score": "text", "risk": "text", "area": "text", "review_state": "select",
		},
		"fall_risk_fall": {"visit": "relation", "fell_on": "text", "where": "select", "room": "select", "injured": "select", "injuries": "select", "days_in_bed": "json"},
	} {
		c, err := app.FindCollectionByNameOrId(table)
		if err != nil {
			t.Fatal(err)
		}
		for name, kind := range columns {
			if f := c.Fields.GetByName(name); f == nil || f.Type() != kind {
				t.Errorf("%s.%s is %v, want %s", table, name, f, kind)
			}
		}
		if c.Fields.GetByName("advice") != nil {
			t.Errorf("%s has a column for a note", table)
		}
	}
	c, err := app.FindCollectionByNameOrId("fall_risks")
	if err != nil {
		t.Fatal(err)
	}
	if hazards, ok := c.Fields.GetByName("hazards").(*core.SelectField); !ok || strings.Join(hazards.Values, " ") != "no_rail wet_floor poor_light" || hazards.MaxSelect != 3 {
		t.Errorf("hazards: %+v", hazards)
	}
}

// violations pushes a record that breaks the form's own rules: it is kept, and each comes back in the form's words.
func violations(t *testing.T, c *cast) {
	t.Helper()
	answers := check(testapp.Inside(gridA), "示例路 2 号", "钱示例", elder2, "1948-08-08",
		fall("2027-01-01", "home", "bus_stop", map[string]any{"injured": "no", "injuries": []string{"head"}}))
	answers["falls"].(map[string]any)["fall_count"] = 99
	answers["falls"].(map[string]any)["afraid_of"] = []string{"none", "stairs"}
	answers["elder"].(map[string]any)["born"] = "1948-08-09"
	id := uuid.NewString()
	r := send(t, c.tablet, submit(3, id, "1", answers))
	if r.Status != "stored" || r.ReviewState != "has_issues" {
		t.Errorf("a record with mistakes: %+v", r)
	}
	for at, zh := range map[[2]string]string{
		{"logic.constraint", "falls/fall_count"}:            "跌倒次数请填 0 到 50。",
		{"logic.constraint", "falls/afraid_of"}:             "选了没有这一项，就不能再选其他。",
		{"logic.constraint", "falls/fall[1]/fell_on"}:       "跌倒日期不能晚于今天。",
		{"date.future", "falls/fall[1]/fell_on"}:            "日期晚于访问日期。",
		{"logic.choice_filtered", "falls/fall[1]/room"}:     "按其他答案，此选项不应出现；答案保留，请核对。",
		{"logic.irrelevant", "falls/fall[1]/harm/injuries"}: "按问卷的条件此处不适用，其中的答案已移到修改记录中。",
		{"cn_id.birth_mismatch", "elder/id_number"}:         "出生日期与证件号码不一致。",
	} {
		if got := r.says(at[0], at[1]); got != zh {
			t.Errorf("%s at %s says %q, want %q", at[0], at[1], got, zh)
		}
	}
	if len(r.Issues) != 8 { // those, and the division that was never assigned
		t.Errorf("issues %+v", r.Issues)
	}
	var history struct {
		Items []struct{ Kind, Field, Before, After string }
	}
	c.boss.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/records/fall_risks/"+id+"/history", nil, &history)
	if len(history.Items) != 1 || history.Items[0] != struct{ Kind, Field, Before, After string }{"check", "falls/fall[1]/harm/injuries", "head", ""} {
		t.Errorf("what was taken out: %+v", history.Items)
	}
}

// returned sends a record back to its tablet and takes the correction.
func returned(t *testing.T, c *cast, id, cursor string) {
	t.Helper()
	record := "/api/doorstep/v1/records/fall_risks/" + id
	if status, _ := c.neighbour.Do(http.MethodPost, record+"/review", map[string]any{"decision": "approve"}); status != http.StatusNotFound {
		t.Errorf("a neighbouring supervisor reviews: %d", status)
	}
	c.boss.Want(http.StatusOK, http.MethodPost, record+"/review", map[string]any{"decision": "return", "comment": "请补充卧床天数"}, nil)
	var back struct {
		ReviewState string `json:"review_state"`
		Comment     string
		Version     string
		Answers     map[string]any
	}
	rev := int64(0)
	for _, ch := range pull(t, c.tablet, cursor).Changes {
		if ch.ID != id {
			continue
		}
		rev = ch.Rev
		if err := json.Unmarshal(ch.Data, &back); err != nil {
			t.Fatal(err)
		}
	}
	if back.ReviewState != "returned" || back.Comment != "请补充卧床天数" || back.Version != "1" {
		t.Fatalf("came back as %+v", back)
	}
	falls := back.Answers["falls"].(map[string]any)["fall"].([]any)
	harm := falls[0].(map[string]any)["harm"].(map[string]any)
	if len(falls) != 2 || harm["days_in_bed"] != 3.5 || len(harm["injuries"].([]any)) != 2 {
		t.Errorf("falls came back as %+v", falls)
	}
	harm["days_in_bed"] = 5
	correction := submit(4, id, "1", back.Answers)
	correction["base_rev"] = rev
	if r := send(t, c.tablet, correction); r.Status != "stored" || r.ReviewState != "edited" || r.Rev != rev+1 {
		t.Errorf("correction: %+v", r)
	}
	c.boss.Want(http.StatusOK, http.MethodPost, record+"/review", map[string]any{"decision": "approve", "rev": rev + 1}, nil)
}

// exported reads the form's export over HTTP: without names unless a manager asks for them.
func exported(t *testing.T, c *cast) {
	t.Helper()
	plain := archive(t, c.boss, "/api/doorstep/v1/export/fall_risk")
	if !strings.Contains(plain["fall_risks.csv"], "high") || strings.Contains(plain["fall_risks.csv"], "赵示例") || strings.Contains(plain["fall_risks.csv"], elder1) {
		t.Errorf("export: %s", plain["fall_risks.csv"])
	}
	if rows := strings.Count(plain["fall_risk_fall.csv"], "\n"); rows != 3 {
		t.Errorf("%d lines of falls, want a header and 2:\n%s", rows, plain["fall_risk_fall.csv"])
	}
	if !strings.Contains(plain["codebook.csv"], "起立行走测试用时") {
		t.Error("the codebook lacks the questions' labels")
	}
	if named := archive(t, c.manager, "/api/doorstep/v1/export/fall_risk?identified=true&approval="+secondEyes(t, c)); !strings.Contains(named["fall_risks.csv"], "赵示例") {
		t.Error("an identified export has no names")
	}
	if status, _ := c.boss.Do(http.MethodGet, "/api/doorstep/v1/export/fall_risk?identified=true", nil); status != http.StatusForbidden {
		t.Errorf("a supervisor exports names: %d", status)
	}
}

func archive(t *testing.T, c *testapp.Client, path string) map[string]string {
	t.Helper()
	status, body := c.Do(http.MethodGet, path, nil)
	if status != http.StatusOK {
		t.Fatalf("%s: %d %s", path, status, body)
	}
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(content)
	}
	return files
}
