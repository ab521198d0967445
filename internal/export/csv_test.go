package export

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// typed are answers that readers of spreadsheets and of CSV files have been known to change.
var typed = []string{
	"第一行\n第二行", "第一行\r\n第二行", "第一行\r第二行", "end\r\n", "\r\n", "a\tb", `he said "ok", then left`, "007", "990000201503010017", "1E5", "1-2",
	"_x000D_ _x0041_", "_x000d_", "__x0041_", "_x0041_x0042_", "🙂李𬌗", "\ue000", "a\u200bb", "a\u00a0b", "  two  ", "\ufeffx", "a\u2028b\u2029c\u0085d", "a;b", "<b>&amp;</b>]]>", "TRUE", "NA", `\.`,
}

// readQuoted reads CSV as RFC 4180 has it and leaves line ends inside of quotes as they are, as encoding/csv does not.
func readQuoted(s string) [][]string {
	var rows [][]string
	var row []string
	var field strings.Builder
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '"' && i+1 < len(s) && s[i+1] == '"':
			field.WriteByte(c)
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ',' || c == '\n'):
			row = append(row, field.String())
			field.Reset()
			if c == '\n' {
				rows, row = append(rows, row), nil
			}
		default:
			field.WriteByte(c)
		}
	}
	return rows
}

func TestCSVGivesBackWhatWasTyped(t *testing.T) {
	var b bytes.Buffer
	c, err := NewCSV(&b, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range typed {
		if err := c.Row([]any{s, "neighbour"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Row([]any{"\r=1+1", int64(990000201503010017)}); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	rows := readQuoted(strings.TrimPrefix(b.String(), byteOrderMark))
	if len(rows) != len(typed)+1 {
		t.Fatalf("%d rows of %d", len(rows), len(typed)+1)
	}
	for i, s := range typed {
		if got := rows[i]; got[0] != harmless(s) || got[1] != "neighbour" {
			t.Errorf("%q was read as %q", s, got)
		}
	}
	if got := rows[len(typed)]; got[0] != "'\r=1+1" || got[1] != "990000201503010017" {
		t.Errorf("read %q", got)
	}
}

func TestXLSXGivesBackWhatWasTyped(t *testing.T) {
	var b bytes.Buffer
	x, err := NewXLSX(&b, "visits")
	if err != nil {
		t.Fatal(err)
	}
	cells := []string{"\r=1+1", "\x01\x1f\ufffe"}
	cells = append(cells, typed...)
	for _, s := range cells {
		if err := x.Row([]any{s, int64(7)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Row([]any{int64(990000201503010017), 123456789012345.678, 0.1, int64(999999999999999)}); err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	rows, err := readBook(t, b.Bytes()).GetRows("visits")
	if err != nil || len(rows) != len(cells)+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, s := range cells {
		if rows[i][0] != s || rows[i][1] != "7" {
			t.Errorf("%q was read as %q", s, rows[i])
		}
	}
	book := readBook(t, b.Bytes())
	for at, isText := range map[string]bool{"A": true, "B": true, "C": false, "D": false} {
		kind, err := book.GetCellType("visits", fmt.Sprint(at, len(cells)+1))
		if err != nil || (kind == excelize.CellTypeInlineString) != isText {
			t.Errorf("number %s is of type %v (%v), text %v", at, kind, err, isText)
		}
	}
}
