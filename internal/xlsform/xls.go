package xlsform

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/richardlehane/mscfb"
)

// readXLS reads the sheets of an XLSForm from an xls file of Excel 97 or later (BIFF8, [MS-XLS]).
func readXLS(data []byte) (book *Book, err error) {
	// The library is handed files from anyone; a file that it trips over is an unreadable file.
	defer func() {
		if p := recover(); p != nil {
			book, err = nil, fmt.Errorf("read xls: %v", p)
		}
	}()
	stream, err := workbookStream(data)
	if err != nil {
		return nil, err
	}
	w := &xlsBook{stream: stream, formats: map[int]string{}}
	if err := w.globals(); err != nil {
		return nil, err
	}
	return w.sheets()
}

// workbookStream takes the workbook out of the compound file that an xls is.
func workbookStream(data []byte) ([]byte, error) {
	doc, err := mscfb.New(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("read xls: %w", err)
	}
	for entry, err := doc.Next(); err == nil; entry, err = doc.Next() {
		if entry.Name == "Workbook" || entry.Name == "Book" {
			return io.ReadAll(io.LimitReader(entry, maxFile))
		}
	}
	return nil, errUnsupported
}

// xlsBook is what the globals of a workbook say.
type xlsBook struct {
	stream  []byte
	names   []string
	offsets []int // of each sheet in the stream
	strings []string
	styles  []int // number format of each cell style
	formats map[int]string
	from04  bool
}

// Record types of [MS-XLS] 2.3.
const (
	recFormula  = 0x06
	recEOF      = 0x0A
	recDateMode = 0x22
	recFilePass = 0x2F
	recContinue = 0x3C
	recSheet    = 0x85
	recMulRK    = 0xBD
	recXF       = 0xE0
	recSST      = 0xFC
	recLabelSST = 0xFD
	recNumber   = 0x203
	recLabel    = 0x204
	recBoolErr  = 0x205
	recString   = 0x207
	recRK       = 0x27E
	recFormat   = 0x41E
	recBOF      = 0x809
)

// globals reads the first substream: names, shared strings and number formats.
func (w *xlsBook) globals() error {
	r := biff{data: w.stream}
	if !r.next() || r.kind != recBOF || u16(r.body, 0) != 0x600 {
		return errUnsupported
	}
	for r.next() && r.kind != recEOF {
		switch b := r.body; r.kind {
		case recFilePass:
			return errEncrypted
		case recDateMode:
			w.from04 = u16(b, 0) == 1
		case recSheet:
			// Hidden and very hidden sheets count too; other kinds than worksheets (type 0) have no cells.
			if len(b) > 7 && b[5] == 0 {
				name, _ := shortText(b[6:])
				w.names, w.offsets = append(w.names, name), append(w.offsets, int(u32(b, 0)))
			}
		case recXF:
			w.styles = append(w.styles, u16(b, 2))
		case recFormat:
			if len(b) > 4 {
				text, _ := longText(b[2:])
				w.formats[u16(b, 0)] = text
			}
		case recSST:
			w.strings = sharedStrings(r.whole())
		}
	}
	return nil
}

func (w *xlsBook) sheets() (*Book, error) {
	book := newBook()
	book.Names = w.names
	for i, name := range w.names {
		key := strings.ToLower(name)
		if len(w.names) == 1 && !knownSheets[key] {
			key = sheetSurvey
		}
		if !knownSheets[key] {
			continue
		}
		s, err := readGrid(name, w.cells(w.offsets[i]))
		if err != nil {
			return nil, err
		}
		book.Sheets[key] = s
	}
	return book, nil
}

// xlsGrid holds the cells of a sheet; records may come in any order of rows.
type xlsGrid struct {
	rows map[int]map[int]string
	at   int
	last int
}

func (g *xlsGrid) next() ([]string, bool) {
	if g.at > g.last {
		return nil, false
	}
	row := g.rows[g.at]
	g.at++
	width := 0
	for c := range row {
		width = max(width, c+1)
	}
	cells := make([]string, width)
	for c, v := range row {
		cells[c] = v
	}
	return cells, true
}

func (g *xlsGrid) set(row, column int, text string) {
	if text == "" || row > maxRows || column > maxColumns {
		return
	}
	if g.rows[row] == nil {
		g.rows[row] = map[int]string{}
	}
	g.rows[row][column] = text
	g.last = max(g.last, row)
}

// cells reads the substream of a worksheet.
func (w *xlsBook) cells(offset int) *xlsGrid {
	g := &xlsGrid{rows: map[int]map[int]string{}, last: -1}
	if offset < 0 || offset >= len(w.stream) {
		return g
	}
	r := biff{data: w.stream[offset:]}
	depth, row, column := 0, 0, 0
	for r.next() {
		switch r.kind {
		case recBOF:
			depth++
		case recEOF:
			if depth--; depth == 0 {
				return g
			}
		}
		if depth != 1 || len(r.body) < 2 {
			continue // a chart inside the sheet
		}
		if r.kind == recString {
			text, _ := longText(r.whole().body())
			g.set(row, column, text)
			continue
		}
		row, column = u16(r.body, 0), u16(r.body, 2)
		w.cell(g, &r, row, column)
	}
	return g
}

// cell reads one record with cells. The text of a formula follows in a record of its own.
func (w *xlsBook) cell(g *xlsGrid, r *biff, row, column int) {
	b := r.body
	style := u16(b, 4)
	switch {
	case r.kind == recLabelSST && len(b) >= 10:
		if i := int(u32(b, 6)); i < len(w.strings) {
			g.set(row, column, w.strings[i])
		}
	case r.kind == recLabel && len(b) > 6:
		text, _ := longText(b[6:])
		g.set(row, column, text)
	case r.kind == recNumber && len(b) >= 14:
		g.set(row, column, w.number(float(b, 6), style))
	case r.kind == recRK && len(b) >= 10:
		g.set(row, column, w.number(rkNumber(u32(b, 6)), style))
	case r.kind == recMulRK:
		for i := 4; i+8 <= len(b); i += 6 {
			g.set(row, column+(i-4)/6, w.number(rkNumber(u32(b, i+2)), u16(b, i)))
		}
	case r.kind == recBoolErr && len(b) >= 8:
		g.set(row, column, booleanOrError(b[6], b[7] != 0))
	case r.kind == recFormula && len(b) >= 14:
		if u16(b, 12) != 0xFFFF {
			g.set(row, column, w.number(float(b, 6), style))
		} else if b[6] == 1 || b[6] == 2 {
			g.set(row, column, booleanOrError(b[8], b[6] == 2))
		}
	}
}

func (w *xlsBook) number(f float64, style int) string {
	if style < len(w.styles) {
		id := w.styles[style]
		if builtinDate(id) || dateFormat(w.formats[id]) {
			return dateText(f, w.from04)
		}
	}
	return numberText(f)
}

// booleanOrError writes a truth value; an error such as a division by zero is its code, as the converter has it.
func booleanOrError(v byte, isError bool) string {
	switch {
	case isError:
		return numberText(float64(v))
	case v != 0:
		return "TRUE"
	}
	return "FALSE"
}
