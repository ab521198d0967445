package hooks_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/job"
	"doorstep/internal/testapp"
)

const jobs = "/api/doorstep/v1/jobs"

type jobSeen struct {
	ID, Kind, Status string
	Done, Total      int
	File, Again      bool
	Result           map[string]any
	Problem          *struct {
		Code string
		Data []struct{ Code, Column string }
	}
}

// ended waits for a job and returns what came of it.
func ended(t *testing.T, c *testapp.Client, id string) (j jobSeen) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		c.Want(http.StatusOK, http.MethodGet, jobs+"/"+id, nil, &j)
		if j.Status != collections.JobWaiting && j.Status != collections.JobRunning {
			return j
		}
		j = jobSeen{}
	}
	t.Fatal("the job does not end")
	return j
}

func begun(t *testing.T, c *testapp.Client, path string, in any) string {
	t.Helper()
	var out struct{ ID string }
	c.Want(http.StatusOK, http.MethodPost, jobs+path, in, &out)
	return out.ID
}

func begunWith(t *testing.T, c *testapp.Client, path, name, content string) string {
	t.Helper()
	var out struct{ ID string }
	if status := uploadTo(t, c, jobs+path, name, []byte(content), "", &out); status != http.StatusOK {
		t.Fatalf("%s: %d", path, status)
	}
	return out.ID
}

// A set is approved and taken back by jobs whose result outlives the page; nobody else's records change, and nobody but who began them
// and the manager above is told.
func TestASetIsApprovedByAJobAndTakenBack(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.clean(0, 12)
	d.clean(1, 2)
	before := d.states()
	var set cleanSet
	d.get(d.boss, "/queue/clean", &set)
	id := begun(t, d.boss, "/approve?before="+url.QueryEscape(set.Before), nil)
	came := ended(t, d.boss, id)
	if came.Status != collections.JobDone || came.Result["n"] != float64(set.N) || came.Done != set.N || came.Total != set.N {
		t.Fatalf("%+v of %+v", came, set)
	}
	approved := 0
	for id, state := range d.states() {
		if state == collections.Approved {
			approved++
		} else if before[id] != state {
			t.Errorf("%s is %s and was %s", id, state, before[id])
		}
	}
	if approved != set.N {
		t.Errorf("%d approved, want %d", approved, set.N)
	}
	wantSeen := func(times int) {
		t.Helper()
		seen := list(t, collections.Read(d.TestApp), `SELECT purpose||' '||detail FROM audit WHERE action='`+audit.ReadMany+`' AND actor='`+
			d.worker(t, "S-990101")+`' AND detail LIKE '%"door":"job"%'`)
		if want := fmt.Sprintf(`review {"door":"job","rows":%d}`, set.N); !slices.Equal(seen, slices.Repeat([]string{want}, times)) {
			t.Errorf("the trail says %q, want %q %d times", seen, want, times)
		}
	}
	wantSeen(1)
	var page struct{ Items []jobSeen }
	if d.get(d.manager, "/jobs", &page); len(page.Items) != 1 || page.Items[0].ID != id {
		t.Errorf("the manager is told %+v", page.Items)
	}
	if d.get(d.other, "/jobs", &page); len(page.Items) != 0 {
		t.Errorf("next door is told %+v", page.Items)
	}
	for _, path := range []string{"/" + id, "/" + id + "/file"} {
		if status, _ := d.other.Do(http.MethodGet, jobs+path, nil); status != http.StatusNotFound {
			t.Errorf("next door, %s: %d", path, status)
		}
	}
	if status, _ := d.manager.Do(http.MethodPost, jobs+"/reopen", map[string]any{"job": id, "comment": "撤回"}); status != http.StatusNotFound {
		t.Errorf("the manager takes somebody else's back: %d", status)
	}
	back := ended(t, d.boss, begun(t, d.boss, "/reopen", map[string]any{"job": id, "comment": "撤回批量通过"}))
	if back.Status != collections.JobDone || back.Result["n"] != float64(set.N) || back.Done != set.N || back.Total != set.N {
		t.Fatalf("%+v", back)
	}
	wantSeen(2)
	for id, state := range d.states() {
		if before[id] != state {
			t.Errorf("taken back: %s is %s and was %s", id, state, before[id])
		}
	}
}

// An export is fetched by who asked for it, as often as wanted, and by nobody else. What is no export is refused at once.
func TestAnExportIsAJob(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.visit(0, "990101001001001", "示例路 1 号", "王小明", number1)
	d.visit(1, "990102001001001", "示例路 9 号", "李小红", "")
	with := func(more map[string]string) map[string]any {
		return map[string]any{"form": "child_visit", "with": more}
	}
	all := map[string]string{"states": allStates, "format": "csv", "area": "990102"}
	id := begun(t, d.manager, "/export", with(all))
	came := ended(t, d.manager, id)
	rows := came.Result["tables"].([]any)[0].(map[string]any)["rows"]
	if came.Status != collections.JobDone || !came.File || rows != 1.0 || came.Result["risk"] == nil {
		t.Fatalf("%+v", came)
	}
	for range 2 {
		if status, body := d.manager.Do(http.MethodGet, jobs+"/"+id+"/file", nil); status != http.StatusOK || !strings.HasPrefix(string(body), "PK") {
			t.Errorf("%d, %d bytes", status, len(body))
		}
	}
	colleague := d.Client(t, d.Serve(t), d.Worker(t, "M-2", "manager", "9901"))
	var seen jobSeen
	colleague.Want(http.StatusOK, http.MethodGet, jobs+"/"+id, nil, &seen)
	if status, _ := colleague.Do(http.MethodGet, jobs+"/"+id+"/file", nil); status != http.StatusNotFound || seen.File || seen.Again {
		t.Errorf("a colleague: %d, %+v", status, seen)
	}
	for name, more := range map[string]map[string]string{"format": {"format": "pdf"}, "day": {"from": "yesterday"}} {
		if status, body := d.manager.Do(http.MethodPost, jobs+"/export", with(more)); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if status, body := d.manager.Do(http.MethodPost, jobs+"/export", with(map[string]string{"identified": "true"})); status != http.StatusForbidden {
		t.Errorf("identified without approval: %d %s", status, body)
	}
	none := begun(t, d.manager, "/export", with(map[string]string{"states": allStates, "format": "csv", "to": "2001-01-01"}))
	if came := ended(t, d.manager, none); came.Result["tables"].([]any)[0].(map[string]any)["rows"] != 0.0 {
		t.Errorf("before anything arrived: %+v", came)
	}
	d.Advance(8 * 24 * time.Hour)
	if err := collections.Write(t.Context(), d.TestApp, func(db collections.DB) error { return job.Expire(db, d.Doorstep.Now()) }); err != nil {
		t.Fatal(err)
	}
	if status, _ := d.manager.Do(http.MethodGet, jobs+"/"+id+"/file", nil); status != http.StatusNotFound {
		t.Errorf("after a week: %d", status)
	}
}

// A file that was made for somebody's territory and role is not given to whoever they have become since.
func TestAFileStaysBehindWhoLosesTerritoryOrRole(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	worker := d.Worker(t, "M-3", "manager", "990101", "990102")
	manager := d.Client(t, d.Serve(t), worker)
	id := begun(t, manager, "/export", map[string]any{"form": "child_visit", "with": map[string]string{"format": "csv"}})
	if came := ended(t, manager, id); came.Status != collections.JobDone || !came.File {
		t.Fatalf("%+v", came)
	}
	for _, c := range []struct {
		role      string
		territory []string
		status    int
	}{
		{"manager", []string{"990101", "990102"}, http.StatusOK},
		{"manager", []string{"9901"}, http.StatusOK},
		{"manager", []string{"990101"}, http.StatusNotFound},
		{"analyst", []string{"990101", "990102"}, http.StatusNotFound},
		{"manager", []string{"990102", "990101"}, http.StatusOK},
	} {
		now, err := d.FindRecordById(collections.Workers, worker.Id)
		if err != nil {
			t.Fatal(err)
		}
		now.Set("role", c.role)
		now.Set("territory", c.territory)
		if err := d.TestApp.Save(now); err != nil {
			t.Fatal(err)
		}
		if status, _ := manager.Do(http.MethodGet, jobs+"/"+id+"/file", nil); status != c.status {
			t.Errorf("%s of %v: %d, want %d", c.role, c.territory, status, c.status)
		}
	}
}

// A list of workers is looked at, imported, and gives nobody more than its importer has; the passwords that it makes are the
// importer's to fetch.
func TestListsAreImportedByJobs(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	district := d.Client(t, d.Serve(t), d.Worker(t, "M-1", "manager", "990101"))
	count := func() string { return list(t, collections.Read(d.TestApp), `SELECT count(*) FROM workers`)[0] }
	before := count()
	good := "工号,姓名,负责区域\nA1,王采集,990101001\nA2,李采集,990101\n"
	looked := ended(t, district, begunWith(t, district, "/workers?check=1", "staff.csv", good))
	if looked.Status != collections.JobDone || looked.Result["added"] != 2.0 || looked.File || count() != before {
		t.Fatalf("looked at: %+v, %s accounts", looked, count())
	}
	for name, c := range map[string]struct{ list, code string }{
		"ground of another": {"工号,姓名,负责区域\nA3,王采集,990102\n", "worker.territory_outside"},
		"somebody else's":   {"工号,姓名,负责区域\nF-990102,王采集,990101\n", "worker.territory_outside"},
		"an unknown area":   {"工号,姓名,负责区域\nA4,王采集,88\n", "worker.territory_unknown"},
	} {
		came := ended(t, district, begunWith(t, district, "/workers", "staff.csv", c.list))
		if came.Status != collections.JobFailed || came.Problem == nil || len(came.Problem.Data) == 0 || came.Problem.Data[0].Code != c.code || count() != before {
			t.Errorf("%s: %+v", name, came)
		}
	}
	id := begunWith(t, district, "/workers?passwords=1", "staff.csv", good)
	came := ended(t, district, id)
	if came.Status != collections.JobDone || came.Result["added"] != 2.0 || !came.File {
		t.Fatalf("%+v", came)
	}
	if _, body := district.Do(http.MethodGet, jobs+"/"+id+"/file", nil); strings.Count(string(body), "\n") != 3 || !strings.Contains(string(body), "A1,王采集,") {
		t.Errorf("passwords: %q", body)
	}
	rosterIsLookedAt(t, d, district)
	roster := "区划代码,住址,姓名\n990101001001001,示例路 1 号,王小明\n"
	if came = ended(t, district, begunWith(t, district, "/roster", "roster.csv", roster)); came.Status != collections.JobDone || came.Result["persons"] != 1.0 {
		t.Errorf("%+v", came)
	}
	outside := strings.Replace(roster, "990101001001001", "990102001001001", 1)
	if came = ended(t, district, begunWith(t, district, "/roster", "roster.csv", outside)); came.Status != collections.JobFailed || came.Problem.Data[0].Code != "roster.outside" {
		t.Errorf("%+v", came)
	}
	if n := list(t, collections.Read(d.TestApp), `SELECT count(*) FROM persons WHERE area LIKE '990102%'`)[0]; n != "1" { // who was there
		t.Errorf("%s people next door", n)
	}
	if status, _ := d.boss.Do(http.MethodPost, jobs+"/workers", nil); status != http.StatusForbidden {
		t.Errorf("a supervisor: %d", status)
	}
}

// rosterIsLookedAt: what an import would do with each person is told in bands, with the reasons, and writes nothing; whom the importer does
// not reach nobody is told of.
func rosterIsLookedAt(t *testing.T, d *desk, district *testapp.Client) {
	t.Helper()
	d.visit(0, "990101001001001", "示例路 7 号", "张晓云", number1)
	const elsewhere = "990000201503010033"
	d.visit(1, "990102001001001", "示例路 8 号", "赵丽丽", elsewhere)
	people := func() string { return list(t, collections.Read(d.TestApp), `SELECT count(*) FROM persons`)[0] }
	before := people()
	rows := "区划代码,住址,姓名,证件号码,出生日期\n990101001001001,示例路 7 号,张晓云," + number1 + ",\n" +
		"990101001001001,示例路 9 号,钱多多,,2011-05-06\n990101001001001,示例路 9 号,赵丽丽," + elsewhere + ",\n"
	id := begunWith(t, district, "/roster?check=1", "roster.csv", rows)
	came := ended(t, district, id)
	if came.Status != collections.JobDone || !came.File || !reflect.DeepEqual(came.Result["bands"], map[string]any{"linked": 1.0, "review": 1.0, "new": 1.0}) {
		t.Fatalf("bands: %+v", came)
	}
	look := came.Result["look"].([]any)[0].(map[string]any)
	if look["row"] != 4.0 || look["rule"] == "" || look["person"] != "" || len(look["evidence"].([]any)) != 0 {
		t.Errorf("to look at: %+v", look)
	}
	_, body := district.Do(http.MethodGet, jobs+"/"+id+"/file", nil)
	if table := string(body); strings.Count(table, "\n") != 4 || !strings.Contains(table, "2,linked,") || !strings.Contains(table, "3,new,") || people() != before {
		t.Errorf("%s people, %q", people(), table)
	}
}

// A start says of what the server before left in the middle that it was interrupted, and of nothing else.
func TestAStartInterruptsWhatWasLeft(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	for _, status := range []string{collections.JobRunning, collections.JobDone, collections.JobFailed} {
		app.Plant(t, collections.Jobs, map[string]any{"id": "job-" + status, "kind": "export", "status": status, "areas": "[]", "area": "9901", "body": "{}",
			"created_by": "w", "created": "2026-11-23 02:00:00.000Z", "updated": "2026-11-23 02:00:00.000Z"})
	}
	app.Serve(t)
	afterJobs(t, app)
	want := []string{"job-done done", "job-failed failed", "job-running interrupted"}
	if got := list(t, collections.Read(app.TestApp), `SELECT id||' '||status FROM jobs ORDER BY id`); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// What a server left in the middle is said to be interrupted, and is started again by who began it; what waits is stopped.
func TestAJobThatAServerLeftIsInterrupted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.visit(0, "990101001001001", "示例路 1 号", "王小明", number1)
	write := func(fn func(collections.DB) error) {
		t.Helper()
		if err := collections.Write(t.Context(), d.TestApp, fn); err != nil {
			t.Fatal(err)
		}
	}
	boss := access.Actor{Role: access.Supervisor, Territory: []string{"990101"}}
	boss.ID = list(t, collections.Read(d.TestApp), `SELECT id FROM workers WHERE staff_no='S-990101'`)[0]
	asked := job.Asked{Kind: "export", Name: "child_visit", Input: map[string]any{"form": "child_visit", "with": map[string]string{"states": allStates}}}
	var left string
	write(func(db collections.DB) (err error) {
		if left, err = job.Begin(db, boss, asked, d.Doorstep.Now()); err != nil {
			return err
		}
		_, err = db.Exec(`UPDATE jobs SET status='running', done=3, total=9 WHERE id=?`, left)
		return err
	})
	if err := job.Interrupt(context.Background(), d.TestApp, d.Doorstep.Now(), "export"); err != nil {
		t.Fatal(err)
	}
	j := ended(t, d.boss, left)
	if j.Status != collections.JobInterrupted || !j.Again || j.File || j.Done != 3 {
		t.Fatalf("%+v", j)
	}
	if status, _ := d.manager.Do(http.MethodPost, jobs+"/"+left+"/again", nil); status != http.StatusNotFound {
		t.Errorf("somebody else starts it again: %d", status)
	}
	d.boss.Want(http.StatusNoContent, http.MethodPost, jobs+"/"+left+"/again", nil, nil)
	if j = ended(t, d.boss, left); j.Status != collections.JobDone || !j.File {
		t.Errorf("again: %+v", j)
	}
	d.boss.Want(http.StatusNotFound, http.MethodPost, jobs+"/"+left+"/cancel", nil, nil)
	var waits string
	asked.Kind = "nobody does this"
	write(func(db collections.DB) (err error) {
		waits, err = job.Begin(db, boss, asked, d.Doorstep.Now())
		return err
	})
	d.boss.Want(http.StatusNoContent, http.MethodPost, jobs+"/"+waits+"/cancel", nil, nil)
	if j = ended(t, d.boss, waits); j.Status != collections.JobCancelled || !j.Again {
		t.Errorf("stopped: %+v", j)
	}
	write(func(db collections.DB) (err error) {
		for range 9 {
			if _, err = job.Begin(db, boss, asked, d.Doorstep.Now()); err != nil {
				break
			}
		}
		if err == nil {
			t.Error("one person fills the queue")
		}
		return nil
	})
}
