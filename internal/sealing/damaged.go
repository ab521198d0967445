package sealing

import (
	"context"
	"database/sql"

	"doorstep/collections"
)

// Damaged opens every sealed row and calls found for each that does not open.
func Damaged(ctx context.Context, db collections.DB, found func(table, id string)) error {
	tables, err := sealedTables(db)
	if err != nil {
		return err
	}
	for _, table := range tables {
		err := collections.Each(db, `SELECT id, sealed FROM "`+table+`" WHERE sealed!=''`, nil, func(rows *sql.Rows) error {
			var id, sealed string
			if err := rows.Scan(&id, &sealed); err != nil {
				return err
			}
			_, whole, err := collections.OpenWhole(db, table, id, sealed)
			if err == nil && !whole {
				found(table, id)
			}
			if err == nil {
				err = ctx.Err()
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sealedTables are the tables that have sealed rows.
func sealedTables(db collections.DB) (tables []string, err error) {
	return collections.Column[string](db, `SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type='table' AND c.name=?
		ORDER BY 1`, collections.SealedColumn)
}
