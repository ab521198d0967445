package console

import (
	"cmp"
	"database/sql"
	"slices"

	"doorstep/collections"
	"doorstep/internal/access"
)

// Report is the task of a mandatory report.
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

// ReportsAsked says which reports are listed; "" for all.
type ReportsAsked struct {
	Area, Cursor string
	Limit        int
}

// ListReports lists the open mandatory reports of the actor's territory, the oldest first.
func ListReports(db collections.DB, k Known, actor access.Actor, f ReportsAsked) (Page[Report], error) {
	page := Page[Report]{Items: []Report{}}
	from, err := parsePosition(f.Cursor)
	if err != nil {
		return page, err
	}
	limit := limitOf(f.Limit)
	reports, args := openReports(actor.Ranges(f.Area))
	if from != (position{}) {
		reports, args = reports+` AND (created, id)>(?, ?)`, append(args, from.at, from.id)
	}
	if page.Items, err = firstReports(db, k, reports, append(args, limit+1)); err != nil {
		return page, err
	}
	page.cut(limit, func(r Report) position { return position{r.Created, r.Task} })
	return page, nil
}

// firstReports returns the oldest of some reports. The last of args says at most how many.
func firstReports(db collections.DB, k Known, reports string, args []any) ([]Report, error) {
	all := []Report{}
	query := `SELECT id, title, due, created, area, collection, record, sealed FROM ` + reports + ` ORDER BY created, id LIMIT ?`
	err := collections.Each(db, query, args, func(rows *sql.Rows) error {
		var r Report
		var sealed string
		if err := rows.Scan(&r.Task, &r.Title, &r.Due, &r.Created, &r.Area, &r.Collection, &r.Record, &sealed); err != nil {
			return err
		}
		opened, _, err := collections.OpenWhole(db, collections.Tasks, r.Task, sealed)
		opened.Fill("title", &r.Title)
		r.AreaName = nameOf(k.Areas, r.Area)
		all = append(all, r)
		return err
	})
	return all, err
}

// ReportOf is a mandatory report of one record, and what became of it.
type ReportOf struct {
	Task      string `json:"task"`
	Title     string `json:"title"`
	Due       string `json:"due"`
	Created   string `json:"created"`
	Status    string `json:"status"`
	Note      string `json:"note"`       // what was done, or why it is open again
	SettledBy string `json:"settled_by"` // name; "" while it is open
	SettledAt string `json:"settled_at"`
}

// reports finds the mandatory reports of the record, the oldest first.
func (r *reader) reports(out *Record) error {
	out.Reports = []ReportOf{}
	err := collections.Each(r.db, `SELECT id, title, due, created, status, note, COALESCE((SELECT name FROM workers w
		WHERE w.id=confirmed_by),''), confirmed_at, sealed FROM tasks WHERE record=? AND kind='follow_up' AND priority='urgent'`,
		[]any{r.rec.ID}, func(rows *sql.Rows) error {
			var one ReportOf
			var sealed string
			if err := rows.Scan(&one.Task, &one.Title, &one.Due, &one.Created, &one.Status, &one.Note, &one.SettledBy, &one.SettledAt,
				&sealed); err != nil {
				return err
			}
			opened, _, err := collections.OpenWhole(r.db, collections.Tasks, one.Task, sealed)
			opened.Fill("title", &one.Title)
			opened.Fill("note", &one.Note)
			out.Reports = append(out.Reports, one)
			return err
		})
	slices.SortFunc(out.Reports, func(a, b ReportOf) int { return cmp.Or(cmp.Compare(a.Created, b.Created), cmp.Compare(a.Task, b.Task)) })
	return err
}
