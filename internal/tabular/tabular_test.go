package tabular_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"doorstep/internal/survey"
	"doorstep/internal/tabular"
)

var columns = []tabular.Column{
	{Name: "staff_no", Headers: []string{"工号"}, Needed: true}, {Name: "name", Headers: []string{"姓名"}, Needed: true}, {Name: "note", Headers: []string{"备注"}},
}

// read writes the content into a file and reads it as lines "row:staff_no|name|note".
func read(t *testing.T, name string, content []byte) (string, []string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	var lines []string
	ignored, err := tabular.Read(path, columns, func(r tabular.Row) error {
		lines = append(lines, fmt.Sprintf("%d:%s|%s|%s", r.Number, r.Get("staff_no"), r.Get("name"), r.Get("note")))
		return nil
	})
	return strings.Join(lines, " "), ignored, err
}

func TestRead(t *testing.T) {
	gbk, err := simplifiedchinese.GB18030.NewEncoder().String("工号,姓名\nF1,王小明\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ file, content, want string }{
		"plain":                        {"a.csv", "staff_no,name\nF1,王小明\n", "2:F1|王小明|"},
		"a mark before it":             {"a.csv", "\ufeff工号,姓名\nF1,王小明\n", "2:F1|王小明|"},
		"as spreadsheets in China do":  {"a.csv", gbk, "2:F1|王小明|"},
		"semicolons":                   {"a.csv", "工号;姓名;备注\nF1;王;a,b\n", "2:F1|王|a,b"},
		"tabs":                         {"a.tsv", "工号\t姓名\nF1\t王\n", "2:F1|王|"},
		"a title and blank rows":       {"a.csv", "附件1 人员名单,\n\n工号*,姓名(必填)\n,\nF1,王\n\nF2,李\n", "5:F1|王| 7:F2|李|"},
		"other order, other columns":   {"a.csv", "序号,姓名,Staff_No\n1,王,F1\n", "2:F1|王|"},
		"a line end in a cell":         {"a.csv", "工号,姓名,备注\nF1,王,\"a\nb\"\nF2,李,c\n", "2:F1|王|a\nb 3:F2|李|c"},
		"short rows, blanks all round": {"a.csv", "工号,姓名,备注\n\u3000F1 , 王 \nF2\n", "2:F1|王| 3:F2||"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, _, err := read(t, tt.file, []byte(tt.content)); err != nil || got != tt.want {
				t.Errorf("%q %v, want %q", got, err, tt.want)
			}
		})
	}
}

// TestADamagedTextIsNotGuessedAt breaks a byte of a list in each encoding: it is refused by its line, not read in another encoding, nor with
// a hole in a name.
func TestADamagedTextIsNotGuessedAt(t *testing.T) {
	whole := "工号,姓名\nF1,王小明\nF2,李小红\n"
	for name, enc := range map[string]encoding.Encoding{"UTF-8": unicode.UTF8, "UTF-8 with a mark": unicode.UTF8BOM, "GB 18030": simplifiedchinese.GB18030,
		"UTF-16": unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)} {
		text, err := enc.NewEncoder().Bytes([]byte(whole))
		if err != nil {
			t.Fatal(err)
		}
		if got, _, err := read(t, "a.csv", text); err != nil || got != "2:F1|王小明| 3:F2|李小红|" {
			t.Errorf("%s: %q %v", name, got, err)
		}
		last := len(text) - len("\n")
		if text[last] != '\n' {
			last-- // it takes two bytes
		}
		damaged := slices.Concat(text[:last-2], []byte("\xff\xd8"), text[last:])
		got, _, err := read(t, "a.csv", damaged)
		var wrong survey.Problems
		if !errors.As(err, &wrong) || len(wrong) != 1 || wrong[0].Code != "table.encoding" || wrong[0].Row != 3 {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
}

func TestReadWorkbook(t *testing.T) {
	f := excelize.NewFile()
	hidden, shown := "说明", "名单"
	if err := errors.Join(f.SetSheetName("Sheet1", hidden), func() error { _, err := f.NewSheet(shown); return err }(),
		f.SetSheetRow(shown, "A1", &[]any{"人员名单"}), f.SetSheetRow(shown, "A3", &[]any{"工号", "姓名", "备注"}), f.SetSheetRow(shown, "A4", &[]any{"F1", "王", 42064}),
		f.SetSheetRow(shown, "A6", &[]any{12, "李", 440301201503010017})); err != nil {
		t.Fatal(err)
	}
	f.SetActiveSheet(1)
	if err := f.SetSheetVisible(hidden, false); err != nil {
		t.Fatal(err)
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := read(t, "a.xlsx", b.Bytes())
	if want := "4:F1|王|42064 6:12|李|440301201503010017"; err != nil || got != want {
		t.Errorf("%q %v, want %q", got, err, want)
	}
}

func TestReadRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ file, content, want string }{
		"another format":   {"a.docx", "x", ".xlsx"},
		"no workbook":      {"a.xlsx", "x", ".xlsx"},
		"no header":        {"a.csv", "F1,王\nF2,李\n", "table.no_header 1"},
		"nothing":          {"a.csv", "", "table.no_header 1"},
		"a column missing": {"a.csv", "标题\n工号,备注\nF1,x\n", "table.column_missing 2 name"},
		"a column twice":   {"a.csv", "工号,姓名,staff_no\nF1,x\n", "table.column_twice 1 staff_no"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := read(t, tt.file, []byte(tt.content))
			said := fmt.Sprint(err)
			var wrong survey.Problems
			if errors.As(err, &wrong) {
				said = strings.TrimSpace(fmt.Sprint(wrong[0].Code, " ", wrong[0].Row, " ", wrong[0].Column))
			}
			if !strings.Contains(said, tt.want) {
				t.Errorf("%s, want %s", said, tt.want)
			}
		})
	}
	if _, ignored, err := read(t, "a.csv", []byte("工号,姓名,职务,\nF1,x,y,z\n")); err != nil || len(ignored) != 1 || ignored[0] != "职务" {
		t.Errorf("ignored %q %v", ignored, err)
	}
}

func TestValues(t *testing.T) {
	for in, want := range map[string]string{
		"2015-03-01": "2015-03-01", "2015/3/1": "2015-03-01", "2015.3.1": "2015-03-01", "2015年3月1日": "2015-03-01", "20150301": "2015-03-01", "42064": "2015-03-01",
		"2015-03-01 00:00:00": "2015-03-01", "2015-13-01": "", "2015": "", "昨天": "", "": "",
	} {
		if got, ok := tabular.Date(in); got != want || ok != (want != "") {
			t.Errorf("Date(%q) = %q %v, want %q", in, got, ok, want)
		}
	}
	for in, want := range map[string]bool{"4.40301201503010E+17": true, "440301201503010017": false, "44030120150301001X": false, "E": false} {
		if got := tabular.Rounded(in); got != want {
			t.Errorf("Rounded(%q) = %v", in, got)
		}
	}
	if got := strings.Join(tabular.List("990101, 990102;990103、990104\n990105"), "+"); got != "990101+990102+990103+990104+990105" {
		t.Errorf("List: %s", got)
	}
}

// A list is looked at for the columns that it has, and what fails for want of a header is told from what fails otherwise.
func TestPresentAndHeadless(t *testing.T) {
	for name, tt := range map[string]struct {
		file, content, has, others string
		headless                   bool
	}{
		"two of three":          {"a.csv", "序号,工号,姓名\n1,F1,王\n", "staff_no name", "序号", false},
		"all":                   {"a.csv", "备注,姓名,Staff_No\n", "staff_no name note", "", false},
		"no header":             {"a.csv", "F1,王\n", "", "", true},
		"nothing":               {"a.csv", "", "", "", true},
		"a column missing":      {"a.csv", "工号,备注\nF1,x\n", "", "", false},
		"no list":               {"a.docx", "x", "", "", false},
		"a file that is absent": {"", "", "", "", false},
	} {
		path := filepath.Join(t.TempDir(), "absent.csv")
		if tt.file != "" {
			path = filepath.Join(filepath.Dir(path), tt.file)
			if err := os.WriteFile(path, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		present, others, err := tabular.Present(path, columns)
		var has []string
		for _, c := range append(columns, tabular.Column{Name: "frob"}) {
			if err == nil && present(c.Name) {
				has = append(has, c.Name)
			}
		}
		if strings.Join(has, " ") != tt.has || strings.Join(others, " ") != tt.others || (err == nil) != (tt.has != "") || tabular.Headless(err) != tt.headless {
			t.Errorf("%s: %q %q %v", name, has, others, err)
		}
	}
	if tabular.Headless(nil) || tabular.Headless(survey.Problems{{Code: "table.no_header"}, {Code: "x"}}) {
		t.Error("what failed otherwise, or did not fail, is taken for a list without a header")
	}
}
