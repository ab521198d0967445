package queryplan_test

import (
	"database/sql"
	"errors"
	"slices"
	"testing"

	_ "modernc.org/sqlite" // the driver

	"doorstep/internal/queryplan"
)

// TestWasteful: what reads a table that grows without a key, or sorts what many rows share, is found; what reads a few is not.
func TestWasteful(t *testing.T) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	defer db.Close()
	for _, s := range []string{
		`CREATE TABLE visits (id TEXT PRIMARY KEY, area TEXT, household TEXT, state TEXT, received TEXT, kind TEXT, status TEXT)`, `CREATE INDEX idx_area ON visits (area, id)`,
		`CREATE INDEX idx_household ON visits (household)`, `CREATE INDEX idx_waiting ON visits (received) WHERE state='waiting'`,
		`CREATE TABLE forms (id TEXT PRIMARY KEY, title TEXT)`, `CREATE INDEX idx_kind ON visits (kind, status, received)`,
		`CREATE VIEW shown AS SELECT id, state FROM visits`,
	} {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	city, err := queryplan.New(db)
	if err != nil {
		t.Fatal(err)
	}
	defer city.Close()
	const sorts = "USE TEMP B-TREE FOR ORDER BY"
	for query, want := range map[string][]string{
		`SELECT * FROM visits v WHERE v.state=?`:                                                                   {"SCAN v"},
		`SELECT id FROM visits WHERE area>=? AND area<? ORDER BY received`:                                         {sorts},
		`SELECT id FROM visits WHERE area>=? AND area<? OR area>=? AND area<? ORDER BY received`:                   {sorts},
		`SELECT COUNT(*) FROM visits`:                                                                              {"SCAN visits USING COVERING INDEX idx_household"},
		`SELECT id FROM visits ORDER BY received LIMIT 5`:                                                          {"SCAN visits", sorts},
		`SELECT * FROM (SELECT id, received FROM visits UNION ALL SELECT id, '' FROM forms) ORDER BY id`:           {"SCAN visits", sorts},
		`SELECT f.id FROM forms f JOIN visits v ON v.state=f.title`:                                                {"SCAN v"},
		`SELECT id FROM visits WHERE kind=? AND status=? ORDER BY state`:                                           {sorts},
		`SELECT id FROM visits WHERE kind=? AND status=? ORDER BY received`:                                        nil, // along the index
		`SELECT id FROM visits WHERE kind=? AND status=? AND received=? ORDER BY state`:                            nil, // a few
		`SELECT DISTINCT state FROM visits WHERE area>=? AND area<?`:                                               {"USE TEMP B-TREE FOR DISTINCT"},
		`SELECT id FROM visits WHERE household=(SELECT MIN(household) FROM visits WHERE kind=?) ORDER BY received`: nil, // asked once
		`SELECT DISTINCT state FROM visits WHERE area>=? AND area<? ORDER BY received LIMIT ?`:                     {"USE TEMP B-TREE FOR DISTINCT", sorts},
		`SELECT DISTINCT state FROM visits WHERE area>=? AND area<? LIMIT ?`:                                       nil, // of a page
		`SELECT id FROM visits ORDER BY id LIMIT 1000`:                                                             nil,
		`SELECT id FROM visits ORDER BY id LIMIT 1001`:                                                             {"SCAN visits USING COVERING INDEX sqlite_autoindex_visits_1"},
		`SELECT id FROM visits WHERE state=? ORDER BY id LIMIT 10`:                                                 {"SCAN visits USING INDEX sqlite_autoindex_visits_1"},
		`SELECT id FROM visits ORDER BY area, received LIMIT 10`:                                                   nil, // few are alike in the area
		`SELECT id FROM shown WHERE state=?`:                                                                       {"SCAN visits"},
		`SELECT v.id FROM visits v WHERE v.rowid=?`:                                                                nil,
		`SELECT f.id FROM forms f WHERE f.id IN (SELECT household FROM visits WHERE kind=?) ORDER BY title`:        nil, // a list of keys
		`SELECT id FROM visits WHERE household=? ORDER BY received`:                                                nil, // a few
		`SELECT id FROM visits WHERE area>=? AND area<? ORDER BY area, id LIMIT ?`:                                 nil, // along the index
		`SELECT id FROM visits ORDER BY id DESC LIMIT 1`:                                                           nil, // the last
		`SELECT id FROM visits WHERE state='waiting' ORDER BY received`:                                            nil, // what waits
		`SELECT title FROM forms ORDER BY title`:                                                                   nil, // does not grow
		`SELECT (SELECT COUNT(*) FROM visits v WHERE v.household=f.id) AS n FROM forms f ORDER BY n, f.id`:         nil,
	} {
		got, err := city.Wasteful(query)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v; want %q", query, got, err, want)
		}
	}
}

// TestPlant: a table of which SQLite knows that it was small once is read by its index all the same.
func TestPlant(t *testing.T) {
	db, err := sql.Open("sqlite", t.TempDir()+"/data.db")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range []string{
		`CREATE TABLE audit (id TEXT PRIMARY KEY, actor TEXT, created TEXT)`, `CREATE INDEX idx_actor ON audit (actor, created)`,
		`INSERT INTO audit VALUES ('a','x',''), ('b','x',''), ('c','y','')`, `ANALYZE`,
	} {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	other, err := db.Conn(t.Context()) // that has read the statistics of three rows
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	plan := func() (step string) {
		t.Helper()
		var unused int // EXPLAIN does not look whether the schema has changed, so something is asked first
		if err := other.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM audit`).Scan(&unused); err != nil {
			t.Fatal(err)
		}
		const query = `EXPLAIN QUERY PLAN SELECT COUNT(*), MIN(id) FROM audit WHERE actor=? AND created>?`
		if err := other.QueryRowContext(t.Context(), query, "x", "").Scan(&unused, &unused, &unused, &step); err != nil {
			t.Fatal(err)
		}
		return step
	}
	if got := plan(); got != "SCAN audit" {
		t.Fatalf("before: %s", got)
	}
	version := func() (n int) {
		if err := db.QueryRow(`PRAGMA schema_version`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := version()
	for i := range 3 {
		if err := queryplan.Plant(db); err != nil {
			t.Fatal(err)
		}
		if wrote := version() != before; wrote != (i == 0) {
			t.Errorf("time %d: written anew: %v", i+1, wrote)
		}
		before = version()
	}
	if got := plan(); got != "SEARCH audit USING INDEX idx_actor (actor=? AND created>?)" {
		t.Errorf("after: %s", got)
	}
}

func TestWhatCannotBeRunIsTold(t *testing.T) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	city, err := queryplan.New(db)
	if err != nil {
		t.Fatal(err)
	}
	defer city.Close()
	if _, err := city.Wasteful(`SELECT * FROM nothing`); err == nil {
		t.Error("a table that is not there")
	}
	if _, err := queryplan.New(&failing{db, 1}); err == nil {
		t.Error("a schema that is not read")
	}
	db.Close()
	if _, err := queryplan.New(db); err == nil {
		t.Error("a database that is closed")
	}
	if err := queryplan.Plant(db); err == nil {
		t.Error("statistics for a database that is closed")
	}
}

// failing fails at one statement, by its number.
type failing struct {
	*sql.DB
	at int
}

func (f *failing) fails() error {
	if f.at--; f.at == 0 {
		return errors.New("the disk is full")
	}
	return nil
}

func (f *failing) Query(query string, args ...any) (*sql.Rows, error) {
	if err := f.fails(); err != nil {
		return nil, err
	}
	return f.DB.Query(query, args...)
}

func (f *failing) Exec(query string, args ...any) (sql.Result, error) {
	if err := f.fails(); err != nil {
		return nil, err
	}
	return f.DB.Exec(query, args...)
}

func TestEachStatementThatFailsIsTold(t *testing.T) {
	for n := 1; ; n++ {
		db, err := sql.Open("sqlite", ":memory:")
		if err != nil {
			t.Fatal(err)
		}
		db.SetMaxOpenConns(1)
		defer db.Close()
		if _, err := db.Exec(`CREATE TABLE audit (id TEXT PRIMARY KEY, actor TEXT); ANALYZE`); err != nil {
			t.Fatal(err)
		}
		f := &failing{db, n}
		if err := queryplan.Plant(f); err == nil {
			if n < 9 || f.at <= 0 {
				t.Errorf("statement %d fails and nothing is told", n)
			}
			return
		}
	}
}
