package main

import (
	"archive/zip"
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	_ "modernc.org/sqlite" // the driver that the server uses
)

// exportToPlain is the processor time that SQLite takes to write the rows of the whole export as CSV, divided by what the export takes,
// which checks who may see them, opens what is sealed, and packs.
func (v *visitor) exportToPlain(ctx context.Context, dir string) (ratio float64, rows int, err error) {
	before, err := v.server.cost()
	if err != nil {
		return 0, 0, err
	}
	var archive bytes.Buffer
	if _, err := read(ctx, &v.whole, wholeExport, &archive); err != nil {
		return 0, 0, err
	}
	after, err := v.server.cost()
	if err != nil {
		return 0, 0, err
	}
	plain, rows, err := plainly(ctx, archive.Bytes(), dir)
	return plain.Seconds() / (after - before).Seconds(), rows, err
}

// exported asks for the export of the street. It is packed, so that its bytes tell little: the size of the answer is how many rows are in
// it, which are counted the first time.
func (v *visitor) exported() func(context.Context) (int, error) {
	rows := 0
	return func(ctx context.Context) (int, error) {
		if rows > 0 {
			_, err := read(ctx, &v.street, wholeExport, io.Discard)
			return rows, err
		}
		var archive bytes.Buffer
		if _, err := read(ctx, &v.street, wholeExport, &archive); err != nil {
			return 0, err
		}
		z, err := zip.NewReader(bytes.NewReader(archive.Bytes()), int64(archive.Len()))
		if err != nil {
			return 0, err
		}
		for _, f := range z.File {
			if strings.HasSuffix(f.Name, ".csv") {
				n, err := rowsIn(f)
				if err != nil {
					return 0, fmt.Errorf("%s: %w", f.Name, err)
				}
				rows += n
			}
		}
		return rows, nil
	}
}

// rowsIn counts the lines of a table in an archive.
func rowsIn(f *zip.File) (n int, err error) {
	r, err := f.Open()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	for lines := csv.NewReader(r); ; n++ {
		if _, err := lines.Read(); errors.Is(err, io.EOF) {
			return n, nil
		} else if err != nil {
			return n, err
		}
	}
}

// plainly measures what SQLite itself takes to write the rows of an export as CSV, unsealed: the tables of a zip archive are put into
// a database of their own and read out again. It returns the processor time, and the number of rows.
func plainly(ctx context.Context, archive []byte, dir string) (cost time.Duration, rows int, err error) {
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return 0, 0, err
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "plain.db"))
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, db.Close(), os.Remove(filepath.Join(dir, "plain.db"))) }()
	var tables []string
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, ".csv") {
			continue
		}
		table := fmt.Sprintf("t%d", len(tables))
		if err := fill(ctx, db, table, f); err != nil {
			return 0, 0, fmt.Errorf("%s: %w", f.Name, err)
		}
		tables = append(tables, table)
	}
	before, err := ownCost()
	if err != nil {
		return 0, 0, err
	}
	for _, table := range tables {
		n, err := writeOut(ctx, db, table)
		if err != nil {
			return 0, 0, err
		}
		rows += n
	}
	after, err := ownCost()
	return after - before, rows, err
}

func ownCost() (time.Duration, error) {
	var used syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()), err
}

// fill puts a table of an export into the database, all of it as text.
func fill(ctx context.Context, db *sql.DB, table string, f *zip.File) error {
	src, err := f.Open()
	if err != nil {
		return err
	}
	defer src.Close()
	r := csv.NewReader(src)
	r.ReuseRecord, r.FieldsPerRecord = true, -1
	head, err := r.Read()
	if errors.Is(err, io.EOF) {
		head, err = []string{"nothing"}, nil
	}
	if err != nil {
		return err
	}
	columns := make([]string, len(head))
	for i := range head {
		columns[i] = fmt.Sprintf("c%d TEXT", i)
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // no effect after Commit
	if _, err := tx.ExecContext(ctx, `CREATE TABLE `+table+` (`+strings.Join(columns, ",")+`)`); err != nil {
		return err
	}
	insert, err := tx.PrepareContext(ctx, `INSERT INTO `+table+` VALUES (?`+strings.Repeat(`,?`, len(head)-1)+`)`)
	if err != nil {
		return err
	}
	defer insert.Close()
	values := make([]any, len(head))
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return tx.Commit()
		}
		if err != nil {
			return err
		}
		for i := range values {
			values[i] = ""
			if i < len(record) {
				values[i] = strings.Clone(record[i])
			}
		}
		if _, err := insert.ExecContext(ctx, values...); err != nil {
			return err
		}
	}
}

// writeOut writes a table as CSV to nowhere, and counts its rows.
func writeOut(ctx context.Context, db *sql.DB, table string) (n int, err error) {
	rows, err := db.QueryContext(ctx, `SELECT * FROM `+table)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	w := csv.NewWriter(io.Discard)
	record, into := make([]string, len(columns)), make([]any, len(columns))
	for i := range record {
		into[i] = &record[i]
	}
	for ; rows.Next(); n++ {
		if err := rows.Scan(into...); err != nil {
			return 0, err
		}
		if err := w.Write(record); err != nil {
			return 0, err
		}
	}
	w.Flush()
	return n, errors.Join(rows.Err(), w.Error())
}
