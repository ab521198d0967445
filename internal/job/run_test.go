package job_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/job"
	"doorstep/internal/problem"
	"doorstep/internal/testapp"
)

// write runs what in a transaction.
func write(t *testing.T, app *testapp.App, what func(db collections.DB) error) error {
	t.Helper()
	return collections.Write(t.Context(), app.TestApp, what)
}

func begin(t *testing.T, app *testapp.App, by access.Actor, a job.Asked) (id string) {
	t.Helper()
	if err := write(t, app, func(db collections.DB) (err error) {
		id, err = job.Begin(db, by, a, app.Doorstep.Now())
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return id
}

func find(t *testing.T, app *testapp.App, by access.Actor, id string) job.Job {
	t.Helper()
	j, err := job.Find(collections.Read(app.TestApp), by, id)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func manager(t *testing.T, app *testapp.App, staffNo string, territory ...string) access.Actor {
	t.Helper()
	return access.Actor{ID: app.Worker(t, staffNo, "manager", territory...).Id, Role: access.Manager, Territory: territory}
}

// TestHowJobsEnd runs one after the other, each of which ends in its own way, beside one of a kind that is not asked for.
func TestHowJobsEnd(t *testing.T) {
	app := testapp.New(t)
	me := manager(t, app, "M1", "9901")
	analyst := access.Actor{ID: app.Worker(t, "A1", "analyst", "9901").Id, Role: access.Analyst, Territory: []string{"9901"}}
	left := access.Actor{ID: app.Worker(t, "M2", "manager", "9901").Id, Role: access.Manager, Territory: []string{"9901"}}
	gone, err := app.FindRecordById(collections.Workers, left.ID)
	if err != nil {
		t.Fatal(err)
	}
	gone.Set("active", false)
	if err := app.Save(gone); err != nil {
		t.Fatal(err)
	}
	runner := &job.Runner{Now: app.Doorstep.Now}
	stopped := func(ctx context.Context, task *job.Task) {
		if err := write(t, app, func(db collections.DB) error { return job.Turn(db, me, task.ID, collections.JobCancelled, task.Now) }); err != nil {
			t.Error(err)
		}
		task.Step(ctx, 1, 9)
		if now := find(t, app, me, task.ID); now.Done != 0 {
			t.Errorf("once it is stopped: %+v", now)
		}
		runner.Stop(task.ID)
		<-ctx.Done()
	}
	result := map[string]any{"file": "made.csv", "n": 3}
	ways := []struct {
		name string
		by   access.Actor
		run  func(context.Context, *job.Task) (any, error)
		want string // state, done of total, the code of its problem, what it made, what it kept
	}{
		{"makes a file", me, func(ctx context.Context, task *job.Task) (any, error) {
			task.Step(ctx, 2, 5)
			var asked string
			given, err := task.Given()
			if err == nil {
				defer given.Close()
				err = task.Read(&asked)
			}
			if now := find(t, app, me, task.ID); now.Status != collections.JobRunning || now.Done != 2 || now.Total != 5 || now.File || now.Again {
				t.Errorf("while it runs: %+v", now)
			}
			task.Step(ctx, 5, 5)
			task.ToKeep = []string{"kept"}
			return result, errors.Join(err, task.Keep(func(w io.Writer) error {
				_, err := io.Copy(w, io.MultiReader(strings.NewReader(asked+" "), given))
				return err
			}))
		}, `done 5/5 "" "makes a file with given" ["kept"]`},
		{"makes nothing", me, func(context.Context, *job.Task) (any, error) { return nil, nil }, `done 0/0 "" "" -`},
		{"is refused", me, func(context.Context, *job.Task) (any, error) { return result, problem.New(problem.NotFound, "") }, `failed 0/0 "not_found" "" -`},
		{"goes wrong", me, func(ctx context.Context, task *job.Task) (any, error) {
			task.Step(ctx, 1, 2)
			task.ToKeep = "kept"
			return result, errors.New("secret")
		}, `failed 1/2 "server.internal" "" -`},
		{"panics", me, func(context.Context, *job.Task) (any, error) { panic("secret") }, `failed 0/0 "server.internal" "" -`},
		{"panics while it writes", me, func(_ context.Context, task *job.Task) (any, error) {
			return nil, task.Keep(func(io.Writer) error { panic("secret") })
		}, `failed 0/0 "server.internal" "" -`},
		{"cannot write", me, func(_ context.Context, task *job.Task) (any, error) {
			return result, task.Keep(func(w io.Writer) error {
				_, err := w.Write([]byte("half"))
				return errors.Join(err, problem.New(problem.NotFound, ""))
			})
		}, `failed 0/0 "not_found" "" -`},
		{"is stopped", me, func(ctx context.Context, task *job.Task) (any, error) {
			task.ToKeep = []int{7}
			stopped(ctx, task)
			task.Step(ctx, 3, 9)
			return map[string]any{"n": 3}, ctx.Err()
		}, `cancelled 3/9 "" "" [7]`},
		{"is stopped when it is through", me, func(ctx context.Context, task *job.Task) (any, error) {
			stopped(ctx, task)
			return result, nil
		}, `done 1/9 "" "" -`},
		{"finds no room", me, func(_ context.Context, task *job.Task) (any, error) {
			collections.UseSpare(app, 1<<60)
			defer collections.UseSpare(app, 1)
			return nil, task.Keep(func(w io.Writer) error {
				_, err := io.WriteString(w, strings.Repeat("x", 1<<20))
				return err
			})
		}, `failed 0/0 "server.disk_full" "" -`},
		{"is of nobody", access.Actor{ID: "nobody", Role: access.Manager, Territory: []string{"9901"}}, nil, `failed 0/0 "auth.forbidden" "" -`},
		{"is of one who left", left, nil, `failed 0/0 "auth.forbidden" "" -`},
		{"is not for them", analyst, nil, `failed 0/0 "auth.forbidden" "" -`},
	}
	given, err := collections.Files(app.TestApp).Save(strings.NewReader("with given"))
	if err != nil {
		t.Fatal(err)
	}
	ids, runs := map[string]string{}, map[string]func(context.Context, *job.Task) (any, error){}
	for _, way := range ways {
		runs[way.name] = way.run
		ids[way.name] = begin(t, app, way.by, job.Asked{Kind: "roster", Name: way.name, Input: way.name, Upload: given.SHA256})
		if len(ids)%4 == 0 || len(ids) == len(ways) { // more may not wait
			runner.Works = map[string]job.Work{"roster": {Do: access.MatchList, Run: func(ctx context.Context, task *job.Task) (any, error) {
				if task.Actor.ID != me.ID || task.Actor.Role != access.Manager || !slices.Equal(task.Actor.Territory, me.Territory) || !task.Now.Equal(app.Doorstep.Now()) {
					t.Errorf("%s is done as %+v at %s", task.Name, task.Actor, task.Now)
				}
				return runs[task.Name](ctx, task)
			}}}
			beside := begin(t, app, me, job.Asked{Kind: "export"})
			if err := runner.Run(t.Context(), app.TestApp, "roster", "elsewhere"); err != nil {
				t.Fatal(err)
			}
			if err := write(t, app, func(db collections.DB) error {
				return job.Turn(db, me, beside, collections.JobCancelled, app.Doorstep.Now())
			}); err != nil {
				t.Errorf("a job of another kind: %v", err)
			}
		}
	}
	for _, way := range ways {
		j := find(t, app, access.Shell(), ids[way.name])
		var failed struct{ Code string }
		var kept json.RawMessage
		if len(j.Problem) > 0 {
			if err := json.Unmarshal(j.Problem, &failed); err != nil || strings.Contains(string(j.Problem), "secret") {
				t.Errorf("%s: %s", way.name, j.Problem)
			}
		}
		if j.Kept(&kept) != nil {
			kept = []byte("-")
		}
		made := ""
		if sha, name, err := job.File(collections.Read(app.TestApp), way.by, j.ID); err == nil {
			made = content(t, app, sha)
			if name != "made.csv" {
				t.Errorf("%s made %q", way.name, name)
			}
		}
		if got := fmt.Sprintf("%s %d/%d %q %q %s", j.Status, j.Done, j.Total, failed.Code, made, kept); got != way.want {
			t.Errorf("%s: %s, want %s", way.name, got, way.want)
		}
		if hasResult := j.Status == collections.JobDone && way.name != "makes nothing" || j.Status == collections.JobCancelled; (len(j.Result) > 0) != hasResult {
			t.Errorf("%s: it came to %s", way.name, j.Result)
		}
	}
}

func content(t *testing.T, app *testapp.App, sha string) string {
	t.Helper()
	f, err := collections.Files(app.TestApp).Open(sha)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestAServerThatEndsInterruptsItsJob: it runs until the next server says what came of it, and the job behind it waits.
func TestAServerThatEndsInterruptsItsJob(t *testing.T) {
	app := testapp.New(t)
	me := manager(t, app, "M1", "9901")
	first, second := begin(t, app, me, job.Asked{Kind: "roster"}), begin(t, app, me, job.Asked{Kind: "roster"})
	ctx, end := context.WithCancel(t.Context())
	work := func(run func(context.Context, *job.Task) (any, error)) *job.Runner {
		return &job.Runner{Now: app.Doorstep.Now, Works: map[string]job.Work{"roster": {Do: access.MatchList, Run: run}}}
	}
	err := work(func(ctx context.Context, _ *job.Task) (any, error) { end(); <-ctx.Done(); return nil, nil }).Run(ctx, app.TestApp, "roster")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the end of the server: %v", err)
	}
	states := func() string { return find(t, app, me, first).Status + " " + find(t, app, me, second).Status }
	if got := states(); got != "running waiting" {
		t.Errorf("the server ended: %s", got)
	}
	if err := work(func(context.Context, *job.Task) (any, error) { return make(chan int), nil }).Run(t.Context(), app.TestApp, "roster"); err == nil {
		t.Error("what came of a job cannot be written, and nobody is told")
	}
	if got := states(); got != "interrupted running" {
		t.Errorf("the next server: %s", got)
	}
	if !find(t, app, me, first).Again {
		t.Error("an interrupted job cannot be run again")
	}
}

// TestWhoIsToldOfAJob asks for the jobs of three people as each of several, in pages of each length.
func TestWhoIsToldOfAJob(t *testing.T) {
	app := testapp.New(t)
	me, neighbour := manager(t, app, "M1", "990101"), manager(t, app, "M2", "990102")
	analyst := access.Actor{ID: app.Worker(t, "A1", "analyst", "990101").Id, Role: access.Analyst, Territory: []string{"990101"}}
	of := map[string]string{}
	var order []string
	for i, by := range []access.Actor{me, neighbour, analyst, me, analyst} {
		name := fmt.Sprintf("%d", i)
		id := begin(t, app, by, job.Asked{Kind: []string{"export", "roster"}[i%2], Name: name})
		of[id] = name
		order = append(order, id)
		app.Advance(1e9)
	}
	app.Plant(t, collections.Jobs, map[string]any{"id": "areas", "kind": "reassign", "status": "waiting", "areas": "[]", "area": "990101", "created_by": me.ID,
		"created": "2026-01-01 00:00:00.000Z", "updated": "2026-01-01 00:00:00.000Z"})
	for name, c := range map[string]struct {
		who  access.Actor
		kind string
		want string // newest first
	}{
		"a manager": {me, "", "4320"}, "a manager, exports": {me, "export", "420"}, "a manager, lists": {me, "roster", "3"}, "the neighbour": {neighbour, "", "1"},
		"an analyst": {analyst, "", "42"}, "an operator": {access.Shell(), "", "43210"}, "the city": {access.Actor{ID: "c", Role: access.Manager, Territory: []string{"9901"}}, "", "43210"},
		"a worker": {access.Actor{ID: "f", Role: access.Field, Territory: []string{"990101"}}, "", ""}, "an analyst, of nothing": {analyst, "roster", ""},
	} {
		for limit := 1; limit <= 6; limit++ {
			for _, oldest := range []bool{false, true} {
				want, got, cursor, pages := c.want, "", "", 0
				if oldest {
					b := []byte(want)
					slices.Reverse(b)
					want = string(b)
				}
				for {
					page, err := job.List(collections.Read(app.TestApp), c.who, job.Which{Kind: c.kind, Cursor: cursor, Oldest: oldest, Limit: limit})
					if err != nil || page.Items == nil || len(page.Items) > limit {
						t.Fatalf("%s: %+v %v", name, page, err)
					}
					for _, j := range page.Items {
						got += of[j.ID]
						if j.Name != of[j.ID] || j.Status != collections.JobWaiting || j.Again || j.By == "" || !strings.HasPrefix(j.ByName, "测试 ") {
							t.Errorf("%s: %+v", name, j)
						}
					}
					if pages++; page.Next == nil || pages > 9 {
						break
					}
					cursor = *page.Next
				}
				if got != want || pages != len(want)/limit+1 {
					t.Errorf("%s, pages of %d, oldest %v: %q on %d pages, want %q", name, limit, oldest, got, pages, want)
				}
			}
		}
		for _, id := range append(order, "areas", "none") {
			told := strings.Contains(c.want, of[id]) && of[id] != "" || c.kind != ""
			if _, err := job.Find(collections.Read(app.TestApp), c.who, id); c.kind == "" && (err == nil) != told || err != nil && problem.As(err).Code != problem.NotFound {
				t.Errorf("%s, job %s: %v", name, of[id], err)
			}
		}
	}
}

// TestWhoFetchesWhatAJobMade: who began it, with the role and all of the territory that it was made with.
func TestWhoFetchesWhatAJobMade(t *testing.T) {
	app := testapp.New(t)
	me := manager(t, app, "M1", "990101", "990102")
	id := begin(t, app, me, job.Asked{Kind: "export"})
	runner := &job.Runner{Now: app.Doorstep.Now, Works: map[string]job.Work{"export": {Do: access.MatchList, Run: func(_ context.Context, task *job.Task) (any, error) {
		return map[string]string{"file": "a.csv"}, task.Keep(func(w io.Writer) error { _, err := w.Write([]byte("rows")); return err })
	}}}}
	if err := runner.Run(t.Context(), app.TestApp, "export"); err != nil {
		t.Fatal(err)
	}
	of := func(id string, role access.Role, territory ...string) access.Actor {
		return access.Actor{ID: id, Role: role, Territory: territory}
	}
	for name, c := range map[string]struct {
		who  access.Actor
		told bool
		file bool
	}{
		"who began it": {me, true, true}, "with more": {of(me.ID, access.Manager, "9901"), true, true}, "with less": {of(me.ID, access.Manager, "990101"), true, false},
		"in another role": {of(me.ID, access.Analyst, "9901"), true, false}, "elsewhere": {of(me.ID, access.Manager, "9902"), true, false},
		"somebody above": {of("other", access.Manager, "9901"), true, false}, "somebody beside": {of("other", access.Manager, "990101"), false, false},
		"an operator": {access.Shell(), true, false},
	} {
		j, err := job.Find(collections.Read(app.TestApp), c.who, id)
		if (err == nil) != c.told || err == nil && j.File != c.file || j.Again {
			t.Errorf("%s is told %+v, %v", name, j, err)
		}
		sha, called, err := job.File(collections.Read(app.TestApp), c.who, id)
		switch {
		case c.file && (err != nil || called != "a.csv" || content(t, app, sha) != "rows"):
			t.Errorf("%s fetches %q %q, %v", name, sha, called, err)
		case !c.file && (err == nil || problem.As(err).Code != problem.NotFound):
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestJobsWhileStatementsFail: what is done with jobs is done whole or not at all, and is told.
func TestJobsWhileStatementsFail(t *testing.T) {
	app := testapp.New(t)
	me := manager(t, app, "M1", "9901")
	now := app.Doorstep.Now()
	id := begin(t, app, me, job.Asked{Kind: "roster"})
	app.Plant(t, collections.Jobs, map[string]any{"id": "old", "kind": "roster", "status": collections.JobDone, "areas": "[]", "file": "a", "upload": "b", "created_by": me.ID,
		"created": "2020-01-01 00:00:00.000Z", "updated": "2020-01-01 00:00:00.000Z"})
	db := collections.Read(app.TestApp)
	in := func(what func(db collections.DB) error) func() error {
		return func() error { return write(t, app, what) }
	}
	for _, act := range []struct {
		name string
		do   func() error
	}{
		{"find", func() error { _, err := job.Find(db, me, id); return err }},
		{"file", func() error {
			if _, _, err := job.File(db, me, id); problem.As(err).Code != problem.NotFound {
				return err
			}
			return nil
		}},
		{"list", func() error { _, err := job.List(db, me, job.Which{Limit: 5}); return err }},
		{"begin", in(func(db collections.DB) error { _, err := job.Begin(db, me, job.Asked{Kind: "roster"}, now); return err })},
		{"cancel", in(func(db collections.DB) error { return job.Turn(db, me, id, collections.JobCancelled, now) })},
		{"again", in(func(db collections.DB) error { return job.Turn(db, me, id, collections.JobWaiting, now) })},
		{"interrupt", func() error { return job.Interrupt(t.Context(), app.TestApp, now, "roster") }},
		{"forget", in(func(db collections.DB) error { _, err := job.ForgetFiles(db); return err })},
		{"expire", in(func(db collections.DB) error { return job.Expire(db, now) })},
	} {
		app.FailsAtEach(t, act.name, act.do)
	}
	runner := &job.Runner{Now: app.Doorstep.Now, Works: map[string]job.Work{"roster": {Do: access.MatchList, Run: func(context.Context, *job.Task) (any, error) { return nil, nil }}}}
	var err error
	for n, done := 1, false; !done; n++ {
		id, status := begin(t, app, me, job.Asked{Kind: "roster"}), ""
		failed := app.Failing(n, func(query string) bool { return strings.HasPrefix(query, "BEGIN") }, func() {
			err = runner.Run(t.Context(), app.TestApp, "roster")
		})
		status = find(t, app, me, id).Status
		if done = failed == ""; done != (err == nil && status == collections.JobDone) {
			t.Errorf("run: %s, %v, though this failed: %s", status, err, failed)
		}
		if err := write(t, app, func(db collections.DB) error { _, err := db.Exec(`DELETE FROM jobs WHERE id=?`, id); return err }); err != nil {
			t.Fatal(err)
		}
	}
}
