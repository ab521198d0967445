package tabular

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"doorstep/internal/survey"
)

type csvFile struct {
	name  string
	rows  *csv.Reader
	extra int // line ends within cells so far: a spreadsheet does not count them
}

// openCSV reads UTF-8, UTF-16 with its mark, or else GB 18030, which spreadsheets in China write, with commas, semicolons, tabs or bars.
// It fails with survey.Problems for a file with bytes that are no text in its encoding: a name must not be guessed.
func openCSV(name string, f io.ReadSeeker) (source, error) {
	text, err := decoded(f)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	in := bufio.NewReaderSize(text, 64<<10)
	rows := csv.NewReader(in)
	rows.Comma = separator(in)
	rows.FieldsPerRecord, rows.LazyQuotes = -1, true
	return &csvFile{name: name, rows: rows}, nil
}

// UTF8 returns the text of a .csv as tablets read it: in UTF-8 without a mark, whatever a spreadsheet wrote it in. Any other file stays as
// it is. It fails with survey.Problems for a file with bytes that are no text in its encoding.
func UTF8(name string, f io.ReadSeeker) (io.Reader, error) {
	if !isCSV(name) {
		return f, nil
	}
	return decoded(f)
}

// decoded returns the text of a file in UTF-8, without a mark. It reads the file twice before: once for its encoding, and once for bytes
// that are none.
func decoded(f io.ReadSeeker) (io.Reader, error) {
	enc, err := encodingOf(f)
	if err != nil {
		return nil, err
	}
	text := func() (io.Reader, error) {
		_, err := f.Seek(0, io.SeekStart)
		return transform.NewReader(f, unicode.BOMOverride(enc.NewDecoder())), err
	}
	whole, err := text()
	if err != nil {
		return nil, err
	}
	line, err := lineOfBroken(whole)
	if err != nil {
		return nil, err
	}
	if line > 0 {
		return nil, survey.Problems{problem("table.encoding", line, "", "")}
	}
	return text()
}

// Tally counts the characters of a text by what they would be in UTF-8; the zero Tally is of an empty text.
type Tally struct{ wide, broken int }

// Add counts a character as utf8.DecodeRune gives it.
func (t *Tally) Add(r rune, size int) {
	switch {
	case r == utf8.RuneError && size == 1:
		t.broken++
	case size > 1:
		t.wide++
	}
}

// Encoding returns what the text is in: one in GB 18030 is hardly ever valid in UTF-8, and one in UTF-8 is nearly all valid, also where it
// is damaged.
func (t Tally) Encoding() encoding.Encoding {
	if t.broken > 0 && t.broken*2 >= t.wide {
		return simplifiedchinese.GB18030
	}
	return unicode.UTF8
}

// encodingOf returns what a whole text is in, but for one with a mark, which says so itself.
func encodingOf(f io.Reader) (encoding.Encoding, error) {
	in := bufio.NewReaderSize(f, 64<<10)
	for all := (Tally{}); ; {
		r, size, err := in.ReadRune()
		if errors.Is(err, io.EOF) {
			return all.Encoding(), nil
		}
		if err != nil {
			return nil, err
		}
		all.Add(r, size)
	}
}

// lineOfBroken returns the first line, from 1, with a byte that could not be decoded; 0 where there is none.
func lineOfBroken(text io.Reader) (int, error) {
	in := bufio.NewReaderSize(text, 64<<10)
	for line := 1; ; {
		r, _, err := in.ReadRune()
		switch {
		case errors.Is(err, io.EOF):
			return 0, nil
		case err != nil:
			return 0, err
		case r == utf8.RuneError:
			return line, nil
		case r == '\n':
			line++
		}
	}
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
