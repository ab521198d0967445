package export

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

func TestHarmless(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"formula", "=1+1", "'=1+1"},
		{"plus", "+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"},
		{"minus", "-2+3", "'-2+3"},
		{"at", "@SUM(A1)", "'@SUM(A1)"},
		{"tab", "\t=1", "'\t=1"},
		{"carriage return", "\r=1", "'\r=1"},
		{"line feed", "\n=1", "'\n=1"},
		{"full-width equals", "＝1+1", "'＝1+1"},
		{"full-width at", "＠SUM(A1)", "'＠SUM(A1)"},
		{"negative number", "-5", "-5"},
		{"decimal", "-0.25", "-0.25"},
		{"phone", "+8613800000000", "+8613800000000"},
		{"sign alone", "-", "'-"},
		{"number and more", "-5 =1", "'-5 =1"},
		{"two lines", "-5\n=1", "'-5\n=1"},
		{"inside", "a=1", "a=1"},
		{"an apostrophe of its own", "'=1", "''=1"},
		{"a quoted number", "'-5", "'-5"},
		{"quoted text", "'tis", "'tis"},
		{"Chinese", "张三", "张三"},
		{"empty", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := harmless(tt.in); got != tt.want {
				t.Errorf("%q became %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

// Whoever reads a CSV file takes the apostrophe off where it stands before a formula, and has the text again.
func TestHarmlessIsUndone(t *testing.T) {
	texts := []string{"", "a", "'", "-5", "+8613800000000", "'-5"}
	for _, start := range formulaStarts {
		for _, before := range []string{"", "'", "''"} {
			texts = append(texts, before+string(start), before+string(start)+"1", before+string(start)+"SUM(A1)")
		}
	}
	for _, s := range texts {
		written := harmless(s)
		read := written
		if bare := strings.TrimLeft(read, "'"); bare != read && strings.ContainsRune(formulaStarts, firstRune(bare)) && !plainNumber.MatchString(bare) {
			read = read[1:]
		}
		if read != s {
			t.Errorf("%q became %q and was read as %q", s, written, read)
		}
	}
}

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	c, err := NewCSV(&b, true)
	if err != nil {
		t.Fatal(err)
	}
	rows := [][]any{
		{"id", "姓名", "n"},
		{"a", "张\"三\",\n第二行", int64(0)},
		{"b", nil, nil},
		{"c", "=HYPERLINK(1)", -1.5},
		{"d", "", int64(-7)},
	}
	for _, r := range rows {
		if err := c.Row(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	want := "\ufeffid,姓名,n\na,\"张\"\"三\"\",\n第二行\",0\nb,,\nc,'=HYPERLINK(1),-1.5\nd,,-7\n"
	if b.String() != want {
		t.Errorf("got %q\nwant %q", b.String(), want)
	}
	if _, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff"))).ReadAll(); err != nil {
		t.Error(err)
	}
	if err := c.Row([]any{struct{}{}}); err == nil {
		t.Error("a cell of an unknown type was written")
	}
}

func readBook(t *testing.T, raw []byte) *excelize.File {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { book.Close() })
	return book
}

func TestXLSX(t *testing.T) {
	var b bytes.Buffer
	x, err := NewXLSX(&b, "visits")
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("长", 40000)
	for _, r := range [][]any{{"id", "text", "n"}, {"a", "=1+1", int64(0)}, {"b", nil, nil}, {"c", " a<b>&\x01\n", 2.5}, {"d", long, nil}} {
		if err := x.Row(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	book := readBook(t, b.Bytes())
	for cell, want := range map[string]string{"B1": "text", "B2": "=1+1", "C2": "0", "B3": "", "C3": "", "B4": " a<b>&\x01\n", "C4": "2.5"} {
		if got, err := book.GetCellValue("visits", cell); err != nil || got != want {
			t.Errorf("%s is %q (%v), want %q", cell, got, err, want)
		}
	}
	if f, _ := book.GetCellFormula("visits", "B2"); f != "" {
		t.Errorf("text became the formula %q", f)
	}
	if kind, _ := book.GetCellType("visits", "C2"); kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
		t.Errorf("a number is stored as type %v", kind)
	}
	if x, err = NewXLSX(io.Discard, "visits"); err != nil {
		t.Fatal(err)
	}
	if err := x.Row(slices.Repeat([]any{1.5}, excelize.MaxColumns+1)); err == nil {
		t.Error("a row with more columns than Excel has is written")
	}
	got, _ := book.GetCellValue("visits", "B5")
	if n := len(utf16.Encode([]rune(got))); n > excelize.TotalCellChars || !strings.HasSuffix(got, cut) {
		t.Errorf("a text over the limit has %d units and ends in %q", n, got[len(got)-20:])
	}
}

func TestXLSXFullSheet(t *testing.T) {
	var b bytes.Buffer
	x, err := NewXLSX(&b, strings.Repeat("v", 40))
	if err != nil {
		t.Fatal(err)
	}
	x.limit = 3
	for _, id := range []string{"id", "a", "b", "c"} {
		if err := x.Row([]any{id}); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	types, err := fs.ReadFile(archive, "[Content_Types].xml")
	for _, sheet := range []string{"/xl/worksheets/sheet1.xml", "/xl/worksheets/sheet2.xml"} {
		if err != nil || !bytes.Contains(types, []byte(sheet)) { // Excel would say that the file is damaged
			t.Errorf("%s has no type: %v", sheet, err)
		}
	}
	book := readBook(t, b.Bytes())
	second := strings.Repeat("v", 27) + " 2"
	for cell, want := range map[string]string{"A1": "id", "A2": "c", "A3": ""} {
		if got, err := book.GetCellValue(second, cell); err != nil || got != want {
			t.Errorf("%s of the second sheet is %q (%v), want %q", cell, got, err, want)
		}
	}
}

func TestZip(t *testing.T) {
	var b bytes.Buffer
	z := NewZip(&b, time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC))
	for _, name := range []string{"a.csv", "b.xlsx"} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, "content of "+name); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len())); err == nil {
		t.Error("an archive that was not closed opens")
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(in)
		if err != nil || string(got) != "content of "+f.Name {
			t.Errorf("%s holds %q, %v", f.Name, got, err)
		}
	}
	if len(r.File) != 2 || r.File[1].Method != zip.Store {
		t.Errorf("files %v", r.File)
	}
}

func TestNamesStayInTheFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	f := NewFolder(dir)
	z := NewZip(io.Discard, time.Time{})
	for _, name := range []string{"", ".", "..", "../a.csv", "/etc/a.csv", `..\a.csv`, "C:a.csv", "a/b.csv", ".hidden", "a\x00.csv"} {
		if _, err := f.Create(name); err == nil {
			t.Errorf("the folder takes %q", name)
		}
		if _, err := z.Create(name); err == nil {
			t.Errorf("the archive takes %q", name)
		}
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the folder was made")
	}
}

func TestDiscardedFolderIsGone(t *testing.T) {
	here := t.TempDir()
	f := NewFolder(filepath.Join(here, "a", "b"))
	w, err := f.Create("visits.csv")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Close(), f.Discard()); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(here); len(left) != 0 {
		t.Errorf("%v was left behind", left)
	}
}

// TestADiscardThatFailsSaysSo: whatever of it cannot be removed, and the rest goes.
func TestADiscardThatFailsSaysSo(t *testing.T) {
	for name, spoil := range map[string]func(dir string, f *Folder) error{
		"a file that is gone": func(_ string, f *Folder) error { return os.Remove(f.files[0].temp.Name()) },
		"a folder with a file of somebody else's": func(dir string, _ *Folder) error {
			return os.WriteFile(filepath.Join(dir, "theirs"), nil, 0o600)
		},
	} {
		dir := filepath.Join(t.TempDir(), "out")
		f := NewFolder(dir)
		for _, file := range []string{"a.csv", "b.csv"} {
			w, err := f.Create(file)
			if err := errors.Join(err, w.Close()); err != nil {
				t.Fatal(err)
			}
		}
		if err := spoil(dir, f); err != nil {
			t.Fatal(err)
		}
		if err := f.Discard(); err == nil {
			t.Errorf("%s: it was discarded", name)
		}
		left, _ := os.ReadDir(dir)
		if len(left) > 0 && left[0].Name() != "theirs" || f.Discard() != nil {
			t.Errorf("%s: %v was left behind", name, left)
		}
	}
}

// TestATextIsCutWhereACharacterEnds: a cell holds so many UTF-16 units, whatever their bytes; a cut tells itself.
func TestATextIsCutWhereACharacterEnds(t *testing.T) {
	const most = 32767
	keep := most - len(utf16.Encode([]rune(cut)))
	for name, c := range map[string]struct{ s, want string }{
		"as many as fit":             {strings.Repeat("字", most), strings.Repeat("字", most)},
		"one more":                   {strings.Repeat("字", most+1), strings.Repeat("字", keep) + cut},
		"a pair that ends there":     {strings.Repeat("a", keep-2) + "😀" + strings.Repeat("a", most), strings.Repeat("a", keep-2) + "😀" + cut},
		"a pair that goes over":      {strings.Repeat("a", keep-1) + "😀" + strings.Repeat("a", most), strings.Repeat("a", keep-1) + cut},
		"a pair that begins behind":  {strings.Repeat("a", keep) + "😀" + strings.Repeat("a", most), strings.Repeat("a", keep) + cut},
		"fewer units than its bytes": {strings.Repeat("😀", most/2), strings.Repeat("😀", most/2)},
	} {
		if got := fits(c.s); got != c.want {
			t.Errorf("%s: %d units, want %d", name, len(utf16.Encode([]rune(got))), len(utf16.Encode([]rune(c.want))))
		}
	}
}

func TestFolder(t *testing.T) {
	tests := []struct {
		name   string
		commit bool
		want   string
	}{
		{"committed files replace earlier ones", true, "new"},
		{"discarded files leave earlier ones", false, "old"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "out")
			f := NewFolder(dir)
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, "visits.csv")
			if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
				t.Fatal(err)
			}
			w, err := f.Create("visits.csv")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(w, "new"); err != nil {
				t.Fatal(err)
			}
			if tt.commit {
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
				if err := f.Commit(); err != nil {
					t.Fatal(err)
				}
			}
			if err := f.Discard(); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(path)
			if err != nil || string(got) != tt.want {
				t.Errorf("the file holds %q, %v", got, err)
			}
			if left, _ := os.ReadDir(dir); len(left) != 1 {
				t.Errorf("%d files in the folder, want 1", len(left))
			}
		})
	}
}
