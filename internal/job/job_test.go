package job_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/job"
	"doorstep/internal/problem"
	"doorstep/internal/testapp"
)

// TestFilesOfJobsThatEndedAreLetGo forgets them beside a job that still waits and was given the same file as one that ended.
func TestFilesOfJobsThatEndedAreLetGo(t *testing.T) {
	app := testapp.New(t)
	digest := func(letter string) string { return strings.Repeat(letter, 64) }
	plant := func(id, status, made, given string) {
		app.Plant(t, collections.Jobs, map[string]any{"id": id, "kind": "roster", "areas": "[]", "created_by": "m", "status": status, "file": made, "upload": given,
			"created": "2026-01-01 00:00:00.000Z", "updated": "2026-01-01 00:00:00.000Z"})
	}
	forget := func() (files []string) {
		t.Helper()
		if err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) (err error) {
			files, err = job.ForgetFiles(db)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		slices.Sort(files)
		return files
	}
	plant("alone", collections.JobFailed, "", digest("f"))
	if files := forget(); !slices.Equal(files, []string{digest("f")}) {
		t.Errorf("of one job it let go of %q", files)
	}
	plant("ended", collections.JobDone, digest("a"), digest("b"))
	plant("failed", collections.JobFailed, "", digest("c"))
	plant("waits", collections.JobWaiting, "", digest("b"))
	plant("runs", collections.JobRunning, digest("d"), digest("e"))
	before := app.Picture(t)
	files := forget()
	if want := []string{digest("a"), digest("c")}; !slices.Equal(files, want) {
		t.Errorf("it let go of %q, want %q", files, want)
	}
	if moved, want := app.Moved(t, before), []string{"jobs ended: file upload", "jobs failed: upload"}; !slices.Equal(moved, want) {
		t.Errorf("%q moved, want %q", moved, want)
	}
}

// TestJobsMoveByTheirState does what a server does to all jobs, beside jobs of areas and of lists in every state, of today and of long ago.
func TestJobsMoveByTheirState(t *testing.T) {
	app := testapp.New(t)
	now := app.Doorstep.Now()
	states := []string{collections.JobWaiting, collections.JobRunning, collections.JobDone, collections.JobFailed, collections.JobCancelled,
		collections.JobInterrupted}
	for age, at := range map[string]time.Time{"today": now, "weekold": now.Add(-7*24*time.Hour - time.Second),
		"seasonold": now.Add(-90*24*time.Hour - time.Second)} {
		for _, kind := range []string{"roster", "reassign"} {
			for _, state := range states {
				app.Plant(t, collections.Jobs, map[string]any{"id": strings.Join([]string{kind, state, age}, "-"), "kind": kind, "areas": "[]",
					"created_by": "m", "status": state, "file": "made", "upload": "given",
					"created": collections.Stamp(at), "updated": collections.Stamp(at)})
			}
		}
	}
	ended := states[2:]
	for _, act := range []struct {
		name string
		do   func() error
		want func(kind, state, age string) string // what moves of a job
	}{
		{"expire", func() error {
			return collections.Write(t.Context(), app.TestApp, func(db collections.DB) error { return job.Expire(db, now) })
		}, func(kind, state, age string) string {
			switch {
			case !slices.Contains(ended, state) || age == "today":
				return ""
			case kind == "roster" && age == "seasonold":
				return " went"
			}
			return ": file upload"
		}},
		{"interrupt", func() error { return job.Interrupt(t.Context(), app.TestApp, now.Add(time.Second), "roster") }, func(kind, state, _ string) string {
			if kind == "roster" && state == collections.JobRunning {
				return ": status updated"
			}
			return ""
		}},
	} {
		t.Run(act.name, func(t *testing.T) {
			before := app.Picture(t)
			var want []string
			for id := range before[collections.Jobs] {
				words := strings.Split(id, "-")
				if moved := act.want(words[0], before[collections.Jobs][id]["status"], words[2]); moved != "" {
					want = append(want, collections.Jobs+" "+id+moved)
				}
			}
			if err := act.do(); err != nil {
				t.Fatal(err)
			}
			moved := app.Moved(t, before)
			slices.Sort(moved)
			slices.Sort(want)
			if !slices.Equal(moved, want) {
				t.Errorf("%q moved, want %q", moved, want)
			}
		})
	}
}

// TestAJobThatIsRunAgainTakesRoom: as many jobs of one person wait as may, however they came to.
func TestAJobThatIsRunAgainTakesRoom(t *testing.T) {
	app := testapp.New(t)
	me := access.Actor{ID: "me", Role: access.Manager, Territory: []string{"9901"}}
	other := access.Actor{ID: "other", Role: access.Manager, Territory: []string{"9901"}}
	do := func(what func(db collections.DB) error) problem.Code {
		t.Helper()
		if err := collections.Write(t.Context(), app.TestApp, what); err != nil {
			return problem.As(err).Code
		}
		return ""
	}
	begin := func(by access.Actor) (id string, code problem.Code) {
		code = do(func(db collections.DB) (err error) {
			id, err = job.Begin(db, by, job.Asked{Kind: "roster"}, app.Doorstep.Now())
			return err
		})
		return id, code
	}
	turn := func(id, to string) problem.Code {
		return do(func(db collections.DB) error { return job.Turn(db, me, id, to, app.Doorstep.Now()) })
	}
	first, code := begin(me)
	if code != "" || turn(first, collections.JobCancelled) != "" {
		t.Fatalf("the first: %q", code)
	}
	if code := turn(first, collections.JobCancelled); code != problem.NotFound {
		t.Errorf("what is stopped, stopped: %q", code)
	}
	var last string
	for {
		id, code := begin(me)
		if code == problem.TooManyRequests {
			break
		}
		if last = id; code != "" {
			t.Fatal(code)
		}
	}
	if _, code := begin(other); code != "" {
		t.Errorf("somebody else: %q", code)
	}
	before := app.Picture(t)
	if code := turn(first, collections.JobWaiting); code != problem.TooManyRequests {
		t.Errorf("again: %q", code)
	}
	if moved := app.Moved(t, before); len(moved) > 0 {
		t.Errorf("it moved %q", moved)
	}
	if code := turn(last, collections.JobCancelled); code != "" {
		t.Fatal(code)
	}
	if code := turn(first, collections.JobWaiting); code != "" {
		t.Errorf("again, with room: %q", code)
	}
}
