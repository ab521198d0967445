package collections

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/pocketbase/pocketbase/core"
)

// Row is the values of one row to write, by column.
type Row []Field

// Field is one column and its value.
type Field struct {
	Column string
	Value  any
}

// Insert writes one row; what is sealed of a registry table is enciphered. The row then needs its id.
func Insert(db DB, table string, row Row) error {
	row, err := Registry[table].Conceal(db, table, row.id(), row)
	if err != nil {
		return err
	}
	return insert(db, table, row)
}

func insert(db DB, table string, row Row) error {
	if _, err := db.Exec(textFor(db, "INSERT", table, row, insertText), row.values()...); err != nil {
		return fmt.Errorf("insert into %s: %w", table, err)
	}
	return nil
}

// Update writes the columns of one row; what is sealed of a registry table is enciphered.
func Update(db DB, table, id string, row Row) error {
	sealed := Registry[table]
	row, err := sealed.whole(db, table, id, row)
	if err != nil {
		return err
	}
	if row, err = sealed.Conceal(db, table, id, row); err != nil {
		return err
	}
	return update(db, table, id, row)
}

// UpdateFrom is Update of a row that said before in the same columns: it writes those that differ, and what row has behind them.
// SQLite makes every index entry of a written column anew, also of one that stays as it is. What is sealed goes together.
func UpdateFrom(db DB, table, id string, before, row Row) error {
	sealed := Registry[table]
	differs := func(i int) bool { return before[i].Value != row[i].Value }
	resealed := false
	for i := range before {
		if _, hidden := sealed.Find(row[i].Column); hidden && differs(i) {
			resealed = true
		}
	}
	changed := make(Row, 0, len(row))
	for i := range before {
		if _, hidden := sealed.Find(row[i].Column); hidden && resealed || !hidden && differs(i) {
			changed = append(changed, row[i])
		}
	}
	return Update(db, table, id, append(changed, row[len(before):]...))
}

func update(db DB, table, id string, row Row) error {
	if _, err := db.Exec(textFor(db, "UPDATE", table, row, updateText), append(row.values(), id)...); err != nil {
		return fmt.Errorf("update %s: %w", table, err)
	}
	return nil
}

func (r Row) id() string {
	for i := range r {
		if r[i].Column == "id" {
			id, _ := r[i].Value.(string)
			return id
		}
	}
	return ""
}

// index finds a column, looking from a place on and then before it; -1 where it is not in the row.
func (r Row) index(column string, from int) int {
	for n := range r {
		if i := (from + n) % len(r); r[i].Column == column {
			return i
		}
	}
	return -1
}

// values are the arguments of a statement, with room for one more.
func (r Row) values() []any {
	args := make([]any, len(r), len(r)+1)
	for i := range r {
		args[i] = r[i].Value
	}
	return args
}

func insertText(table string, columns []string) string {
	marks := strings.TrimSuffix(strings.Repeat("?,", len(columns)), ",")
	return `INSERT INTO "` + table + `" ("` + strings.Join(columns, `","`) + `") VALUES (` + marks + `)`
}

func updateText(table string, columns []string) string {
	return `UPDATE "` + table + `" SET "` + strings.Join(columns, `"=?,"`) + `"=? WHERE id=?`
}

// texts remembers the SQL of rows that were written: joining the names of a wide table costs as much as its insert's
// parameters. The columns of one table come in few combinations.
type texts struct {
	mu    sync.Mutex
	known map[[2]string][]text // by verb and table
}

type text struct {
	columns []string
	sql     string
}

const mostTexts = 20 // of one verb and table

func textsOf(app core.App) *texts {
	return app.Store().GetOrSet("doorstep.texts", func() any { return &texts{known: map[[2]string][]text{}} }).(*texts)
}

func textFor(db DB, verb, table string, row Row, build func(string, []string) string) string {
	w, ok := db.(*writeTx)
	if !ok {
		return build(table, row.columns())
	}
	return w.texts.of(verb, table, row, build)
}

func (t *texts) of(verb, table string, row Row, build func(string, []string) string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := [2]string{verb, table}
	for _, known := range t.known[key] {
		if slices.EqualFunc(known.columns, row, func(c string, f Field) bool { return c == f.Column }) {
			return known.sql
		}
	}
	made := text{row.columns(), ""}
	made.sql = build(table, made.columns)
	if len(t.known[key]) < mostTexts {
		t.known[key] = append(t.known[key], made)
	}
	return made.sql
}
