package tabular

import (
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"
)

// mostUnzipped bounds a workbook; all of it is kept in memory, since the library would write what is larger than its
// own limit to temporary files, in clear.
const mostUnzipped = 256 << 20

type xlsxFile struct {
	path   string
	book   *excelize.File
	rows   *excelize.Rows
	number int
}

// openXLSX reads the first sheet that is shown.
func openXLSX(path string, in io.Reader) (f source, err error) {
	defer func() { // the library is handed files from anyone
		if p := recover(); p != nil {
			f, err = nil, fmt.Errorf("read %s: %v", path, p)
		}
	}()
	book, err := excelize.OpenReader(in, excelize.Options{RawCellValue: true, UnzipSizeLimit: mostUnzipped, UnzipXMLSizeLimit: mostUnzipped})
	if err != nil {
		return nil, fmt.Errorf("%s: 不是可读取的 .xlsx（太大的表格请存为 .csv） · no readable .xlsx; save a very large one as .csv: %w", path, err)
	}
	sheet := book.GetSheetList()[0]
	for _, name := range book.GetSheetList() {
		if shown, err := book.GetSheetVisible(name); err == nil && shown {
			sheet = name
			break
		}
	}
	rows, err := book.Rows(sheet)
	if err != nil {
		book.Close()
		return nil, fmt.Errorf("read %s, sheet %s: %w", path, sheet, err)
	}
	return &xlsxFile{path: path, book: book, rows: rows}, nil
}

func (f *xlsxFile) next() (number int, cells []string, err error) {
	defer func() {
		if p := recover(); p != nil {
			cells, err = nil, fmt.Errorf("read %s, row %d: %v", f.path, f.number, p)
		}
	}()
	if !f.rows.Next() {
		return 0, nil, f.rows.Error()
	}
	f.number++
	if cells, err = f.rows.Columns(); err != nil {
		return 0, nil, fmt.Errorf("read %s, row %d: %w", f.path, f.number, err)
	}
	if cells == nil {
		cells = []string{}
	}
	return f.number, cells, nil
}

func (f *xlsxFile) close() {
	f.rows.Close()
	f.book.Close()
}
