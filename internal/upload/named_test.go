package upload

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"doorstep/collections"
)

// referring is a database with very many references of all kinds, some of them to the same files.
func referring(t *testing.T) collections.DB {
	t.Helper()
	pool, err := collections.Connect(filepath.Join(t.TempDir(), "made-up.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Close() })
	tx, err := pool.DB().Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	do := func(query string, args ...any) {
		if _, err := tx.Exec(query, args...); err != nil {
			t.Fatal(err)
		}
	}
	for _, table := range []string{`attachments (sha256, state)`, `form_files (sha256)`, `paradata (sha256)`, `submissions (files)`, `uploads (sha256)`, `audit (action, detail)`, `jobs (file, upload)`} {
		do(`CREATE TABLE ` + table)
	}
	source := rand.New(rand.NewPCG(1, 2))
	sha := func() string {
		sum := sha256.Sum256([]byte(fmt.Sprint(source.IntN(15_000))))
		return hex.EncodeToString(sum[:])
	}
	for range 5_000 {
		do(`INSERT INTO attachments VALUES (?,?)`, sha(), []string{"declared", "stored"}[source.IntN(2)])
		do(`INSERT INTO submissions VALUES (?)`, fmt.Sprintf(`[{"name":"a","sha256":%q},{"name":"b","sha256":%q}]`, sha(), sha()))
		do(`INSERT INTO uploads VALUES (?)`, sha())
	}
	for range 50 {
		do(`INSERT INTO form_files VALUES (?)`, sha())
		do(`INSERT INTO paradata VALUES (?)`, sha())
		do(`INSERT INTO audit VALUES ('attachment.replace', ?)`, fmt.Sprintf(`{"from":%q}`, sha()))
		do(`INSERT INTO audit VALUES ('attachment.read', ?)`, fmt.Sprintf(`{"from":%q}`, sha()))
	}
	do(`INSERT INTO attachments VALUES ('','declared')`)
	do(`INSERT INTO submissions VALUES ('null'), (''), ('[{"name":"without"}]')`)
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	return collections.Of(pool, nil)
}

// What the files of references say is what the database says, each digest once and in order.
func TestReferencesAreThoseOfTheDatabase(t *testing.T) {
	db := referring(t)
	type one struct {
		sha  string
		here bool
	}
	var want []one
	query := `SELECT sha256, MAX(here) FROM (` + named + ` UNION ALL SELECT sha256, 1 FROM uploads) WHERE sha256 IS NOT NULL GROUP BY sha256 ORDER BY sha256`
	err := collections.Each(db, query, nil, func(rows *sql.Rows) error {
		var r one
		err := rows.Scan(&r.sha, &r.here)
		want = append(want, r)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	refers, err := Refer(db, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	i, known := 0, lookup{in: refers}
	err = refers.Each(func(sha string, here bool) error {
		if i >= len(want) || want[i] != (one{sha, here}) {
			return fmt.Errorf("%d: %s %v", i, sha, here)
		}
		if i++; !known.has(sha) || known.has(sha[:32]+strings.Repeat("0", 32)) {
			return fmt.Errorf("looked up: %s", sha)
		}
		return nil
	})
	if err != nil || i != len(want) || i < 10_000 {
		t.Errorf("%d of %d: %v", i, len(want), err)
	}
}

// Where a file of references cannot be read everything is referred to: nothing is dropped by mistake.
func TestUnreadableReferencesKeepEverything(t *testing.T) {
	dir := t.TempDir()
	refers, err := Refer(referring(t), dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "references-7")); err != nil {
		t.Fatal(err)
	}
	known := lookup{in: refers}
	nobody := fmt.Sprintf("%064x", 5)
	if known.has(nobody) || known.err != nil {
		t.Errorf("%v", known.err)
	}
	if !known.has("7"+nobody[1:]) || !known.has(nobody) || !errors.Is(known.err, os.ErrNotExist) {
		t.Errorf("%v", known.err)
	}
}

// TestReferencesThatCannotBeWrittenAreTold has no folder, files that are there already, a database without a table, and a reader that has
// enough.
func TestReferencesThatCannotBeWrittenAreTold(t *testing.T) {
	db, dir := referring(t), t.TempDir()
	if _, err := Refer(db, filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
	refers, err := Refer(db, dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Refer(db, dir); !errors.Is(err, os.ErrExist) {
		t.Errorf("there already: %v", err)
	}
	enough, asked := errors.New("enough"), 0
	if err := refers.Each(func(string, bool) error { asked++; return enough }); !errors.Is(err, enough) || asked != 1 {
		t.Errorf("asked %d times: %v", asked, err)
	}
	if err := os.Remove(filepath.Join(dir, "references-0")); err != nil {
		t.Fatal(err)
	}
	if err := refers.Each(func(string, bool) error { return nil }); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("cannot be read: %v", err)
	}
	if _, err := db.Exec(`DROP TABLE uploads`); err != nil {
		t.Fatal(err)
	}
	if _, err := Refer(db, t.TempDir()); err == nil {
		t.Error("nothing is said of a database without a table")
	}
}
