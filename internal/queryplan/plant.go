package queryplan

import (
	"database/sql"
	"fmt"
	"maps"
	"strings"
)

// DB is a database that is asked and changed.
type DB interface {
	Query(query string, args ...any) (*sql.Rows, error)
	Exec(query string, args ...any) (sql.Result, error)
}

// Plant gives SQLite the statistics of a full city in place of its own, so that it runs each statement as the tests have read. Its own
// are of a day on which there was little, and until they are taken anew it reads whole what it takes for small: the audit trail of three
// rows that has become one of millions. Nothing is written where they are planted already.
func Plant(db DB) error {
	indexes, err := indexesOf(db)
	if err != nil {
		return err
	}
	have, err := planted(db)
	if err != nil {
		return err
	}
	want := map[string]string{}
	for _, x := range indexes {
		want[x.name] = x.statistics()
	}
	if maps.Equal(have, want) {
		return nil
	}
	return plant(db, indexes)
}

func plant(db DB, indexes []index) error {
	// the first makes the tables
	for _, statement := range []string{`ANALYZE sqlite_schema`, `DELETE FROM sqlite_stat1`, `DELETE FROM sqlite_stat4`} {
		if _, err := db.Exec(statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	for _, x := range indexes {
		if _, err := db.Exec(`INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?,?,?)`, x.table, x.name, x.statistics()); err != nil {
			return fmt.Errorf("statistics of %s: %w", x.name, err)
		}
	}
	// The first has this connection read them; others do when they see that the schema has changed.
	for _, statement := range []string{`ANALYZE sqlite_schema`, `CREATE TABLE planted (n)`, `DROP TABLE planted`} {
		if _, err := db.Exec(statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// planted are the statistics that stand in a database, by index; none where nothing was ever gathered.
func planted(db DB) (map[string]string, error) {
	var there int
	rows, err := db.Query(`SELECT 1 FROM sqlite_schema WHERE name='sqlite_stat1'`)
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		there++
	}
	if err := rows.Close(); err != nil || there == 0 {
		return nil, err
	}
	have := map[string]string{}
	if rows, err = db.Query(`SELECT COALESCE(idx, tbl), stat FROM sqlite_stat1`); err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name, stat string
		if err := rows.Scan(&name, &stat); err != nil {
			return nil, err
		}
		have[name] = stat
	}
	return have, rows.Err()
}

func (x index) statistics() string { return strings.Trim(fmt.Sprint(x.reads()), "[]") }

func indexesOf(db DB) (all []index, err error) {
	rows, err := db.Query(`SELECT t.name, x.name, x."unique", x.partial, GROUP_CONCAT(COALESCE(i.name, 'area'), ',')
		FROM sqlite_schema t, pragma_index_list(t.name) x, pragma_index_info(x.name) i
		WHERE t.type='table' GROUP BY t.name, x.name ORDER BY t.name, x.name`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var x index
		var columns string
		if err := rows.Scan(&x.table, &x.name, &x.unique, &x.partial, &columns); err != nil {
			return nil, err
		}
		x.columns = strings.Split(columns, ",")
		all = append(all, x)
	}
	return all, rows.Err()
}
