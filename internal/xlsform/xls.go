package xlsform

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/richardlehane/mscfb"
)

// readXLS reads the sheets of an XLSForm from an xls file of Excel 97 or later (BIFF8, [MS-XLS]).
func readXLS(data []byte) (book *book, err error) {
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

func (w *xlsBook) sheets() (*book, error) {
	book := newBook()
	book.names = w.names
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
		book.sheets[key] = s
	}
	return book, nil
}
