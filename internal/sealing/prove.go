package sealing

import (
	"database/sql"
	"errors"
	"fmt"

	"doorstep/collections"
	"doorstep/internal/blob"
	"doorstep/internal/seal"
)

// Sealed reports whether a database was ever opened with keys.
func Sealed(db collections.DB) (bool, error) {
	sealed, err := collections.MetaValue(db, markerKey)
	return sealed != "", err
}

// Prove fails unless the keys of a database that nobody works with open what is sealed in it: its marker, one row of each
// table for each key that sealed there, and one file for each key.
func Prove(db collections.DB, store blob.Store) error {
	sealed, err := collections.MetaValue(db, markerKey)
	if err != nil {
		return err
	}
	if err := check(db.Keys(), sealed); err != nil {
		return err
	}
	var tables []string
	err = collections.Each(db, `SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type='table' AND c.name=?`, []any{collections.SealedColumn}, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		tables = append(tables, name)
		return err
	})
	if err != nil {
		return err
	}
	for _, table := range tables {
		if err := proveTable(db, table); err != nil {
			return fmt.Errorf("%s: %w", table, errors.Join(errors.New("密钥打不开其中的数据 · the keys do not open what is in it"), err))
		}
	}
	return store.Prove()
}

func proveTable(db collections.DB, table string) error {
	query := `SELECT MIN(id), sealed FROM "` + table + `" WHERE sealed!='' GROUP BY substr(sealed,1,?)`
	return collections.Each(db, query, []any{len(seal.PrefixOf("00000000"))}, func(rows *sql.Rows) error {
		var id, sealed string
		if err := rows.Scan(&id, &sealed); err != nil {
			return err
		}
		_, err := collections.Open(db, table, id, sealed)
		return err
	})
}
