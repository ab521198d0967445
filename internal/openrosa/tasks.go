package openrosa

import (
	"database/sql"

	"doorstep/collections"
	"doorstep/internal/access"
)

// places says of each of the worker's open tasks where to go, by its id: the address of the household, or the name of the area. Other lists
// have none.
func (l entityList) places(db collections.DB, actor access.Actor) (map[string]string, error) {
	if !l.own {
		return nil, nil
	}
	at := map[string]string{}
	err := collections.Each(db, `SELECT t.id, t.area, COALESCE((SELECT name FROM areas a WHERE a.code=t.area),''),
			COALESCE(h.id,''), COALESCE(h.address,''), COALESCE(h.sealed,''), COALESCE(h.area,'')
		FROM tasks t LEFT JOIN households h ON h.id=t.household
		WHERE t.assignee=? AND t.status='open'`, []any{actor.ID}, func(rows *sql.Rows) error {
		var id, code, area, household, address, sealed, lives string
		if err := rows.Scan(&id, &code, &area, &household, &address, &sealed, &lives); err != nil {
			return err
		}
		if at[id] = area + " " + code; household == "" || !actor.Covers(lives) {
			return nil
		}
		err := collections.Fill(db, collections.Households, household, sealed, map[string]*string{"address": &address})
		if address != "" {
			at[id] = address
		}
		return err
	})
	return at, err
}
