package xlsform

import "strings"

// sheet is one sheet of a workbook as text. Row i of rows is row i+2 of the sheet; empty cells are absent.
type sheet struct {
	name     string
	header   []string            // in column order, without the columns that have no header
	rows     []map[string]string // by header
	untitled int                 // first row with a value in a column without a header, where that is a mistake; else 0
	gap      int                 // first row with values that was not read because too many blank rows come before it; else 0
}

// book is a workbook: the sheets that an XLSForm may have, by lower-case name.
type book struct {
	names  []string // every sheet as written
	sheets map[string]*sheet
}

// The sheets of an XLSForm.
const (
	sheetSurvey   = "survey"
	sheetChoices  = "choices"
	sheetSettings = "settings"
	sheetExternal = "external_choices"
	sheetEntities = "entities"
	sheetOSM      = "osm"
)

var knownSheets = map[string]bool{
	sheetSurvey: true, sheetChoices: true, sheetSettings: true,
	sheetExternal: true, sheetEntities: true, sheetOSM: true,
}

// Limits of a workbook: far above any questionnaire, far below what would exhaust a small server.
const (
	maxFile     = 20 << 20  // bytes of the file
	maxUnzipped = 32 << 20  // bytes of an xlsx without compression
	maxRows     = 100_000   // rows of a sheet
	maxColumns  = 2_000     // columns of a sheet
	maxCells    = 4_000_000 // cells of a sheet, blank ones included
)

// Reading a sheet stops after these many blank columns or rows; the reference converter does so too, and a form has to
// mean the same in both.
const (
	blankColumns = 20
	blankRows    = 60
)

// lookBeyond is how many more blank rows are looked at for content that was left out. A sheet can have a million of them.
const lookBeyond = 1_000

func newBook() *book { return &book{sheets: map[string]*sheet{}} }

// sheet returns the sheet of that name when it has a header, else nil.
func (b *book) sheet(name string) *sheet {
	if s := b.sheets[name]; s != nil && (len(s.header) > 0 || len(s.rows) > 0) {
		return s
	}
	return nil
}

// grid is a sheet whose rows are asked for one at a time; next returns nil, false after the last one.
type grid interface {
	next() ([]string, bool)
}

// readGrid turns the cells of a spreadsheet into a sheet. The error is twiceError or errTooLarge.
func readGrid(name string, g grid) (*sheet, error) {
	s := &sheet{name: name}
	first, ok := g.next()
	if !ok {
		return s, nil
	}
	columns, twice := gridHeader(first)
	if twice != "" {
		return nil, twiceError{name, twice}
	}
	s.header = titled(columns)
	blank, size := 0, 0
	for {
		cells, ok := g.next()
		if !ok || blank > blankRows+lookBeyond {
			s.rows = trimBlank(s.rows)
			return s, nil
		}
		if size += len(cells) + 1; size > maxCells || len(s.rows) > maxRows {
			return nil, errTooLarge
		}
		row := gridRow(columns, cells)
		if len(row) > 0 && blank > blankRows {
			s.gap = len(s.rows) + 2
			s.rows = trimBlank(s.rows)
			return s, nil
		}
		blank++
		if len(row) > 0 {
			blank = 0
		}
		s.rows = append(s.rows, row)
	}
}

func gridHeader(cells []string) (columns []string, twice string) {
	seen, blank := map[string]bool{}, 0
	for _, c := range cells {
		c = strings.TrimSpace(c)
		if c == "" {
			if blank == blankColumns {
				break
			}
			blank++
			columns = append(columns, "")
			continue
		}
		if c = collapse(c); seen[c] {
			return nil, c
		}
		if len(columns) >= maxColumns {
			break
		}
		blank, seen[c] = 0, true
		columns = append(columns, c)
	}
	return columns, ""
}

func gridRow(columns, cells []string) map[string]string {
	var row map[string]string
	for i, c := range columns {
		if c == "" || i >= len(cells) {
			continue
		}
		if v := strings.ReplaceAll(strings.TrimSpace(cells[i]), "\u00a0", " "); v != "" {
			if row == nil {
				row = map[string]string{}
			}
			row[c] = v
		}
	}
	return row
}

// titled lists the headers that are not blank.
func titled(header []string) []string {
	var out []string
	for _, h := range header {
		if h != "" {
			out = append(out, h)
		}
	}
	return out
}

func trimBlank(rows []map[string]string) []map[string]string {
	for len(rows) > 0 && len(rows[len(rows)-1]) == 0 {
		rows = rows[:len(rows)-1]
	}
	return rows
}

// collapse makes one space of a run of spaces.
func collapse(s string) string {
	for strings.Contains(s, "  ") {
		s = strings.ReplaceAll(s, "  ", " ")
	}
	return s
}
