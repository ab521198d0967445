package dataset

import (
	"database/sql"

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

// fill writes the area code and then the name of its area at each level. Without grids the code is that of the smallest
// known area above the grid: the places where a person lives stay as large as a community.
func (p places) fill(cells []any, value any, grids bool) {
	clear(cells)
	code, ok := text(value).(string)
	if !ok {
		return
	}
	for end := 1; end <= len(code); end++ {
		a, known := p[code[:end]]
		if !known || a.level == "grid" && !grids {
			continue
		}
		cells[0] = code[:end]
		for i, level := range levels {
			if level == a.level && i+1 < len(cells) {
				cells[i+1] = text(a.name)
			}
		}
	}
	if grids {
		cells[0] = code
	}
}
