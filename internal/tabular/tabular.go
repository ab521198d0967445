// Package tabular reads the lists that offices keep, .xlsx and .csv: a header in either language, wherever it stands
// below a title, and rows one at a time.
package tabular

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"doorstep/internal/survey"
)

// Column is one that a list may have: its name, which is a header too, and the headers that people write instead.
type Column struct {
	Name    string
	Headers []string
	Needed  bool
}

// Row is one row below the header. Cells are trimmed; those of columns that the list does not have are empty.
type Row struct {
	Number int // as a spreadsheet counts it
	header *header
	cells  []string
}

// Get is the cell of a column.
func (r Row) Get(column string) string {
	if at, ok := r.header.at[column]; ok && at < len(r.cells) {
		return r.cells[at]
	}
	return ""
}

// has reports whether the list has the column at all.
func (r Row) has(column string) bool {
	_, ok := r.header.at[column]
	return ok
}

// Problem is a mistake in the cell of a column, which the message calls as the list does.
func (r Row) Problem(code, column, zh, en string) survey.Problem {
	title := column
	if at, ok := r.header.at[column]; ok {
		title = r.header.titles[at]
	}
	return survey.Problem{Code: code, Row: r.Number, Column: title, ZH: zh, EN: en}
}

// Read gives the rows of a file to each, which ends the reading by an error. It returns the headers that are none of
// the columns, whose cells are not read. It fails with survey.Problems when a needed column is not there or one is
// there twice.
func Read(path string, columns []Column, each func(Row) error) (ignored []string, err error) {
	return With(path, func(list File) ([]string, error) { return ReadFrom(list, columns, each) })
}

// File is a list that was opened; its name tells what it is.
type File struct {
	Name string
	In   io.ReadSeeker
}

// With opens the list at a path for do, and returns what do returns. It fails for a file that is none by the ending of its name.
func With[T any](path string, do func(File) (T, error)) (T, error) {
	f, err := openFile(path)
	if err != nil {
		return *new(T), err
	}
	defer f.Close()
	return do(File{path, f})
}

func openFile(path string) (*os.File, error) {
	if !Lists(path) {
		return nil, notAList(path)
	}
	return os.Open(path)
}

// Lists reports whether a file is a list, by the ending of its name.
func Lists(name string) bool { return isCSV(name) || isXLSX(name) }

func isCSV(name string) bool {
	return slices.Contains([]string{".csv", ".tsv", ".txt"}, strings.ToLower(filepath.Ext(name)))
}

func isXLSX(name string) bool {
	return slices.Contains([]string{".xlsx", ".xlsm"}, strings.ToLower(filepath.Ext(name)))
}

// Present tells which of the columns a list has, by their names, and its other headers. It fails as Read does.
func Present(path string, columns []Column) (present func(column string) bool, others []string, err error) {
	f, err := openFile(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	rows, err := open(path, f)
	if err != nil {
		return nil, nil, err
	}
	defer rows.close()
	h, err := findHeader(rows, columns)
	if err != nil {
		return nil, nil, err
	}
	return Row{header: h}.has, h.ignored, nil
}

func notAList(path string) error {
	return fmt.Errorf("%s: 请存为 .xlsx 或 .csv · save it as .xlsx or .csv", path)
}

func open(name string, in io.ReadSeeker) (source, error) {
	if isXLSX(name) {
		return openXLSX(name, in)
	}
	return openCSV(name, in)
}

// ReadFrom is Read of an open file.
func ReadFrom(list File, columns []Column, each func(Row) error) (ignored []string, err error) {
	rows, err := open(list.Name, list.In)
	if err != nil {
		return nil, err
	}
	defer rows.close()
	h, err := findHeader(rows, columns)
	if err != nil {
		return nil, err
	}
	for {
		number, cells, err := rows.next()
		if err != nil || cells == nil {
			return h.ignored, err
		}
		if row, blank := trimmed(cells); !blank {
			if err := each(Row{number, h, row}); err != nil {
				return h.ignored, err
			}
		}
	}
}

// source is a file whose rows are asked for one at a time; cells are nil after the last one.
type source interface {
	next() (number int, cells []string, err error)
	close()
}

func trimmed(cells []string) (row []string, blank bool) {
	row, blank = make([]string, len(cells)), true
	for i, c := range cells {
		row[i] = strings.TrimSpace(strings.Trim(c, "\u00a0\u3000\ufeff"))
		blank = blank && row[i] == ""
	}
	return row, blank
}

// header says in which cell each column is.
type header struct {
	titles  []string
	at      map[string]int
	ignored []string
}

const noHeader = "table.no_header"

// Headless reports whether Read failed because no header was found.
func Headless(err error) bool {
	var wrong survey.Problems
	return errors.As(err, &wrong) && len(wrong) == 1 && wrong[0].Code == noHeader
}

// titleRows is how far below the top a header may stand.
const titleRows = 10

// findHeader takes the first row that has two of the columns, or all where fewer are asked for.
func findHeader(rows source, columns []Column) (*header, error) {
	byTitle := titles(columns)
	for range titleRows {
		number, cells, err := rows.next()
		if err != nil {
			return nil, err
		}
		if cells == nil {
			break
		}
		titles, _ := trimmed(cells)
		h, twice := headerOf(titles, byTitle)
		if len(h.at) < min(2, len(columns)) {
			continue
		}
		return h, h.check(number, columns, twice)
	}
	var names []string
	for _, c := range columns {
		names = append(names, c.title())
	}
	return nil, survey.Problems{problem(noHeader, 1, "", strings.Join(names, ", "))}
}

func headerOf(titles []string, byTitle map[string]string) (h *header, twice []string) {
	h = &header{titles: titles, at: map[string]int{}}
	for i, title := range titles {
		name := byTitle[plain(title)]
		_, again := h.at[name]
		switch {
		case title == "":
		case name == "":
			h.ignored = append(h.ignored, title)
		case again:
			twice = append(twice, title)
		default:
			h.at[name] = i
		}
	}
	return h, twice
}

// check fails with survey.Problems.
func (h *header) check(row int, columns []Column, twice []string) error {
	var wrong survey.Problems
	for _, c := range columns {
		if _, ok := h.at[c.Name]; !ok && c.Needed {
			wrong = append(wrong, problem("table.column_missing", row, c.Name, c.title()))
		}
	}
	for _, title := range twice {
		wrong = append(wrong, problem("table.column_twice", row, title, ""))
	}
	if len(wrong) > 0 {
		return wrong
	}
	return nil
}

// Names tells the name of the column that a title stands for; "" for none.
func Names(columns []Column) func(title string) string {
	byTitle := titles(columns)
	return func(title string) string { return byTitle[plain(title)] }
}

func titles(columns []Column) map[string]string {
	byTitle := map[string]string{}
	for _, c := range columns {
		for _, title := range append([]string{c.Name}, c.Headers...) {
			byTitle[plain(title)] = c.Name
		}
	}
	return byTitle
}

// title is how messages call the column: by its name and its first header.
func (c Column) title() string {
	if len(c.Headers) == 0 {
		return c.Name
	}
	return c.Name + " (" + c.Headers[0] + ")"
}

// plain is a header for comparing: without case, blanks, marks of what is needed, and notes in brackets.
func plain(title string) string {
	s := strings.ToLower(norm.NFKC.String(title))
	if i := strings.IndexAny(s, "(["); i > 0 {
		s = s[:i]
	}
	return strings.Map(func(r rune) rune {
		if slices.Contains([]rune(" _-*:\t\r\n\u00a0\u3000"), r) {
			return -1
		}
		return r
	}, s)
}
