package hooks_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

func (w *witness) walkRecheck(tablet, boss *testapp.Client, worker, task string, campaign []string) {
	w.t.Helper()
	const draw = "/api/doorstep/v1/campaigns/{id}/recheck"
	const list = "/api/doorstep/v1/campaigns/{id}/work/list"
	w.send(boss, post, list, campaign, "?check=1", file{"work.csv", "区划代码,工号\n" + gridA + ",nobody\n"}, 200)
	w.send(boss, post, list, campaign, "?check=1", file{"work.csv", "区划代码,目标户数\n" + gridA + ",many\n"}, 400)
	w.send(boss, post, draw, campaign, "", object{"count": 2, "seed": "1"}, 200)
	w.send(boss, post, draw, campaign, "", object{"count": 2, "percent": 5}, 400)
	w.send(boss, post, draw, campaign, "", object{"count": 2, "within": "990102"}, 400)
	w.send(boss, post, draw, []string{"x"}, "", object{"count": 2}, 404)
	w.send(tablet, post, draw, campaign, "", object{"count": 2}, 403)
	w.send(boss, get, "/api/doorstep/v1/rechecks", nil, "?campaign="+campaign[0], nil, 200)
	w.send(boss, get, "/api/doorstep/v1/agreement", nil, "?campaign="+campaign[0], nil, 200)
	w.send(boss, get, "/api/doorstep/v1/agreement", nil, "?campaign=x", nil, 404)
	w.send(boss, get, "/api/doorstep/v1/workers/{id}/day", []string{worker}, "", nil, 200)
	w.send(boss, get, "/api/doorstep/v1/workers/{id}/day", []string{worker}, "?day=x", nil, 400)
	w.send(boss, get, "/api/doorstep/v1/workers/{id}/day", []string{"x"}, "", nil, 404)
	w.send(tablet, get, "/api/doorstep/v1/workers/{id}/day", []string{worker}, "", nil, 403)
	w.send(boss, post, workList+"/{id}/give", []string{task}, "", object{"worker": worker}, 204)
	w.send(boss, post, workList+"/{id}/give", []string{task}, "", object{"worker": "nobody"}, 400)
}

type drawnSample struct {
	Written             bool
	Added, Same, Nobody int
	Workers             []struct {
		Worker            string
		Interviews, Drawn int
	}
	Items []struct{ Record, Worker, Checker string }
}

func (c *crew) draw(body map[string]any) (d drawnSample) {
	c.t.Helper()
	body["workers"] = []string{c.workers[0].Id, c.workers[1].Id}
	c.boss.Want(200, post, "/api/doorstep/v1/campaigns/"+c.campaign+"/recheck", body, &d)
	return d
}

type recheckItem struct {
	ID, Record, Worker, Checker, Status string
	WorkerName                          string `json:"worker_name"`
	CheckerName                         string `json:"checker_name"`
	Again                               *struct {
		ID              string
		Compared, Equal int
	}
}

func (c *crew) rechecks(who *testapp.Client) []recheckItem {
	c.t.Helper()
	var page struct{ Items []recheckItem }
	who.Want(200, get, "/api/doorstep/v1/rechecks?campaign="+c.campaign, nil, &page)
	return page.Items
}

// home is a visit to one house, which is found again by its code.
func home(n int, consent string) map[string]any {
	v := childVisit(testapp.Inside(gridA), fmt.Sprintf("示例路 %d 号", n))
	v["household"].(map[string]any)["house_code"] = fmt.Sprintf("9901010010010010000%06d", n)
	v["visit"].(map[string]any)["consent"] = consent
	return v
}

// A sample is the seed's, goes to somebody else, and what they bring is compared with what was said first.
func TestASampleIsAskedAgainBySomebodyElse(t *testing.T) {
	t.Parallel()
	c := newCrew(t, "")
	one, two := c.workers[0].Id, c.workers[1].Id
	houses := map[string]int{}
	for n := range 6 {
		id := uuid.NewString()
		houses[id] = n
		if r := push(t, c.field[0], operation(n+1, id, home(n, "oral")))[0]; r.Status != "stored" {
			t.Fatalf("%+v", r)
		}
	}
	tried := c.draw(map[string]any{"count": 3, "seed": "first", "check": true})
	if tried.Written || tried.Added != 3 || len(c.rechecks(c.boss)) != 0 {
		t.Fatalf("a dry run: %+v", tried)
	}
	drawn := c.draw(map[string]any{"count": 3, "seed": "first"})
	if !drawn.Written || drawn.Added != 3 || drawn.Nobody != 0 || fmt.Sprint(drawn.Items) != fmt.Sprint(tried.Items) {
		t.Fatalf("%+v, tried %+v", drawn, tried)
	}
	for _, item := range drawn.Items {
		if item.Worker != one || item.Checker != two {
			t.Errorf("%+v", item)
		}
	}
	if again := c.draw(map[string]any{"count": 4, "seed": "first"}); again.Same != 3 || again.Added != 1 || again.Workers[0].Interviews != 6 {
		t.Errorf("a larger sample of the same seed: %+v", again)
	}
	if other := c.draw(map[string]any{"percent": 10, "seed": "other", "check": true}); len(other.Items) != 1 {
		t.Errorf("a tenth of six: %+v", other)
	}
	if none := c.draw(map[string]any{"count": 3, "seed": "first", "to": "2026-11-22", "check": true}); len(none.Items) != 0 {
		t.Errorf("before the first interview: %+v", none)
	}
	given := 0
	for _, ch := range pull(t, c.field[1], "").Changes {
		if ch.Collection == collections.Tasks {
			given++
			if strings.Contains(string(ch.Data), "示例路") {
				t.Errorf("the tablet is told an answer: %s", ch.Data)
			}
		}
	}
	if given != 4 || len(c.rechecks(c.other)) != 0 {
		t.Errorf("%d tasks on the tablet, %d next door", given, len(c.rechecks(c.other)))
	}

	// The first two are asked again; in one of them somebody says something else. Whoever asked first goes there again as well.
	all := c.rechecks(c.boss)
	again := []string{uuid.NewString(), uuid.NewString()}
	for i, consent := range []string{"oral", "written"} {
		n := houses[all[i].Record]
		push(t, c.field[0], operation(20+i, uuid.NewString(), home(n, consent)))
		if r := push(t, c.field[1], operation(1+i, again[i], home(n, consent)))[0]; r.Status != "stored" {
			t.Fatalf("%+v", r)
		}
	}
	now := c.rechecks(c.boss)
	for i, item := range now {
		switch {
		case item.WorkerName != c.workers[0].GetString("name") || item.CheckerName != c.workers[1].GetString("name"):
			t.Errorf("other people: %+v", item)
		case i > 1 && (item.Again != nil || item.Status != "open"):
			t.Errorf("nobody asked again: %+v", item)
		case i < 2 && (item.Again == nil || item.Again.ID != again[i] || item.Status != "done"):
			t.Errorf("%+v", item)
		}
	}
	if a, b := now[0].Again, now[1].Again; a.Equal != a.Compared || b.Compared != a.Compared || b.Equal != b.Compared-1 {
		t.Errorf("%+v, %+v", a, b)
	}
	c.agrees(one)
	for worker, want := range map[string]int{one: 4, two: 0} {
		var of struct{ Items []recheckItem }
		if c.get(c.boss, "/rechecks?campaign="+c.campaign+"&worker="+worker, &of); len(of.Items) != want {
			t.Errorf("%d of %s are asked again, want %d", len(of.Items), worker, want)
		}
	}
	for query, want := range map[string]int{"": 10, "&campaign=" + c.campaign: 10, "&campaign=another": 0, "&worker=" + two: 2} {
		var page queuePage
		if c.get(c.boss, "/queue?limit=100&state="+allStates+query, &page); len(page.Items) != want {
			t.Errorf("%d records of the queue with %q, want %d", len(page.Items), query, want)
		}
	}
	more := c.draw(map[string]any{"count": 100, "seed": "more", "check": true})
	for _, item := range more.Items {
		if item.Worker == two {
			t.Errorf("a re-interview is drawn: %+v", item)
		}
	}
	if status, _ := c.boss.Do(post, workList+"/"+now[2].ID+"/give", map[string]any{"worker": one}); status != 400 {
		t.Errorf("somebody asks again what they asked themselves: %d", status)
	}
	c.besideAnInterview(c.Find(t, "child_visits", now[2].Record), two)
}

// interview is a row of a kept interview.
func (c *crew) interview(id, household, worker string) map[string]any {
	return map[string]any{"id": id, "household": household, "worker": worker, "campaign": c.campaign, "area": gridA, "outcome": "1.1",
		"form": "child_visit", "review_state": "received", "received_at": "2026-11-23 03:00:00.000Z", "rev": 1}
}

// besideAnInterview plants interviews that differ in one column from one that would be drawn, and from one that would be a record's
// re-interview: nothing that is told of either changes.
func (c *crew) besideAnInterview(record *core.Record, checker string) {
	c.t.Helper()
	look := func() string {
		drawn := c.draw(map[string]any{"count": 100, "seed": "beside", "check": true})
		told, err := json.Marshal([]any{drawn.Items, drawn.Workers, c.rechecks(c.boss)})
		if err != nil {
			c.t.Fatal(err)
		}
		return string(told)
	}
	before := look()
	c.PlantBeside(c.t, "child_visits", c.interview("drawn", "another-house", record.GetString("worker")), map[string]any{
		"campaign": "another", "household": "", "worker": "", "review_state": "rejected", "area": "990102001001001", "outcome": "2.22"})
	again := c.interview("second", record.GetString("household"), checker)
	again["campaign"] = "" // is not drawn
	c.PlantBeside(c.t, "child_visits", again, map[string]any{
		"household": "elsewhere", "worker": "somebody", "review_state": "rejected", "received_at": "2026-11-23 01:59:59.999Z"})
	if after := look(); after != before {
		c.t.Errorf("interviews beside those that count:\n%s\nbefore\n%s", after, before)
	}
}

func (c *crew) agrees(first string) {
	c.t.Helper()
	type line struct {
		Key          string
		N, Equal     int
		Share, Kappa *float64
		Interviews   int
		Low, High    *float64
	}
	var a struct {
		Drawn, Again       int
		Questions, Workers []line
	}
	c.boss.Want(200, get, "/api/doorstep/v1/agreement?campaign="+c.campaign, nil, &a)
	at := slices.IndexFunc(a.Questions, func(l line) bool { return l.Key == "consent" })
	if a.Drawn != 4 || a.Again != 2 || at < 0 || a.Questions[at].N != 2 || a.Questions[at].Equal != 1 || *a.Questions[at].Kappa != 0 {
		c.t.Errorf("%+v", a)
	}
	if len(a.Workers) != 1 || a.Workers[0].Key != first || a.Workers[0].Interviews != 2 || a.Workers[0].Equal != a.Workers[0].N-1 {
		c.t.Errorf("%+v", a.Workers)
	}
}

// A campaign says which questions are compared.
func TestACampaignSaysWhatIsCompared(t *testing.T) {
	t.Parallel()
	c := newCrew(t, "")
	var list struct{ Items []map[string]any }
	c.manager.Want(200, get, "/api/doorstep/v1/campaigns", nil, &list)
	draft := list.Items[0]
	draft["territory"], draft["starts"], draft["ends"] = []string{"990101"}, "", ""
	draft["recheck"] = map[string]any{"form": "", "questions": []string{"residents"}}
	path := "/api/doorstep/v1/campaigns/" + c.campaign
	c.manager.Want(200, post, path, draft, nil)
	var a struct{ Questions []struct{ Key string } }
	c.boss.Want(200, get, "/api/doorstep/v1/agreement?campaign="+c.campaign, nil, &a)
	if len(a.Questions) != 1 || a.Questions[0].Key != "residents" {
		t.Errorf("%+v", a)
	}
	delete(draft, "rev")
	for _, wrong := range []any{map[string]any{"form": "nothing"}, map[string]any{"questions": []string{"a", "a"}}} {
		draft["recheck"] = wrong
		if status, _ := c.manager.Do(post, path, draft); status != 400 {
			t.Errorf("%v: %d", wrong, status)
		}
	}
}

// The day of a worker shows the visits of the territory and no place; the next district's supervisor sees none.
func TestTheDayOfAWorker(t *testing.T) {
	t.Parallel()
	c := newCrew(t, "")
	c.assign(c.boss, false, piece(gridNext, "F-one", 3))
	for n, start := range []string{"2026-11-23T09:00:00.000+08:00", "2026-11-23T10:00:00.000+08:00", "2026-11-24T00:30:00.000+08:00"} {
		v := home(n, "oral")
		if n == 1 {
			v["visit"].(map[string]any)["location"] = testapp.Inside(gridNext)
		}
		v["start"], v["end"] = start, start[:14]+"45:00.000+08:00"
		push(t, c.field[0], operation(n+1, uuid.NewString(), v))
	}
	var day struct {
		Day    string
		Days   []string
		Visits []struct {
			Area             string
			Minutes, Metres  *float64
			Kmh              *float64
			Inside, Assigned *bool
		}
		Areas []any
	}
	own := c.interview("visit", "", c.workers[0].Id)
	for _, start := range []string{"2026-11-22T09:00:00.000+08:00", "2026-11-23T09:00:00.000+08:00"} {
		own["id"], own["started_at"] = start[:10], start
		c.PlantBeside(t, "child_visits", own, map[string]any{"worker": c.workers[1].Id, "review_state": "rejected"})
	}
	c.PlantBeside(t, collections.Tasks, map[string]any{"id": "part", "kind": "visit", "campaign": c.campaign, "assignee": c.workers[0].Id,
		"area": gridA, "status": "open", "rev": 1},
		map[string]any{"kind": "revisit", "campaign": "", "assignee": c.workers[1].Id, "household": "one"})
	path := "/api/doorstep/v1/workers/" + c.workers[0].Id + "/day"
	c.boss.Want(200, get, path+"?day=2026-11-23", nil, &day)
	if strings.Join(day.Days, " ") != "2026-11-24 2026-11-23" || len(day.Visits) != 2 || len(day.Areas) != 2 {
		t.Fatalf("%+v", day)
	}
	first, second := day.Visits[0], day.Visits[1]
	if *first.Minutes != 45 || first.Metres != nil || *first.Assigned || !*second.Assigned || !*second.Inside || *second.Metres < 500 ||
		math.Abs(*second.Kmh-*second.Metres/250) > 0.06 {
		t.Errorf("%+v, %+v", first, second)
	}
	if _, body := c.boss.Do(get, path, nil); strings.Contains(string(body), `"location"`) || strings.Contains(string(body), `"lat"`) {
		t.Errorf("a place: %s", body)
	}
	if status, _ := c.other.Do(get, path, nil); status != 404 {
		t.Errorf("next door: %d", status)
	}
	var queue struct{ Items []struct{ Minutes *int } }
	c.boss.Want(200, get, "/api/doorstep/v1/queue", nil, &queue)
	var took []int
	for _, i := range queue.Items {
		if i.Minutes != nil {
			took = append(took, *i.Minutes)
		}
	}
	if slices.Sort(took); !slices.Equal(took, []int{15, 45, 45}) {
		t.Errorf("minutes in the queue: %v of %d", took, len(queue.Items))
	}
	for _, who := range []string{"supervisor", "manager"} { // whoever makes no visits has no such day
		someone := c.Worker(t, "no "+who, who, "990101001")
		if status, _ := c.boss.Do(get, "/api/doorstep/v1/workers/"+someone.Id+"/day", nil); status != 404 {
			t.Errorf("%s: %d", who, status)
		}
	}
}
