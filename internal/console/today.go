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
	Tablets    []Tablet         `json:"tablets"`  // silent for days, the longest first; then those whose work does not arrive
	Yesterday  Day              `json:"yesterday"`
}

// Reports are the mandatory reports that nobody has closed.
type Reports struct {
	Open    Count    `json:"open"`
	Overdue Count    `json:"overdue"`
	First   []Report `json:"first"` // the oldest
}

// Tablet is a device that was not heard of, or that still holds work.
type Tablet struct {
	Worker     string `json:"worker"`
	WorkerName string `json:"worker_name"`
	LastSeen   string `json:"last_seen"`
	App        string `json:"app"`     // the program and its version
	Waiting    int    `json:"waiting"` // unsent operations
	Files      int    `json:"files_waiting"`
	WaitingAt  string `json:"waiting_at"` // when it said so; "" for never
	Silent     bool   `json:"silent"`
}

// Day is what was brought on one day, and what the plan asks.
type Day struct {
	Visits   Count  `json:"visits"`
	Complete int    `json:"complete"` // of those that were counted
	Plan     []Plan `json:"plan"`     // the first to end first
}

// Plan is what is left of a campaign's target in a territory.
type Plan struct {
	Campaign string `json:"campaign"`
	Name     string `json:"name"`
	Ends     string `json:"ends"`     // "" where it is not said
	Left     int    `json:"left"`     // interviews wanted by parts that are not finished; a part without a number counts as one
	Days     int    `json:"days"`     // that are left, today among them; 0 after the end and where no end is said
	ADay     int    `json:"a_day"`    // what is left for each of those days
	Complete int    `json:"complete"` // interviews that arrived on the day
}

const (
	mostFirst    = 10
	mostTablets  = 20
	silentAfter  = 3 * 24 * time.Hour
	stuckAfter   = time.Hour      // a tablet that told of unsent work
	overdueAfter = 24 * time.Hour // a report that says no other day
)

// ReadToday counts what waits in the actor's territory.
func ReadToday(db collections.DB, k Known, act access.Act) (out Today, err error) {
	counts, err := CountQueue(db, k.Library, act.Actor, "", "")
	if err != nil {
		return out, err
	}
	out.Queue = counts.ByState
	ranges := act.Actor.Ranges("")
	here, args := territory.Within(`+area`, ranges)
	reports, reportArgs := openReports.of(ranges)
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
	if out.Reports.First, err = openReports.first(db, k, reports, append(reportArgs, mostFirst)); err != nil {
		return out, err
	}
	if err := out.tablets(db, here, args, act.Now); err != nil {
		return out, err
	}
	complete, err := out.day(db, k, ranges, act.Now)
	if err != nil {
		return out, err
	}
	return out, out.plan(db, ranges, complete, act.Now)
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

func (t *Today) tablets(db collections.DB, here string, args []any, now time.Time) error {
	t.Tablets = []Tablet{}
	silent, stuck := collections.Stamp(now.Add(-silentAfter)), collections.Stamp(now.Add(-stuckAfter))
	for _, one := range []struct {
		silent bool
		where  string
		args   []any
	}{
		{true, `INDEXED BY idx_devices_contact WHERE revoked=FALSE AND last_contact<?`, []any{silent}},
		{false, `INDEXED BY idx_devices_waiting WHERE waiting+files_waiting>0 AND revoked=FALSE AND last_contact>=? AND last_contact<?`,
			[]any{silent, stuck}},
	} {
		query := `SELECT worker, COALESCE((SELECT name FROM workers w WHERE w.id=worker),''), last_contact, app, waiting, files_waiting,
			waiting_at
			FROM devices ` + one.where + ` AND ` + here + ` ORDER BY last_contact LIMIT ?`
		some, err := collections.All(db, query, append(append(one.args, args...), mostTablets), func(rows *sql.Rows, d *Tablet) error {
			d.Silent = one.silent
			return rows.Scan(&d.Worker, &d.WorkerName, &d.LastSeen, &d.App, &d.Waiting, &d.Files, &d.WaitingAt)
		})
		if err != nil {
			return err
		}
		t.Tablets = append(t.Tablets, some...)
	}
	return nil
}

// midnight is the first moment of the day.
func midnight(now time.Time) time.Time {
	local := now.In(survey.Zone)
	return time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, survey.Zone)
}

// day counts what arrived yesterday; complete are the interviews by campaign.
func (t *Today) day(db collections.DB, k Known, ranges []territory.Range, now time.Time) (complete map[string]int, err error) {
	end, complete := midnight(now), map[string]int{}
	from, to := collections.Stamp(end.AddDate(0, 0, -1)), collections.Stamp(end)
	for _, table := range k.Library.Tables() {
		for _, state := range states {
			for _, r := range ranges {
				where, args := `review_state=?`, []any{state}
				if len(r.Lo) >= collections.DistrictDigits {
					where, args = collections.DistrictOf("area")+`=? AND `+where, []any{r.Lo[:collections.DistrictDigits], state}
				}
				query := `SELECT campaign, outcome LIKE '1.1%' FROM "` + table + `" WHERE ` + where +
					` AND received_at>=? AND received_at<? AND +area>=? AND +area<? LIMIT ?`
				var visits Count
				err := collections.Each(db, query, append(args, from, to, r.Lo, r.Hi, mostCounted+1), func(rows *sql.Rows) error {
					var campaign string
					var interview bool
					err := rows.Scan(&campaign, &interview)
					if visits.N++; interview {
						complete[campaign]++
						t.Yesterday.Complete++
					}
					return err
				})
				if err != nil {
					return nil, err
				}
				t.Yesterday.Visits.add(visits)
			}
		}
	}
	return complete, nil
}

// plan counts what is left of the open campaigns.
func (t *Today) plan(db collections.DB, ranges []territory.Range, complete map[string]int, now time.Time) (err error) {
	t.Yesterday.Plan, err = collections.All(db, `SELECT id, name, ends FROM campaigns WHERE status='open' AND starts<?
		ORDER BY ends='', ends, id LIMIT ?`,
		[]any{collections.Stamp(now), mostCampaigns}, func(rows *sql.Rows, p *Plan) error {
			return rows.Scan(&p.Campaign, &p.Name, &p.Ends)
		})
	if err != nil {
		return err
	}
	for i := range t.Yesterday.Plan {
		p := &t.Yesterday.Plan[i]
		if p.Left, err = left(db, p.Campaign, ranges); err != nil {
			return err
		}
		p.Complete = complete[p.Campaign]
		if ends, err := time.Parse(collections.TimeLayout, p.Ends); err == nil && ends.After(now) {
			p.Days = int(midnight(ends).Sub(midnight(now)).Hours()/24) + 1
			p.ADay = (p.Left + p.Days - 1) / p.Days
		}
	}
	t.Yesterday.Plan = slices.DeleteFunc(t.Yesterday.Plan, func(p Plan) bool { return p.Left == 0 })
	return nil
}

// left sums what is wanted by the open parts of a campaign. An index holds no others.
func left(db collections.DB, campaign string, ranges []territory.Range) (sum int, err error) {
	for _, r := range ranges {
		var n int
		_, err := collections.One(db, `SELECT COALESCE(SUM(MAX(target,1)),0) FROM tasks INDEXED BY idx_tasks_parts
			WHERE campaign=? AND campaign!='' AND area>=? AND area<? AND status='open' AND kind='visit'`, []any{campaign, r.Lo, r.Hi}, &n)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}
