package coverage

import (
	"database/sql"
	"fmt"
	"strings"
	"time"

	"doorstep/collections"
	"doorstep/internal/survey"
)

// coverage_days holds how many visits arrived in each district on each day. SQLite itself keeps it; where it does so for the first time,
// coverage_stale names the districts of a table whose days are still to be counted, each with the first of them, and Keep counts one
// after the other. Readers take such a district from the visits.

// uncounted is a district of a table whose days are to be counted from one on, or from "" on: all of them.
type uncounted struct{ table, district, from string }

func (u uncounted) key() string { return u.table + "/" + u.district + "/" + u.from }

func parseUncounted(key string) (u uncounted) {
	u.table, key, _ = strings.Cut(key, "/")
	u.district, u.from, _ = strings.Cut(key, "/")
	return u
}

// beforeAll stands before all days but "", which is that of a visit without a stamp.
const beforeAll = "0"

// begins is the stamp with which a day begins.
func begins(day string) string {
	t, err := time.ParseInLocation(time.DateOnly, day, survey.Zone)
	if err != nil {
		return day // "" or beforeAll
	}
	return collections.Stamp(t)
}

func following(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return beforeAll
	}
	return t.AddDate(0, 0, 1).Format(time.DateOnly)
}

// countDay counts the next day of a district, and reports false where none is to be counted.
func (k *keeper) countDay() (bool, error) {
	key := ""
	found, err := collections.One(k.db, `SELECT key FROM coverage_stale WHERE what='days' ORDER BY key LIMIT 1`, nil, &key)
	if !found || err != nil {
		return false, err
	}
	u := parseUncounted(key)
	day, found, err := k.nextDay(u)
	if err != nil {
		return false, err
	}
	if _, err := k.db.Exec(`DELETE FROM coverage_stale WHERE what='days' AND key=?`, key); err != nil || !found {
		return true, err
	}
	next := uncounted{u.table, u.district, following(day)}
	for _, one := range []struct {
		query string
		args  []any
	}{
		{`INSERT INTO coverage_stale (what, key) VALUES ('days', ?)`, []any{next.key()}},
		// what has come since was counted by itself, what was there before was not
		{`DELETE FROM coverage_days WHERE records=? AND district=? AND day=?`, []any{u.table, u.district, day}},
		{`INSERT INTO coverage_days (records, district, day, version, code, visits) SELECT ?, ?, ?, form_version, outcome, COUNT(*)
			FROM "` + u.table + `" WHERE ` + collections.DistrictOf("area") + `=?
			AND review_state IN ('` + strings.Join(collections.Counted, `','`) + `') AND received_at>=? AND received_at<?
			GROUP BY form_version, outcome`, []any{u.table, u.district, day, u.district, begins(day), begins(next.from)}},
	} {
		if _, err := k.db.Exec(one.query, one.args...); err != nil {
			return false, fmt.Errorf("count a day of %s: %w", u.table, err)
		}
	}
	return true, nil
}

// nextDay is the day of the first visit that is not counted; found is false where all are.
func (k *keeper) nextDay(u uncounted) (day string, found bool, err error) {
	for _, state := range collections.Counted {
		var first sql.NullString
		_, err := collections.One(k.db, `SELECT MIN(received_at) FROM "`+u.table+`"
			WHERE `+collections.DistrictOf("area")+`=? AND review_state=? AND received_at>=?`,
			[]any{u.district, state, begins(u.from)}, &first)
		if err != nil {
			return "", false, err
		}
		if !first.Valid {
			continue
		}
		of := ""
		if _, err := collections.One(k.db, `SELECT COALESCE(`+collections.DayOf("?")+`,'')`, []any{first.String}, &of); err != nil {
			return "", false, err
		}
		if of >= u.from && (!found || of < day) {
			day, found = of, true
		}
	}
	return day, found, nil
}

// uncountedOf are the districts of a table whose days are not all counted.
func uncountedOf(db collections.DB, table string) ([]string, error) {
	return collections.All(db, `SELECT key FROM coverage_stale WHERE what='days' AND key>=? AND key<?`, []any{table + "/", table + "0"},
		func(rows *sql.Rows, district *string) error {
			key := ""
			err := rows.Scan(&key)
			*district = parseUncounted(key).district
			return err
		})
}

// EachArrival tells how many visits arrived on a day of the surveys' zone, by their outcomes. What is smaller than a district is
// counted visit by visit, and so is a district whose days are not counted yet.
func EachArrival(db collections.DB, v Visits, arrived func(day string, a Attempt, n int64)) error {
	of, err := uncountedOf(db, v.Table)
	if err != nil {
		return err
	}
	large, small := v.parted(collections.DistrictDigits)
	each := func(query string, args ...any) error {
		err := collections.Each(db, query, args, func(rows *sql.Rows) error {
			var a Attempt
			var day string
			var n int64
			if err := rows.Scan(&day, &a.Version, &a.Outcome, &n); err != nil {
				return err
			}
			arrived(day, v.understood(a), n)
			return nil
		})
		if err != nil {
			return fmt.Errorf("visits of days: %w", err)
		}
		return nil
	}
	for _, r := range large {
		if err := each(`SELECT day, version, code, visits FROM coverage_days WHERE records=? AND district>=? AND district<?
			AND district NOT IN (SELECT value FROM json_each(?))`, v.Table, r.Lo, r.Hi, collections.JSONList(of)); err != nil {
			return err
		}
		for _, district := range of {
			if district >= r.Lo && district < r.Hi {
				small = append(small, exactly(district, collections.DistrictDigits))
			}
		}
	}
	for _, r := range small {
		if err := each(`SELECT COALESCE(`+collections.DayOf("received_at")+`,''), form_version, outcome, 1 FROM "`+v.Table+`"
			WHERE area>=? AND area<? AND review_state!='rejected'`, r.Lo, r.Hi); err != nil {
			return err
		}
	}
	return nil
}
