package coverage

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/instrument"
	"doorstep/internal/survey"
)

// A transaction of Keep ends with the day or community after which it has taken so long, and others have the rest times as much after it.
const (
	keepFor = 20 * time.Millisecond
	rest    = 20
)

// Keep counts the days that were not counted yet, and the cases of the communities that are stale, in small transactions.
func Keep(ctx context.Context, app core.App, library *instrument.Library) error {
	for {
		begun := time.Now()
		if more, err := keepSome(ctx, app, library, keepFor); !more || err != nil {
			return err
		}
		select {
		case <-time.After(rest * time.Since(begun)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// keepSome counts one day or community, and others for as long as it may; more is false where there is none.
func keepSome(ctx context.Context, app core.App, library *instrument.Library, may time.Duration) (more bool, err error) {
	k := keeper{ranks: map[string]map[[2]string]bool{}}
	for _, table := range library.Tables() {
		k.forms = append(k.forms, Visits{Table: table, Meaning: Meanings(library, table)})
		k.ranks[table] = map[[2]string]bool{}
	}
	if more, err = k.any(collections.Read(app)); !more || err != nil {
		return false, err
	}
	err = collections.Write(ctx, app, func(db collections.DB) error {
		begun := time.Now()
		k.db = db
		if err := k.begin(); err != nil {
			return err
		}
		for {
			if more, err := k.piece(); !more || err != nil || time.Since(begun) >= may {
				return err
			}
		}
	})
	return err == nil, err
}

// piece counts a day or a community, and reports false where there is none.
func (k *keeper) piece() (bool, error) {
	counted, err := k.countDay()
	if counted || err != nil {
		return counted, err
	}
	community := ""
	found, err := collections.One(k.db, `SELECT key FROM coverage_stale WHERE what='area' ORDER BY key LIMIT 1`, nil, &community)
	if !found || err != nil {
		return false, err
	}
	for _, v := range k.forms {
		if err := k.count(v, community); err != nil {
			return false, fmt.Errorf("count cases of %s: %w", v.Table, err)
		}
	}
	_, err = k.db.Exec(`DELETE FROM coverage_stale WHERE what='area' AND key=?`, community)
	return true, err
}

// Meanings reads outcomes as the version of each record means them.
func Meanings(library *instrument.Library, table string) func(version, code string) (survey.Disposition, bool) {
	known := map[string]survey.Dispositions{}
	return func(version, code string) (survey.Disposition, bool) {
		one, ok := known[version]
		if !ok {
			if in, found := library.ForRecord(table, version); found {
				one = in.Dispositions
			}
			known[version] = one
		}
		return one.Of(code)
	}
}

// keeper counts in one transaction.
type keeper struct {
	db     collections.DB
	forms  []Visits
	merged Survivors
	ranks  map[string]map[[2]string]bool // of each table, the versions and codes that are written down
}

// any reports whether there is anything to count.
func (k *keeper) any(db collections.DB) (bool, error) {
	var one int
	found, err := collections.One(db, `SELECT 1 FROM coverage_stale WHERE what IN ('area','days','household','person') LIMIT 1`, nil, &one)
	if found || err != nil {
		return found, err
	}
	for _, v := range k.forms {
		if same, err := sameRanks(db, v); err != nil || !same {
			return !same, err
		}
	}
	return false, nil
}

// begin finds the communities that are stale for another reason than a visit.
func (k *keeper) begin() (err error) {
	const mark = `INSERT INTO coverage_stale (what, key) `
	for _, v := range k.forms {
		stale, err := ofMerged(k.db, v.Table)
		if err != nil {
			return err
		}
		for _, community := range stale {
			if _, err := k.db.Exec(mark+`VALUES ('area', ?) ON CONFLICT DO NOTHING`, community); err != nil {
				return err
			}
		}
		same, err := sameRanks(k.db, v)
		if err != nil {
			return err
		}
		if same {
			continue
		}
		if _, err := k.db.Exec(mark+`SELECT DISTINCT 'area', area FROM coverage_finals WHERE records=? AND level=? ON CONFLICT DO NOTHING`,
			v.Table, territory.Community); err != nil {
			return err
		}
		if _, err := k.db.Exec(`DELETE FROM coverage_ranks WHERE records=?`, v.Table); err != nil {
			return err
		}
	}
	if _, err := k.db.Exec(`DELETE FROM coverage_stale WHERE what IN ('household','person')`); err != nil {
		return err
	}
	k.merged, err = LoadSurvivors(k.db)
	return err
}

// final is a row of coverage_finals of a community.
type final struct{ campaign, worker, version, code string }

// count counts the cases of a community anew, and adds what is different now to the areas above.
func (k *keeper) count(v Visits, community string) error {
	change := map[final]int64{}
	means := v.Meaning
	pairs := map[[2]string]bool{}
	v.Meaning = func(version, code string) (survey.Disposition, bool) {
		pairs[[2]string{version, code}] = true
		return means(version, code)
	}
	v.Ranges = append(v.Ranges[:0:0], exactly(community, territory.CommunityDigits))
	err := v.eachCase(k.db, k.merged, func(a Attempt) { change[final{a.Campaign, a.Worker, a.Version, a.Outcome}]++ })
	if err != nil {
		return err
	}
	if err := k.rank(v, pairs); err != nil {
		return err
	}
	err = collections.Each(k.db, `SELECT campaign, worker, version, code, cases FROM coverage_finals WHERE records=? AND level=? AND area=?`,
		[]any{v.Table, territory.Community, community}, func(rows *sql.Rows) error {
			var f final
			var n int64
			err := rows.Scan(&f.campaign, &f.worker, &f.version, &f.code, &n)
			change[f] -= n
			return err
		})
	if err != nil {
		return err
	}
	above := map[final]int64{}
	for f, n := range change {
		if err := k.add(at{v.Table, territory.Community, community}, f, n); err != nil {
			return err
		}
		f.worker = ""
		above[f] += n
	}
	for f, n := range above {
		for level, digits := range collections.AreaDigits[:territory.Community] {
			if err := k.add(at{v.Table, level, community[:min(len(community), digits)]}, f, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// rank writes how versions and their codes rank, where that is not written yet.
func (k *keeper) rank(v Visits, pairs map[[2]string]bool) error {
	for pair := range pairs {
		if k.ranks[v.Table][pair] {
			continue
		}
		k.ranks[v.Table][pair] = true
		if _, err := k.db.Exec(`INSERT INTO coverage_ranks (records, version, code, rank) VALUES (?,?,?,?) ON CONFLICT DO NOTHING`,
			v.Table, pair[0], pair[1], v.rank(pair[0], pair[1])); err != nil {
			return err
		}
	}
	return nil
}

// at is an area whose cases of a table are counted.
type at struct {
	table string
	level int
	area  string
}

// add adds n to a row; one that counts nothing goes.
func (k *keeper) add(a at, f final, n int64) error {
	if n == 0 {
		return nil
	}
	key := []any{a.table, a.level, a.area, f.campaign, f.worker, f.version, f.code}
	if _, err := k.db.Exec(`INSERT INTO coverage_finals (records, level, area, campaign, worker, version, code, cases) VALUES (?,?,?,?,?,?,?,?)
		ON CONFLICT DO UPDATE SET cases=cases+excluded.cases`, append(key, n)...); err != nil || n > 0 {
		return err
	}
	_, err := k.db.Exec(`DELETE FROM coverage_finals
		WHERE records=? AND level=? AND area=? AND campaign=? AND worker=? AND version=? AND code=? AND cases=0`, key...)
	return err
}
