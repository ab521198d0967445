package hooks_test

import (
	"crypto/sha256"
	"net/url"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// walkJobs begins a job of each kind, looks at them, stops one and starts one again; and what a reviewer sets aside.
func (w *witness) walkJobs(app *testapp.App, tablet, manager, boss *testapp.Client) {
	w.t.Helper()
	begin := func(who *testapp.Client, kind, query string, body any, want int) string {
		return text(w.send(who, post, jobs+"/"+kind, nil, query, body, want), "id")
	}
	id := begin(manager, "export", "", object{"form": "child_visit", "with": object{"states": allStates}}, 200)
	begin(manager, "export", "", object{"form": "child_visit", "with": object{"format": "pdf"}}, 400)
	ended(w.t, manager, id)
	w.send(manager, get, jobs, nil, "?kind=export", nil, 200)
	w.send(manager, get, jobs+"/{id}", []string{id}, "", nil, 200)
	w.send(manager, get, jobs+"/{id}/file", []string{id}, "", nil, 200)
	w.send(boss, get, jobs+"/{id}", []string{id}, "", nil, 404)
	w.send(manager, post, jobs+"/{id}/cancel", []string{id}, "", nil, 404)
	for i := range 2 { // with one from before: of a worker's clean records the one whose lot is lowest is held back
		id := drawnLate(app)
		push(w.t, tablet, operation(91+i, id, childVisit(testapp.Inside(gridA), "示例路 91 号")))
		const clean = `UPDATE child_visits SET review_state='received', issues='[]', complete=TRUE WHERE id=?`
		if err := collections.Write(w.t.Context(), app.TestApp, func(db collections.DB) error { _, err := db.Exec(clean, id); return err }); err != nil {
			w.t.Fatal(err)
		}
	}
	set := w.send(boss, get, "/api/doorstep/v1/queue/clean", nil, "", nil, 200)
	approved := begin(boss, "approve", "?before="+url.QueryEscape(text(set, "before")), nil, 200)
	begin(boss, "approve", "", nil, 400)
	begin(boss, "approve", "?limit=x&before=x", nil, 400)
	if j := ended(w.t, boss, approved); j.Status != collections.JobDone || j.Result["n"] != 2.0 {
		w.t.Errorf("two of three clean records are approved: %+v", j)
	}
	reopened := begin(boss, "reopen", "", object{"job": approved, "comment": "撤回批量通过"}, 200)
	if j := ended(w.t, boss, reopened); j.Status != collections.JobDone || j.Result["n"] != 2.0 {
		w.t.Errorf("they are taken back: %+v", j)
	}
	begin(boss, "reopen", "", object{"job": "x", "comment": "撤回批量通过"}, 404)
	unknown := operation(95, uuid.NewString(), object{})
	unknown["form"] = "no_such_form"
	push(w.t, tablet, unknown)
	held := text(w.send(boss, get, quarantine, nil, "", nil, 200), "items", "id")
	counted := w.send(boss, get, quarantine+"/{id}/alike", []string{held}, "", nil, 200)
	begin(boss, "alike", "", object{"submission": held, "decision": "release", "before": text(counted, "before")}, 200)
	begin(boss, "alike", "", object{"submission": "x", "decision": "release", "before": "x"}, 404)
	bad := begin(manager, "workers", "?check=1", file{"staff.csv", "工号,姓名,负责区域\nA1,王采集,88\n"}, 200)
	begin(manager, "roster", "?crs=wgs84", file{"roster.csv", "区划代码,住址\n990101001001001,示例路 1 号\n"}, 200)
	begin(manager, "roster", "?crs=x", file{"roster.csv", ""}, 400)
	begin(manager, "areas", "?crs=wgs84", file{"areas.csv", "代码,名称,层级\n990101001001001,示例网格,grid\n"}, 200)
	ended(w.t, manager, bad)
	w.send(manager, get, jobs, nil, "", nil, 200)
	w.send(manager, post, jobs+"/{id}/again", []string{bad}, "", nil, 204)
	ended(w.t, manager, bad)
	stopped := begin(manager, "export", "", object{"form": "child_visit"}, 200)
	if status, _ := manager.Do(post, jobs+"/"+stopped+"/cancel", nil); status == 204 {
		w.seen[post+" "+jobs+"/{id}/cancel"] = true // it may be done already
	}
	const queues = "/api/doorstep/v1/queues"
	kept := text(w.send(boss, post, queues, nil, "", object{"name": "有疑问的", "filter": object{"state": "has_issues"}}, 200), "id")
	w.send(boss, post, queues, nil, "", object{"name": " ", "filter": object{}}, 400)
	w.send(boss, get, queues, nil, "", nil, 200)
	beside := text(w.send(boss, post, queues, nil, "", object{"name": "另一个", "filter": object{}}, 200), "id")
	w.send(boss, post, queues+"/{id}/drop", []string{kept}, "", nil, 204)
	if left := listOf(w.send(boss, get, queues, nil, "", nil, 200)); len(left) != 1 || text(left[0], "id") != beside {
		w.t.Errorf("after one of two queues was dropped: %v", left)
	}
	w.send(boss, post, queues+"/{id}/drop", []string{kept}, "", nil, 404)
	record := listOf(w.send(boss, get, "/api/doorstep/v1/queue", nil, "?state="+allStates, nil, 200))[0]
	at := []string{text(record, "collection"), text(record, "id")}
	w.send(boss, post, records+"/flag", at, "", object{"flag": "team"}, 204)
	w.send(boss, get, records, at, "", nil, 200)
	w.send(boss, get, "/api/doorstep/v1/queue", nil, "?flag=team", nil, 200)
	w.send(boss, post, records+"/flag", []string{"child_visits", "x"}, "", object{"flag": "own"}, 404)
}

// drawnLate makes an id whose lot in the draw of what is held back (console.CleanSet) lies in the upper half, so that whether more
// than one record is held back is no matter of chance.
func drawnLate(app *testapp.App) string {
	for {
		id := uuid.NewString()
		if lot := sha256.Sum256([]byte(collections.Read(app.TestApp).Keys().Index("review.sample", id))); lot[0] >= 0x80 {
			return id
		}
	}
}
