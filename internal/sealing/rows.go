package sealing

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/instrument"
	"doorstep/internal/seal"
)

// Progress is told how many rows of a table were looked at, and how many of them sealed anew.
type Progress func(table string, seen, sealed int)

// rowsAtOnce is how many rows one transaction seals; tablets wait no longer than for these.
const rowsAtOnce = 200

// Rows seals every row that lies in clear, under an earlier key or, with anew, at all. It may be stopped at any moment
// and begun again: each row is readable before and after. It returns how many rows lay in clear.
func Rows(ctx context.Context, app core.App, library *instrument.Library, anew bool, progress Progress) (clear int, err error) {
	keys := collections.KeysOf(app)
	if !keys.Sealing() {
		return 0, nil
	}
	for _, t := range tables(library) {
		w := walk{app: app, keys: keys, library: library, table: t, anew: anew, progress: progress}
		if err := w.run(ctx); err != nil {
			return clear, fmt.Errorf("seal %s: %w", t.name, err)
		}
		clear += w.clear
	}
	return clear, nil
}

// table is one that has sealed rows; in the registry its columns are known, in a form's they depend on the version.
type table struct {
	name    string
	columns collections.Concealed
	repeat  bool
}

func tables(library *instrument.Library) []table {
	var all []table
	for name, columns := range collections.Registry {
		all = append(all, table{name: name, columns: columns})
	}
	slices.SortFunc(all, func(a, b table) int { return strings.Compare(a.name, b.name) })
	for _, name := range library.Tables() {
		in, ok := library.ByTable(name)
		if !ok {
			continue
		}
		for _, t := range in.Layout.Tables {
			all = append(all, table{name: t.Name, repeat: t.Repeat != nil})
		}
	}
	return all
}

type walk struct {
	app      core.App
	keys     *seal.Keys
	library  *instrument.Library
	table    table
	anew     bool
	renewing bool // only what lies in clear, and where it has come to is noted
	progress Progress
	last     string
	seen     int
	sealed   int
	clear    int
}

func (w *walk) run(ctx context.Context) error {
	for more := true; more; {
		err := collections.Write(ctx, w.app, func(db collections.DB) (err error) {
			more, err = w.page(db)
			return err
		})
		if err != nil {
			return err
		}
		if w.progress != nil {
			w.progress(w.table.name, w.seen, w.sealed)
		}
	}
	return nil
}

// page looks at the next rows and reports whether there may be more.
func (w *walk) page(db collections.DB) (bool, error) {
	rows, err := w.read(db)
	if err != nil {
		return false, err
	}
	for _, row := range rows {
		w.last = plain(row["id"])
		w.seen++
		if err := w.seal(db, row); err != nil {
			return false, err
		}
	}
	if w.renewing {
		if err := w.notePlace(db); err != nil {
			return false, err
		}
	}
	return len(rows) == rowsAtOnce, nil
}

func (w *walk) read(db collections.DB) ([]map[string]any, error) {
	query := `SELECT * FROM "` + w.table.name + `" WHERE id>?`
	if !w.anew {
		query += ` AND substr(sealed,1,` + fmt.Sprint(len(seal.PrefixOf(w.keys.Primary()))) + `)!='` + seal.PrefixOf(w.keys.Primary()) + `'`
	}
	return collections.All(db, query+` ORDER BY id LIMIT ?`, []any{w.last, rowsAtOnce}, func(rows *sql.Rows, row *map[string]any) error {
		names, err := rows.Columns()
		if err != nil {
			return err
		}
		values, dest := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			dest[i] = &values[i]
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		*row = map[string]any{}
		for i, name := range names {
			(*row)[name] = values[i]
		}
		return nil
	})
}

func (w *walk) seal(db collections.DB, row map[string]any) error {
	columns, err := w.columns(db, row)
	if err != nil || columns == nil {
		return err
	}
	id, sealed := plain(row["id"]), plain(row[collections.SealedColumn])
	opened, whole, err := collections.OpenWhole(db, w.table.name, id, sealed)
	if err != nil || !whole {
		return err // a damaged row stays as it is
	}
	changed, lay, err := columns.Again(db, w.table.name, id, row, opened)
	if err != nil || len(changed) == 0 || w.renewing && !lay {
		return err
	}
	if lay {
		w.clear++
	}
	w.sealed++
	return collections.UpdateRaw(db, w.table.name, id, changed)
}

// columns are what is to be sealed of a row; nil where its form is not known.
func (w *walk) columns(db collections.DB, row map[string]any) (collections.Concealed, error) {
	if w.table.columns != nil {
		return w.table.columns, nil
	}
	main, version := w.table.name, plain(row["form_version"])
	if w.table.repeat {
		in, _, ok := w.library.ByRepeat(w.table.name)
		if !ok {
			return nil, nil
		}
		main = in.Layout.Main().Name
		if _, err := collections.One(db, `SELECT form_version FROM "`+main+`" WHERE id=?`, []any{row["visit"]}, &version); err != nil {
			return nil, err
		}
	}
	in, ok := w.library.ForRecord(main, version)
	if !ok {
		return nil, nil
	}
	for _, t := range in.Layout.Tables {
		if t.Name == w.table.name {
			return in.Layout.Sealed(t), nil
		}
	}
	return nil, nil
}

func plain(v any) string {
	s, _ := v.(string)
	return s
}
