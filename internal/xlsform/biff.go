package xlsform

import (
	"encoding/binary"
	"math"
	"unicode/utf16"
)

// biff walks over the records of a stream: type (2 bytes), length (2 bytes), body.
type biff struct {
	data []byte
	pos  int
	kind int
	body []byte
}

func (r *biff) next() bool {
	if r.pos+4 > len(r.data) {
		return false
	}
	r.kind = u16(r.data, r.pos)
	n := u16(r.data, r.pos+2)
	start := r.pos + 4
	if start+n > len(r.data) {
		return false
	}
	r.body, r.pos = r.data[start:start+n], start+n
	return true
}

// chunks is a record with the records that continue it: a text that crosses a border repeats its flags there.
type chunks [][]byte

// whole returns the record and takes in its continuations.
func (r *biff) whole() chunks {
	out := chunks{r.body}
	for r.pos+4 <= len(r.data) && u16(r.data, r.pos) == recContinue {
		if !r.next() {
			break
		}
		out = append(out, r.body)
	}
	return out
}

// body joins the chunks of a record that does not repeat flags.
func (c chunks) body() []byte {
	if len(c) == 1 {
		return c[0]
	}
	var out []byte
	for i, b := range c {
		if i > 0 && len(b) > 0 {
			b = b[1:]
		}
		out = append(out, b...)
	}
	return out
}

func u16(b []byte, at int) int {
	if at+2 > len(b) {
		return 0
	}
	return int(binary.LittleEndian.Uint16(b[at:]))
}

func u32(b []byte, at int) uint32 {
	if at+4 > len(b) {
		return 0
	}
	return binary.LittleEndian.Uint32(b[at:])
}

func float(b []byte, at int) float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(b[at:]))
}

// rkNumber unpacks the 30 bits of an RK: an integer or the high part of a float, perhaps a hundredth of it.
func rkNumber(rk uint32) float64 {
	var f float64
	if rk&2 != 0 {
		f = float64(int32(rk) >> 2)
	} else {
		f = math.Float64frombits(uint64(rk&^3) << 32)
	}
	if rk&1 != 0 {
		f /= 100
	}
	return f
}

// shortText reads a text with one byte of length, longText one with two; both return the bytes they took.
func shortText(b []byte) (string, int) { return plainText(b, 1) }
func longText(b []byte) (string, int)  { return plainText(b, 2) }

func plainText(b []byte, size int) (string, int) {
	if len(b) < size+1 {
		return "", len(b)
	}
	n := int(b[0])
	if size == 2 {
		n = u16(b, 0)
	}
	text, took := characters(b[size+1:], n, b[size]&1 != 0)
	return text, size + 1 + took
}

// characters reads up to n characters of one byte (Latin-1) or two (UTF-16).
func characters(b []byte, n int, wide bool) (string, int) {
	units := make([]uint16, 0, min(n, len(b)))
	took := 0
	for ; n > 0; n-- {
		switch {
		case wide && took+2 <= len(b):
			units, took = append(units, uint16(u16(b, took))), took+2
		case !wide && took < len(b):
			units, took = append(units, uint16(b[took])), took+1
		default:
			return string(utf16.Decode(units)), took
		}
	}
	return string(utf16.Decode(units)), took
}

// sharedStrings reads the table of texts of the workbook.
func sharedStrings(c chunks) []string {
	s := &textReader{chunks: c}
	s.skip(4)
	count := s.number(4)
	var out []string
	for i := 0; i < count && !s.done(); i++ {
		out = append(out, s.text())
	}
	return out
}

// textReader reads across the borders of chunks.
type textReader struct {
	chunks
	chunk, pos int
}

func (s *textReader) done() bool {
	for s.chunk < len(s.chunks) && s.pos >= len(s.chunks[s.chunk]) {
		s.chunk, s.pos = s.chunk+1, 0
	}
	return s.chunk >= len(s.chunks)
}

func (s *textReader) byte() int {
	if s.done() {
		return 0
	}
	v := s.chunks[s.chunk][s.pos]
	s.pos++
	return int(v)
}

func (s *textReader) number(size int) int {
	v := 0
	for i := range size {
		v |= s.byte() << (8 * i)
	}
	return v
}

func (s *textReader) skip(n int) {
	for ; n > 0 && !s.done(); n-- {
		s.pos++
	}
}

// text reads one rich text: length, flags, counts of runs and of phonetic bytes, characters, runs, phonetics.
func (s *textReader) text() string {
	n, flags := s.number(2), s.number(1)
	runs, phonetic := 0, 0
	if flags&8 != 0 {
		runs = s.number(2)
	}
	if flags&4 != 0 {
		phonetic = s.number(4)
	}
	units := make([]uint16, 0, n)
	for wide := flags&1 != 0; n > 0; n-- {
		if s.chunk < len(s.chunks) && s.pos >= len(s.chunks[s.chunk]) && !s.done() {
			wide = s.byte()&1 != 0
		}
		if s.done() {
			break
		}
		size := 1
		if wide {
			size = 2
		}
		units = append(units, uint16(s.number(size)))
	}
	s.skip(4*runs + phonetic)
	return string(utf16.Decode(units))
}
