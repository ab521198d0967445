package xlsform

import "time"

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
			return dateText(f, w.from04, time.Second)
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
