package xlsform

import (
	"bytes"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"testing"
	"unicode/utf16"

	"doorstep/internal/survey"
)

// compound is a compound file with one stream of 4096 bytes and more.
func compound(name string, stream []byte) []byte {
	const sector, end, free = 512, 0xFFFFFFFE, 0xFFFFFFFF
	le := binary.LittleEndian
	stream = append(slices.Clone(stream), make([]byte, max(4096-len(stream), 0))...)
	sectors := (len(stream) + sector - 1) / sector
	header := bytes.Repeat([]byte{0xFF}, sector)
	copy(header, append([]byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}, make([]byte, 68)...))
	for at, n := range map[int]uint16{24: 0x3E, 26: 3, 28: 0xFFFE, 30: 9, 32: 6} {
		le.PutUint16(header[at:], n)
	}
	for at, n := range map[int]uint32{44: 1, 48: 1, 56: 4096, 60: end, 68: end, 72: 0, 76: 0} {
		le.PutUint32(header[at:], n)
	}
	fat := bytes.Repeat([]byte{0xFF}, sector)
	le.PutUint32(fat[0:], 0xFFFFFFFD)
	le.PutUint32(fat[4:], end)
	for i := range sectors {
		le.PutUint32(fat[4*(2+i):], uint32(3+i))
	}
	le.PutUint32(fat[4*(1+sectors):], end)
	entry := func(name string, kind byte, child, start, size uint32) []byte {
		e := make([]byte, 128)
		for i, c := range utf16.Encode([]rune(name)) {
			le.PutUint16(e[2*i:], c)
		}
		le.PutUint16(e[64:], uint16(2*len(name)+2))
		e[66], e[67] = kind, 1
		for at, n := range map[int]uint32{68: free, 72: free, 76: child, 116: start, 120: size} {
			le.PutUint32(e[at:], n)
		}
		return e
	}
	folder := slices.Concat(entry("Root Entry", 5, 1, end, 0), entry(name, 2, free, 2, uint32(len(stream))), make([]byte, 256))
	return slices.Concat(header, fat, folder, stream, make([]byte, sectors*sector-len(stream)))
}

// TestXLSOfEachAge: the stream of a workbook is called Book in files of Excel 95.
func TestXLSOfEachAge(t *testing.T) {
	for name, known := range map[string]bool{"Workbook": true, "Book": true, "Notebook": false} {
		book, err := readXLS(compound(name, xlsStream()))
		switch {
		case !known && !errors.Is(err, errUnsupported):
			t.Errorf("%s: %v", name, err)
		case known && (err != nil || book.sheet("survey") == nil):
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestBlankRowsAtTheEndAreNoGap: what is blank to its end was read whole, however long it is.
func TestBlankRowsAtTheEndAreNoGap(t *testing.T) {
	for _, blank := range []int{0, 1, blankRows, blankRows + 1, blankRows + 2, 3 * blankRows} {
		rows := [][]any{{"type"}, {"text"}}
		for range blank {
			rows = append(rows, []any{" "})
		}
		book, err := readXLSX(workbookBytes(t, rows...))
		if err != nil {
			t.Fatal(err)
		}
		if s := book.sheets["survey"]; len(s.rows) != 1 || s.gap != 0 {
			t.Errorf("before %d blank rows: %d rows, gap %d", blank, len(s.rows), s.gap)
		}
	}
}

// TestSettingsAmongTheQuestions: an old form has its settings on its survey sheet.
func TestSettingsAmongTheQuestions(t *testing.T) {
	f := accepted(t, `
	| survey |
	|        | type           | name     | label |
	|        | set_form_id    | old_form |       |
	|        | set_form_title | Old form |       |
	|        | prefix         | 7        |       |
	|        | text           | title    | Title |`)
	if f.ID != "old_form" || f.Title != "Old form" {
		t.Errorf("%s %q", f.ID, f.Title)
	}
	if want := map[string]string{"form_id": "old_form", "form_title": "Old form", "prefix": "7"}; !maps.Equal(f.Settings, want) {
		t.Errorf("%q", f.Settings)
	}
	if len(f.Root.Children) == 0 || f.Root.Children[0].Name != "title" {
		t.Errorf("a setting became a question: %+v", f.Root.Children)
	}
}

// TestTagsOfTheMap: a question about the map has the tags of its list, and no others.
func TestTagsOfTheMap(t *testing.T) {
	f := accepted(t, `
	| survey |
	|        | type         | name  | label |
	|        | osm building | house | House |
	|        | osm road     | way   | Way   |
	|        | osm          | any   | Any   |
	| osm    |
	|        | list_name | name    | label   |
	|        | building  | height  | Height  |
	|        | building  | storeys | Storeys |
	|        | road      | surface | Surface |`)
	want := map[string][]string{"house": {"height", "storeys"}, "way": {"surface"}, "any": nil}
	for _, q := range f.Root.Children {
		tags, asked := want[q.Name]
		delete(want, q.Name)
		var got []string
		for _, tag := range q.Tags {
			got = append(got, tag.Name)
		}
		if asked && (!slices.Equal(got, tags) || q.Type != "osm" || q.Kind == survey.KindGroup) {
			t.Errorf("%s: %s, %q", q.Name, q.Type, got)
		}
	}
	if len(want) > 0 {
		t.Errorf("not asked: %q", slices.Sorted(maps.Keys(want)))
	}
}
