package hooks_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/identity"
	"doorstep/internal/needs"
	"doorstep/internal/survey"
	"doorstep/internal/testapp"
)

// needy is an interview of an older person with low income who needs meals.
func needy(point, name, severity string) map[string]any {
	v := elderVisit("none", "")
	visit, person := v["visit"].(map[string]any), v["person"].(map[string]any)
	visit["location"], visit["consent_parts"] = point, []string{"sensitive"}
	person["elder_name"], person["elder_registration"] = name, "local"
	v["household"] = map[string]any{"address": "示例路 " + name}
	v["economy"] = map[string]any{"assistance": "low_income_allowance", "adaptation_wanted": []string{"handrail"}}
	v["services"] = map[string]any{"services_needed": []string{"meals", "bathing"}, "service_meals": map[string]any{"meals_severity": severity}}
	v["wishes"] = map[string]any{"benefits": []string{"transport"}}
	return v
}

func elderOperation(seq, rev int, id string, answers map[string]any) map[string]any {
	return map[string]any{"seq": seq, "op": "submit", "id": id, "form": "elderly_baseline", "base_rev": rev, "answers": answers}
}

// needsSaid writes needs as domain/item=level, in order.
func needsSaid(p needs.Person) string {
	var all []string
	for _, n := range p.Needs {
		if n.Current {
			all = append(all, n.Domain+"/"+n.Item+"="+n.Level)
		}
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func needsOf(t *testing.T, c *testapp.Client, person string) (p needs.Person) {
	t.Helper()
	c.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/persons/"+person+"/needs", nil, &p)
	return p
}

// needsCounted writes the counts of one area, and fails where what was kept differs from a count from the beginning.
func needsCounted(t *testing.T, app *testapp.App, c *testapp.Client, territory, area string) string {
	t.Helper()
	var kept needs.Report
	c.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/needs/counts?area="+area, nil, &kept)
	actor := access.Actor{ID: "S", Role: access.Supervisor, Territory: []string{territory}}
	fresh, err := needs.NewCounts().Read(collections.Read(app.TestApp), app.Doorstep.Library, actor, area)
	if err != nil || !reflect.DeepEqual(kept, fresh) {
		t.Errorf("kept %+v, counted anew %+v, %v", kept, fresh, err)
	}
	var all []string
	for _, n := range kept.Total.Needs {
		all = append(all, fmt.Sprintf("%s/%s=%s:%d", n.Domain, n.Item, n.Level, *n.N))
	}
	return strings.Join(all, " ")
}

// What somebody needs is known from the moment that the record is, changes with it, counts where it lies, and goes with it; what is said
// of others stays.
func TestNeedsLiveWithTheirRecord(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	served := app.Serve(t)
	boss.URL, tablet.URL = served.URL, served.URL
	next := app.Client(t, served, app.Worker(t, "S2", "supervisor", "990102"))
	manager := app.Client(t, served, app.Worker(t, "M1", "manager", "9901"))
	id, other := uuid.NewString(), uuid.NewString()
	r := push(t, tablet, elderOperation(1, 0, id, needy(testapp.Inside(gridA), "李大爷", "serious")),
		elderOperation(2, 0, other, needy(testapp.Inside(gridB), "王大妈", "hard")))
	li, wang := r[0].Persons[0], r[1].Persons[0]
	const beside = "adaptation/handrail=stated service/bathing=stated service/meals=moderate"
	both := func(when, mine, counts string) {
		t.Helper()
		if got := needsSaid(needsOf(t, boss, li)); got != mine {
			t.Errorf("%s: needs %s, want %s", when, got, mine)
		}
		if got := needsSaid(needsOf(t, boss, wang)); got != beside {
			t.Errorf("%s: the neighbour needs %s", when, got)
		}
		if got := needsCounted(t, app, boss, "990101", "990101"); got != counts {
			t.Errorf("%s: counts %s, want %s", when, got, counts)
		}
	}
	both("new", "adaptation/handrail=stated service/bathing=stated service/meals=serious",
		"adaptation/handrail=stated:2 service/bathing=stated:2 service/meals=serious:1 service/meals=moderate:1")
	for _, c := range []struct {
		who  *testapp.Client
		area string
		want []string
	}{
		{manager, "990101", []string{"990101001"}}, {boss, "9901", []string{"990101"}}, {boss, "", []string{"990101"}},
		{boss, "990101001001", []string{"990101001001"}}, {boss, gridA, []string{gridA}}, {next, "9901", []string{"990102"}},
	} {
		var report needs.Report
		c.who.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/needs/counts?area="+c.area, nil, &report)
		var lines []string
		for _, line := range report.Items {
			lines = append(lines, line.Area)
		}
		if !slices.Equal(lines, c.want) {
			t.Errorf("lines of %q: %v, want %v", c.area, lines, c.want)
		}
	}
	if clear := app.Clear(t, collections.Needs, "said!=''", "said"); len(clear) > 0 {
		t.Errorf("in clear: %v", clear)
	}
	next.Want(http.StatusNotFound, http.MethodGet, "/api/doorstep/v1/persons/"+li+"/needs", nil, nil)
	tablet.Want(http.StatusForbidden, http.MethodGet, "/api/doorstep/v1/persons/"+li+"/needs", nil, nil)

	push(t, tablet, elderOperation(3, 1, id, needy(testapp.Inside(gridA), "李大爷", "inconvenient")))
	both("corrected", "adaptation/handrail=stated service/bathing=stated service/meals=mild",
		"adaptation/handrail=stated:2 service/bathing=stated:2 service/meals=moderate:1 service/meals=mild:1")
	review := "/api/doorstep/v1/records/elderly_surveys/" + id + "/review"
	boss.Want(http.StatusOK, http.MethodPost, review, map[string]any{"decision": "reject", "comment": "不是本人"}, nil)
	both("rejected", "", "adaptation/handrail=stated:1 service/bathing=stated:1 service/meals=moderate:1")
	boss.Want(http.StatusOK, http.MethodPost, review, map[string]any{"decision": "reopen", "comment": "核对后是本人"}, nil)
	both("reopened", "adaptation/handrail=stated service/bathing=stated service/meals=mild",
		"adaptation/handrail=stated:2 service/bathing=stated:2 service/meals=moderate:1 service/meals=mild:1")

	var page needs.Page
	boss.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/needs?area=990101&level=mild", nil, &page)
	if len(page.Items) != 1 || page.Items[0].Record != id || page.Items[0].ItemName.ZH != "助餐" || page.Next != nil {
		t.Errorf("a list %+v", page)
	}
	next.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/needs?area=990101", nil, &page)
	if len(page.Items) != 0 {
		t.Errorf("next door sees %+v", page.Items)
	}
	if _, err := app.NonconcurrentDB().NewQuery(`UPDATE persons SET merged_into='` + wang + `' WHERE id='` + li + `'`).Execute(); err != nil {
		t.Fatal(err)
	}
	if got := needsCounted(t, app, boss, "990101", "990101"); strings.Count(got, ":1") != 3 || strings.Contains(got, ":2") {
		t.Errorf("one person now: %s", got)
	}
	if _, err := app.NonconcurrentDB().NewQuery(`UPDATE persons SET merged_into='' WHERE id='` + li + `'`).Execute(); err != nil {
		t.Fatal(err)
	}
	manager.Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/persons/"+li+"/erase", map[string]any{"basis": "own_request"}, nil)
	if left := app.Clear(t, collections.Needs, "record='"+id+"'", "person"); len(left) > 0 {
		t.Errorf("after the erasure: %v", left)
	}
	if got := needsSaid(needsOf(t, boss, wang)); got != beside {
		t.Errorf("the neighbour needs %s", got)
	}
}

// Each child of a visit has needs of its own, and the facts of its home.
func TestNeedsOfChildren(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	ill := child("王小明", number1, "2015-03-01", map[string]any{"child_needs": map[string]any{"needs": []string{"medical", "company"}}})
	well := child("王小红", "", "2018-06-01", map[string]any{"child_needs": map[string]any{"needs": []string{"none"}}})
	r := push(t, tablet, operation(1, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 1 号", ill, well)))[0]
	if got := needsSaid(needsOf(t, boss, r.Persons[0])); !strings.HasPrefix(got, "child/company=stated child/medical=stated") {
		t.Errorf("the ill one needs %s", got)
	}
	if got := needsSaid(needsOf(t, boss, r.Persons[1])); strings.Contains(got, "child/") {
		t.Errorf("the other needs %s", got)
	}
	if rows := app.Clear(t, collections.Needs, "record='"+r.ID+"'", "said"); len(rows) != 2 || !strings.Contains(rows[0][0]+rows[1][0], `"age"`) {
		t.Errorf("%v", rows)
	}
}

// What the facts suggest is told with its reason and the facts that it rests on, and says what is not known; nothing is stored.
func TestEntitlementsAreSuggestions(t *testing.T) {
	t.Parallel()
	_, tablet, boss := stage(t)
	r := push(t, tablet, elderOperation(1, 0, uuid.NewString(), needy(testapp.Inside(gridA), "李大爷", "serious")))[0]
	by := map[string]needs.Entitlement{}
	for _, e := range needsOf(t, boss, r.Persons[0]).Entitlements {
		by[e.Code] = e
	}
	if len(by) != 27 {
		t.Fatalf("%d services", len(by))
	}
	for code, want := range map[string]string{"b01": needs.Likely, "b02": needs.Likely, "b04": needs.Open, "b09": needs.Likely, "b14": needs.NoRule, "b12": needs.Open} {
		if e := by[code]; e.Suggestion != want {
			t.Errorf("%s: %s, %+v", code, e.Suggestion, e.Reason)
		}
	}
	old := by["b02"]
	if old.Band != "80–89" || old.Received == nil || *old.Received || !strings.Contains(old.Reason.ZH, "年龄：80") || !strings.Contains(old.Reason.EN, "age: 80") {
		t.Errorf("the allowance: %+v", old)
	}
	if bus := by["b27"]; bus.Received == nil || !*bus.Received {
		t.Errorf("the bus: %+v", bus)
	}
	if care := by["b04"]; len(care.Missing) != 1 || care.Missing[0].Name != "ability_level" || !strings.Contains(care.Reason.ZH, "缺少") {
		t.Errorf("care: %+v", care)
	}
}

// The bureau edits the table; a dry run and a wrong rule change nothing.
func TestTheTableOfServicesIsEdited(t *testing.T) {
	t.Parallel()
	app, _, boss := stage(t)
	served := app.Serve(t)
	boss.URL = served.URL
	whole := app.Client(t, served, app.Worker(t, "M1", "manager", "9901"))
	part := app.Client(t, served, app.Worker(t, "M2", "manager", "990101"))
	const path = "/api/doorstep/v1/services"
	var table struct {
		Items []needs.Service
		Rev   string
	}
	var out struct{ Changes []needs.Change }
	whole.Want(http.StatusOK, http.MethodGet, path, nil, &table)
	before := slices.Clone(table.Items)
	table.Items[13].Rule = "age >= 70"
	part.Want(http.StatusForbidden, http.MethodPost, path, map[string]any{"services": table.Items}, nil)
	boss.Want(http.StatusForbidden, http.MethodPost, path, map[string]any{"services": table.Items}, nil)
	whole.Want(http.StatusOK, http.MethodPost, path, map[string]any{"services": table.Items[:26], "dry_run": true}, &out)
	what := map[string]int{}
	for _, c := range out.Changes {
		what[c.What]++
	}
	if !reflect.DeepEqual(what, map[string]int{"same": 25, "changed": 1, "gone": 1}) {
		t.Errorf("a dry run tells %v", what)
	}
	broken := slices.Clone(table.Items)
	broken[0].Rule = "age >="
	whole.Want(http.StatusBadRequest, http.MethodPost, path, map[string]any{"services": broken}, nil)
	whole.Want(http.StatusOK, http.MethodGet, path, nil, &table)
	if !reflect.DeepEqual(table.Items, before) {
		t.Error("something changed")
	}
	table.Items[13].Rule = "age >= 70"
	looked := table.Rev
	whole.Want(http.StatusOK, http.MethodPost, path, map[string]any{"services": table.Items, "rev": looked}, nil)
	for _, dry := range []bool{true, false} { // somebody who looked before that
		whole.Want(http.StatusConflict, http.MethodPost, path, map[string]any{"services": before, "rev": looked, "dry_run": dry}, nil)
		of := fmt.Sprintf("%s/file?rev=%s&dry_run=%t", path, looked, dry)
		if got := uploadTo(t, whole, of, "services.csv", []byte("code,name_zh\nb01,助餐\n"), "", new(any)); got != http.StatusConflict {
			t.Errorf("a file by the table as it was, tried %t: %d", dry, got)
		}
	}
	whole.Want(http.StatusOK, http.MethodGet, path, nil, &table)
	if len(table.Items) != 27 || table.Items[13].Rule != "age >= 70" || table.Items[12] != before[12] {
		t.Errorf("%+v", table.Items[13])
	}
}

// The table of needs goes out beside the records; of answers that a de-identified export leaves out it tells nothing.
func TestNeedsAreExported(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	id := uuid.NewString()
	push(t, tablet, elderOperation(1, 0, id, needy(testapp.Inside(gridA), "李大爷", "serious")), operation(2, uuid.NewString(),
		childVisit(testapp.Inside(gridA), "示例路 1 号", child("王小明", number1, "2015-03-01", map[string]any{"child_needs": map[string]any{"needs": []string{"medical"}},
			"child_health": map[string]any{"disability": "yes", "rehabilitation": "needed"}}))))
	rows := needsExported(t, boss, "elderly_baseline", "")
	if len(rows) != 4 || !slices.Contains(rows[3], "serious") || slices.Contains(rows[1], id) || rows[1][0] == "" || rows[1][1] == "" {
		t.Errorf("%v", rows)
	}
	if rows := needsExported(t, boss, "elderly_baseline", "&suppress=true"); len(rows) != 4 || rows[0][0] != "day" || rows[1][0] != "2026-11" {
		t.Errorf("suppressed: %v", rows)
	}
	if rows := needsExported(t, boss, "child_visit", ""); len(rows) != 2 || rows[1][5] != "medical" {
		t.Errorf("of a child, whose disability does not go out: %v", rows)
	}
	if all := app.Clear(t, collections.Needs, "form='child_visit'", "said"); len(all) != 1 || !strings.Contains(all[0][0], "rehabilitation") {
		t.Errorf("what is kept of the child: %v", all)
	}
}

// Who may not read records is told no count of few people, and of others a multiple, so that a total less its parts tells of nobody; what
// lies next door is not in it. Who may read them is told all.
func TestAnalystsAreToldRoundedNeeds(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	served := app.Serve(t)
	boss.URL, tablet.URL = served.URL, served.URL
	beside := app.Client(t, served, app.Worker(t, "F2", "field", "990102001001")).Register()
	push(t, beside, elderOperation(1, 0, uuid.NewString(), needy(testapp.Inside("990102001001001"), "邻大爷", "serious")))
	for i := range 8 {
		grid := gridA
		if i == 0 {
			grid = gridB
		}
		push(t, tablet, elderOperation(i+1, 0, uuid.NewString(), needy(testapp.Inside(grid), "李大爷"+string(rune('甲'+i)), "serious")))
	}
	told := func(c *testapp.Client, area string) (least int, people, meals *int, parts int) {
		t.Helper()
		var r needs.Report
		c.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/needs/counts?area="+area, nil, &r)
		for _, n := range r.Total.Needs {
			if n.Item == "meals" {
				meals = n.N
			}
		}
		return r.Least, r.Total.People, meals, len(r.Items)
	}
	if least, people, meals, _ := told(boss, "990101"); least != 0 || *people != 8 || *meals != 8 {
		t.Errorf("a supervisor is told %d %v %v", least, *people, *meals)
	}
	analyst := app.Client(t, served, app.Worker(t, "A1", "analyst", "9901"))
	if least, people, meals, _ := told(analyst, "990101"); least != needs.Least || *people != 10 || *meals != 10 {
		t.Errorf("an analyst is told %d %v %v", least, *people, *meals)
	}
	if _, people, meals, parts := told(analyst, "9901"); *people != 10 || *meals != 10 || parts == 0 {
		t.Errorf("of the city an analyst is told %v %v in %d parts", *people, *meals, parts)
	}
	if _, people, meals, _ := told(analyst, "990102"); people != nil || meals != nil {
		t.Errorf("of one person an analyst is told %v %v", people, meals)
	}
	analyst.Want(http.StatusNotFound, http.MethodGet, "/api/doorstep/v1/needs/counts?area="+gridA, nil, nil)
}

// The table that comes with the program and the questionnaire name the same services, and a benefit that the questionnaire ties to one is
// how that one is known to be received.
func TestServicesAreThoseOfTheQuestionnaire(t *testing.T) {
	t.Parallel()
	shipped, err := needs.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	in, ok := testapp.New(t).Doorstep.Library.Get("elderly_baseline", shippedVersion(t, "elderly_baseline"))
	if !ok {
		t.Fatal("no questionnaire")
	}
	var asked, table []string
	for _, c := range in.Form.Lists["basic_service"].Choices {
		asked = append(asked, c.Name+" "+c.Label.In("中文 (zh)"))
	}
	received := map[string]string{}
	named := 0
	for _, s := range shipped {
		table = append(table, s.Code+" "+s.NameZH)
		received[s.Code] = s.Received
		if strings.HasPrefix(s.Basis, "《国家基本养老服务清单》") {
			named++
		}
	}
	if !slices.Equal(asked, table) {
		t.Errorf("asked %v\ntable %v", asked, table)
	}
	if named != 11 {
		t.Errorf("%d rows name the national list; docs/instruments.md says eleven", named)
	}
	for _, c := range in.Form.Lists["benefit"].Choices {
		at := slices.IndexFunc(c.Extra, func(p survey.Pair) bool { return p.Name == "basic" })
		if at < 0 || c.Extra[at].Value == "" {
			continue
		}
		if want := "selected(benefits, '" + c.Name + "')"; received[c.Extra[at].Value] != want {
			t.Errorf("%s is received where %q, not %q", c.Extra[at].Value, received[c.Extra[at].Value], want)
		}
	}
}

// Suggestions go out with names alone, with their reasons, each beside the record that it rests on; a de-identified export has none.
func TestEntitlementsAreExported(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	served := app.Serve(t)
	boss.URL, tablet.URL = served.URL, served.URL
	manager := app.Client(t, served, app.Worker(t, "M1", "manager", "9901"))
	second := app.Client(t, served, app.Worker(t, "M2", "manager", "9901"))
	id := uuid.NewString()
	push(t, tablet, elderOperation(1, 0, id, needy(testapp.Inside(gridA), "李大爷", "serious")))
	const path = "/api/doorstep/v1/export/elderly_baseline?states=received,has_issues"
	if _, there := archive(t, manager, path)["entitlements.csv"]; there {
		t.Error("a de-identified export suggests")
	}
	var asked struct{ ID string }
	manager.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/export-requests", map[string]string{"form": "elderly_baseline",
		"states": "received,has_issues", "reason": "向市局移交需要核对身份的名单"}, &asked)
	second.Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/export-requests/"+asked.ID+"/approve", nil, nil)
	file := archive(t, manager, path+"&identified=true&approval="+asked.ID)["entitlements.csv"]
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\ufeff"))).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("%v, %d rows", err, len(rows))
	}
	var allowance, bus []string
	for _, row := range rows[1:] {
		switch row[2] {
		case "b02":
			allowance = row
		case "b27":
			bus = row
		}
		if row[0] != id {
			t.Errorf("a row of %s", row[0])
		}
	}
	if len(allowance) != 9 || allowance[4] != needs.Likely || allowance[5] != "80–89" || allowance[6] != "0" || !strings.Contains(allowance[7], "年龄：80") {
		t.Errorf("the allowance: %q", allowance)
	}
	if len(bus) != 9 || bus[6] != "1" {
		t.Errorf("the bus: %q", bus)
	}
}

// Whom the worker's own list already has, spelled otherwise, is told as perhaps listed; of somebody alike next door nothing is told.
func TestSomebodyAlikeOfTheOwnListIsTold(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	served := app.Serve(t)
	boss.URL, tablet.URL = served.URL, served.URL
	beside := app.Client(t, served, app.Worker(t, "F2", "field", "990102001001")).Register()
	at := func(c *testapp.Client, seq int, grid, address, name string) receipt {
		t.Helper()
		one := child(name, "", "2015-03-01", map[string]any{"child_guardian": map[string]any{"guardian_phone": "13800000001"}})
		return push(t, c, operation(seq, uuid.NewString(), childVisit(testapp.Inside(grid), address, one)))[0]
	}
	listed := func(r receipt) bool { return r.has(identity.PersonListed) }
	if listed(at(tablet, 1, gridA, "示例路 1 号", "欧阳雪莹")) {
		t.Error("the first one is told to be listed")
	}
	if !listed(at(tablet, 2, gridB, "示例路 9 号", "欧阳雪盈")) {
		t.Error("who is alike is not told")
	}
	if listed(at(tablet, 3, gridB, "示例路 8 号", "钱多多")) {
		t.Error("somebody else is told to be listed")
	}
	if listed(at(beside, 1, "990102001001001", "示例路 7 号", "欧阳雪莹")) {
		t.Error("of somebody next door the worker is told")
	}
}

func needsExported(t *testing.T, c *testapp.Client, form, more string) [][]string {
	t.Helper()
	status, body := c.Do(http.MethodGet, "/api/doorstep/v1/export/"+form+"?states=received,has_issues"+more, nil)
	archive, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if status != http.StatusOK || err != nil {
		t.Fatalf("%d %v", status, err)
	}
	in, err := archive.Open("person_needs.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	raw, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
