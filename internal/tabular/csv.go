package tabular

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

type csvFile struct {
	name  string
	rows  *csv.Reader
	extra int // line ends within cells so far: a spreadsheet does not count them
}

// openCSV reads UTF-8, UTF-16 with its mark, or else GB 18030, which spreadsheets in China write, with commas, semicolons, tabs or bars.
func openCSV(name string, f io.ReadSeeker) (source, error) {
	text, err := decoded(f)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	in := bufio.NewReaderSize(text, 64<<10)
	if mark, _ := in.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		in.Discard(3)
	}
	rows := csv.NewReader(in)
	rows.Comma = separator(in)
	rows.FieldsPerRecord, rows.LazyQuotes = -1, true
	return &csvFile{name: name, rows: rows}, nil
}

// decoded is the text of a file in UTF-8.
func decoded(f io.ReadSeeker) (io.Reader, error) {
	var mark [2]byte
	n, err := io.ReadFull(f, mark[:])
	if err != nil && n == 0 && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	if mark == [2]byte{0xff, 0xfe} || mark == [2]byte{0xfe, 0xff} {
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Reader(f), nil
	}
	utf, err := isUTF8(f)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if utf {
		return f, err
	}
	return simplifiedchinese.GB18030.NewDecoder().Reader(f), err
}

func isUTF8(r io.Reader) (bool, error) {
	_, err := io.Copy(io.Discard, transform.NewReader(r, encoding.UTF8Validator))
	if errors.Is(err, encoding.ErrInvalidUTF8) {
		return false, nil
	}
	return err == nil, err
}

// separator is what stands most often in the beginning of the file.
func separator(in *bufio.Reader) rune {
	head, _ := in.Peek(4096)
	best := ','
	for _, c := range ";\t|" {
		if strings.Count(string(head), string(c)) > strings.Count(string(head), string(best)) {
			best = c
		}
	}
	return best
}

func (f *csvFile) next() (int, []string, error) {
	cells, err := f.rows.Read()
	if errors.Is(err, io.EOF) {
		return 0, nil, nil
	}
	if err != nil {
		return 0, nil, fmt.Errorf("read %s: %w", f.name, err)
	}
	line, _ := f.rows.FieldPos(0)
	number := line - f.extra
	for _, c := range cells {
		f.extra += strings.Count(c, "\n")
	}
	return number, cells, nil
}

func (f *csvFile) close() {}
