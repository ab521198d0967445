package xlsform

import (
	"archive/zip"
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// readXLSX reads the sheets of an XLSForm from an xlsx or xlsm file. Formulas give their last result.
func readXLSX(data []byte) (book *book, err error) {
	// The library is handed files from anyone; a file that it trips over is an unreadable file.
	defer func() {
		if p := recover(); p != nil {
			book, err = nil, fmt.Errorf("read xlsx: %v", p)
		}
	}()
	if bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")) {
		return nil, errUnsupported
	}
	if unzipped(data) > maxUnzipped {
		return nil, errTooLarge
	}
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped,
	})
	if err != nil {
		return nil, fmt.Errorf("read xlsx: %w", err)
	}
	defer f.Close()
	book = newBook()
	book.names = f.GetSheetList()
	only := len(book.names) == 1
	for _, name := range book.names {
		key := strings.ToLower(name)
		if only && !knownSheets[key] {
			key = sheetSurvey
		}
		if !knownSheets[key] {
			continue
		}
		s, err := xlsxSheet(f, name)
		if err != nil {
			return nil, err
		}
		book.sheets[key] = s
	}
	return book, nil
}

// unzipped is how many bytes the parts of a workbook say that they have, 0 when it is no zip file. The library holds them
// to what they said.
func unzipped(data []byte) (total uint64) {
	parts, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return 0
	}
	for _, part := range parts.File {
		total += part.UncompressedSize64
	}
	return total
}

func xlsxSheet(f *excelize.File, name string) (*sheet, error) {
	rows, err := f.Rows(name)
	if err != nil {
		return nil, fmt.Errorf("read sheet %s: %w", name, err)
	}
	defer rows.Close()
	return readGrid(name, &xlsxGrid{f: f, sheet: name, rows: rows, dates: map[int]bool{}})
}

// xlsxGrid gives the rows of a sheet as text.
type xlsxGrid struct {
	f     *excelize.File
	sheet string
	rows  *excelize.Rows
	row   int
	dates map[int]bool // whether a cell style shows a date
}

func (g *xlsxGrid) next() ([]string, bool) {
	if !g.rows.Next() {
		return nil, false
	}
	g.row++
	cells, err := g.rows.Columns()
	if err != nil {
		return nil, false
	}
	if len(cells) > maxColumns {
		cells = cells[:maxColumns]
	}
	for i, c := range cells {
		if c != "" {
			cells[i] = g.text(i+1, c)
		}
	}
	return cells, true
}

// text writes a raw cell as its type asks. Only numbers and truth values need it, and they begin with a digit or sign.
func (g *xlsxGrid) text(column int, raw string) string {
	number, err := strconv.ParseFloat(raw, 64)
	if err != nil {
		return raw
	}
	cell, err := excelize.CoordinatesToCellName(column, g.row)
	if err != nil {
		return raw
	}
	kind, err := g.f.GetCellType(g.sheet, cell)
	if err != nil {
		return raw
	}
	switch kind {
	case excelize.CellTypeBool:
		return map[bool]string{true: "TRUE", false: "FALSE"}[number != 0]
	case excelize.CellTypeUnset, excelize.CellTypeNumber:
		if g.isDate(cell) {
			return dateText(number, g.date1904(), time.Millisecond)
		}
		if reWhole.MatchString(raw) {
			return raw // as it is written: a float would round the last digits of an id number
		}
		return numberText(number)
	}
	return raw
}

var reWhole = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

func (g *xlsxGrid) date1904() bool {
	p, err := g.f.GetWorkbookProps()
	return err == nil && p.Date1904 != nil && *p.Date1904
}

func (g *xlsxGrid) isDate(cell string) bool {
	style, err := g.f.GetCellStyle(g.sheet, cell)
	if err != nil || style == 0 {
		return false
	}
	if is, known := g.dates[style]; known {
		return is
	}
	s, err := g.f.GetStyle(style)
	is := err == nil && (builtinDate(s.NumFmt) || s.CustomNumFmt != nil && dateFormat(*s.CustomNumFmt))
	g.dates[style] = is
	return is
}
