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

// Prove fails unless the keys of a database that nobody works with open what is sealed in it: its marker, some row of each
// table for each key that sealed there, and one file for each key.
func Prove(db collections.DB, store blob.Store) error {
	sealed, err := collections.MetaValue(db, markerKey)
	if err != nil {
		return err
	}
	if err := check(db.Keys(), sealed); err != nil {
		return err
	}
	tables, err := sealedTables(db)
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

// mostTried is how many rows of a key are tried: one that is damaged does not make a copy worthless.
const mostTried = 100

func proveTable(db collections.DB, table string) error {
	length := len(seal.PrefixOf("00000000"))
	prefixes, err := collections.Column[string](db, `SELECT DISTINCT substr(sealed,1,?) FROM "`+table+`"
		WHERE sealed!=''`, length)
	if err != nil {
		return err
	}
	for _, p := range prefixes {
		if err := proveKey(db, table, p, length); err != nil {
			return err
		}
	}
	return nil
}

func proveKey(db collections.DB, table, prefix string, length int) (err error) {
	opens := false
	each := collections.Each(db, `SELECT id, sealed FROM "`+table+`"
		WHERE substr(sealed,1,?)=? LIMIT ?`, []any{length, prefix, mostTried}, func(rows *sql.Rows) error {
		var id, sealed string
		if err := rows.Scan(&id, &sealed); err != nil || opens {
			return err
		}
		_, err = collections.Open(db, table, id, sealed)
		opens = err == nil
		return nil
	})
	if each != nil || opens {
		return each
	}
	return err
}
