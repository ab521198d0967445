package console

import (
	"database/sql"
	"errors"
	"slices"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/review"
)

// stream reads the records of one table in one state and one range of areas, in the order of the queue.
type stream struct {
	db           collections.DB
	f            Filter
	by           string // who asks
	table, state string
	r            territory.Range
	from         position
	days         string
	daysArgs     []any
}

// mostLooked bounds how many records are looked at for one page of a filter that no index knows. A page then ends early, and the
// next one goes on from there.
const mostLooked = 3000

// readAll adds the keys of each state that is asked for.
func (s *stream) readAll(m *merge) error {
	if (s.f.Returned || s.f.Photo) && len(s.r.Lo) >= collections.StreetDigits && s.f.Worker == "" && len(s.f.codes()) == 0 && s.f.Flag == "" {
		return s.readStreet(m)
	}
	for _, s.state = range s.f.States {
		if err := s.read(m); err != nil {
			return err
		}
	}
	return nil
}

// read adds the stream's keys. A finding that few records have, else a worker, leads to the records; otherwise their time does.
func (s *stream) read(m *merge) error {
	if s.f.Flag != "" { // few are marked
		where, args := `f.worker=? AND f.collection=?`, []any{s.by, s.table}
		if s.f.Flag == review.FlagTeam {
			where, args = `f.team AND f.collection=?`, []any{s.table}
		}
		return s.scan(m, `record_flags f CROSS JOIN "`+s.table+`" v ON v.id=f.record`,
			where+` AND +v.review_state=? AND +v.area>=? AND +v.area<?`,
			append(args, s.state, s.r.Lo, s.r.Hi)...)
	}
	for _, code := range s.f.codes() {
		found, err := count(s.db, `SELECT 1 FROM record_issues WHERE code=? AND area>=? AND area<?`, code, s.r.Lo, s.r.Hi)
		if err != nil {
			return err
		}
		if !found.More {
			return s.scan(m, `record_issues i CROSS JOIN "`+s.table+`" v ON v.id=i.record`,
				`i.code=? AND i.area>=? AND i.area<? AND i.collection=? AND +v.review_state=?`,
				code, s.r.Lo, s.r.Hi, s.table, s.state)
		}
	}
	switch table := `"` + s.table + `" v`; {
	case s.f.Worker != "":
		return s.scan(m, table, `v.worker=? AND +v.review_state=? AND +v.area>=? AND +v.area<?`, s.f.Worker, s.state, s.r.Lo, s.r.Hi)
	case len(s.r.Lo) >= collections.DistrictDigits:
		return s.scan(m, table, collections.DistrictOf("v.area")+`=? AND v.review_state=? AND +v.area>=? AND +v.area<?`,
			s.r.Lo[:collections.DistrictDigits], s.state, s.r.Lo, s.r.Hi)
	default:
		return s.scan(m, table, `v.review_state=? AND +v.area>=? AND +v.area<?`, s.state, s.r.Lo, s.r.Hi)
	}
}

// readStreet adds the keys of the records of a street, in all states that are asked for, that were returned before or have a file. Few
// do, so that the newest of a district would be gone through for a page; the index of areas holds all of the street that is needed.
func (s *stream) readStreet(m *merge) error {
	slow, args := s.slow()
	after, afterArgs := m.after(s.from)
	query := `SELECT v.rowid, v.id, v.received_at FROM "` + s.table + `" v WHERE v.area>=? AND v.area<?
		AND +v.review_state IN (SELECT value FROM json_each(?)) AND ` + s.days + ` AND ` + after + ` AND ` + slow + `
		ORDER BY ` + m.by() + ` LIMIT ?`
	all := slices.Concat([]any{s.r.Lo, s.r.Hi, collections.JSONList(s.f.States)}, s.daysArgs, afterArgs, args, []any{m.limit + 1})
	keys, err := readKeys(s.db, s.table, query, all)
	m.keys = append(m.keys, keys...)
	return err
}

// readKeys reads where records of a table lie, their ids and when they arrived.
func readKeys(db collections.DB, table, query string, args []any) ([]key, error) {
	return collections.All(db, query, args, func(rows *sql.Rows, k *key) error {
		k.table = table
		return rows.Scan(&k.row, &k.id, &k.at)
	})
}

// slow is the condition that is looked at record by record.
func (s *stream) slow() (where string, args []any) {
	where = `1`
	add := func(more string, values ...any) { where, args = where+` AND `+more, append(args, values...) }
	if s.f.Worker != "" {
		add(`v.worker=?`, s.f.Worker)
	}
	if s.f.Campaign != "" {
		add(`v.campaign=?`, s.f.Campaign)
	}
	for _, code := range s.f.codes() {
		add(`EXISTS (SELECT 1 FROM record_issues own WHERE own.record=v.id AND own.code=?)`, code)
	}
	if s.f.Photo {
		add(`EXISTS (SELECT 1 FROM attachments a WHERE a.record=v.id AND a.replaced=FALSE AND a.state!='withdrawn')`)
	}
	if s.f.Returned {
		add(`EXISTS (SELECT 1 FROM reviews r WHERE r.record=v.id AND r.decision='return')`)
	}
	return where, args
}

// errEnough ends a scan that has found what it needs.
var errEnough = errors.New("enough")

func (s *stream) scan(m *merge, from, where string, args ...any) error {
	slow, slowArgs := s.slow()
	after, afterArgs := m.after(s.from)
	query := `SELECT v.rowid, v.id, v.received_at, ` + slow + ` FROM ` + from + ` WHERE ` + where + ` AND ` + s.days + ` AND ` + after +
		` ORDER BY ` + m.by() + ` LIMIT ?`
	all := append(append(append(append(slowArgs, args...), s.daysArgs...), afterArgs...), mostLooked)
	looked, found := 0, 0
	last := key{table: s.table}
	err := collections.Each(s.db, query, all, func(rows *sql.Rows) error {
		var fits bool
		if err := rows.Scan(&last.row, &last.id, &last.at, &fits); err != nil {
			return err
		}
		if looked++; fits {
			m.keys = append(m.keys, last)
			found++
		}
		if found > m.limit {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) || err == nil && looked == mostLooked {
		m.stop(last.position)
		return nil
	}
	return err
}
