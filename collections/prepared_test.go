package collections_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

func connect(t *testing.T) *dbx.DB {
	t.Helper()
	db, err := collections.Connect(filepath.Join(t.TempDir(), "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.DB().SetMaxOpenConns(1)
	run(t, db, `CREATE TABLE things (id TEXT PRIMARY KEY, name TEXT NOT NULL)`)
	run(t, db, `INSERT INTO things VALUES ('1','a'), ('2','b')`)
	return db
}

func run(t *testing.T, db *dbx.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.DB().Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// One statement asked for within itself must not be the same one: the inner would restart the outer.
func TestAStatementInUseIsNotSharedWithAnother(t *testing.T) {
	db := connect(t)
	conn, err := db.DB().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const query = `SELECT id FROM things ORDER BY id`
	var outer []string
	rows, err := conn.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() && len(outer) < 3 {
		var id, inner string
		if err := errors.Join(rows.Scan(&id), conn.QueryRowContext(t.Context(), query).Scan(&inner)); err != nil {
			t.Fatal(err)
		}
		outer = append(outer, id+inner)
	}
	if want := []string{"11", "21"}; !slices.Equal(outer, want) {
		t.Errorf("got %q, want %q", outer, want)
	}
}

func TestAKeptStatementSeesANewSchema(t *testing.T) {
	db := connect(t)
	columns := func() []string {
		rows, err := db.DB().Query(`SELECT * FROM things`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		names, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	columns()
	run(t, db, `ALTER TABLE things ADD COLUMN size INTEGER`)
	if got, want := columns(), []string{"id", "name", "size"}; !slices.Equal(got, want) {
		t.Errorf("columns %q, want %q", got, want)
	}
}

func TestAKeptStatementWorksAfterAFailure(t *testing.T) {
	db := connect(t)
	const query = `INSERT INTO things VALUES (?, ?)`
	if _, err := db.DB().Exec(query, "1", "again"); err == nil {
		t.Fatal("a second row with the same id")
	}
	run(t, db, query, "3", "c")
}

func TestKeptStatementsAreBounded(t *testing.T) {
	app := testapp.New(t)
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		for i := range 500 {
			if _, err := db.Exec(fmt.Sprintf(`DELETE FROM meta WHERE "key"='%d'`, i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(collections.Prepared(t, app.TestApp)); n > 200 {
		t.Errorf("%d statements are kept", n)
	}
}

// A transaction whose caller is gone leaves nothing, and none of its statements runs outside of it.
func TestWriteEndsWithItsContext(t *testing.T) {
	app := testapp.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	var after error
	err := collections.Write(ctx, app.TestApp, func(db collections.DB) error {
		if err := collections.SetMeta(db, "before", "1"); err != nil {
			return err
		}
		cancel()
		after = collections.SetMeta(db, "after", "1")
		return nil
	})
	if !errors.Is(err, context.Canceled) || !errors.Is(after, context.Canceled) {
		t.Errorf("the transaction says %v, its statement %v", err, after)
	}
	var left []string
	err = collections.Each(collections.Read(app.TestApp), `SELECT "key" FROM meta WHERE "key" IN ('before','after')`, nil, func(rows *sql.Rows) error {
		var key string
		err := rows.Scan(&key)
		left = append(left, key)
		return err
	})
	if err != nil || len(left) > 0 {
		t.Errorf("left %s (%v)", strings.Join(left, " "), err)
	}
}

// Rows of one table with other columns get other SQL.
func TestRowsOfOneTableMayDiffer(t *testing.T) {
	app := testapp.New(t)
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		for _, row := range []collections.Row{
			{{Column: "key", Value: "k1"}, {Column: "value", Value: "v1"}}, {{Column: "value", Value: "v2"}, {Column: "key", Value: "k2"}}, {{Column: "key", Value: "k3"}},
		} {
			if err := collections.Insert(db, "meta", row); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"k1": "v1", "k2": "v2", "k3": ""} {
		if got, err := collections.MetaValue(collections.Read(app.TestApp), key); err != nil || got != want {
			t.Errorf("%s is %q (%v), want %q", key, got, err, want)
		}
	}
}

// Many tablets read at once, one writes.
func TestTheWriterHasMoreRoomForPages(t *testing.T) {
	app := testapp.New(t)
	var writer, reader int
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		_, err := collections.One(db, `PRAGMA cache_size`, nil, &writer)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := collections.One(collections.Read(app.TestApp), `PRAGMA cache_size`, nil, &reader); err != nil {
		t.Fatal(err)
	}
	if writer != -32000 || reader != -8000 {
		t.Errorf("writer %d, reader %d", writer, reader)
	}
}

// A page's size that is bound stands in a sum, whatever else a statement says, and bounds the page as before.
func TestALimitThatIsBoundMakesNoPlanOfItsOwn(t *testing.T) {
	db := connect(t)
	for query, want := range map[string]int{`SELECT id FROM things ORDER BY id LIMIT ?`: 1, `SELECT id FROM things WHERE id>'0' LIMIT ?1`: 1,
		`SELECT id FROM (SELECT id FROM things LIMIT ?) LIMIT 7`: 1} {
		n := 0
		rows, err := db.DB().Query(query, 1)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			n++
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil || n != want {
			t.Errorf("%s gives %d rows, %v", query, n, err)
		}
		if planned := collections.Planned(query); !strings.Contains(planned, `LIMIT 0+?`) || strings.Contains(planned, `LIMIT ?`) {
			t.Error(planned)
		}
	}
}
