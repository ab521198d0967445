package geofile

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

var triangle = orb.Ring{{0, 0}, {0, 4}, {4, 0}, {0, 0}}

// geometry writes a geometry whose positions have so many numbers: a byte order, a code, what stands behind that, and rings.
func geometry(order binary.AppendByteOrder, code uint32, numbers int, rings ...orb.Ring) []byte {
	b := order.AppendUint32([]byte{map[bool]byte{true: 1}[order == binary.LittleEndian]}, code)
	if code&extendedSRID != 0 {
		b = order.AppendUint32(b, 4490)
	}
	b = order.AppendUint32(b, uint32(len(rings)))
	for _, r := range rings {
		b = order.AppendUint32(b, uint32(len(r)))
		for _, p := range r {
			for _, v := range append(p[:], make([]float64, numbers-2)...) {
				b = order.AppendUint64(b, math.Float64bits(v))
			}
		}
	}
	return b
}

func around(code uint32, parts ...[]byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte{1}, code)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(parts)))
	return append(b, slices.Concat(parts...)...)
}

func TestWKB(t *testing.T) {
	le, be := binary.LittleEndian, binary.BigEndian
	plain := geometry(le, 3, 2, triangle)
	many := geometry(le, 3, 2, make([]orb.Ring, mostRings)...)
	one := orb.MultiPolygon{{triangle}}
	for name, c := range map[string]struct {
		data  []byte
		want  orb.MultiPolygon
		wrong error
	}{
		"a polygon":                     {plain, one, nil},
		"big-endian":                    {geometry(be, 3, 2, triangle), one, nil},
		"with altitudes":                {geometry(le, 1003, 3, triangle), one, nil},
		"with measures":                 {geometry(le, 2003, 3, triangle), one, nil},
		"with both":                     {geometry(le, 3003, 4, triangle), one, nil},
		"with altitudes, extended":      {geometry(le, extendedZ|3, 3, triangle), one, nil},
		"with measures, extended":       {geometry(le, extendedM|3, 3, triangle), one, nil},
		"with both, extended":           {geometry(be, extendedZ|extendedM|3, 4, triangle), one, nil},
		"with a coordinate system":      {geometry(le, extendedSRID|3, 2, triangle), one, nil},
		"two polygons":                  {around(6, plain, plain), orb.MultiPolygon{{triangle}, {triangle}}, nil},
		"a collection":                  {around(7, plain), one, nil},
		"a collection with a point":     {around(7, plain, geometry(le, 1, 2)), nil, ErrNoPolygon},
		"within two":                    {around(6, around(6, plain)), nil, ErrNoPolygon},
		"within a collection":           {around(7, around(7, plain)), nil, ErrNoPolygon},
		"a point":                       {geometry(le, 1, 2), nil, ErrNoPolygon},
		"no rings":                      {geometry(le, 3, 2), orb.MultiPolygon{nil}, nil},
		"too many rings":                {geometry(le, 3, 2, make([]orb.Ring, mostRings+1)...), nil, ErrTooLarge},
		"too many rings, in two":        {around(6, many, geometry(le, 3, 2, nil)), nil, ErrTooLarge},
		"nothing":                       {nil, nil, ErrFormat},
		"a head":                        {plain[:5], nil, ErrFormat},
		"a byte is missing":             {plain[:len(plain)-1], nil, ErrFormat},
		"more rings than bytes":         {le.AppendUint32(le.AppendUint32([]byte{1}, 3), 1), nil, ErrFormat},
		"no ring behind its number":     {plain[:9], nil, ErrFormat},
		"a coordinate system is cut":    {le.AppendUint32([]byte{1}, extendedSRID|3), nil, ErrFormat},
		"more points than there can be": {append(around(3), 0, 0), orb.MultiPolygon{nil}, nil},
	} {
		got, err := parseWKB(c.data)
		if !errors.Is(err, c.wrong) || c.wrong == nil && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if got, err := parseWKB(many); err != nil || len(got[0]) != mostRings {
		t.Errorf("as many rings as there may be: %v", err)
	}
}

func TestParseBlob(t *testing.T) {
	inside := geometry(binary.LittleEndian, 3, 2, triangle)
	of := func(flags byte, envelope int) []byte {
		return slices.Concat([]byte{'G', 'P', 0, flags, 0, 0, 0, 0}, make([]byte, envelope), inside)
	}
	for flags, envelope := range map[byte]int{0: 0, 1: 0, 2: 32, 4: 48, 6: 48, 8: 64, 9: 64} {
		if got, err := parseBlob(of(flags, envelope)); err != nil || !reflect.DeepEqual(got, orb.MultiPolygon{{triangle}}) {
			t.Errorf("flags %b: %v, %v", flags, got, err)
		}
	}
	good := of(0, 0)
	for name, v := range map[string]any{"text": "GP", "nothing": nil, "empty": of(0x10, 0), "an unknown envelope": of(10, 64), "cut in the envelope": good[:8:8],
		"cut": append([]byte{'G', 'P', 0, 2, 0, 0, 0, 0}, make([]byte, 31)...), "seven bytes": good[:7], "not G": append([]byte{'X'}, good[1:]...),
		"not P": append([]byte{'G', 'X'}, good[2:]...)} {
		if got, err := parseBlob(v); err == nil {
			t.Errorf("%s: %v", name, got)
		}
	}
	if _, err := parseBlob(of(2, 32)[:40]); !errors.Is(err, ErrFormat) {
		t.Errorf("a header alone: %v", err)
	}
	for v, want := range map[any]string{" a ": "a", int64(-3): "-3", 1.5: "1.5", 1e21: "1000000000000000000000", true: ""} {
		if got := plain(v); got != want {
			t.Errorf("%v is %q", v, got)
		}
	}
}

// shape writes a record of a .shp: its type, where its parts begin, and as many points as it says.
func shape(kind, points uint32, parts ...uint32) []byte {
	le := binary.LittleEndian
	b := append(le.AppendUint32(nil, kind), make([]byte, 32)...)
	b = le.AppendUint32(le.AppendUint32(b, uint32(len(parts))), points)
	for _, at := range parts {
		b = le.AppendUint32(b, at)
	}
	for i := range points {
		b = le.AppendUint64(le.AppendUint64(b, math.Float64bits(float64(i))), math.Float64bits(float64(i*i)))
	}
	return b
}

func TestParseShape(t *testing.T) {
	whole := shape(5, 7, 0, 3)
	for name, c := range map[string]struct {
		b     []byte
		sizes []int // of the rings, the largest area first
		wrong error
	}{
		"two parts": {whole, []int{4, 3}, nil}, "with altitudes": {shape(15, 3, 0), []int{3}, nil}, "with measures": {shape(25, 3, 0), []int{3}, nil},
		"a point": {shape(1, 3, 0), nil, ErrNoPolygon}, "nothing": {shape(5, 0), nil, nil}, "an empty part": {shape(5, 3, 0, 3), []int{3}, nil},
		"a byte is missing": {whole[:len(whole)-1], nil, ErrFormat}, "the head is cut": {whole[:43], nil, ErrFormat}, "parts out of order": {shape(5, 7, 3, 0), nil, ErrFormat},
		"a part behind the points": {shape(5, 3, 0, 4), nil, ErrFormat}, "as many parts as there may be": {shape(5, 3, make([]uint32, mostRings)...), []int{3}, nil},
		"more": {shape(5, 3, make([]uint32, mostRings+1)...), nil, ErrTooLarge},
	} {
		got, err := parseShape(c.b)
		var sizes []int
		for _, polygon := range got {
			for _, ring := range polygon {
				sizes = append(sizes, len(ring))
			}
		}
		if !errors.Is(err, c.wrong) || !slices.Equal(sizes, c.sizes) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if got, _ := parseShape(shape(5, 3, 0)); !reflect.DeepEqual(got, orb.MultiPolygon{{{{0, 0}, {1, 1}, {2, 4}}}}) {
		t.Errorf("%v", got)
	}
}

func TestNextShape(t *testing.T) {
	of := func(words uint32, bytes int) string {
		return string(append(binary.BigEndian.AppendUint32([]byte{0, 0, 0, 1}, words), make([]byte, bytes)...))
	}
	for name, c := range map[string]struct {
		in    string
		n     int
		wrong error
	}{
		"a type": {of(2, 4), 4, nil}, "less": {of(1, 4), 0, ErrTooLarge}, "as much as there may be, cut": {of(mostFeature/2, 4), 0, ErrFormat},
		"more": {of(mostFeature/2+1, 4), 0, ErrTooLarge}, "the end": {"", 0, io.EOF}, "half a head": {"1234", 0, ErrFormat}, "cut": {of(4, 7), 0, ErrFormat},
		"two": {of(2, 4) + of(3, 6), 4, nil},
	} {
		if got, err := nextShape(bufio.NewReader(strings.NewReader(c.in))); !errors.Is(err, c.wrong) || len(got) != c.n {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	for left, want := range map[int64]error{5: ErrTooLarge, 6: nil} {
		if all, err := io.ReadAll(&bounded{io.MultiReader(strings.NewReader("abc"), strings.NewReader("def")), left}); !errors.Is(err, want) && left < 6 || string(all) != "abcdef"[:left] {
			t.Errorf("%d of 6: %q, %v", left, all, err)
		}
	}
	if _, err := nextShape(bufio.NewReader(&bounded{strings.NewReader(of(4, 8)), 10})); !errors.Is(err, ErrTooLarge) {
		t.Errorf("what expands to too much: %v", err)
	}
}

func TestCodepages(t *testing.T) {
	for _, c := range []struct {
		cpg      string
		language byte
		want     encoding.Encoding
	}{
		{"UTF-8", 0x4D, unicode.UTF8}, {" utf8\n", 0, unicode.UTF8}, {"65001", 0, unicode.UTF8}, {"GBK", 0, simplifiedchinese.GB18030},
		{"CP936", 0, simplifiedchinese.GB18030}, {"ANSI_936", 0, simplifiedchinese.GB18030}, {"", 0x4D, simplifiedchinese.GB18030},
		{"", 0x7A, simplifiedchinese.GB18030}, {"", 0, nil}, {"OEM", 0x57, nil},
	} {
		if got := codepageOf(c.cpg, c.language); got != c.want {
			t.Errorf("%q, %x: %v", c.cpg, c.language, got)
		}
	}
}

// A table that names no encoding has one for all of its names, and a name that was cut at the field's width keeps its whole characters.
func TestTheEncodingIsOfTheTable(t *testing.T) {
	for name, c := range map[string]struct {
		a, b string
		want encoding.Encoding
		read map[string]string
	}{
		"cut in UTF-8":           {"甲乙\xe4\xb8", "甲 ", unicode.UTF8, map[string]string{"a": "甲乙", "b": "甲"}},
		"cut in GB 18030":        {"\xbc\xd7\xd2\xd2\xbc", "x", simplifiedchinese.GB18030, map[string]string{"a": "甲乙", "b": "x"}},
		"one that could be both": {"\xbc\xd7\xd2\xd2", "\xc2\xb7 ", simplifiedchinese.GB18030, map[string]string{"a": "甲乙", "b": "路"}},
		"damaged":                {"甲\xbc乙", "丙", unicode.UTF8, map[string]string{"a": "甲\uFFFD乙", "b": "丙"}},
		"half of it damaged":     {"甲\xbc ", "乙", simplifiedchinese.GB18030, nil},
		"plain":                  {"x", "y", unicode.UTF8, map[string]string{"a": "x", "b": "y"}},
	} {
		table := dBase(97, uint16(1+len(c.a)+len(c.b)), byte(len(c.a)), byte(len(c.b)), " "+c.a+c.b)
		d, err := newDBF(strings.NewReader(table), nil, func(string) bool { return false })
		if err != nil {
			t.Fatal(err)
		}
		if d.encoding("UTF-8") != unicode.UTF8 || d.encoding("") != c.want {
			t.Errorf("%s: is not %v", name, c.want)
		}
		d, err = newDBF(strings.NewReader(table), c.want, func(string) bool { return true })
		if err != nil {
			t.Fatal(err)
		}
		if got, err := d.next(); err != nil || c.read != nil && !reflect.DeepEqual(got, c.read) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if (&dbf{fields: []dbfField{{name: "\xc3\xfb"}}}).encoding("") != simplifiedchinese.GB18030 {
		t.Error("the names of the fields do not count")
	}
}

// dBase writes a table of one row with two fields.
func dBase(head, row uint16, a, b byte, content string) string {
	table := make([]byte, 32)
	table[4] = 1
	binary.LittleEndian.PutUint16(table[8:], head)
	binary.LittleEndian.PutUint16(table[10:], row)
	for name, size := range map[string]byte{"a": a, "b": b} {
		field := make([]byte, 32)
		copy(field, name+"\x00junk")
		field[16] = size
		if name == "a" {
			table = slices.Insert(table, 32, field...)
		} else {
			table = append(table, field...)
		}
	}
	return string(table) + "\r" + content
}

func TestDBF(t *testing.T) {
	all := func(string) bool { return true }
	for name, c := range map[string]struct {
		in    string
		want  map[string]string
		wrong error
	}{
		"both":                        {dBase(97, 6, 2, 3, " xxyyy"), map[string]string{"a": "xx", "b": "yyy"}, nil},
		"blanks and stars":            {dBase(97, 6, 2, 3, "   ***"), map[string]string{}, nil},
		"trimmed":                     {dBase(97, 6, 2, 3, " x\x00 y "), map[string]string{"a": "x", "b": "y"}, nil},
		"longer than the row":         {dBase(97, 5, 2, 3, " xxyyy"), nil, ErrFormat},
		"shorter":                     {dBase(97, 7, 2, 3, " xxyyyz"), map[string]string{"a": "xx", "b": "yyy"}, nil},
		"no fields":                   {dBase(32, 6, 2, 3, ""), nil, ErrFormat},
		"an end and no fields":        {dBase(33, 1, 0, 0, "") + " ", map[string]string{}, nil},
		"rows of nothing":             {dBase(97, 0, 2, 3, ""), nil, ErrFormat},
		"the head is cut":             {dBase(97, 6, 2, 3, "")[:31], nil, ErrFormat},
		"the fields are cut":          {dBase(97, 6, 2, 3, "")[:90], nil, ErrFormat},
		"the row is cut":              {dBase(97, 6, 2, 3, " xxyy"), nil, ErrFormat},
		"a field behind the last one": {dBase(129, 6, 2, 3, strings.Repeat("z", 32)+" xxyyy"), map[string]string{"a": "xx", "b": "yyy"}, nil},
	} {
		d, err := newDBF(strings.NewReader(c.in), unicode.UTF8, all)
		var got map[string]string
		if err == nil {
			got, err = d.next()
		}
		if !errors.Is(err, c.wrong) || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		if err != nil {
			continue
		}
		if _, err := d.next(); !errors.Is(err, io.EOF) {
			t.Errorf("%s: a row too many: %v", name, err)
		}
	}
	d, err := newDBF(strings.NewReader(dBase(97, 6, 2, 3, " xxyyy")), unicode.UTF8, func(name string) bool { return name == "b" })
	if got, nextErr := d.next(); err != nil || nextErr != nil || !reflect.DeepEqual(got, map[string]string{"b": "yyy"}) {
		t.Errorf("the wanted field alone: %v, %v, %v", got, err, nextErr)
	}
}

// A ring in an odd number of others is a hole of the smallest of them, whichever way it runs and wherever it stands.
func TestGather(t *testing.T) {
	square := func(x, y, side float64) orb.Ring {
		return orb.Ring{{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}, {x, y}}
	}
	a, hole, island, pond, b := square(0, 0, 10), square(1, 1, 8), square(2, 2, 6), square(3, 3, 1), square(20, 0, 5)
	back := slices.Clone(hole)
	slices.Reverse(back)
	for name, c := range map[string]struct {
		rings []orb.Ring
		want  orb.MultiPolygon
	}{
		"all of them":        {[]orb.Ring{pond, b, island, hole, a}, orb.MultiPolygon{{a, hole}, {island, pond}, {b}}},
		"the other way":      {[]orb.Ring{a, back}, orb.MultiPolygon{{a, back}}},
		"two holes":          {[]orb.Ring{a, square(1, 1, 2), square(5, 5, 2)}, orb.MultiPolygon{{a, square(1, 1, 2), square(5, 5, 2)}}},
		"empty rings":        {[]orb.Ring{{}, b, {}}, orb.MultiPolygon{{b}}},
		"a point in a ring":  {[]orb.Ring{a, {{5, 5}}}, orb.MultiPolygon{{a, {{5, 5}}}}},
		"boxes that overlap": {[]orb.Ring{a, square(8, 8, 4)}, orb.MultiPolygon{{a}, {square(8, 8, 4)}}},
		"in its box alone":   {[]orb.Ring{{{0, 0}, {0, 10}, {10, 0}, {0, 0}}, square(8, 8, 1)}, orb.MultiPolygon{{{{0, 0}, {0, 10}, {10, 0}, {0, 0}}}, {square(8, 8, 1)}}},
	} {
		if got := gather(slices.Clone(c.rings)); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
