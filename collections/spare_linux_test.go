package collections_test

import (
	"syscall"
	"testing"

	"doorstep/collections"
)

// Every page of memory that the system hands out is a fault: a statement that fires a trigger must find its memory there.
func TestAStatementAsksTheSystemForNoMemory(t *testing.T) {
	pool, err := collections.Connect(t.TempDir() + "/data.db")
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	db := pool.DB()
	db.SetMaxOpenConns(1)
	for _, q := range []string{
		`CREATE TABLE seen (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b TEXT NOT NULL, c TEXT NOT NULL, d TEXT NOT NULL)`,
		`CREATE INDEX seen_a ON seen (a)`, `CREATE INDEX seen_b ON seen (b)`,
		`CREATE INDEX seen_c ON seen (c)`, `CREATE INDEX seen_d ON seen (d)`,
		`CREATE INDEX seen_ab ON seen (b, a)`, `CREATE INDEX seen_cd ON seen (d, c)`,
		`CREATE INDEX seen_ac ON seen (c, a)`, `CREATE INDEX seen_bd ON seen (d, b)`,
		`CREATE TABLE counted (a TEXT NOT NULL)`,
		`CREATE TRIGGER count AFTER INSERT ON seen BEGIN INSERT INTO counted SELECT substr(NEW.a,1,9); END`,
	} {
		if _, err := db.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	insert, err := tx.Prepare(`INSERT INTO seen (a, b, c, d)
		VALUES (hex(randomblob(20)), hex(randomblob(20)), hex(randomblob(20)), hex(randomblob(20)))`)
	if err != nil {
		t.Fatal(err)
	}
	var before, after syscall.Rusage
	const warm, measured = 1500, 500
	for n := range warm + measured {
		if n == warm {
			syscall.Getrusage(syscall.RUSAGE_SELF, &before)
		}
		if _, err := insert.Exec(); err != nil {
			t.Fatal(err)
		}
	}
	syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	if faults := float64(after.Minflt-before.Minflt) / measured; faults > 8 {
		t.Errorf("%.1f pages of memory a statement were asked from the system", faults)
	}
}
