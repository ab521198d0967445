// Package xlsform reads XLSForm workbooks (xlsx, xls, csv, md) into survey.Form and reports all their mistakes at once.
package xlsform

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"doorstep/internal/survey"
)

// Options are what the caller knows besides the workbook.
type Options struct {
	Name string // root element where the settings sheet gives none; "" means "data"
	ID   string // form id where the settings sheet gives none; "" means the stem of the file's name
}

var (
	errEncoding  = errors.New("not UTF-8")
	errNotTable  = errors.New("not a table")
	errEncrypted = errors.New("encrypted")
	errTooLarge  = errors.New("too large")
)

// Read reads a workbook. The extension of name decides how; its stem is the form id and the title where the settings
// sheet has none. The error is survey.Problems for mistakes of the workbook, or what r returned. With mistakes the form
// comes too, as far as it could be read, for what else is wrong with it; nil when nothing could.
func Read(name string, r io.Reader, opts Options) (*survey.Form, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read workbook %s: %w", name, err)
	}
	base := filepath.Base(strings.ReplaceAll(name, `\`, "/"))
	ext := filepath.Ext(base)
	if opts.ID == "" {
		opts.ID = strings.TrimSuffix(base, ext)
	}
	b := &builder{opts: opts}
	book, err := open(strings.ToLower(ext), data)
	if err != nil {
		b.unreadable(base, err)
		return nil, b.problems
	}
	return b.form(book)
}

// ReadMarkdown reads the tables of a Markdown text.
func ReadMarkdown(md string, opts Options) (*survey.Form, error) {
	return Read(".md", strings.NewReader(md), opts)
}

// readBook reads sheets that are in memory already.
func readBook(book *book, opts Options) (*survey.Form, error) {
	return (&builder{opts: opts}).form(book)
}

// open reads the sheets of a file with that lower-case extension. twiceError tells of a header that occurs twice.
func open(ext string, data []byte) (*book, error) {
	if len(data) > maxFile {
		return nil, errTooLarge
	}
	switch ext {
	case ".csv":
		return readCSV(data)
	case ".md":
		return readMarkdown(data)
	case ".xlsx", ".xlsm":
		return readXLSX(data)
	case ".xls":
		return readXLS(data)
	}
	return nil, errUnsupported
}

var errUnsupported = errors.New("unsupported type")

// twiceError is a header that a sheet has twice.
type twiceError struct{ sheet, header string }

func (e twiceError) Error() string {
	return fmt.Sprintf("sheet %s has two columns %q", e.sheet, e.header)
}

// unreadable reports why a file could not be read as a workbook.
func (b *builder) unreadable(file string, err error) {
	var twice twiceError
	switch {
	case errors.As(err, &twice):
		b.report(place{twice.sheet, 1, twice.header}, "header.twice", twice.header)
	case errors.Is(err, errEncoding):
		b.report(place{}, "file.encoding", file)
	case errors.Is(err, errTooLarge):
		b.report(place{}, "file.too_large", file, maxFile>>20, maxUnzipped>>20, maxRows)
	case errors.Is(err, errEncrypted):
		b.report(place{}, "file.encrypted", file)
	default:
		b.report(place{}, "file.unsupported", file)
	}
}
