package geofile

import (
	"bufio"
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"doorstep/internal/tabular"
)

// dbf reads the rows of a dBASE table, which hold the properties of a shapefile's features.
type dbf struct {
	in       *bufio.Reader
	fields   []dbfField
	row      []byte
	left     uint32
	language byte              // of the driver that wrote it
	text     encoding.Encoding // nil before it is known: names of fields are as they stand there then
}

type dbfField struct {
	name     string
	from, to int // in a row
	wanted   bool
}

// newDBF reads the header.
func newDBF(r io.Reader, text encoding.Encoding, wanted Wanted) (*dbf, error) {
	d := &dbf{in: bufio.NewReader(r), text: text}
	var head [32]byte
	if _, err := io.ReadFull(d.in, head[:]); err != nil {
		return nil, malformed("the .dbf ends early")
	}
	d.left = binary.LittleEndian.Uint32(head[4:])
	headLength, rowLength := int(binary.LittleEndian.Uint16(head[8:])), int(binary.LittleEndian.Uint16(head[10:]))
	if headLength < 33 || rowLength < 1 {
		return nil, malformed("the .dbf has no fields")
	}
	rest := make([]byte, headLength-32)
	if _, err := io.ReadFull(d.in, rest); err != nil {
		return nil, malformed("the .dbf ends early")
	}
	d.language, d.row = head[29], make([]byte, rowLength)
	at := 1 // a row begins with the mark of deletion
	for ; len(rest) >= 32 && rest[0] != 0x0D; rest = rest[32:] {
		name, _, _ := strings.Cut(string(rest[:11]), "\x00")
		f := dbfField{name: strings.TrimSpace(d.decode([]byte(name))), from: at, to: at + int(rest[16])}
		if at = f.to; at > rowLength {
			return nil, malformed("the fields of the .dbf are longer than its rows")
		}
		f.wanted = wanted(f.name)
		d.fields = append(d.fields, f)
	}
	return d, nil
}

// codepageOf is the encoding that a .cpg file names, else the one of the language byte; nil when neither tells.
func codepageOf(cpg string, language byte) encoding.Encoding {
	switch name := strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToUpper(strings.TrimSpace(cpg))); {
	case strings.HasPrefix(name, "UTF8"), name == "65001":
		return unicode.UTF8
	case strings.HasPrefix(name, "GB"), strings.HasSuffix(name, "936"):
		return simplifiedchinese.GB18030
	}
	if language == 0x4D || language == 0x7A {
		return simplifiedchinese.GB18030
	}
	return nil
}

// encoding returns that of the whole table: what a .cpg file names ("" without one), or the table itself, or else what its bytes would be
// in UTF-8. It reads all rows then.
func (d *dbf) encoding(cpg string) encoding.Encoding {
	if named := codepageOf(cpg, d.language); named != nil {
		return named
	}
	var all tabular.Tally
	count := func(b []byte) {
		for utf8.FullRune(b) { // the last character may be cut at the field's width
			r, size := utf8.DecodeRune(b)
			all.Add(r, size)
			b = b[size:]
		}
	}
	for _, f := range d.fields {
		count([]byte(f.name))
	}
	for d.read() == nil {
		for _, f := range d.fields {
			count(d.row[f.from:f.to])
		}
	}
	return all.Encoding()
}

// decode returns the text of a field, of the last character all or nothing.
func (d *dbf) decode(b []byte) string {
	if d.text == nil {
		return string(b)
	}
	out, _ := d.text.NewDecoder().Bytes(b) // which replaces what is no text
	return strings.TrimRight(string(out), "\uFFFD")
}

// read reads the next row; io.EOF after the last one.
func (d *dbf) read() error {
	if d.left == 0 {
		return io.EOF
	}
	d.left--
	if _, err := io.ReadFull(d.in, d.row); err != nil {
		return malformed("the .dbf ends early")
	}
	return nil
}

// next gives the wanted properties of the next row; io.EOF after the last one.
func (d *dbf) next() (map[string]string, error) {
	if err := d.read(); err != nil {
		return nil, err
	}
	said := map[string]string{}
	for _, f := range d.fields {
		if !f.wanted {
			continue
		}
		if s := strings.Trim(d.decode(d.row[f.from:f.to]), " \x00\u3000"); s != "" && !strings.HasPrefix(s, "***") {
			said[f.name] = s
		}
	}
	return said, nil
}
