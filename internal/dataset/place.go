package dataset

import (
	"database/sql"
	"slices"

	"doorstep/collections"
)

// levels are the levels of areas from the largest to the smallest.
var levels = []string{"city", "district", "street", "community", "grid"}

// places knows the areas by code.
type places map[string]place

type place struct{ level, name string }

func loadPlaces(db collections.DB) (places, error) {
	p := places{}
	err := collections.Each(db, `SELECT code, level, name FROM areas`, nil, func(rows *sql.Rows) error {
		var code string
		var a place
		if err := rows.Scan(&code, &a.level, &a.name); err != nil {
			return err
		}
		p[code] = a
		return nil
	})
	return p, err
}

// Places of levels. A de-identified export shows no grid: the places where a person lives stay as large as a community.
const (
	communityLevel = 3
	gridLevel      = 4
)

// fill writes the area code and then the name of its area at each level down to the smallest one; below the grid the code
// is that of the smallest known area which is not smaller.
func (p places) fill(cells []any, value any, smallest int) {
	clear(cells)
	code, ok := text(value).(string)
	if !ok {
		return
	}
	for end := 1; end <= len(code); end++ {
		a := p[code[:end]]
		if at := slices.Index(levels, a.level); at >= 0 && at <= smallest {
			cells[0], cells[at+1] = code[:end], text(a.name)
		}
	}
	if smallest == gridLevel {
		cells[0] = code
	}
}
