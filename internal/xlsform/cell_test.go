package xlsform

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

func TestNumberText(t *testing.T) {
	for f, want := range map[float64]string{
		1: "1", -3: "-3", 1.5: "1.5", 0.1: "0.1", 1e20: "100000000000000000000", 0.00001: "1e-05", 123456.789: "123456.789",
	} {
		if got := numberText(f); got != want {
			t.Errorf("numberText(%v) is %q, want %q", f, got, want)
		}
	}
}

func TestDateText(t *testing.T) {
	for _, c := range []struct {
		days float64
		from bool
		unit time.Duration
		want string
	}{
		{44562, false, time.Second, "2022-01-01 00:00:00"},
		{44562.75, false, time.Millisecond, "2022-01-01 18:00:00"},
		{44562.999999999, false, time.Second, "2022-01-02 00:00:00"},
		{44562.75 + 0.0125/86400, false, time.Millisecond, "2022-01-01 18:00:00.012000"},
		{44562.75 + 0.0125/86400, false, time.Second, "2022-01-01 18:00:00"},
		{0.5, false, time.Second, "12:00:00"},
		{1, false, time.Second, "1900-01-01 00:00:00"},
		{43100, true, time.Second, "2022-01-01 00:00:00"},
	} {
		if got := dateText(c.days, c.from, c.unit); got != c.want {
			t.Errorf("dateText(%v) is %q, want %q", c.days, got, c.want)
		}
	}
}

func TestDateFormat(t *testing.T) {
	for format, want := range map[string]bool{
		"yyyy-mm-dd": true, "General": false, "0.00": false, `0" days"`: false, "[Red]0": false, "[Magenta]0": false, "[White]0.0": false, "[Magenta]yyyy": true, "[$-804]0": false, "[ss]": true, "[HH]": true, "[>9]0": false, "[h]:mm": true, `_d0`: false,
	} {
		if got := dateFormat(format); got != want {
			t.Errorf("dateFormat(%q) is %v", format, got)
		}
	}
}

// workbookBytes makes an xlsx with a survey sheet of these rows.
func workbookBytes(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName("Sheet1", "survey"); err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		cell, _ := excelize.CoordinatesToCellName(1, i+1)
		if err := f.SetSheetRow("survey", cell, &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestXLSXCells(t *testing.T) {
	data := workbookBytes(t,
		[]any{" a  b ", "n", "whole", "yes", "day", "text"},
		[]any{"x\u00a0y", 1.25, 7.0, true, time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC), "007"})
	book, err := readXLSX(data)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"a b": "x y", "n": "1.25", "whole": "7", "yes": "TRUE", "day": "2024-05-01 00:00:00", "text": "007"}
	for header, text := range want {
		if got := book.sheets["survey"].rows[0][header]; got != text {
			t.Errorf("%s is %q, want %q", header, got, text)
		}
	}
}

func TestBlankRowsEndASheet(t *testing.T) {
	rows := [][]any{{"type"}, {"text"}}
	for range blankRows {
		rows = append(rows, []any{})
	}
	near, _ := readXLSX(workbookBytes(t, append(rows, []any{"note"})...))
	far, _ := readXLSX(workbookBytes(t, append(rows, []any{}, []any{"note"})...))
	if s := near.sheets["survey"]; len(s.rows) != blankRows+2 || s.gap != 0 {
		t.Errorf("after %d blank rows: %d rows, gap %d", blankRows, len(s.rows), s.gap)
	}
	if s := far.sheets["survey"]; len(s.rows) != 1 || s.gap != blankRows+4 {
		t.Errorf("after %d blank rows: %d rows, gap %d", blankRows+1, len(s.rows), s.gap)
	}
}

// biffRecord is one record of an xls stream.
func biffRecord(kind int, body ...byte) []byte {
	head := binary.LittleEndian.AppendUint16(nil, uint16(kind))
	return append(binary.LittleEndian.AppendUint16(head, uint16(len(body))), body...)
}

func biffText(s string) []byte {
	return append(binary.LittleEndian.AppendUint16(nil, uint16(len(s))), append([]byte{0}, s...)...)
}

func le64(f float64) []byte { return binary.LittleEndian.AppendUint64(nil, math.Float64bits(f)) }

// xlsStream is a workbook with one sheet: a shared text split over two records, a number, a date, an RK and a boolean.
func xlsStream() []byte {
	bof := biffRecord(recBOF, 0, 6, 5, 0)
	sst := append([]byte{2, 0, 0, 0, 2, 0, 0, 0}, biffText("type")...)
	sst = append(sst, 4, 0, 0, 'n', 'a')               // "na" of "name", then the border
	rest := biffRecord(recContinue, 1, 'm', 0, 'e', 0) // which repeats the flags: two bytes each from here on
	xfs := append(biffRecord(recXF, 0, 0, 0, 0), biffRecord(recXF, 0, 0, 14, 0)...)
	globals := func(offset int) []byte {
		sheet := append(binary.LittleEndian.AppendUint32(nil, uint32(offset)), 0, 0, 6, 0)
		out := bytes.Join([][]byte{bof, xfs, biffRecord(recSheet, append(sheet, "survey"...)...), biffRecord(recSST, sst...), rest,
			biffRecord(recEOF)}, nil)
		return out
	}
	at := func(row, column, style byte) []byte { return []byte{row, 0, column, 0, style, 0} }
	cells := bytes.Join([][]byte{bof,
		biffRecord(recLabelSST, append(at(0, 0, 0), 0, 0, 0, 0)...),
		biffRecord(recLabelSST, append(at(0, 1, 0), 1, 0, 0, 0)...),
		biffRecord(recLabel, append(at(0, 2, 0), biffText("day")...)...),
		biffRecord(recLabel, append(at(0, 3, 0), biffText("yes")...)...),
		biffRecord(recNumber, append(at(1, 0, 0), le64(2.5)...)...),
		biffRecord(recRK, append(at(1, 1, 0), 0x1E, 0, 0, 0)...),
		biffRecord(recNumber, append(at(1, 2, 1), le64(44562)...)...),
		biffRecord(recBoolErr, append(at(1, 3, 0), 1, 0)...),
		biffRecord(recEOF)}, nil)
	return append(globals(len(globals(0))), cells...)
}

func TestXLSCells(t *testing.T) {
	w := &xlsBook{stream: xlsStream(), formats: map[int]string{}}
	if err := w.globals(); err != nil {
		t.Fatal(err)
	}
	book, err := w.sheets()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"type": "2.5", "name": "7", "day": "2022-01-01 00:00:00", "yes": "TRUE"}
	for header, text := range want {
		if got := book.sheets["survey"].rows[0][header]; got != text {
			t.Errorf("%s is %q, want %q", header, got, text)
		}
	}
}
