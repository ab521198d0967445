package console

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"math"
	"slices"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/grid"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
)

// WorkerDay is what a worker did on one day, visit by visit. The places of visits are masked: each is shown by its area, and reveal shows
// the point for a reason.
type WorkerDay struct {
	Worker     string     `json:"worker"`
	WorkerName string     `json:"worker_name"`
	Day        string     `json:"day"`
	Days       []string   `json:"days"` // the latest ones with visits in the caller's territory, the latest first
	Visits     []DayVisit `json:"visits"`
	Areas      []Outline  `json:"areas"`     // with the visits
	Elsewhere  int        `json:"elsewhere"` // visits of the day outside of the caller's territory
}

// DayVisit is one visit, with how it follows on the one before.
type DayVisit struct {
	Collection string       `json:"collection"`
	ID         string       `json:"id"`
	StartedAt  string       `json:"started_at"`
	FinishedAt string       `json:"finished_at"`
	Minutes    *float64     `json:"minutes"`
	Area       string       `json:"area"`
	AreaName   string       `json:"area_name"`
	Outcome    survey.Words `json:"outcome"`
	State      string       `json:"state"`
	Placed     bool         `json:"placed"`   // the tablet noted a place
	Inside     *bool        `json:"inside"`   // of its area
	Assigned   *bool        `json:"assigned"` // the area, or one that holds it, is or was the worker's to visit; nil where nothing is assigned
	MetresFrom *float64     `json:"metres"`   // from the visit before
	Kmh        *float64     `json:"kmh"`      // at least, on the way from there

	start, end time.Time
	at         *orb.Point
}

const (
	mostDays   = 31
	mostVisits = 200
)

// ReadDay tells of the visits of a worker on a day, "" for the latest one, that lie in the actor's territory.
func ReadDay(db collections.DB, k Known, actor access.Actor, worker, day string) (WorkerDay, error) {
	out := WorkerDay{Worker: worker, Day: day, Days: []string{}, Visits: []DayVisit{}, Areas: []Outline{}}
	if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
		return out, problem.New(problem.BadParameter, "day")
	}
	var area string
	found, err := collections.One(db, `SELECT name, area FROM workers WHERE id=? AND role='field'`, []any{worker}, &out.WorkerName, &area)
	if err != nil {
		return out, err
	}
	if !found || !actor.May(access.ReadWorker, area, "") {
		return out, problem.New(problem.NotFound, "")
	}
	if err := out.days(db, k, actor); err != nil {
		return out, err
	}
	if out.Day == "" && len(out.Days) > 0 {
		out.Day = out.Days[0]
	}
	for _, table := range k.Library.Tables() {
		if err := out.visits(db, k, actor, table); err != nil {
			return out, err
		}
	}
	slices.SortFunc(out.Visits, func(a, b DayVisit) int { return cmp.Or(a.start.Compare(b.start), cmp.Compare(a.ID, b.ID)) })
	out.Visits = out.Visits[:min(len(out.Visits), mostVisits)]
	out.follow()
	return out, out.outlines(k)
}

// local is the day of a visit, in SQL.
var local = collections.DayOf(`COALESCE(NULLIF(started_at,''),received_at)`)

func (d *WorkerDay) days(db collections.DB, k Known, actor access.Actor) error {
	seen := map[string]bool{}
	for _, table := range k.Library.Tables() {
		query := `SELECT DISTINCT area, ` + local + ` FROM "` + table + `" WHERE worker=? AND review_state!='rejected'`
		err := collections.Each(db, query, []any{d.Worker}, func(rows *sql.Rows) error {
			var area, day string
			err := rows.Scan(&area, &day)
			if actor.May(access.ReviewRecord, area, "") {
				seen[day] = true
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	for day := range seen {
		d.Days = append(d.Days, day)
	}
	slices.Sort(d.Days)
	slices.Reverse(d.Days)
	d.Days = d.Days[:min(len(d.Days), mostDays)]
	return nil
}

func (d *WorkerDay) visits(db collections.DB, k Known, actor access.Actor, table string) error {
	return collections.Each(db, `SELECT id, started_at, finished_at, area, form_version, outcome, review_state, location, sealed
		FROM "`+table+`" WHERE worker=? AND `+local+`=? AND review_state!='rejected'`,
		[]any{d.Worker, d.Day}, func(rows *sql.Rows) error {
			v := DayVisit{Collection: table}
			var version, outcome, place, sealed string
			if err := rows.Scan(&v.ID, &v.StartedAt, &v.FinishedAt, &v.Area, &version, &outcome, &v.State, &place, &sealed); err != nil {
				return err
			}
			if !actor.May(access.ReviewRecord, v.Area, "") {
				d.Elsewhere++
				return nil
			}
			err := collections.Fill(db, table, v.ID, sealed, map[string]*string{"location": &place})
			if err != nil {
				return err
			}
			v.start, _ = time.Parse(time.RFC3339, v.StartedAt) // the zero time where it is not known
			v.end, _ = time.Parse(time.RFC3339, v.FinishedAt)
			v.Outcome, v.AreaName = outcomeText(k.Library, table, version, outcome), nameOf(k.Areas, v.Area)
			if v.at = parsePoint(place); v.at != nil {
				v.Placed = true
				if area, known := k.Areas.Area(v.Area); known && len(area.Boundary) > 0 {
					inside := area.Contains(v.at.Lon(), v.at.Lat())
					v.Inside = &inside
				}
			}
			v.Assigned, err = assignedTo(db, d.Worker, v.Area)
			d.Visits = append(d.Visits, v)
			return err
		})
}

// assignedTo reports whether an area, or what holds it, is a task of the worker; nil where the worker has no such task at all.
func assignedTo(db collections.DB, worker, area string) (*bool, error) {
	var tasks, fitting int
	_, err := collections.One(db, `SELECT COUNT(*), COALESCE(SUM(substr(?,1,length(area))=area),0) FROM tasks
		WHERE assignee=? AND kind='visit' AND household='' AND campaign!=''`, []any{area, worker}, &tasks, &fitting)
	if err != nil || tasks == 0 {
		return nil, err
	}
	fits := fitting > 0
	return &fits, nil
}

// follow says of each visit how long it took, how far it lies from the one before, and how fast the way was.
func (d *WorkerDay) follow() {
	for i := range d.Visits {
		v := &d.Visits[i]
		if !v.start.IsZero() && v.end.After(v.start) {
			minutes := math.Round(v.end.Sub(v.start).Minutes())
			v.Minutes = &minutes
		}
		if i == 0 || v.at == nil || d.Visits[i-1].at == nil {
			continue
		}
		before := d.Visits[i-1]
		metres := math.Round(geo.DistanceHaversine(*before.at, *v.at))
		v.MetresFrom = &metres
		if gap := v.start.Sub(before.end); !before.end.IsZero() && !v.start.IsZero() && gap > 0 {
			kmh := math.Round(metres/gap.Hours()/100) / 10
			v.Kmh = &kmh
		}
	}
}

func (d *WorkerDay) outlines(k Known) error {
	seen := map[string]bool{}
	for _, v := range d.Visits {
		area, known := k.Areas.Area(v.Area)
		if seen[v.Area] || !known || len(area.Boundary) == 0 {
			continue
		}
		seen[v.Area] = true
		boundary, err := grid.MarshalBoundary(area.Boundary)
		if err != nil {
			return err
		}
		shape := drawn(k.Areas, v.Area, json.RawMessage(boundary))
		d.Areas = append(d.Areas, Outline{"Feature", Outlined{Code: v.Area, Name: v.AreaName, Level: string(area.Level)}, shape})
	}
	return nil
}
