package console

import (
	"database/sql"
	"slices"
	"time"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/grid"
	"doorstep/internal/survey"
)

// Today is what waits for somebody.
type Today struct {
	Queue      map[string]Count `json:"queue"`
	Reports    Reports          `json:"reports"`
	Duplicates Count            `json:"duplicates"`
	Quarantine Count            `json:"quarantine"`
	Unplaced   Count            `json:"unplaced"` // records that were put into an area without a point, or into none
	Tablets    []Tablet         `json:"tablets"`  // silent for days, the longest first
	Yesterday  Day              `json:"yesterday"`
}

// Reports are the mandatory reports that nobody has closed.
type Reports struct {
	Open    Count    `json:"open"`
	Overdue Count    `json:"overdue"`
	First   []Report `json:"first"` // the oldest
}

// Report is an urgent task about a record.
type Report struct {
	Task       string `json:"task"`
	Title      string `json:"title"`
	Due        string `json:"due"`
	Created    string `json:"created"`
	Area       string `json:"area"`
	AreaName   string `json:"area_name"`
	Collection string `json:"collection"`
	Record     string `json:"record"`
}

// Tablet is a device that was not heard of.
type Tablet struct {
	Worker     string `json:"worker"`
	WorkerName string `json:"worker_name"`
	LastSeen   string `json:"last_seen"`
}

// Day is what was brought on one day.
type Day struct {
	Visits   Count `json:"visits"`
	Complete int   `json:"complete"` // of those that were counted
}

const (
	firstReports = 10
	mostTablets  = 20
	silentAfter  = 3 * 24 * time.Hour
	overdueAfter = 24 * time.Hour // a report that says no other day
)

const openReport = `kind='follow_up' AND priority='urgent' AND status='open'`

// openReports is where the open reports of a territory are, and its condition: those of some streets by their place, else among all of
// the city's.
func openReports(ranges []territory.Range) (from string, args []any) {
	if inStreets(ranges) {
		among, args := territory.Among(ranges)
		return among + ` r CROSS JOIN tasks INDEXED BY idx_tasks_reports_area ON area>=r.lo AND area<r.hi WHERE ` + openReport, args
	}
	here, args := territory.Within(`+area`, ranges)
	return `tasks INDEXED BY idx_tasks_reports WHERE ` + openReport + ` AND ` + here, args
}

// ReadToday counts what waits in the actor's territory.
func ReadToday(db collections.DB, k Known, act access.Act) (out Today, err error) {
	counts, err := CountQueue(db, k.Library, act.Actor, "", "")
	if err != nil {
		return out, err
	}
	out.Queue = counts.ByState
	ranges := act.Actor.Ranges("")
	here, args := territory.Within(`+area`, ranges)
	reports, reportArgs := openReports(ranges)
	pairs, pairArgs := toDecide(act.Actor, "idx_duplicates_open")
	late := collections.Stamp(act.Now.Add(-overdueAfter))
	today := act.Now.In(survey.Zone).Format(time.DateOnly)
	for _, one := range []struct {
		into  *Count
		query string
		args  []any
	}{
		{&out.Reports.Open, `SELECT 1 FROM ` + reports, reportArgs},
		{&out.Reports.Overdue, `SELECT 1 FROM ` + reports + ` AND (due!='' AND due<? OR due='' AND created<?)`,
			slices.Concat(reportArgs, []any{today, late})},
		{&out.Duplicates, `SELECT 1 FROM ` + pairs, pairArgs},
	} {
		if *one.into, err = count(db, one.query, one.args...); err != nil {
			return out, err
		}
	}
	if err := out.perRange(db, ranges); err != nil {
		return out, err
	}
	if err := out.first(db, k, reports, reportArgs); err != nil {
		return out, err
	}
	if err := out.silent(db, here, args, act.Now); err != nil {
		return out, err
	}
	return out, out.day(db, k, ranges, act.Now)
}

// perRange counts what an index of areas leads to.
func (t *Today) perRange(db collections.DB, ranges []territory.Range) error {
	for _, r := range ranges {
		held, err := count(db, `SELECT 1 FROM submissions WHERE outcome='quarantined' AND area>=? AND area<?`, r.Lo, r.Hi)
		if err != nil {
			return err
		}
		t.Quarantine.add(held)
		unplaced, err := count(db, `SELECT 1 FROM record_issues WHERE code=? AND area>=? AND area<?`, grid.Unplaced, r.Lo, r.Hi)
		if err != nil {
			return err
		}
		t.Unplaced.add(unplaced)
	}
	return nil
}

func (t *Today) first(db collections.DB, k Known, reports string, args []any) error {
	t.Reports.First = []Report{}
	query := `SELECT id, title, due, created, area, collection, record, sealed FROM ` + reports + ` ORDER BY created, id LIMIT ?`
	return collections.Each(db, query, slices.Concat(args, []any{firstReports}), func(rows *sql.Rows) error {
		var r Report
		var sealed string
		if err := rows.Scan(&r.Task, &r.Title, &r.Due, &r.Created, &r.Area, &r.Collection, &r.Record, &sealed); err != nil {
			return err
		}
		opened, _, err := collections.OpenWhole(db, collections.Tasks, r.Task, sealed)
		opened.Fill("title", &r.Title)
		r.AreaName = nameOf(k.Areas, r.Area)
		t.Reports.First = append(t.Reports.First, r)
		return err
	})
}

func (t *Today) silent(db collections.DB, here string, args []any, now time.Time) error {
	t.Tablets = []Tablet{}
	query := `SELECT worker, COALESCE((SELECT name FROM workers w WHERE w.id=worker),''), last_contact
		FROM devices INDEXED BY idx_devices_contact
		WHERE revoked=FALSE AND last_contact<? AND ` + here + ` ORDER BY last_contact LIMIT ?`
	return collections.Each(db, query, append(append([]any{collections.Stamp(now.Add(-silentAfter))}, args...), mostTablets),
		func(rows *sql.Rows) error {
			var one Tablet
			err := rows.Scan(&one.Worker, &one.WorkerName, &one.LastSeen)
			t.Tablets = append(t.Tablets, one)
			return err
		})
}

// day counts what arrived yesterday.
func (t *Today) day(db collections.DB, k Known, ranges []territory.Range, now time.Time) error {
	local := now.In(survey.Zone)
	end := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, survey.Zone)
	from, to := collections.Stamp(end.AddDate(0, 0, -1)), collections.Stamp(end)
	for _, table := range k.Library.Tables() {
		for _, state := range states {
			for _, r := range ranges {
				where, args := `review_state=?`, []any{state}
				if len(r.Lo) >= district {
					where, args = `substr(area,1,6)=? AND `+where, []any{r.Lo[:district], state}
				}
				query := `SELECT count(*), COALESCE(SUM(outcome LIKE '1.1%'),0) FROM (SELECT outcome FROM "` + table + `" WHERE ` + where +
					` AND received_at>=? AND received_at<? AND +area>=? AND +area<? LIMIT ?)`
				var visits Count
				var complete int
				if _, err := collections.One(db, query, append(args, from, to, r.Lo, r.Hi, mostCounted+1), &visits.N, &complete); err != nil {
					return err
				}
				t.Yesterday.Visits.add(visits)
				t.Yesterday.Complete += complete
			}
		}
	}
	return nil
}
