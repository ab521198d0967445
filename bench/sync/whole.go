package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"doorstep/collections"
)

// The limit takes the rows that a push adds to the tables of written. A push has to store more: rows of needs, and the changed
// columns of households and persons that were known. They are measured in a copy of their own, so that the limit stays
// what it was.

// statement is an SQL text and its arguments.
type statement struct {
	sql  string
	args []any
}

// changes are what the copy still has to be told of households and persons of which left has versions: the columns that differ.
func (l *limit) changes(s *server, left []rows) (all []statement, err error) {
	ids := map[string][]string{} // by table
	for _, r := range left {
		list, entity := slices.Index(r.columns, "list"), slices.Index(r.columns, "entity")
		if r.table != collections.EntityVersions {
			continue
		}
		for _, values := range r.values {
			table, id := collections.AsText(values[list]), collections.AsText(values[entity])
			ids[table] = append(ids[table], id)
		}
	}
	for _, table := range []string{collections.Households, collections.Persons} {
		after, columns, err := byID(collections.Read(s.app), table, ids[table])
		if err != nil {
			return nil, err
		}
		before, _, err := byID(collections.Of(l.db, nil), table, ids[table])
		if err != nil {
			return nil, err
		}
		for id, was := range before {
			var set []string
			var args []any
			for i, column := range columns {
				if collections.AsText(was[i]) != collections.AsText(after[id][i]) {
					set, args = append(set, `"`+column+`"=?`), append(args, after[id][i])
				}
			}
			if len(set) > 0 {
				all = append(all, statement{`UPDATE "` + table + `" SET ` + strings.Join(set, ",") + ` WHERE id=?`, append(args, id)})
			}
		}
	}
	return all, nil
}

// byID reads whole rows of a table.
func byID(db collections.DB, table string, ids []string) (found map[string][]any, columns []string, err error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, nil, err
	}
	found = map[string][]any{}
	err = collections.Each(db, `SELECT id, * FROM "`+table+`" WHERE id IN (SELECT value FROM json_each(?))`, []any{string(list)},
		func(from *sql.Rows) error {
			names, values, err := readRow(from)
			if err != nil {
				return err
			}
			columns, found[collections.AsText(values[0])] = names[1:], values[1:]
			return nil
		})
	return found, columns, err
}

// weight returns the length of all values of rows and statements, as text, in bytes.
func weight(all []rows, more []statement) (bytes int) {
	count := func(values []any) {
		for _, v := range values {
			bytes += len(fmt.Sprint(v))
		}
	}
	for _, r := range all {
		for _, values := range r.values {
			count(values)
		}
	}
	for _, s := range more {
		count(s.args)
	}
	return bytes
}
