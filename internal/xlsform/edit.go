package xlsform

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Cell is what a cell of the choices sheet shall hold: the column beside a choice of a list.
type Cell struct {
	List   string `json:"list"`
	Choice string `json:"choice"`
	Column string `json:"column"`
	Value  string `json:"value"`
}

// noCellError is a cell that the workbook does not have.
type noCellError struct{ Cell }

func (e noCellError) Error() string {
	return fmt.Sprintf("no column %s beside choice %s of list %s", e.Column, e.Choice, e.List)
}

// Edit writes cells of a workbook's choices sheet and returns the whole as CSV. The version is left out, because the result
// is another one. It fails with noCellError, or when the workbook cannot be read.
func Edit(name string, data []byte, cells []Cell) ([]byte, error) {
	book, err := open(strings.ToLower(filepath.Ext(name)), data)
	if err != nil {
		return nil, fmt.Errorf("edit %s: %w", name, err)
	}
	for _, c := range cells {
		if !book.write(c) {
			return nil, noCellError{c}
		}
	}
	if s := book.sheet(sheetSettings); s != nil {
		for _, row := range s.rows {
			delete(row, s.column("version"))
		}
	}
	return book.csv()
}

// write puts a value into its cell, and reports whether there is one.
func (b *book) write(c Cell) bool {
	s := b.sheet(sheetChoices)
	if s == nil {
		return false
	}
	list, name, column := s.column("list name"), s.column("name", "value"), s.column(c.Column)
	i := slices.IndexFunc(s.rows, func(row map[string]string) bool { return row[list] == c.List && row[name] == c.Choice })
	if i < 0 || column == "" {
		return false
	}
	s.rows[i][column] = strings.TrimSpace(c.Value)
	return true
}

// column is the header as the sheet writes one of some names; "" when it has none.
func (s *sheet) column(names ...string) string {
	plain := func(h string) string { return strings.ReplaceAll(strings.ToLower(h), "_", " ") }
	for _, name := range names {
		if i := slices.IndexFunc(s.header, func(h string) bool { return plain(h) == plain(name) }); i >= 0 {
			return s.header[i]
		}
	}
	return ""
}

// csv writes the sheets of a form into one file, as readCSV reads them.
func (b *book) csv() ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	for _, name := range []string{sheetSurvey, sheetChoices, sheetExternal, sheetEntities, sheetOSM, sheetSettings} {
		s := b.sheet(name)
		if s == nil {
			continue
		}
		rows := [][]string{{name}, append([]string{""}, s.header...)}
		for _, row := range s.rows {
			cells := []string{""}
			for _, h := range s.header {
				cells = append(cells, row[h])
			}
			rows = append(rows, cells)
		}
		if err := w.WriteAll(rows); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), w.Error()
}
