package hooks_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/uuid"

	"doorstep/internal/testapp"
)

// desk is a city with a worker in each district, and those who look at what they bring.
type desk struct {
	*testapp.App
	t       *testing.T
	tablets []*testapp.Client // of districts 990101 and 990102
	boss    *testapp.Client   // supervisor of 990101
	other   *testapp.Client   // of 990102
	manager *testapp.Client   // of the city
	seq     int
}

func newDesk(t *testing.T) *desk {
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	d := &desk{App: app, t: t}
	for _, district := range []string{"990101", "990102"} {
		d.tablets = append(d.tablets, app.Client(t, server, app.Worker(t, "F-"+district, "field", district)).Register())
	}
	d.boss = app.Client(t, server, app.Worker(t, "S-990101", "supervisor", "990101"))
	d.other = app.Client(t, server, app.Worker(t, "S-990102", "supervisor", "990102"))
	d.manager = app.Client(t, server, app.Worker(t, "M-9901", "manager", "9901"))
	return d
}

// visit brings a record by the tablet of a district and returns its id.
func (d *desk) visit(district int, grid, address, name, number string) string {
	d.t.Helper()
	d.seq++
	id := uuid.NewString()
	if r := push(d.t, d.tablets[district], operation(d.seq, id, childVisit(testapp.Inside(grid), address, child(name, number, "2015-03-01", nil))))[0]; r.Status != "stored" {
		d.t.Fatalf("visit: %+v", r)
	}
	return id
}

// sample writes a real answer where DOORSTEP_SAMPLES says, for whoever builds pages on it.
func sample(t *testing.T, name string, body []byte) {
	t.Helper()
	dir := os.Getenv("DOORSTEP_SAMPLES")
	if dir == "" {
		return
	}
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatal(err)
	}
	pretty, err := json.MarshalIndent(v, "", " ")
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".json"), pretty, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (d *desk) get(who *testapp.Client, path string, out any) []byte {
	d.t.Helper()
	status, body := who.Do(http.MethodGet, "/api/doorstep/v1"+path, nil)
	if status != http.StatusOK {
		d.t.Fatalf("%s: %d %s", path, status, body)
	}
	if out != nil {
		if err := json.Unmarshal(body, out); err != nil {
			d.t.Fatal(err)
		}
	}
	return body
}

type queuePage struct {
	Items []struct {
		ID, State, Area string
		AreaName        string `json:"area_name"`
		Codes           []string
		Errors          int
		ReturnedBefore  bool `json:"returned_before"`
		Outcome         struct{ ZH, EN string }
	}
	Next *string
}

func (p queuePage) ids() (ids []string) {
	for _, i := range p.Items {
		ids = append(ids, i.ID)
	}
	return ids
}

func TestMeTellsTerritoryAndRights(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var me struct {
		Role, Name   string
		Territory    []struct{ Code, Name, Level string }
		Actions      []string
		SecondFactor string `json:"second_factor"`
	}
	sample(t, "me", d.get(d.boss, "/me", &me))
	if me.Role != "supervisor" || len(me.Territory) != 1 || me.Territory[0].Name != "示例区990101" || me.SecondFactor != "off" {
		t.Errorf("me: %+v", me)
	}
	if !slices.Contains(me.Actions, "review") || slices.Contains(me.Actions, "worker.manage") {
		t.Errorf("actions of a supervisor: %v", me.Actions)
	}
}

// The queue holds what waits in the territory, the newest first, and follows its cursor to the end without loss.
func TestQueueFollowsTheTerritory(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var mine []string
	for n, grid := range []string{"990101001001001", "990101001001002", "990101001002001"} {
		d.Advance(60e9)
		mine = append(mine, d.visit(0, grid, "示例路 "+string(rune('1'+n))+" 号", "王小明", number1))
	}
	theirs := d.visit(1, "990102001001001", "示例路 9 号", "李小红", number1)
	slices.Reverse(mine)
	var page queuePage
	body := d.get(d.boss, "/queue", &page)
	sample(t, "queue", body)
	if !slices.Equal(page.ids(), mine) || page.Next != nil {
		t.Errorf("got %v, want %v", page.ids(), mine)
	}
	if page.Items[0].AreaName != "网格" || page.Items[0].Outcome.EN == "" || strings.Contains(string(body), theirs) {
		t.Errorf("first item %+v", page.Items[0])
	}
	var walked []string
	for cursor := ""; ; {
		var one queuePage
		d.get(d.boss, "/queue?limit=1&cursor="+cursor, &one)
		walked = append(walked, one.ids()...)
		if one.Next == nil || len(walked) > 9 {
			break
		}
		cursor = *one.Next
	}
	if !slices.Equal(walked, mine) {
		t.Errorf("page by page %v, want %v", walked, mine)
	}
	for _, query := range []string{"?area=990102", "?worker=x", "?form=no_such_form", "?code=no.such_code", "?to=2026-11-22", "?state=approved", "?photo=1", "?returned=1"} {
		var none queuePage
		if d.get(d.boss, "/queue"+query, &none); len(none.Items) != 0 {
			t.Errorf("%s: %v", query, none.ids())
		}
	}
	var all queuePage
	if d.get(d.manager, "/queue?area=990101001001&from=2026-11-23&to=2026-11-23&form=child_visit", &all); !slices.Equal(all.ids(), mine[1:]) {
		t.Errorf("of one community: %v", all.ids())
	}
	var counts struct {
		ByState map[string]struct{ N int } `json:"by_state"`
		ByForm  []struct {
			Form string
			N    int
		} `json:"by_form"`
	}
	sample(t, "queue_counts", d.get(d.boss, "/queue/counts", &counts))
	if n := counts.ByState["received"].N + counts.ByState["has_issues"].N; n != 3 {
		t.Errorf("counts %+v", counts)
	}
	for _, wrong := range []string{"?cursor=x", "?state=x", "?from=x", "?limit=x"} {
		if status, _ := d.boss.Do(http.MethodGet, "/api/doorstep/v1/queue"+wrong, nil); status != http.StatusBadRequest {
			t.Errorf("%s: %d", wrong, status)
		}
	}
}

// A record is shown in the order of its form, with words, masks and findings at their place; not to the next district.
func TestRecordIsShownWithTheWordsOfItsForm(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.visit(0, "990101001001001", "示例路 1 号", "王小明", "990000201503010019")
	path := "/records/child_visits/" + id
	var record struct {
		State string
		Rows  []struct {
			Ref, Kind, Value string
			Label, Text      struct{ ZH, EN string }
			Masked           bool
			Reveal           *struct{ Collection, ID, Field string }
			Issues           []struct {
				Code string
				Text struct{ ZH, EN string }
			}
		}
		Issues []struct {
			Code string
			Text struct{ ZH, EN string }
			Ref  *string
		}
		Worker struct {
			ID, Name string
			StaffNo  string `json:"staff_no"`
		}
		Can map[string]any
	}
	body := d.get(d.boss, path, &record)
	sample(t, "record", body)
	if w := record.Worker; w.ID != d.worker(t, "F-990101") || w.StaffNo != "F-990101" || w.Name != "测试 F-990101" {
		t.Errorf("collected by %+v", w)
	}
	chinese := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	}
	for _, row := range record.Rows {
		for _, i := range row.Issues {
			if !chinese(i.Text.ZH) || i.Text.EN == "" || chinese(i.Text.EN) {
				t.Errorf("finding at %s: %+v", row.Ref, i)
			}
		}
	}
	led := 0 // findings that lead to their answer
	for _, i := range record.Issues {
		if !chinese(i.Text.ZH) || i.Text.EN == "" || chinese(i.Text.EN) {
			t.Errorf("finding %+v", i)
		}
		if i.Ref != nil {
			led++
		}
	}
	if led == 0 {
		t.Errorf("no finding leads to its answer: %+v", record.Issues)
	}
	for _, secret := range []string{"王小明", "示例路 1 号", "990000201503010019", "2015-03-01"} {
		if strings.Contains(string(body), secret) {
			t.Errorf("%s is shown", secret)
		}
	}
	at := map[string]int{}
	for i, row := range record.Rows {
		at[row.Ref] = i
	}
	name := record.Rows[at["children[1]/child_basic/child_name"]]
	if name.Value != "王**" || !name.Masked || name.Label.ZH != "孩子姓名" || name.Reveal == nil || name.Reveal.Collection != "child_visit_children" {
		t.Errorf("name: %+v", name)
	}
	if sex := record.Rows[at["children[1]/child_basic/child_sex"]]; sex.Text.EN == "" || sex.Text.EN == sex.Value {
		t.Errorf("sex: %+v", sex)
	}
	if at["visit/outcome"] > at["children[1]"] || at["children[1]"] == 0 {
		t.Errorf("order: %v", at)
	}
	number := record.Rows[at["children[1]/child_basic/child_id_number"]]
	if len(number.Issues) == 0 {
		t.Errorf("no finding at the number: %+v, all %+v", number, record.Issues)
	}
	if status, answer := d.other.Do(http.MethodGet, "/api/doorstep/v1"+path, nil); status != http.StatusNotFound {
		t.Errorf("the next district sees it: %d %s", status, answer)
	}
	if why, there := record.Can["approve"]; !there || why != nil {
		t.Errorf("can: %v", record.Can)
	}
	var revealed struct{ Fields map[string]string }
	d.boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/reveal", map[string]any{"collection": name.Reveal.Collection, "id": name.Reveal.ID, "fields": []string{name.Reveal.Field}, "reason": "核对身份信息所需,已登记"}, &revealed)
	if revealed.Fields["child_name"] != "王小明" {
		t.Errorf("revealed %v", revealed)
	}
}

// What waits is counted in the territory alone, and lists hold nothing of the next district.
func TestConsoleListsEndAtTheBorder(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.visit(0, "990101001001001", "示例路 1 号", "王小明", number1)
	d.visit(0, "990101001001002", "示例路 2 号", "王晓明", number1)
	d.visit(1, "990102001001001", "示例路 3 号", "李小红", number1)
	d.Advance(100 * time.Hour)
	var here, there, all struct {
		Queue                  map[string]struct{ N int }
		Duplicates, Quarantine struct{ N int }
		Tablets                []struct{ Worker string }
	}
	sample(t, "today", d.get(d.boss, "/today", &here))
	d.get(d.other, "/today", &there)
	d.get(d.manager, "/today", &all)
	sum := func(q map[string]struct{ N int }) (n int) {
		for _, c := range q {
			n += c.N
		}
		return n
	}
	if sum(here.Queue) != 2 || sum(there.Queue) != 1 || sum(all.Queue) != 3 || len(here.Tablets) != 1 || len(all.Tablets) != 2 {
		t.Errorf("here %+v, there %+v, all %+v", here, there, all)
	}
	var pairs struct {
		Items []struct {
			ID   string
			A, B struct {
				ID            string
				Here          bool
				Area, Summary string
			}
		}
	}
	sample(t, "duplicates", d.get(d.other, "/duplicates", &pairs))
	if len(pairs.Items) == 0 || len(pairs.Items) != there.Duplicates.N {
		t.Fatalf("pairs of the next district: %+v, counted %+v", pairs, there.Duplicates)
	}
	for _, p := range pairs.Items {
		for _, side := range []struct {
			ID            string
			Here          bool
			Area, Summary string
		}{p.A, p.B} {
			if !side.Here && (side.ID != "" || side.Area != "990101" || side.Summary != "") || side.Here && !strings.HasPrefix(side.Area, "990102") {
				t.Errorf("side %+v", side)
			}
		}
		body := d.get(d.other, "/duplicates/"+p.ID, nil)
		sample(t, "duplicate", body)
		for _, secret := range []string{"王小明", "王晓明", "王*", number1, "990101001"} {
			if strings.Contains(string(body), secret) {
				t.Errorf("%s of the other side is told: %s", secret, body)
			}
		}
	}
	for _, path := range []string{"/areas", "/areas?parent=9901", "/areas/outlines?parent=9901", "/areas?parent=990101001", "/workers"} {
		body := string(d.get(d.boss, path, nil))
		sample(t, strings.NewReplacer("/", "_", "?", "_", "=", "_").Replace(path[1:]), []byte(body))
		if strings.Contains(body, "990102") || !strings.Contains(body, "990101") {
			t.Errorf("%s: %s", path, body)
		}
	}
	if body := string(d.get(d.boss, "/areas?parent=990102", nil)); body != `{"items":[]}`+"\n" {
		t.Errorf("areas of the next district: %s", body)
	}
	if tablet := d.tablets[0].Device; strings.Contains(string(d.get(d.boss, "/workers", nil)), tablet) || !strings.Contains(string(d.get(d.manager, "/workers", nil)), tablet) {
		t.Error("tablets are named to those who manage them, and to no one else")
	}
	sample(t, "workers", d.get(d.manager, "/workers", nil))
	sample(t, "forms", d.get(d.boss, "/forms", nil))
}

// walkConsole reads what the pages of the console read, rightly and wrongly.
func (w *witness) walkConsole(tablet, boss *testapp.Client, visit string) {
	w.t.Helper()
	const v1 = "/api/doorstep/v1"
	w.send(tablet, get, v1+"/me", nil, "", nil, 200)
	w.send(boss, get, v1+"/queue", nil, "", nil, 200)
	w.send(boss, get, v1+"/queue", nil, "?state=returned,approved", nil, 200)
	w.send(boss, get, v1+"/queue", nil, "?cursor=x", nil, 400)
	w.send(boss, get, v1+"/queue", nil, "?state=x", nil, 400)
	w.send(tablet, get, v1+"/queue", nil, "", nil, 403)
	w.send(boss, get, v1+"/queue/counts", nil, "", nil, 200)
	w.send(boss, get, records, []string{"child_visits", visit}, "", nil, 200)
	w.send(boss, get, v1+"/forms/{form}/{version}/questions", []string{"child_visit", shippedVersion(w.t, "child_visit")}, "", nil, 200)
	w.send(boss, get, v1+"/forms/{form}/{version}/questions", []string{"child_visit", "1"}, "", nil, 404)
	w.send(boss, get, records, []string{"child_visits", "x"}, "", nil, 404)
	w.send(boss, get, records, []string{"persons", visit}, "", nil, 404)
	w.send(boss, get, v1+"/today", nil, "", nil, 200)
	pair := text(w.send(boss, get, v1+"/duplicates", nil, "", nil, 200), "items", "id")
	w.send(boss, get, v1+"/duplicates/{id}", []string{pair}, "", nil, 200)
	w.send(boss, get, v1+"/duplicates/{id}", []string{"x"}, "", nil, 404)
	w.send(boss, get, v1+"/areas", nil, "", nil, 200)
	w.send(boss, get, v1+"/areas", nil, "?parent=990101001", nil, 200)
	w.send(boss, get, v1+"/areas/outlines", nil, "?parent=990101", nil, 200)
	w.send(boss, get, v1+"/areas/outlines", nil, "?parent=990101&counts=1", nil, 200)
	w.send(boss, get, v1+"/tiles/{z}/{x}/{y}", []string{"10", "836", "446"}, "", nil, 200)
	w.send(boss, get, v1+"/tiles/{z}/{x}/{y}", []string{"1", "2", "0"}, "", nil, 404)
	w.send(boss, get, v1+"/base-map", nil, "", nil, 200)
	w.send(boss, get, v1+"/base-map/{z}/{x}/{y}", []string{"10", "836", "446"}, "", nil, 404)
	w.send(boss, get, v1+"/workers", nil, "?limit=1", nil, 200)
	w.send(boss, get, v1+"/workers", nil, "?cursor=x", nil, 400)
	w.send(boss, get, v1+"/forms", nil, "", nil, 200)
	w.send(tablet, get, v1+"/forms", nil, "", nil, 200)
	before := text(w.send(boss, get, v1+"/queue/clean", nil, "", nil, 200), "before")
	w.send(boss, post, v1+"/queue/clean", nil, "?before="+url.QueryEscape(before), nil, 200)
	w.send(boss, post, v1+"/queue/clean", nil, "", nil, 400)
	w.send(boss, post, v1+"/queue/clean", nil, "?limit=x&before=x", nil, 400)
	w.send(boss, get, v1+"/coverage/pace", nil, "?form=child_visit&area=990101", nil, 200)
	w.send(boss, get, v1+"/outcomes", nil, "?form=child_visit&by=worker&e=0.5", nil, 200)
	w.send(boss, get, v1+"/outcomes", nil, "?e=2", nil, 400)
	w.send(boss, get, v1+"/campaigns", nil, "", nil, 200)
	home := text(w.send(boss, get, records, []string{"child_visits", visit}, "", nil, 200), "household", "id")
	w.send(boss, get, v1+"/households/{id}", []string{home}, "", nil, 200)
	w.send(boss, get, v1+"/households/{id}", []string{"x"}, "", nil, 404)
	member := text(w.send(boss, get, v1+"/households/{id}", []string{home}, "", nil, 200), "members", "id")
	w.send(boss, get, v1+"/persons/{id}/needs", []string{member}, "", nil, 200)
	w.send(boss, get, v1+"/persons/{id}/needs", []string{"x"}, "", nil, 404)
	w.send(boss, get, v1+"/needs", nil, "?limit=10", nil, 200)
	w.send(boss, get, v1+"/needs", nil, "?cursor=x", nil, 400)
	w.send(boss, get, v1+"/needs/counts", nil, "?area=990101", nil, 200)
	w.send(boss, get, v1+"/needs/counts", nil, "?area=98", nil, 404)
	held := text(w.send(boss, get, quarantine, nil, "", nil, 200), "items", "id")
	w.send(boss, get, v1+"/quarantine/{id}", []string{held}, "", nil, 200)
	w.send(boss, get, v1+"/quarantine/{id}", []string{"x"}, "", nil, 404)
	lost := operation(900, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 1 号"))
	lost["base_rev"] = 7
	push(w.t, tablet, lost)
	var list struct{ Items []struct{ ID, Code string } }
	boss.Want(http.StatusOK, get, quarantine, nil, &list)
	for _, item := range list.Items {
		if item.Code == "operation.unknown_base" {
			w.send(boss, post, v1+"/quarantine/{id}/assign", []string{item.ID}, "", object{"household": "x", "reason": "走访的就是这一户人家"}, 404)
			w.send(boss, post, v1+"/quarantine/{id}/assign", []string{item.ID}, "", object{"household": home, "reason": "走访的就是这一户人家"}, 200)
		}
	}
}
