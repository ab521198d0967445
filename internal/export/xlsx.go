package export

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// cut ends a text that Excel's limit of 32,767 UTF-16 units does not let a cell hold.
const cut = "…[截断 cut: 完整内容见 CSV, in full in CSV]"

// exact is the largest whole number that Excel keeps digit by digit; longer ones are written as text.
const exact = 999_999_999_999_999

// XLSX writes rows into a workbook, straight into the file: nothing lies in memory or in a temporary file, where a crash
// would leave people's names. Excel takes 1,048,576 rows a sheet: more go on to further sheets, each with the first row
// again as its header. Text is never a formula here, so it is written as it is.
type XLSX struct {
	book   *zip.Writer
	sheet  io.Writer
	name   string
	header []any
	sheets int
	row    int // last row written in the sheet
	limit  int // rows in a sheet
	line   bytes.Buffer
}

// NewXLSX begins a workbook on w whose sheets are called name, "name 2", …
func NewXLSX(w io.Writer, name string) (*XLSX, error) {
	x := &XLSX{book: zip.NewWriter(w), name: sheetName(name), limit: excelize.TotalRows}
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

// Close ends the workbook; the writer below stays open.
func (x *XLSX) Close() error {
	if _, err := io.WriteString(x.sheet, sheetEnd); err != nil {
		return err
	}
	for _, part := range x.parts() {
		w, err := x.book.Create(part.name)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, xml.Header+part.text); err != nil {
			return err
		}
	}
	return x.book.Close()
}

func (x *XLSX) nextSheet() error {
	if x.sheet != nil {
		if _, err := io.WriteString(x.sheet, sheetEnd); err != nil {
			return err
		}
	}
	x.sheets++
	w, err := x.book.Create(fmt.Sprintf("xl/worksheets/sheet%d.xml", x.sheets))
	if err != nil {
		return err
	}
	x.sheet, x.row = w, 0
	_, err = io.WriteString(w, xml.Header+sheetBegin)
	return err
}

func (x *XLSX) write(cells []any) error {
	x.row++
	x.line.Reset()
	fmt.Fprintf(&x.line, `<row r="%d">`, x.row)
	for i, c := range cells {
		if err := x.cell(i+1, c); err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
	}
	x.line.WriteString(`</row>`)
	_, err := x.sheet.Write(x.line.Bytes())
	return err
}

func (x *XLSX) cell(column int, cell any) error {
	s, err := text(cell)
	if err != nil || s == "" {
		return err
	}
	at, err := excelize.CoordinatesToCellName(column, x.row)
	if err != nil {
		return err
	}
	if short(cell) {
		fmt.Fprintf(&x.line, `<c r="%s"><v>%s</v></c>`, at, s)
		return nil
	}
	if len(s) > excelize.TotalCellChars {
		s = fits(s)
	}
	fmt.Fprintf(&x.line, `<c r="%s" t="inlineStr"><is><t xml:space="preserve">`, at)
	_ = xml.EscapeText(&x.line, []byte(escaped(s))) // a buffer takes it
	x.line.WriteString(`</t></is></c>`)
	return nil
}

// short reports whether a cell is a number that Excel keeps digit by digit: it has 15.
func short(cell any) bool {
	switch n := cell.(type) {
	case int64:
		return n <= exact && n >= -exact
	case float64:
		kept, _ := strconv.ParseFloat(strconv.FormatFloat(n, 'e', 14, 64), 64)
		return kept == n
	}
	return false
}

// escapes are what Excel could read as one, and characters that XML cannot hold or that its readers change.
var escapes = regexp.MustCompile(`_x[0-9A-Fa-f]{4}|[\x00-\x08\x0b-\x1f\x{fffe}\x{ffff}]`)

// escaped writes them as _xHHHH_ (ECMA-376, ST_Xstring), so that a cell gives back what was typed.
func escaped(s string) string {
	return escapes.ReplaceAllStringFunc(s, func(found string) string {
		if found[0] == '_' {
			return "_x005F" + found
		}
		return fmt.Sprintf("_x%04X_", firstRune(found))
	})
}

// fits shortens text that a cell cannot hold, and says so in the cell.
func fits(s string) string {
	units := utf16.Encode([]rune(s))
	if len(units) <= excelize.TotalCellChars {
		return s
	}
	keep := excelize.TotalCellChars - len(utf16.Encode([]rune(cut)))
	if utf16.IsSurrogate(rune(units[keep-1])) && units[keep-1] < 0xDC00 {
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

// A sheet's frame: the header stays in sight.
const (
	sheetBegin = `<worksheet xmlns="` + sheetSpace +
		`"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView>` +
		`</sheetViews><sheetData>`
	sheetEnd   = `</sheetData></worksheet>`
	sheetSpace = `http://schemas.openxmlformats.org/spreadsheetml/2006/main`
	relations  = `http://schemas.openxmlformats.org/package/2006/relationships`
	documents  = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	sheetType  = `application/vnd.openxmlformats-officedocument.spreadsheetml.`
	plainStyle = `<styleSheet xmlns="` + sheetSpace +
		`"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/>` +
		`</fill>` +
		`<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/>` +
		`</cellStyleXfs><cellXfs count="1"><xf xfId="0"/></cellXfs></styleSheet>`
)

type part struct{ name, text string }

// parts are the files of a workbook beside its sheets (ECMA-376), known when the sheets are.
func (x *XLSX) parts() []part {
	var sheets, links, types bytes.Buffer
	for i := 1; i <= x.sheets; i++ {
		name := x.name
		if i > 1 {
			name += " " + strconv.Itoa(i)
		}
		sheets.WriteString(`<sheet name="`)
		_ = xml.EscapeText(&sheets, []byte(name)) // a buffer takes everything
		fmt.Fprintf(&sheets, `" sheetId="%d" r:id="rId%[1]d"/>`, i)
		fmt.Fprintf(&links, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%[1]d.xml"/>`, i, documents)
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="%sworksheet+xml"/>`, i, sheetType)
	}
	fmt.Fprintf(&links, `<Relationship Id="rId%d" Type="%s/styles" Target="styles.xml"/>`, x.sheets+1, documents)
	return []part{
		{"xl/styles.xml", plainStyle},
		{"xl/workbook.xml", `<workbook xmlns="` + sheetSpace + `" xmlns:r="` + documents + `"><sheets>` + sheets.String() +
			`</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + relations + `">` + links.String() + `</Relationships>`},
		{"_rels/.rels", `<Relationships xmlns="` + relations + `"><Relationship Id="rId1" Type="` + documents +
			`/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ` +
			`ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="` + sheetType +
			`sheet.main+xml"/>` +
			`<Override PartName="/xl/styles.xml" ContentType="` + sheetType + `styles+xml"/>` + types.String() + `</Types>`},
	}
}
