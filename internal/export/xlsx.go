package export

import (
	"fmt"
	"io"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// cut ends a text that Excel's limit of 32,767 UTF-16 units does not let a cell hold.
const cut = "…[截断 cut: 完整内容见 CSV, in full in CSV]"

// XLSX writes rows into a workbook. Excel takes 1,048,576 rows a sheet: more go on to further sheets, each with the
// first row again as its header. Text is never a formula here, so it is written as it is.
type XLSX struct {
	out    io.Writer
	book   *excelize.File
	name   string
	header []any
	sheet  *excelize.StreamWriter
	sheets int
	row    int // last row written in the sheet
	limit  int // rows in a sheet
}

// NewXLSX begins a workbook whose sheets are called name, "name 2", …; the file comes to w on Close.
func NewXLSX(w io.Writer, name string) (*XLSX, error) {
	x := &XLSX{out: w, book: excelize.NewFile(), name: sheetName(name), limit: excelize.TotalRows}
	if err := x.book.SetSheetName("Sheet1", x.name); err != nil {
		return nil, fmt.Errorf("name the sheet %s: %w", x.name, err)
	}
	return x, x.nextSheet()
}

// Row writes one row; the first one is the header.
func (x *XLSX) Row(cells []any) error {
	if x.header == nil {
		x.header = append([]any{}, cells...)
	}
	if x.row == x.limit {
		if err := x.nextSheet(); err != nil {
			return err
		}
		if err := x.write(x.header); err != nil {
			return err
		}
	}
	return x.write(cells)
}

// Close sends the workbook to the writer and removes the temporary files behind it.
func (x *XLSX) Close() error {
	defer x.book.Close()
	if err := x.sheet.Flush(); err != nil {
		return err
	}
	_, err := x.book.WriteTo(x.out)
	return err
}

func (x *XLSX) nextSheet() error {
	x.sheets++
	name := x.name
	if x.sheets > 1 {
		if err := x.sheet.Flush(); err != nil {
			return err
		}
		name = fmt.Sprintf("%s %d", x.name, x.sheets)
		if _, err := x.book.NewSheet(name); err != nil {
			return err
		}
	}
	sheet, err := x.book.NewStreamWriter(name)
	if err != nil {
		return err
	}
	x.sheet, x.row = sheet, 0
	return sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

func (x *XLSX) write(cells []any) error {
	for i, c := range cells {
		if s, ok := c.(string); ok && len(s) > excelize.TotalCellChars {
			cells[i] = fits(s)
		}
	}
	x.row++
	return x.sheet.SetRow(fmt.Sprintf("A%d", x.row), cells)
}

// fits shortens text that a cell cannot hold, and says so in the cell.
func fits(s string) string {
	units := utf16.Encode([]rune(s))
	if len(units) <= excelize.TotalCellChars {
		return s
	}
	keep := excelize.TotalCellChars - len(utf16.Encode([]rune(cut)))
	if utf16.IsSurrogate(rune(units[keep-1])) && utf16.IsSurrogate(rune(units[keep])) && units[keep-1] < 0xDC00 {
		keep-- // not in the middle of a character
	}
	return string(utf16.Decode(units[:keep])) + cut
}

// sheetName leaves room for a number: Excel takes 31 characters.
func sheetName(name string) string {
	if r := []rune(name); len(r) > 27 {
		return string(r[:27])
	}
	return name
}
