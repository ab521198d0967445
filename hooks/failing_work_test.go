package hooks_test

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/campaign"
	"doorstep/internal/devicesync"
	"doorstep/internal/grid"
	"doorstep/internal/identity"
	"doorstep/internal/job"
	"doorstep/internal/match"
	"doorstep/internal/outbox"
	regrid "doorstep/internal/reassign"
	"doorstep/internal/retention"
	"doorstep/internal/roster"
	"doorstep/internal/sealing"
	"doorstep/internal/staff"
	"doorstep/internal/tabular"
)

// TestWorkThatFailsSaysSo runs what is done at the shell and by the clock again and again, while each time another statement of the
// database fails: whichever it is, the work says so, and what is done all or not at all has changed nothing.
func TestWorkThatFailsSaysSo(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.visit(0, gridA, "示例路 1 号", "王小明", number1)
	d.visit(0, gridB, "示例路 5 号", "钱大一", "")
	d.visit(1, "990102001001001", "示例路 2 号", "李小红", "990000201503010033")
	d.Plant(t, collections.Outbox, map[string]any{
		"id": "due", "kind": "report", "payload": "{}", "due": "2026-01-01 00:00:00.000Z", "done_at": "", "created": "2026-01-01 00:00:00.000Z",
	})
	d.Plant(t, "retention_policies", map[string]any{"id": "policy", "collection": "child_visits", "days": 90, "active": true})
	app, library, now := d.TestApp, d.Doorstep.Library, d.Doorstep.Now()
	db := collections.Read(app)
	person := list(t, db, `SELECT id FROM persons ORDER BY id`)[0]
	file := func(name, content string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	houses := file("roster.csv", "网格代码,住址,姓名,性别,出生日期,身份证号\n990101001001001,示例路 3 号,赵小刚,男,2016-03-01,\n")
	workers := file("workers.csv", "工号,姓名,角色,负责区域,在岗,密码\nF-new,新人,field,990101001001,是,synthetic-pass-1\n")
	const listed = "姓名,性别,出生日期,住址\n周小远,男,2016-03-01,别处 1 号\n"
	codes := []byte("房屋编码,区划代码\n4403000000010001,990101001001003\n")
	areas := grid.Options{Datum: grid.WGS84, Replace: true, Anyway: true, By: "x", Now: now}
	reassigned := func(ctx context.Context) error {
		d.Advance(2 * time.Minute) // a job whose runner failed is another's by then
		const skips = `SELECT COUNT(*) FROM area_job_skips`
		before := list(t, db, skips)
		err := d.Doorstep.Reassign(ctx, app)
		if err == nil && !slices.Equal(before, list(t, db, skips)) { // the job says which; another one looks at them again
			err = collections.Write(ctx, app, func(db collections.DB) error {
				_, err := regrid.Begin(db, "x", d.Doorstep.Now())
				return cmp.Or(err, errors.New("records were skipped"))
			})
		}
		return err
	}
	for _, work := range []struct {
		name  string
		parts bool // done in parts, of which the first stay
		do    func(ctx context.Context) error
	}{
		{"audit verify", false, func(context.Context) error { _, err := audit.Verify(db, ""); return err }},
		{"audit after", false, func(context.Context) error { _, err := audit.After(db, 0); return err }},
		{"audit who", false, func(context.Context) error { _, _, err := audit.Who(db, person, nil); return err }},
		{"key of seals", false, func(ctx context.Context) error { return collections.Write(ctx, app, devicesync.MakeSealKey) }},
		{"audit index", true, func(ctx context.Context) error { return audit.Index(ctx, app) }},
		{"sealing damaged", false, func(ctx context.Context) error { return sealing.Damaged(ctx, db, func(_, _ string) {}) }},
		{"sealing rows", true, func(ctx context.Context) error { _, err := sealing.Rows(ctx, app, library, true, nil); return err }},
		{"sealing reseal", true, func(ctx context.Context) error { return sealing.Reseal(ctx, app, library, nil) }},
		{"blocking keys", true, func(ctx context.Context) error { return identity.Backfill(ctx, app, func(int) {}) }},
		{"campaigns", false, func(context.Context) error { _, err := campaign.List(db); return err }},
		{"area codes", false, func(context.Context) error { _, err := grid.CodesOf(db); return err }},
		{"outbox", true, func(ctx context.Context) error {
			return outbox.Flush(ctx, app, func(context.Context, outbox.Message) error { return nil }, now)
		}},
		{"interrupted jobs", false, func(ctx context.Context) error { return job.Interrupt(ctx, app, now, "roster") }},
		{"expired files", false, func(ctx context.Context) error {
			return collections.Write(ctx, app, func(db collections.DB) error { return job.Expire(db, now) })
		}},
		{"retention reports", false, func(ctx context.Context) error { return retention.Report(ctx, app, library, now.AddDate(0, 0, 91)) }},
		{"roster", true, func(ctx context.Context) error {
			_, err := roster.Import(ctx, app, houses, roster.Options{Now: now})
			return err
		}},
		{"workers", false, func(ctx context.Context) error {
			_, err := staff.Import(ctx, app, workers, staff.Options{Now: now})
			return err
		}},
		{"areas", false, func(ctx context.Context) error {
			_, err := grid.Import(ctx, app, grid.File{Name: "grids.geojson", Data: []byte(split)}, areas)
			return err
		}},
		{"house codes", true, func(ctx context.Context) error {
			_, err := grid.ImportHouseCodes(ctx, app, grid.File{Name: "codes.csv", Data: codes}, areas)
			return err
		}},
		{"records into their areas", true, reassigned},
		{"areas of another code", false, func(ctx context.Context) error {
			renamed := strings.ReplaceAll(split, "990101001001002", "990101001001009")
			_, err := grid.Import(ctx, app, grid.File{Name: "grids.geojson", Data: []byte(renamed)}, areas)
			return err
		}},
		{"records into the area of another code", true, reassigned},
		{"matching", true, func(ctx context.Context) error {
			o := match.Options{Actor: access.Shell(), Now: now}
			tasks := match.NewTasks("list.csv", "", o.Actor)
			n, err := match.Compare(ctx, db, tabular.File{Name: "list.csv", In: strings.NewReader(listed)}, o, tasks.Take)
			if err == nil {
				err = match.Record(ctx, app, o, n, nil)
			}
			if err == nil {
				_, err = tasks.Write(ctx, app, now)
			}
			return err
		}},
		{"approval", true, func(ctx context.Context) error {
			var report string
			const open = `SELECT id FROM retention_reports WHERE status='open'`
			if found, err := collections.One(db, open, nil, &report); err != nil || !found {
				return err
			}
			_, err := retention.Approve(ctx, app, library, access.Act{Actor: access.Shell(), Now: now}, report)
			return err
		}},
		{"erasure", false, func(ctx context.Context) error {
			return retention.Person(ctx, app, library, access.Act{Actor: access.Shell(), Now: now}, retention.Erasure{Person: person, Basis: retention.Bases[0]})
		}},
	} {
		t.Run(work.name, func(t *testing.T) { d.failsAloud(t, work.parts, work.do) })
	}
}

// failsAloud does some work while one statement after the other fails, and at last while none does.
func (d *desk) failsAloud(t *testing.T, parts bool, do func(context.Context) error) {
	before, version := d.Picture(t), d.Version(d.t)
	for n := 1; ; n++ {
		var err error
		failed := d.Failing(n, isSpared, func() { err = do(t.Context()) })
		switch {
		case failed == "" && err != nil:
			t.Fatal(err)
		case failed == "":
			t.Logf("%d statements", n/2)
			return
		case err == nil:
			t.Errorf("nothing was said, though this failed: %s", failed)
		}
		if now := d.Version(d.t); now != version && !parts {
			if moved := d.Moved(t, before); len(moved) > 0 {
				t.Fatalf("%v, and it left %q, though this failed: %s", err, moved, failed)
			}
			version = now
		}
	}
}
