package console

import (
	"cmp"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"doorstep/collections"
	"doorstep/internal/sensitive"
	"doorstep/internal/survey"
)

// Usual is between what eight of ten answers lie, among those of the newest approved records of the form in the district.
type Usual struct {
	Low  string `json:"low"`
	High string `json:"high"`
}

const (
	mostUsual  = 400 // records that are looked at
	leastUsual = 30  // of them that must have an answer: no range tells of single ones
)

// questioned is a row of a record that somebody should look at.
type questioned struct {
	row int
	of  *entry
}

// ranged reports whether what is usual of an answer can be told: of a number or a date that tells nobody who somebody is, or the
// year of a birth.
func (e *entry) ranged() bool {
	known := slices.Contains([]survey.Kind{survey.KindInteger, survey.KindDecimal, survey.KindDate}, e.q.Kind)
	return known && (!e.mask.on || e.mask.shape == sensitive.Year)
}

// usual tells what is usual beside the answers that are questioned.
func (r *reader) usual(rows []Row, asked []questioned) error {
	if len(r.rec.Area) < collections.DistrictDigits {
		return nil
	}
	byTable := map[*survey.Table][]questioned{}
	for _, q := range asked {
		if q.of.ranged() {
			byTable[q.of.table] = append(byTable[q.of.table], q)
		}
	}
	for table, all := range byTable {
		given, err := r.given(table, all)
		if err != nil {
			return err
		}
		for i, q := range all {
			rows[q.row].Usual = given[i].usual(q.of)
		}
	}
	return nil
}

// answers are those to one question, of several records.
type answers struct {
	all     []string
	records map[string]bool
}

// given reads the answers of a table's columns in the newest approved records of the district.
func (r *reader) given(table *survey.Table, all []questioned) ([]answers, error) {
	columns, out := make([]string, len(all)), make([]answers, len(all))
	for i, q := range all {
		columns[i], out[i].records = `"`+q.of.column.Name+`"`, map[string]bool{}
	}
	record := "id"
	if table.Parent != nil {
		record = "visit"
	}
	query := `SELECT ` + record + `, ` + strings.Join(columns, ", ") + ` FROM "` + table.Name + `" WHERE ` + record + ` IN (SELECT id FROM "` +
		r.table + `" WHERE ` + collections.DistrictOf("area") + `=? AND review_state=? AND id!=? ORDER BY received_at DESC LIMIT ?)`
	values := make([]sql.NullString, len(all))
	var id string
	into := []any{&id}
	for i := range values {
		into = append(into, &values[i])
	}
	of := []any{r.rec.Area[:collections.DistrictDigits], collections.Approved, r.rec.ID, mostUsual}
	err := collections.Each(r.db, query, of, func(rows *sql.Rows) error {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, v := range values {
			if s := strings.Trim(v.String, `"`); s != "" && s != "null" {
				out[i].all, out[i].records[id] = append(out[i].all, s), true
			}
		}
		return nil
	})
	return out, err
}

// usual leaves out the lowest and the highest tenth. It is nil where too few records have an answer.
func (a answers) usual(of *entry) *Usual {
	if len(a.records) < leastUsual {
		return nil
	}
	slices.SortFunc(a.all, func(x, y string) int {
		if of.q.Kind == survey.KindDate {
			return cmp.Compare(x, y)
		}
		m, _ := strconv.ParseFloat(x, 64)
		n, _ := strconv.ParseFloat(y, 64)
		return cmp.Compare(m, n)
	})
	tenth := len(a.all) / 10
	low, _, _ := of.show(a.all[tenth])
	high, _, _ := of.show(a.all[len(a.all)-1-tenth])
	return &Usual{low, high}
}
