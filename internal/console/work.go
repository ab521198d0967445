package console

import (
	"database/sql"
	"encoding/json"
	"slices"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/problem"
)

// Assignment is one part of a campaign's target, or an attempt that is due.
type Assignment struct {
	ID         string   `json:"id"`
	Rev        int64    `json:"rev"`
	Kind       string   `json:"kind"`
	Campaign   string   `json:"campaign"`
	Area       string   `json:"area"`
	AreaName   string   `json:"area_name"`
	Household  string   `json:"household"` // "" for the whole area
	Worker     string   `json:"worker"`    // "" for nobody yet
	WorkerName string   `json:"worker_name"`
	Title      string   `json:"title"`
	Note       string   `json:"note"`
	Target     int      `json:"target"`    // interviews wanted; 0 for none said
	Completed  int      `json:"completed"` // households of the area, or the household, with an interview in the campaign
	Due        string   `json:"due"`
	Status     string   `json:"status"`    // open, done: its worker says that it is finished, cancelled
	Confirmed  bool     `json:"confirmed"` // a supervisor says so too
	Why        []string `json:"why"`       // of an attempt that is due: its number and the time of the week
}

// WorkFilter says which work is listed; "" for all.
type WorkFilter struct {
	Campaign, Area, Worker, Status, Kind, Cursor string
	Whole                                        bool // only parts that are a whole area, no household
	Limit                                        int
}

var workKinds = []string{"", "visit", "revisit", "recheck"}

// ListWork lists the work of campaigns in the actor's territory, by area.
func ListWork(db collections.DB, k Known, actor access.Actor, f WorkFilter) (Page[Assignment], error) {
	page := Page[Assignment]{Items: []Assignment{}}
	from, err := parsePosition(f.Cursor)
	if err != nil {
		return page, err
	}
	if !slices.Contains(workKinds, f.Kind) {
		return page, problem.New(problem.BadParameter, "kind")
	}
	limit := LimitOf(f.Limit)
	rows := territory.Rows{From: `tasks t`, Place: `t.area`, ID: `t.id`, Ranges: actor.Ranges(f.Area),
		After: territory.Position{Place: from.at, ID: from.id}, Limit: limit + 1,
		Columns: `t.id, t.rev, t.kind, t.campaign, t.area, t.household, t.assignee, COALESCE((SELECT name FROM workers w
			WHERE w.id=t.assignee),''), t.title, t.note, t.sealed, t.target, t.due, t.status, t.confirmed_by!='', COALESCE(t.causes,'[]')`,
		Where: `t.campaign!=''`}
	for _, one := range []struct{ column, value string }{{"campaign", f.Campaign}, {"assignee", f.Worker}, {"status", f.Status},
		{"kind", f.Kind}} {
		if one.value != "" {
			rows.Where, rows.Args = rows.Where+` AND t.`+one.column+`=?`, append(rows.Args, one.value)
		}
	}
	if f.Whole {
		rows.Where += ` AND t.household=''`
	}
	err = rows.Each(db, func(r *sql.Rows) error {
		w, err := readAssignment(db, r)
		w.AreaName = nameOf(k.Areas, w.Area)
		page.Items = append(page.Items, w)
		return err
	})
	if err != nil {
		return page, err
	}
	page.cut(limit, func(w Assignment) position { return position{w.Area, w.ID} })
	for i := range page.Items {
		if err := page.Items[i].count(db, k); err != nil {
			return page, err
		}
	}
	return page, nil
}

func readAssignment(db collections.DB, r *sql.Rows) (Assignment, error) {
	w := Assignment{Why: []string{}}
	var sealed, causes string
	if err := r.Scan(&w.ID, &w.Rev, &w.Kind, &w.Campaign, &w.Area, &w.Household, &w.Worker, &w.WorkerName, &w.Title, &w.Note, &sealed,
		&w.Target, &w.Due, &w.Status, &w.Confirmed, &causes); err != nil {
		return w, err
	}
	if json.Unmarshal([]byte(causes), &w.Why) != nil || w.Why == nil {
		w.Why = []string{}
	}
	return w, collections.Fill(db, collections.Tasks, w.ID, sealed, map[string]*string{"title": &w.Title, "note": &w.Note})
}

// count counts the households with an interview, of an area those in all that it holds.
func (w *Assignment) count(db collections.DB, k Known) error {
	interviews, met := k.Library.Interviews(), map[string]bool{}
	for _, table := range k.Library.Tables() {
		where, args := territory.Within(`area`, territory.Of([]string{w.Area}))
		where += ` AND household!=''`
		if w.Household != "" {
			where, args = `household=?`, []any{w.Household}
		}
		err := collections.Each(db, `SELECT household FROM "`+table+`"
			WHERE `+where+` AND campaign=? AND review_state!='rejected' AND `+interviews.Of(table), append(args, w.Campaign),
			func(rows *sql.Rows) error {
				var household string
				err := rows.Scan(&household)
				met[household] = true
				return err
			})
		if err != nil {
			return err
		}
	}
	w.Completed = len(met)
	return nil
}
