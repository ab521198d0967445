package console

import (
	"cmp"
	"database/sql"
	"slices"

	"doorstep/collections"
	"doorstep/collections/territory"
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
	Note       string `json:"note"`       // what was done; of an open one why it is open again
	SettledBy  string `json:"settled_by"` // name; "" while it is open
	SettledAt  string `json:"settled_at"` // "" while it is open, and where a tablet ended it
}

// ReportsAsked says which reports are listed; "" for all that are open, or with Settled those that are not.
type ReportsAsked struct {
	Area, Cursor string
	Settled      bool
	Limit        int
}

// reportList is the mandatory reports in one state: by an index of all, and by one of those of some streets.
type reportList struct {
	order
	status, whole, street string
}

var (
	openReports    = reportList{order{`created`, `id`, true}, `open`, `idx_tasks_reports`, `idx_tasks_reports_area`}
	settledReports = reportList{order{at: `confirmed_at`, id: `id`}, `done`, `idx_tasks_settled`, `idx_tasks_settled_area`}
)

// of is where the reports of a territory are, and its condition: those of some streets by their place, else among all of the city's.
func (l *reportList) of(ranges []territory.Range) (from string, args []any) {
	report := ` WHERE kind='follow_up' AND priority='urgent' AND status='` + l.status + `'`
	if inStreets(ranges) {
		among, args := territory.Among(ranges)
		return among + ` r CROSS JOIN tasks INDEXED BY ` + l.street + ` ON area>=r.lo AND area<r.hi` + report, args
	}
	here, args := territory.Within(`+area`, ranges)
	return `tasks INDEXED BY ` + l.whole + report + ` AND ` + here, args
}

// ListReports lists the mandatory reports of the actor's territory: the open ones, the oldest first, or the settled ones, the last first.
func ListReports(db collections.DB, k Known, actor access.Actor, f ReportsAsked) (Page[Report], error) {
	page := Page[Report]{Items: []Report{}}
	from, err := parsePosition(f.Cursor)
	if err != nil {
		return page, err
	}
	list, limit := &openReports, LimitOf(f.Limit)
	if f.Settled {
		list = &settledReports
	}
	reports, args := list.of(actor.Ranges(f.Area))
	after, afterArgs := list.after(from)
	if page.Items, err = list.first(db, k, reports+` AND `+after, slices.Concat(args, afterArgs, []any{limit + 1})); err != nil {
		return page, err
	}
	page.cut(limit, func(r Report) position {
		if f.Settled {
			return position{r.SettledAt, r.Task}
		}
		return position{r.Created, r.Task}
	})
	return page, nil
}

// first returns the first of some reports of the list. The last of args says at most how many.
func (l *reportList) first(db collections.DB, k Known, reports string, args []any) ([]Report, error) {
	query := `SELECT id, title, due, created, area, collection, record, note, CASE status WHEN 'open' THEN '' ELSE COALESCE((SELECT name
		FROM workers w WHERE w.id=COALESCE(NULLIF(confirmed_by,''), assignee)),'') END, confirmed_at, sealed FROM ` + reports + `
		ORDER BY ` + l.by() + ` LIMIT ?`
	return collections.All(db, query, args, func(rows *sql.Rows, r *Report) error {
		var sealed string
		if err := rows.Scan(&r.Task, &r.Title, &r.Due, &r.Created, &r.Area, &r.Collection, &r.Record, &r.Note, &r.SettledBy, &r.SettledAt,
			&sealed); err != nil {
			return err
		}
		r.AreaName = nameOf(k.Areas, r.Area)
		return collections.Fill(db, collections.Tasks, r.Task, sealed, map[string]*string{"title": &r.Title, "note": &r.Note})
	})
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
func (r *reader) reports(out *Record) (err error) {
	out.Reports, err = collections.All(r.db, `SELECT id, title, due, created, status, note, COALESCE((SELECT name FROM workers w
		WHERE w.id=confirmed_by),''), confirmed_at, sealed FROM tasks WHERE record=? AND kind='follow_up' AND priority='urgent'`,
		[]any{r.rec.ID}, func(rows *sql.Rows, one *ReportOf) error {
			var sealed string
			if err := rows.Scan(&one.Task, &one.Title, &one.Due, &one.Created, &one.Status, &one.Note, &one.SettledBy, &one.SettledAt,
				&sealed); err != nil {
				return err
			}
			return collections.Fill(r.db, collections.Tasks, one.Task, sealed, map[string]*string{"title": &one.Title, "note": &one.Note})
		})
	slices.SortFunc(out.Reports, func(a, b ReportOf) int { return cmp.Or(cmp.Compare(a.Created, b.Created), cmp.Compare(a.Task, b.Task)) })
	return err
}
