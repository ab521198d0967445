package needs

import (
	"database/sql"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
)

// Filter is which needs of an area somebody asks for; "" is any.
type Filter struct {
	Area, Domain, Level string
	Cursor              string
	Limit               int // of the records that a page looks at
}

// Page is part of the needs of an area, by place. It may hold no item while there are more: Next is nil at the end.
type Page struct {
	Items []Need  `json:"items"`
	Next  *string `json:"next"`
}

// Bounds of a page, in records.
const (
	usualRows = 100
	mostPage  = 500
)

// List reads the needs in the actor's territory, or in an area of it, along the index of places.
func List(db collections.DB, library *instrument.Library, actor access.Actor, f Filter) (Page, error) {
	page := Page{Items: []Need{}}
	after, ok := territory.ParseCursor(f.Cursor)
	if !ok {
		return page, problem.New(problem.BadCursor, "")
	}
	if f.Limit <= 0 {
		f.Limit = usualRows
	}
	f.Limit = min(f.Limit, mostPage)
	read, last := 0, territory.Position{}
	q := territory.Rows{Columns: rowColumns + `, n.rejected`, From: `needs n`, Place: `n.area`, ID: `n.id`, Ranges: actor.Ranges(f.Area),
		After: after, Limit: f.Limit}
	err := q.Each(db, func(rows *sql.Rows) error {
		var rejected bool
		r, ok, err := scan(db, rows, &rejected)
		read, last = read+1, territory.Position{Place: r.area, ID: r.id}
		for _, n := range r.Needs {
			if ok && !rejected && (f.Domain == "" || n.Domain == f.Domain) && (f.Level == "" || n.Level == f.Level) {
				page.Items = append(page.Items, worded(library, r, n))
			}
		}
		return err
	})
	if read == f.Limit {
		next := last.Cursor()
		page.Next = &next
	}
	return page, err
}
