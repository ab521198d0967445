package console

import (
	"database/sql"
	"path/filepath"
	"strings"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/signin"
	"doorstep/internal/survey"
)

// Worker is somebody of the staff, with their tablets.
type Worker struct {
	ID           string   `json:"id"`
	StaffNo      string   `json:"staff_no"`
	Name         string   `json:"name"`
	Role         string   `json:"role"`
	Area         string   `json:"area"`
	AreaName     string   `json:"area_name"`
	Territory    []Place  `json:"territory"`
	Active       bool     `json:"active"`
	SecondFactor bool     `json:"second_factor"`
	Devices      []Device `json:"devices"`
	at           string   // where the worker stands in the order; "" of one by names, which are kept out of cursors
}

// Device is a tablet. Only who manages devices is told which one.
type Device struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	App       string `json:"app"` // the program and its version
	Platform  string `json:"platform"`
	LastSeen  string `json:"last_seen"`
	Waiting   int    `json:"waiting"` // unsent operations
	Files     int    `json:"files_waiting"`
	WaitingAt string `json:"waiting_at"` // when it said so; "" for never
	Revoked   bool   `json:"revoked"`
}

// WorkersAsked are the staff of an area, "" for the whole territory, with some words in their names or numbers, in the order of one of
// WorkerSorts, the first where none is said, after a cursor.
type WorkersAsked struct {
	Area, Words, Sort, Cursor string
	Limit                     int
}

// WorkerSorts are the orders of the staff: by place, name and staff number; whose tablet was silent for longest; and whose holds most
// unsent work. Who has no tablet stands last in these.
var WorkerSorts = []string{"area", "name", "staff_no", "silent", "waiting"}

// workerOrders are what the staff are ordered by, rising; each is found by the index of tablets by their worker.
var workerOrders = map[string]string{
	"name":     `w.name`,
	"staff_no": `w.staff_no`,
	"silent":   `COALESCE((SELECT max(d.last_contact) FROM devices d WHERE d.worker=w.id AND d.revoked=FALSE),'~')`,
	"waiting": `(SELECT CASE count(*) WHEN 0 THEN '~' ELSE printf('%012d', 999999999999-sum(d.waiting+d.files_waiting)) END FROM devices d
		WHERE d.worker=w.id AND d.revoked=FALSE)`,
}

// Workers lists the staff of the actor's territory.
func Workers(db collections.DB, k Known, actor access.Actor, ask WorkersAsked) (Page[Worker], error) {
	page := Page[Worker]{Items: []Worker{}}
	from, err := parsePosition(ask.Cursor)
	if err != nil {
		return page, err
	}
	limit := LimitOf(ask.Limit)
	err = ask.each(db, actor.Ranges(ask.Area), from, limit+1, func(r *sql.Rows) error {
		w := Worker{Devices: []Device{}}
		var codes string
		err := r.Scan(&w.ID, &w.StaffNo, &w.Name, &w.Role, &w.Area, &w.Active, &codes, &w.at)
		w.Territory = Places(k.Areas, access.ParseTerritory(codes))
		w.AreaName = nameOf(k.Areas, w.Area)
		page.Items = append(page.Items, w)
		return err
	})
	if err != nil {
		return page, err
	}
	page.cut(limit, func(w Worker) position { return position{w.at, w.ID} })
	for i := range page.Items {
		w := &page.Items[i]
		if w.SecondFactor, err = signin.Enrolled(db, w.ID); err != nil {
			return page, err
		}
		if w.Devices, err = devicesOf(db, actor, w.ID); err != nil {
			return page, err
		}
	}
	return page, nil
}

// each reads the staff that are asked for: by place along its index, otherwise all of the ranges in their order.
func (ask *WorkersAsked) each(db collections.DB, ranges []territory.Range, from position, most int, scan func(*sql.Rows) error) error {
	const columns = `w.id, w.staff_no, w.name, w.role, w.area, w.active, COALESCE(w.territory,'[]'), `
	where, args := `1`, []any(nil)
	if ask.Words != "" {
		where, args = `instr(lower(w.name||' '||w.staff_no), lower(?))`, []any{ask.Words}
	}
	by, other := workerOrders[ask.Sort]
	if !other {
		rows := territory.Rows{Columns: columns + `w.area`, From: `workers w`, Place: `w.area`, ID: `w.id`, Ranges: ranges, Where: where,
			Args: args, After: territory.Position{Place: from.at, ID: from.id}, Limit: most}
		return rows.Each(db, scan)
	}
	shown, begin, at := by, `?`, from.at
	if ask.Sort == "name" {
		shown, begin, at = `''`, `(SELECT name FROM workers WHERE id=?)`, from.id
	}
	among, all := territory.Among(ranges)
	all = append(all, args...)
	if from != (position{}) {
		where, all = where+` AND (`+by+`, w.id)>(`+begin+`, ?)`, append(all, at, from.id)
	}
	return collections.Each(db, `SELECT `+columns+shown+` FROM `+among+` r CROSS JOIN workers w ON w.area>=r.lo AND w.area<r.hi
		WHERE `+where+` ORDER BY `+by+`, w.id LIMIT ?`, append(all, most), scan)
}

func devicesOf(db collections.DB, actor access.Actor, worker string) ([]Device, error) {
	return collections.All(db, `SELECT id, name, app, platform, last_contact, waiting, files_waiting, waiting_at, revoked, area, sealed
		FROM devices WHERE worker=?
		ORDER BY last_contact DESC`, []any{worker}, func(rows *sql.Rows, d *Device) error {
		var area, sealed string
		if err := rows.Scan(&d.ID, &d.Name, &d.App, &d.Platform, &d.LastSeen, &d.Waiting, &d.Files, &d.WaitingAt, &d.Revoked,
			&area, &sealed); err != nil {
			return err
		}
		err := collections.Fill(db, collections.Devices, d.ID, sealed, map[string]*string{"name": &d.Name})
		if !actor.May(access.ManageDevice, area, "") {
			d.ID, d.Name = "", ""
		}
		return err
	})
}

// FormLine is one version of a form.
type FormLine struct {
	Form        string       `json:"form"`
	Title       survey.Words `json:"title"`
	Version     string       `json:"version"`
	Status      string       `json:"status"`
	PublishedAt string       `json:"published_at"`
	Workbook    string       `json:"workbook"`    // how the name of the file ends that it was published from
	Submissions *Count       `json:"submissions"` // records of the form in the territory; nil for who may not count them
}

// Forms lists every version of every form, the latest of each first.
func Forms(db collections.DB, k Known, actor access.Actor) (page Page[FormLine], err error) {
	counted := map[string]*Count{}
	page.Items, err = collections.All(db, `SELECT form_id, title, version, status, published_at, source_name FROM forms
		ORDER BY form_id, published_at DESC, version DESC`, nil, func(rows *sql.Rows, f *FormLine) error {
		var title, name string
		err := rows.Scan(&f.Form, &title, &f.Version, &f.Status, &f.PublishedAt, &name)
		f.Title = survey.Untranslated(title)
		if in, ok := k.Library.Get(f.Form, f.Version); ok {
			f.Title = FormTitle(in)
		}
		f.Workbook = strings.ToLower(filepath.Ext(name))
		return err
	})
	if err != nil || actor.Where(access.ReadCoverage) == access.Nowhere {
		return page, err
	}
	for i := range page.Items {
		f := &page.Items[i]
		if counted[f.Form] == nil {
			sum := &Count{}
			for _, table := range tablesOf(k.Library, f.Form) {
				for _, r := range actor.Ranges("") {
					c, err := count(db, `SELECT 1 FROM "`+table+`" WHERE area>=? AND area<?`, r.Lo, r.Hi)
					if err != nil {
						return page, err
					}
					sum.add(c)
				}
			}
			counted[f.Form] = sum
		}
		f.Submissions = counted[f.Form]
	}
	return page, nil
}
