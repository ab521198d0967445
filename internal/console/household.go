package console

import (
	"cmp"
	"database/sql"
	"slices"

	"github.com/paulmach/orb"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
)

// Dwelling is a household with its people, the visits there of every form, and the work that is left.
type Dwelling struct {
	ID       string    `json:"id"`
	Rev      int64     `json:"rev"`
	Area     AreaOf    `json:"area"`
	Active   bool      `json:"active"`
	Merged   string    `json:"merged_into"` // the household that it became part of; "" for none, or one elsewhere
	Location *Location `json:"location"`    // nil where nobody noted it
	Facts    []Row     `json:"facts"`       // masked
	Members  []Member  `json:"members"`
	Visits   []Call    `json:"visits"` // of the household and its people, the newest first
	Tasks    []Work    `json:"tasks"`  // the newest first
	home     *orb.Point
	subjects []string
}

// Call is a visit of a household, and how far from it the visit was.
type Call struct {
	Visit
	Located    bool     `json:"located"` // the tablet noted where
	AccuracyM  float64  `json:"accuracy_m"`
	HouseholdM *float64 `json:"household_m"` // nil where either place is not known
}

// Member is a person of a household.
type Member struct {
	ID     string `json:"id"`
	Active bool   `json:"active"`
	Facts  []Row  `json:"facts"` // masked
}

// Work is a task.
type Work struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"`
	Title    string `json:"title"`
	Due      string `json:"due"`
	Status   string `json:"status"`
	Priority string `json:"priority"`
	Created  string `json:"created"`
	Assignee string `json:"assignee"` // name
}

// Bounds of one page.
const (
	mostMembers = 100
	mostWork    = 50
)

// ReadHousehold reads a household of the actor's territory; one elsewhere is as good as none. What of its people and visits lies
// elsewhere is left out.
func ReadHousehold(db collections.DB, k Known, actor access.Actor, id string) (out Dwelling, subjects []string, err error) {
	out = Dwelling{Members: []Member{}, Visits: []Call{}, Tasks: []Work{}}
	var mergedArea string
	found, err := collections.One(db, `SELECT h.id, h.rev, h.area, h.active, COALESCE(m.id,''), COALESCE(m.area,'') FROM households h
		LEFT JOIN households m ON m.id=h.merged_into AND h.merged_into!='' WHERE h.id=?`,
		[]any{id}, &out.ID, &out.Rev, &out.Area.Code, &out.Active, &out.Merged, &mergedArea)
	if err != nil {
		return out, nil, err
	}
	if !found || !actor.May(access.ReviewRecord, out.Area.Code, "") {
		return out, nil, problem.New(problem.NotFound, "")
	}
	if !actor.May(access.ReviewRecord, mergedArea, "") {
		out.Merged = ""
	}
	out.subjects = []string{id}
	out.Area = areaOf(k.Areas, out.Area.Code)
	if out.Facts, err = fieldRows(db, collections.Households, id); err != nil {
		return out, nil, err
	}
	for _, part := range []func(collections.DB, Known, access.Actor) error{out.place, out.members, out.visits, out.tasks} {
		if err := part(db, k, actor); err != nil {
			return out, nil, err
		}
	}
	return out, out.subjects, nil
}

// fieldRows are the fields of a household or a person as rows of a record.
func fieldRows(db collections.DB, table, id string) ([]Row, error) {
	fields := fieldsOfRegister[table]
	said, err := inClear(db, table, id, fields)
	rows := make([]Row, 0, len(fields))
	for _, f := range fields {
		value := said[f.Field]
		shown := maskOf(table, f.Field).Mask(value)
		row := Row{Ref: f.Field, Kind: "question", Label: f.Label, Type: "text", Value: shown, Text: survey.Untranslated(shown),
			Masked: shown != value, Relevant: true, Issues: []RowIssue{}}
		if row.Masked {
			row.Reveal = &Masked{Collection: table, ID: id, Field: f.Field}
		}
		rows = append(rows, row)
	}
	return rows, err
}

func (d *Dwelling) members(db collections.DB, _ Known, actor access.Actor) error {
	err := collections.Each(db, `SELECT id, active, area FROM persons WHERE household=? AND merged_into=''
		ORDER BY created, id LIMIT ?`, []any{d.ID, mostMembers}, func(rows *sql.Rows) error {
		var m Member
		var area string
		err := rows.Scan(&m.ID, &m.Active, &area)
		if actor.May(access.ReviewRecord, area, "") {
			d.Members = append(d.Members, m)
			d.subjects = append(d.subjects, m.ID)
		}
		return err
	})
	for i := range d.Members {
		if err == nil {
			d.Members[i].Facts, err = fieldRows(db, collections.Persons, d.Members[i].ID)
		}
	}
	return err
}

func (d *Dwelling) visits(db collections.DB, k Known, actor access.Actor) error {
	r := reader{db: db, library: k.Library, actor: actor, rec: &collections.Record{Household: d.ID}}
	all := Record{Earlier: []Visit{}}
	people := []string{}
	for _, m := range d.Members {
		people = append(people, m.ID)
	}
	if err := r.about(&all, people); err != nil {
		return err
	}
	for _, v := range all.Earlier {
		c := Call{Visit: v}
		at, err := placeIn(db, v.Collection, v.ID, &c.AccuracyM)
		if err != nil {
			return err
		}
		if c.Located = at != nil; at != nil && d.home != nil {
			c.HouseholdM = metres(*at, *d.home)
		}
		d.Visits = append(d.Visits, c)
		d.subjects = append(d.subjects, v.ID)
	}
	return nil
}

// placeIn reads where a household or a visit is said to be and how sure that is; nil for nowhere.
func placeIn(db collections.DB, table, id string, accuracy *float64) (*orb.Point, error) {
	var place, sealed string
	if _, err := collections.One(db, `SELECT COALESCE(location,''), accuracy_m, sealed FROM "`+table+`" WHERE id=?`, []any{id},
		&place, accuracy, &sealed); err != nil {
		return nil, err
	}
	err := collections.Fill(db, table, id, sealed, map[string]*string{"location": &place})
	return parsePoint(place), err
}

// place describes where the household is known to live, masked.
func (d *Dwelling) place(db collections.DB, k Known, _ access.Actor) error {
	var accuracy float64
	at, err := placeIn(db, collections.Households, d.ID, &accuracy)
	if err != nil || at == nil {
		return err
	}
	d.home = at
	d.Location, err = located(k.Areas, d.Area.Code, *at, accuracy)
	return err
}

func (d *Dwelling) tasks(db collections.DB, _ Known, actor access.Actor) error {
	seen := map[string]bool{}
	read := func(column, id string) error {
		return collections.Each(db, `SELECT id, kind, title, due, status, priority, created, COALESCE((SELECT name FROM workers w
			WHERE w.id=assignee),''), area, sealed FROM tasks WHERE `+column+`=? ORDER BY created DESC LIMIT ?`,
			[]any{id, mostWork}, func(rows *sql.Rows) error {
				var w Work
				var area, sealed string
				if err := rows.Scan(&w.ID, &w.Kind, &w.Title, &w.Due, &w.Status, &w.Priority, &w.Created, &w.Assignee, &area, &sealed); err != nil {
					return err
				}
				if seen[w.ID] || !actor.May(access.ReviewRecord, area, "") {
					return nil
				}
				seen[w.ID] = true
				err := collections.Fill(db, collections.Tasks, w.ID, sealed, map[string]*string{"title": &w.Title})
				d.Tasks = append(d.Tasks, w)
				return err
			})
	}
	if err := read("household", d.ID); err != nil {
		return err
	}
	for _, m := range d.Members {
		if err := read("person", m.ID); err != nil {
			return err
		}
	}
	slices.SortFunc(d.Tasks, func(a, b Work) int { return cmp.Or(cmp.Compare(b.Created, a.Created), cmp.Compare(a.ID, b.ID)) })
	return nil
}
