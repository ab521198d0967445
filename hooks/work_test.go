package hooks_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

const (
	gridNext = "990101001001002" // beside gridA
	workList = "/api/doorstep/v1/work"
)

// sweep opens a campaign of the child form over the first district.
func sweep(t *testing.T, app *testapp.App, revisit string) string {
	t.Helper()
	c, err := app.FindCollectionByNameOrId(collections.Campaigns)
	if err != nil {
		t.Fatal(err)
	}
	r := core.NewRecord(c)
	for column, value := range map[string]any{"name": "sweep", "form": "child_visit", "territory": []string{"990101"}, "hold_policy": "all", "status": "open", "round": 1} {
		r.Set(column, value)
	}
	if revisit != "" {
		r.Set("revisit", json.RawMessage(revisit))
	}
	if err := app.Save(r); err != nil {
		t.Fatal(err)
	}
	return r.Id
}

func (w *witness) walkWork(app *testapp.App, tablet, boss *testapp.Client, worker string) {
	w.t.Helper()
	at := []string{sweep(w.t, app, "")}
	const assign = "/api/doorstep/v1/campaigns/{id}/work"
	second := app.Worker(w.t, "F-second", "field", "990101")
	parts := []any{object{"area": gridA, "worker": worker, "target": 10}, object{"area": "990101001002001"}}
	w.send(boss, post, assign, at, "", object{"parts": parts, "check": true}, 200)
	w.send(boss, post, assign, at, "", object{"parts": parts}, 200)
	w.send(boss, post, assign, []string{"x"}, "", object{"parts": parts}, 404)
	w.send(tablet, post, assign, at, "", object{"parts": parts}, 403)
	w.send(boss, post, assign+"/balance", at, "", object{"within": "990101001001", "check": true}, 200)
	w.send(boss, post, assign+"/balance", at, "", object{"within": "990102", "check": true}, 400)
	w.send(boss, post, assign+"/balance", at, "", object{"within": "", "check": true}, 400)
	id := text(w.send(boss, get, workList, nil, "?limit=1&campaign="+at[0], nil, 200), "items", "id")
	w.send(boss, get, workList, nil, "?kind=x", nil, 400)
	w.send(boss, get, "/api/doorstep/v1/quality", nil, "?form=child_visit", nil, 200)
	w.send(boss, get, "/api/doorstep/v1/quality", nil, "?form=x", nil, 400)
	w.send(boss, get, "/api/doorstep/v1/quality/datums", nil, "?form=child_visit", nil, 200)
	w.send(boss, get, "/api/doorstep/v1/quality/datums", nil, "?form=x", nil, 400)
	w.walkRecheck(tablet, boss, worker, id, at)
	w.send(boss, post, workList+"/{id}/split", []string{id}, "", object{"shares": []any{object{"worker": worker, "target": 4}, object{"worker": second.Id, "target": 6}}}, 204)
	w.send(boss, post, workList+"/{id}/split", []string{id}, "", object{"shares": []any{}}, 400)
	w.send(boss, post, workList+"/{id}/confirm", []string{id}, "", object{"finished": true}, 409)
	push(w.t, tablet, map[string]any{"seq": 85, "op": "task", "id": id, "answers": map[string]any{"status": "done"}})
	w.send(boss, post, workList+"/{id}/take-back", []string{id}, "", nil, 409)
	w.send(boss, post, workList+"/{id}/confirm", []string{id}, "", object{"finished": false}, 400)
	w.send(boss, post, workList+"/{id}/confirm", []string{id}, "", object{"finished": false, "comment": "还有 3 户"}, 204)
	w.send(boss, post, workList+"/{id}/take-back", []string{id}, "", nil, 204)
	w.send(boss, post, workList+"/{id}/take-back", []string{"x"}, "", nil, 404)
}

// crew is a sweep with two workers of one community.
type crew struct {
	*desk
	campaign string
	workers  []*core.Record
	field    []*testapp.Client
}

func newCrew(t *testing.T, revisit string) *crew {
	d := newDesk(t)
	c := &crew{desk: d, campaign: sweep(t, d.App, revisit)}
	for _, name := range []string{"F-one", "F-two"} {
		w := d.Worker(t, name, "field", "990101001001")
		c.workers = append(c.workers, w)
		c.field = append(c.field, d.Client(t, d.Serve(t), w).Register())
	}
	return c
}

type report struct {
	Written                     bool
	Added, Moved, Changed, Same int
	Wrong                       []struct {
		Row    int
		Column string
	}
}

func (c *crew) assign(who *testapp.Client, check bool, parts ...map[string]any) (r report) {
	c.t.Helper()
	who.Want(200, post, "/api/doorstep/v1/campaigns/"+c.campaign+"/work", map[string]any{"parts": parts, "check": check}, &r)
	return r
}

type workItem struct {
	ID, Worker, Status, Area, Due, Title, Kind string
	WorkerName                                 string `json:"worker_name"`
	Target, Completed                          int
	Confirmed                                  bool
	Why                                        []string
}

func (c *crew) work(who *testapp.Client, query string) []workItem {
	c.t.Helper()
	var page struct{ Items []workItem }
	who.Want(200, get, workList+"?campaign="+c.campaign+query, nil, &page)
	for _, item := range page.Items {
		for _, w := range c.workers {
			if name := w.GetString("name"); (item.WorkerName == name) != (item.Worker == w.Id) {
				c.t.Errorf("%s is called %q", item.Worker, item.WorkerName)
			}
		}
	}
	return page.Items
}

func piece(area, worker string, target int) map[string]any {
	return map[string]any{"area": area, "worker": worker, "target": target}
}

func TestAssignmentsAreCheckedFirstAndAllOrNothing(t *testing.T) {
	t.Parallel()
	c := newCrew(t, "")
	one := c.workers[0].Id
	if r := c.assign(c.boss, true, piece(gridA, "F-one", 10)); r.Added != 1 || r.Written || len(c.work(c.boss, "")) != 0 {
		t.Errorf("a dry run wrote: %+v", r)
	}
	r := c.assign(c.boss, false, piece(gridA, one, 10), piece("990102001001001", one, 1), piece("990101001002001", one, 1), piece(gridNext, "nobody", 1), piece(gridA, one, 10), piece(gridNext, "", -1))
	var got []string
	for _, w := range r.Wrong {
		got = append(got, string(rune('0'+w.Row))+w.Column)
	}
	if strings.Join(got, " ") != "2area 3worker 4worker 5area 6target" || r.Written || len(c.work(c.boss, "")) != 0 {
		t.Errorf("%+v", r)
	}
	c.assign(c.boss, false, piece(gridA, one, 10), piece(gridNext, "", 5))
	if r := c.assign(c.boss, false, piece(gridA, one, 10), piece(gridNext, "F-two", 5), piece("990101001002001", "", 0)); r.Same != 1 || r.Moved != 1 || r.Added != 1 || !r.Written {
		t.Errorf("%+v", r)
	}
	c.Plant(t, collections.Tasks, map[string]any{"id": "another-campaign", "kind": "visit", "campaign": "another", "area": gridA,
		"assignee": "", "status": "open", "rev": 1, "target": 10}) // which is no part of this campaign
	later := piece(gridA, one, 10)
	later["due"] = "2026-12-20"
	for i, changed := range []int{1, 0} {
		if r := c.assign(c.boss, false, later); r.Changed != changed || r.Same != 1-changed || len(r.Wrong) > 0 {
			t.Errorf("%d: another day: %+v", i, r)
		}
	}
	later["target"] = 11
	if r := c.assign(c.boss, false, later); r.Changed != 1 {
		t.Errorf("another target: %+v", r)
	}
	later["target"] = 10
	c.assign(c.boss, false, later)
	if len(c.work(c.other, "")) != 0 || len(c.work(c.boss, "&worker="+one)) != 1 || len(c.work(c.manager, "")) != 3 {
		t.Error("lists are not those of the territory")
	}
	if r := c.assign(c.other, true, piece(gridA, one, 1)); len(r.Wrong) != 1 {
		t.Errorf("a supervisor of the next district: %+v", r)
	}
	mine := c.work(c.boss, "&worker="+one)[0].ID
	for _, path := range []string{"/take-back", "/confirm", "/split"} {
		body := map[string]any{"finished": true, "shares": []any{piece("", one, 1), piece("", "F-two", 1)}}
		if status, _ := c.other.Do(post, workList+"/"+mine+path, body); status != 404 {
			t.Errorf("%s next door: %d", path, status)
		}
	}
}

// What a worker has on the tablet when a grid goes to somebody else is neither lost nor refused.
func TestReassignedWorkIsNotLost(t *testing.T) {
	t.Parallel()
	c := newCrew(t, "")
	c.assign(c.boss, false, piece(gridA, "F-one", 10))
	held := pull(t, c.field[0], "")
	task := c.work(c.boss, "")[0].ID
	other := pull(t, c.field[1], "")
	if r := c.assign(c.boss, false, piece(gridA, "F-two", 10)); r.Moved != 1 {
		t.Fatalf("%+v", r)
	}
	visit := uuid.NewString()
	got := push(t, c.field[0], operation(1, visit, childVisit(testapp.Inside(gridA), "示例路 1 号")), map[string]any{"seq": 2, "op": "task", "id": task, "answers": map[string]any{"status": "done"}})
	if got[0].Status != "stored" || got[1].Status != "quarantined" {
		t.Fatalf("%+v", got)
	}
	if w := c.work(c.boss, "")[0]; w.Status != "open" || w.Worker != c.workers[1].Id || w.Completed != 1 {
		t.Errorf("the task is the second worker's, and the visit counts: %+v", w)
	}
	var kept string
	if found, err := collections.One(collections.Read(c.TestApp), `SELECT outcome FROM submissions WHERE worker=? AND kind='task'`, []any{c.workers[0].Id}, &kept); !found || err != nil || kept != "quarantined" {
		t.Errorf("what the first said of the task: %q %v", kept, err)
	}
	told := func(p page) (ops []string) {
		for _, ch := range p.Changes {
			if ch.Collection == collections.Tasks && ch.ID == task {
				ops = append(ops, ch.Op)
			}
		}
		return ops
	}
	if ops := told(pull(t, c.field[0], held.Cursor)); strings.Join(ops, " ") != "leave" {
		t.Errorf("the first tablet is told %v", ops)
	}
	if ops := told(pull(t, c.field[1], other.Cursor)); strings.Join(ops, " ") != "upsert" {
		t.Errorf("the second tablet is told %v", ops)
	}
}

func TestFinishedIsSaidByTheWorkerAndConfirmedByTheSupervisor(t *testing.T) {
	t.Parallel()
	c := newCrew(t, "")
	c.assign(c.boss, false, piece(gridA, "F-one", 10), piece(gridNext, "F-two", 3))
	task, neighbour := c.work(c.boss, "&area="+gridA)[0].ID, c.work(c.boss, "&area="+gridNext)
	say := func(seq int, status string) {
		t.Helper()
		if r := push(t, c.field[0], map[string]any{"seq": seq, "op": "task", "id": task, "answers": map[string]any{"status": status}})[0]; r.Status != "stored" {
			t.Fatalf("%+v", r)
		}
	}
	confirm := func(want int, body map[string]any) workItem {
		t.Helper()
		if status, answer := c.boss.Do(post, workList+"/"+task+"/confirm", body); status != want {
			t.Fatalf("%d %s", status, answer)
		}
		return c.work(c.boss, "&area="+gridA)[0]
	}
	say(1, "done")
	if w := confirm(204, map[string]any{"finished": false, "comment": "还有 3 户"}); w.Status != "open" || w.Confirmed {
		t.Errorf("%+v", w)
	}
	confirm(409, map[string]any{"finished": true})
	say(2, "done")
	if w := confirm(204, map[string]any{"finished": true}); w.Status != "done" || !w.Confirmed {
		t.Errorf("%+v", w)
	}
	say(3, "open") // somebody was found after all: nobody has confirmed this
	say(4, "done")
	if w := c.work(c.boss, "&area="+gridA)[0]; w.Status != "done" || w.Confirmed {
		t.Errorf("%+v", w)
	}
	if after := c.work(c.boss, "&area="+gridNext); after[0].ID != neighbour[0].ID || after[0].Status != "open" || after[0].Target != 3 {
		t.Errorf("the grid beside it changed: %+v", after)
	}
}

// Nobody at home asks for another attempt at another time of the week, until there were enough or somebody was met.
func TestAttemptsAreDueAtAnotherTime(t *testing.T) {
	t.Parallel()
	c := newCrew(t, `{"attempts":3,"days":2}`)
	visit := func(seq int, outcome, start string) string { return c.attempt(seq, uuid.NewString(), outcome, start) }
	house := visit(1, "2.22", "2026-11-23T09:00:00.000+08:00")
	c.Plant(t, collections.Tasks, map[string]any{"id": "called-off", "kind": "visit", "household": house, "assignee": c.workers[0].Id,
		"status": "cancelled", "area": gridA, "rev": 1})
	due := c.work(c.boss, "&kind=revisit")
	if len(due) != 1 || due[0].Due != "2026-11-25" || due[0].Why[2] != "evening" || due[0].Worker != c.workers[0].Id || !strings.Contains(due[0].Title, "晚上") {
		t.Fatalf("%+v", due)
	}
	visit(2, "2.22", "2026-11-25T19:00:00.000+08:00")
	again := c.work(c.boss, "&kind=revisit")
	if len(again) != 1 || again[0].ID != due[0].ID || again[0].Due != "2026-11-28" || again[0].Why[2] != "weekend" {
		t.Fatalf("%+v", again)
	}
	visit(3, "1.1", "2026-11-28T10:00:00.000+08:00")
	if w := c.work(c.boss, "&kind=revisit"); len(w) != 1 || w[0].Status != "done" {
		t.Errorf("%+v", w)
	}
	before := c.Picture(t)
	if was := before[collections.Tasks]["called-off"]; was["status"] != "cancelled" || was["rev"] != "1" {
		t.Errorf("a task that was called off: %v", was)
	}
	visit(4, "2.22", "2026-11-29T10:00:00.000+08:00")
	for _, line := range c.Moved(t, before) {
		if strings.HasPrefix(line, collections.Tasks+" ") {
			t.Errorf("a visit to who was met: %s", line)
		}
	}
	tasks := 0
	for _, ch := range pull(t, c.field[0], "").Changes {
		if ch.Collection == collections.Tasks {
			tasks++
		}
	}
	if tasks != 0 {
		t.Error("a new tablet is told of an attempt that is over")
	}
}

// What the quality page tells comes from the records of the territory, with the evidence; the neighbour's supervisor sees none.
func TestQualityTellsWhatIsUnusualHere(t *testing.T) {
	t.Parallel()
	c := newCrew(t, "")
	odd := uuid.NewString()
	var ops []map[string]any
	for i := range 24 {
		v := childVisit(testapp.Inside(gridA), "示例路 "+string(rune('A'+i))+" 号")
		id := uuid.NewString()
		if i == 12 {
			id = odd
			v["start"], v["end"] = "2026-11-23T23:40:00.000+08:00", "2026-11-23T23:42:00.000+08:00"
		}
		ops = append(ops, operation(i+1, id, v))
	}
	push(t, c.field[0], ops...)
	var here, next struct {
		Looked     int
		Interviews []struct {
			ID, Worker string
			Flags      []struct {
				Kind         string
				Value, Usual float64
			}
		}
	}
	c.boss.Want(200, get, "/api/doorstep/v1/quality?form=child_visit", nil, &here)
	c.other.Want(200, get, "/api/doorstep/v1/quality?form=child_visit", nil, &next)
	if here.Looked != 24 || len(here.Interviews) == 0 || here.Interviews[0].ID != odd || next.Looked != 0 || len(next.Interviews) != 0 {
		t.Fatalf("%+v, next door %+v", here, next)
	}
	c.boss.Want(200, post, "/api/doorstep/v1/records/child_visits/"+ops[3]["id"].(string)+"/review", map[string]any{"decision": "reject", "comment": "不是这里"}, nil)
	path, looked := "/api/doorstep/v1/quality?form=child_visit", struct{ Looked int }{}
	for query, want := range map[string]int{"": 23, "&campaign=" + c.campaign: 23, "&campaign=another": 0} {
		if c.boss.Want(200, get, path+query, nil, &looked); looked.Looked != want {
			t.Errorf("with one rejected, %q looks at %d interviews, want %d", query, looked.Looked, want)
		}
	}
	seen := map[string]float64{}
	for _, f := range here.Interviews[0].Flags {
		seen[f.Kind] = f.Value
	}
	if seen["short"] != 2 || seen["night"] != 1 {
		t.Errorf("%+v", here.Interviews[0])
	}
}

// However many interviews there are, the newest are compared, be it in a street, a district or a city, and others are said to be left.
func TestQualityIsOfTheNewest(t *testing.T) {
	const newest, older = 1000, 40
	c := newCrew(t, "")
	city := c.Client(t, c.Serve(t), c.Worker(t, "S-city", "supervisor", "99"))
	exec := func(query string) {
		t.Helper()
		if _, err := c.App.NonconcurrentDB().NewQuery(query).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	// The oldest are of the night, and so is one of the newest. Every eighth is approved, and as many again were rejected.
	exec(fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<%d) INSERT INTO child_visits
		(id, area, worker, outcome, form_version, review_state, received_at, started_at, finished_at)
		SELECT printf('visit-%%05d', i), printf('9901010010010%%02d', i%%7), printf('worker-%%d', i%%20), '1.1', '1',
			CASE WHEN i%%8=1 THEN 'approved' WHEN i%%8=2 THEN 'rejected' ELSE 'received' END,
			strftime('%%Y-%%m-%%d %%H:%%M:%%fZ', '2026-11-01', i||' minutes'),
			'2026-11-23T'||CASE WHEN i<=%d OR i=1101 THEN '23' ELSE '10' END||':40:00+08:00', '2026-11-23T23:59:00+08:00' FROM n`,
		(newest+older)*8/7, older))
	for _, area := range []string{"990101001", "990101", "99"} {
		var told struct {
			Looked     int
			More       bool
			Interviews []struct{ ID string }
		}
		city.Want(200, get, "/api/doorstep/v1/quality?form=child_visit&area="+area, nil, &told)
		if told.Looked != newest || !told.More || len(told.Interviews) != 1 || told.Interviews[0].ID != "visit-01101" {
			t.Errorf("%s: %d compared, more %v, told %v", area, told.Looked, told.More, told.Interviews)
		}
	}
	exec(`DELETE FROM child_visits WHERE id<'visit-00100'`)
	var told struct {
		Looked int
		More   bool
	}
	if city.Want(200, get, "/api/doorstep/v1/quality?form=child_visit&area=99", nil, &told); told.More || told.Looked >= newest {
		t.Errorf("%+v", told)
	}
}

// A part that is a whole community counts the households of its grids.
func TestAWholeCommunityCountsItsGrids(t *testing.T) {
	t.Parallel()
	c := newCrew(t, "")
	c.assign(c.boss, false, piece("990101001001", "F-one", 2), piece("990101001002", "", 2))
	push(t, c.field[0], operation(1, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 1 号")), operation(2, uuid.NewString(), childVisit(testapp.Inside(gridNext), "示例路 2 号")))
	for _, w := range c.work(c.boss, "") {
		if want := map[string]int{"990101001001": 2}[w.Area]; w.Completed != want {
			t.Errorf("%s: %d households, want %d", w.Area, w.Completed, want)
		}
	}
}

// A part that is one household is called otherwise than one that is the whole area.
func TestPartsAreCalledByWhatTheyAre(t *testing.T) {
	t.Parallel()
	c := newCrew(t, "")
	push(t, c.field[0], operation(1, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 1 号")))
	house := piece(gridA, "F-two", 0)
	house["household"] = list(t, collections.Read(c.TestApp), `SELECT id FROM households`)[0]
	if r := c.assign(c.boss, false, piece(gridA, "F-one", 2), house); r.Added != 2 {
		t.Fatalf("%+v", r)
	}
	for _, w := range c.work(c.boss, "") {
		if whole := w.Worker == c.workers[0].Id; strings.Contains(w.Title, "whole area") != whole {
			t.Errorf("a part of %s is called %s", w.Worker, w.Title)
		}
	}
}

// Of a campaign whose parts are areas and households, the areas are listed alone where somebody asks for them.
func TestWholeAreasAreListedAlone(t *testing.T) {
	t.Parallel()
	c := newCrew(t, "")
	home := push(t, c.field[0], operation(1, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 1 号")))[0].Household
	c.assign(c.boss, false, piece("990101001001", "F-one", 2), map[string]any{"household": home, "worker": "F-one"})
	if all, areas := c.work(c.boss, ""), c.work(c.boss, "&part=area"); len(all) != 2 || len(areas) != 1 || areas[0].Area != "990101001001" {
		t.Errorf("all %+v, areas %+v", all, areas)
	}
	c.boss.Want(400, "GET", workList+"?part=street", nil, nil)
}

// A rule that nobody understands is refused where it is written, since intake passes it over.
func TestARevisitRuleIsReadWhereItIsWritten(t *testing.T) {
	t.Parallel()
	c := newCrew(t, "")
	manager := c.Client(t, c.Serve(t), c.Worker(t, "M-rule", "manager", "990101"))
	path := "/api/collections/campaigns/records/" + c.campaign
	for rule, status := range map[string]int{`{"attempts":1}`: 400, `{"attempts":3,"days":2}`: 200, `null`: 200, `{"attempts":3,"days":-1}`: 400} {
		manager.Want(status, "PATCH", path, map[string]any{"revisit": json.RawMessage(rule)}, nil)
	}
}
