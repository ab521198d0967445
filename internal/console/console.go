// Package console reads what the people at desks work with: who they are, the queue, one record with the words of its form, and
// what waits for them. Every read costs what it answers: it goes along an index, inside the territory of who asks.
package console

import (
	"slices"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/grid"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
)

// Known is what the server keeps in memory: the forms, their words, and the areas.
type Known struct {
	Library *instrument.Library
	Sheets  *Sheets
	Areas   *grid.Index
}

// nameOf is the name of an area; "" for one that is not known.
func nameOf(areas *grid.Index, code string) string {
	a, _ := areas.Area(code)
	return a.Name
}

// Page is part of a list. Next is the cursor of the rest; it is nil at the end. A page may hold fewer items than were asked
// for, or none, while there are more.
type Page[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next"`
}

// cut leaves as many items as a page has, of one more that was read where there is a next page, which begins after the last.
func (p *Page[T]) cut(limit int, at func(T) position) {
	if len(p.Items) > limit {
		p.Items = p.Items[:limit]
		p.Next = at(p.Items[limit-1]).cursor()
	}
}

// Sizes of pages.
const (
	usualPage = 50
	mostPage  = 200
)

// LimitOf returns how many items a page has for whoever asks for n: the usual number for none, and no more than a page holds.
func LimitOf(n int) int {
	if n <= 0 {
		return usualPage
	}
	return min(n, mostPage)
}

// position is where an item lies in the order of a list.
type position struct{ at, id string }

func (p position) cursor() *string {
	s := territory.Position{Place: p.at, ID: p.id}.Cursor()
	return &s
}

// parsePosition reads a cursor; "" is before all items.
func parsePosition(cursor string) (position, error) {
	p, ok := territory.ParseCursor(cursor)
	if !ok {
		return position{}, problem.New(problem.BadCursor, "")
	}
	return position{p.Place, p.ID}, nil
}

// Orders of lists by time.
const (
	Newest = "newest"
	Oldest = "oldest"
)

// order is that of a list by two columns, downwards where it is not rising.
type order struct {
	at, id string
	rises  bool
}

// after is the condition of the items behind a position.
func (o order) after(p position) (where string, args []any) {
	sign := `<`
	if o.rises {
		sign = `>`
	}
	if p == (position{}) {
		return `1`, nil
	}
	return `(` + o.at + `, ` + o.id + `)` + sign + `(?, ?)`, []any{p.at, p.id}
}

// by is the order as a statement says it.
func (o order) by() string {
	if o.rises {
		return o.at + `, ` + o.id
	}
	return o.at + ` DESC, ` + o.id + ` DESC`
}

// before reports whether p stands before q.
func (o order) before(p, q position) bool {
	if o.rises {
		p, q = q, p
	}
	return p.at > q.at || p.at == q.at && p.id > q.id
}

// Count is how many there are. Nobody is helped by more than a thousand: More says that there are.
type Count struct {
	N    int  `json:"n"`
	More bool `json:"more,omitempty"`
}

const mostCounted = 1000

// count counts the rows that a query gives.
func count(db collections.DB, query string, args ...any) (c Count, err error) {
	_, err = collections.One(db, `SELECT count(*) FROM (`+query+` LIMIT ?)`, append(args, mostCounted+1), &c.N)
	c.settle()
	return c, err
}

// settle caps what was counted.
func (c *Count) settle() {
	if c.More = c.More || c.N > mostCounted; c.More {
		c.N = mostCounted
	}
}

func (c *Count) add(other Count) {
	c.N, c.More = c.N+other.N, c.More || other.More
	c.settle()
}

// states are all states of a record.
var states = append(slices.Clone(collections.Undecided), collections.Returned, collections.Approved, collections.Rejected)
