package territory

import (
	"database/sql"
	"encoding/base64"
	"strings"

	"doorstep/collections"
)

// Rows are the rows of a table that lie in the ranges, in the order of their place and then their id. They are read a range
// at a time along the index of (place, id), from the first row that is wanted to the last.
type Rows struct {
	Columns string // to read
	From    string // the table, or a join that begins with it, as in `"visits" m`
	Place   string // column with the code, as in `m.area`
	ID      string // column with the id, as in `m.id`
	Ranges  []Range
	Where   string // a further condition, or ""
	Args    []any  // of Where
	Then    string // further columns of the order, for a join, or ""
	After   Position
	Limit   int // 0 for no limit
}

// Position is where a row lies in the order. The zero value is before all rows.
type Position struct{ Place, ID string }

// Cursor is the position as the reader of a list hands it back for the next page.
func (p Position) Cursor() string {
	return base64.RawURLEncoding.EncodeToString([]byte(p.Place + "|" + p.ID))
}

// ParseCursor reads what Cursor made; "" is before all rows. It reports false for anything else.
func ParseCursor(cursor string) (p Position, ok bool) {
	if cursor == "" {
		return Position{}, true
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	place, id, ok := strings.Cut(string(raw), "|")
	if err != nil || !ok || id == "" {
		return Position{}, false
	}
	return Position{place, id}, true
}

// Each calls scan for every row.
func (q Rows) Each(db collections.DB, scan func(*sql.Rows) error) error {
	left := q.Limit
	for _, r := range q.Ranges {
		if q.After.Place >= r.Hi {
			continue
		}
		query, args := q.within(r, left)
		err := collections.Each(db, query, args, func(rows *sql.Rows) error {
			left--
			return scan(rows)
		})
		if err != nil || q.Limit > 0 && left <= 0 {
			return err
		}
	}
	return nil
}

// within reads at most so many rows of one range; all of them when most is not positive.
func (q Rows) within(r Range, most int) (string, []any) {
	query, args := `SELECT `+q.Columns+` FROM `+q.From+` WHERE `+q.Place+`<?`, []any{r.Hi}
	if q.After.Place >= r.Lo && q.After != (Position{}) {
		query, args = query+` AND (`+q.Place+`, `+q.ID+`)>(?, ?)`, append(args, q.After.Place, q.After.ID)
	} else {
		query, args = query+` AND `+q.Place+`>=?`, append(args, r.Lo)
	}
	if q.Where != "" {
		query, args = query+` AND (`+q.Where+`)`, append(args, q.Args...)
	}
	query += ` ORDER BY ` + q.Place + `, ` + q.ID
	if q.Then != "" {
		query += `, ` + q.Then
	}
	if most > 0 {
		query, args = query+` LIMIT ?`, append(args, most)
	}
	return query, args
}
