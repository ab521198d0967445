package geofile

import (
	"bufio"
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// dbf reads the rows of a dBASE table, which hold the properties of a shapefile's features.
type dbf struct {
	in     *bufio.Reader
	fields []dbfField
	row    []byte
	left   uint32
	text   encoding.Encoding // nil: UTF-8 where it is that, else GB 18030
}

type dbfField struct {
	name     string
	from, to int // in a row
	wanted   bool
}

// newDBF reads the header. codepage is what the .cpg file beside it says; "" without one.
func newDBF(r io.Reader, codepage string, wanted Wanted) (*dbf, error) {
	d := &dbf{in: bufio.NewReader(r)}
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
	d.text = codepageOf(codepage, head[29])
	d.row = make([]byte, rowLength)
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
		return encoding.Nop
	case strings.HasPrefix(name, "GB"), strings.HasSuffix(name, "936"):
		return simplifiedchinese.GB18030
	}
	if language == 0x4D || language == 0x7A {
		return simplifiedchinese.GB18030
	}
	return nil
}

func (d *dbf) decode(b []byte) string {
	text := d.text
	if text == nil && utf8.Valid(b) || text == encoding.Nop {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	if text == nil {
		text = simplifiedchinese.GB18030
	}
	out, err := text.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(out)
}

// next gives the wanted properties of the next row; io.EOF after the last one.
func (d *dbf) next() (map[string]string, error) {
	if d.left == 0 {
		return nil, io.EOF
	}
	d.left--
	if _, err := io.ReadFull(d.in, d.row); err != nil {
		return nil, malformed("the .dbf ends early")
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
