package xlsform

import (
	"encoding/csv"
	"io"
	"strings"
	"unicode/utf8"
)

// readCSV reads the single-file form of an XLSForm: a row whose first cell is filled opens the sheet of that name, the
// next row with other cells is its header, the rows below are its rows.
func readCSV(data []byte) (*book, error) {
	text := strings.TrimPrefix(string(data), "\ufeff")
	if !utf8.ValidString(text) {
		return nil, errEncoding
	}
	if strings.Count(text[:min(len(text), 5000)], ",") < 4 {
		return nil, errNotTable
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	book := newBook()
	var header []string
	var s *sheet
	for {
		cells, err := r.Read()
		if err == io.EOF {
			return book, nil
		}
		if err != nil {
			return nil, err
		}
		if name := strings.TrimSpace(cells[0]); name != "" {
			s, header = book.add(name), nil
		}
		if header = s.addCSV(header, cells[1:]); s != nil && len(s.rows) > maxRows {
			return nil, errTooLarge
		}
	}
}

// add opens the sheet of that name, empty at first. A later sheet of the same name replaces it.
func (b *book) add(name string) *sheet {
	b.names = append(b.names, name)
	s := &sheet{name: name}
	b.sheets[strings.ToLower(name)] = s
	return s
}

// addCSV adds a row below header, or makes it the header when there is none yet; it returns the header.
func (s *sheet) addCSV(header, cells []string) []string {
	trimmed := make([]string, len(cells))
	for i, c := range cells {
		trimmed[i] = strings.TrimSpace(c)
	}
	if s == nil || strings.Join(trimmed, "") == "" {
		return header
	}
	if header == nil {
		s.header = titled(trimmed)
		return trimmed
	}
	s.rows = append(s.rows, plainRow(header, trimmed))
	return header
}

// plainRow pairs headers with the cells below them.
func plainRow(header, cells []string) map[string]string {
	row := map[string]string{}
	for i, h := range header {
		if h != "" && i < len(cells) && cells[i] != "" {
			row[h] = cells[i]
		}
	}
	return row
}
