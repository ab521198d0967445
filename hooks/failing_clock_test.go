package hooks_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/audit"
)

// TestAJobOfTheClockThatFailsDoesItLater lets each job of the clock fail at one statement after the other: those of one transaction leave
// nothing behind, and what was left is done whole when it runs again.
func TestAJobOfTheClockThatFailsDoesItLater(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	visit := d.visit(0, gridA, "示例路 1 号", "王小明", number1)
	const long = "2026-01-01 00:00:00.000Z"
	for _, work := range []struct {
		job   string
		parts bool // done in parts, of which the first stay
		plant func(t *testing.T)
		left  string // how much is left to do
	}{
		{"doorstep.coverage", true, func(*testing.T) {}, `SELECT COUNT(*) FROM coverage_stale`},
		{"doorstep.signin", false, func(t *testing.T) {
			d.Plant(t, "sign_ins", map[string]any{"id": "old", "key": "old", "right": 0, "wrong": 1, "created": long, "updated": long})
		}, `SELECT COUNT(*) FROM sign_ins WHERE id='old'`},
		{"doorstep.files", true, func(t *testing.T) {
			d.Plant(t, collections.Jobs, map[string]any{"id": "ended", "kind": "roster", "status": collections.JobDone, "upload": "x", "areas": "[]",
				"created_by": "m", "created": long, "updated": collections.Stamp(d.Doorstep.Now().AddDate(0, 0, -40))})
		}, `SELECT COUNT(*) FROM jobs WHERE upload!=''`},
		{"doorstep.forms", true, func(t *testing.T) {
			push(t, d.tablets[0], memo(50, uuid.NewString(), "held", "甲"), memo(51, uuid.NewString(), "held", "乙"))
			d.Advance(time.Second)
			publishElsewhere(t, d.App, heldForm)
		}, `SELECT COUNT(*) FROM submissions WHERE outcome='quarantined' AND code='operation.unknown_form'`}, // what fails is a supervisor's from then on
		{"doorstep.keys", false, func(t *testing.T) {
			d.do(t, `UPDATE workers SET password='$2a$10$plain' WHERE staff_no='F-990101'`)
		}, `SELECT COUNT(*) FROM workers WHERE password LIKE '$2a$%'`},
		{"doorstep.damaged", false, func(t *testing.T) {
			d.do(t, `UPDATE child_visits SET sealed=substr(sealed,1,length(sealed)-6)||'AAAAAA' WHERE id='`+visit+`'`)
			d.boss.Do(http.MethodGet, "/api/collections/child_visits/records", nil)
		}, `SELECT 1-COUNT(*) FROM audit WHERE action='row.damaged' AND record='` + visit + `'`},
		{"doorstep.retention", false, func(t *testing.T) {
			d.Plant(t, "retention_policies", map[string]any{"id": "policy", "collection": "child_visits", "days": 90, "active": true})
			d.Advance(91 * 24 * time.Hour)
		}, `SELECT 1-COUNT(*) FROM retention_reports`},
		{"doorstep.trail", true, func(t *testing.T) {
			entries := make([]audit.Entry, 4000)
			for i := range entries {
				entries[i] = audit.Entry{Action: audit.Read, Purpose: audit.Review, Record: visit}
			}
			if err := collections.Write(t.Context(), d.TestApp,
				func(db collections.DB) error { return audit.Append(db, d.Doorstep.Now(), entries...) }); err != nil {
				t.Fatal(err)
			}
		}, `SELECT COUNT(*)=0 FROM audit_seen`},
	} {
		t.Run(work.job, func(t *testing.T) {
			work.plant(t)
			d.failsAtFirst(t, work.job, work.parts, work.left)
		})
	}
}

// failsAtFirst runs a job of the clock while one statement after the other fails, and at last while none does.
func (d *desk) failsAtFirst(t *testing.T, name string, parts bool, left string) {
	t.Helper()
	run := func() {
		for _, j := range d.Cron().Jobs() {
			if j.Id() == name {
				j.Run()
			}
		}
	}
	count := func() (n int) {
		if _, err := collections.One(collections.Read(d.TestApp), left, nil, &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if count() == 0 {
		t.Fatal("nothing is to be done")
	}
	before := d.Picture(t)
	for n, failed := 1, "."; failed != ""; n++ {
		failed = d.Failing(n, isSpared, run)
		if moved := d.Moved(t, before); failed != "" && !parts && len(moved) > 0 {
			t.Fatalf("it left %q, though this failed: %s", moved, failed)
		}
		if failed == "" {
			t.Logf("%d statements", n/2)
		}
	}
	if n := count(); n != 0 {
		t.Errorf("%d are left", n)
	}
}

// do writes to the database beside the server.
func (d *desk) do(t *testing.T, query string) {
	t.Helper()
	if _, err := d.DB().NewQuery(query).Execute(); err != nil {
		t.Fatal(err)
	}
}

// TestASubmissionOfCollectThatFailsStoresNothing posts a record with a photo again and again, while each time another statement of the
// database fails.
func TestASubmissionOfCollectThatFailsStoresNothing(t *testing.T) {
	t.Parallel()
	app, phone, _, _ := odkStage(t)
	answers := visitAt("示例路 1 号")
	answers["closing"] = map[string]any{"door_plate_photo": "门牌.jpg"}
	parts := []part{xmlPart(record(t, app, "child_visit", uuid.NewString(), "", answers)), filePart("门牌.jpg", "a door plate")}
	before := app.Picture(t)
	for n := 1; ; n++ {
		var a answer
		failed := app.Failing(n, func(query string) bool { return isSpared(query) || foreseen.MatchString(query) }, func() {
			a = phone.posted(parts...)
		})
		stored := a.Status == http.StatusCreated && !strings.Contains(a.message(t), "已收到")
		if failed == "" {
			if !stored {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
			t.Logf("%d statements", n/2)
			break
		}
		if stored {
			t.Fatalf("%d %s, though this failed: %s", a.Status, a.Body, failed)
		}
		movedAside(t, app, before, a.Status == http.StatusCreated, failed)
		clearAside(t, app)
	}
	rowCount(t, app, map[string]int64{"child_visits": 1, "submissions": 1, "attachments": 1})
}
