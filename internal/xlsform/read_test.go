package xlsform

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"doorstep/internal/survey"
)

// refusal reads tables that must be refused and returns the problems.
func refusal(t *testing.T, md string) survey.Problems {
	t.Helper()
	_, err := ReadMarkdown(md, Options{})
	var p survey.Problems
	if err != nil && !errors.As(err, &p) {
		t.Fatalf("error is not survey.Problems: %v", err)
	}
	return p
}

func accepted(t *testing.T, md string) *survey.Form {
	t.Helper()
	f, err := ReadMarkdown(md, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestEveryMistakeAtOnce(t *testing.T) {
	got := refusal(t, `
	| survey  |
	|         | type             | name  | label | relevant   | required |
	|         | text             | q 1   | A     |            |          |
	|         | integr           | q2    | B     | ${nobody}  |          |
	|         | select_one yesno | q3    | C     | ${q2       |          |
	|         | begin group      | g     | G     |            |          |
	|         | text             | q4    |       |            |          |
	| choices |
	|         | list_name        | name  | label |
	|         | yn               | 1     | Yes   |
	|         | yn               | 1     | No    |`)
	var lines []string
	for _, p := range got {
		lines = append(lines, strings.Join([]string{p.Code, p.Sheet, string(rune('0' + p.Row)), p.Column}, " "))
		if p.ZH == "" || p.EN == "" || strings.Contains(p.ZH+p.EN, "%!") {
			t.Errorf("%s has a broken sentence: %q %q", p.Code, p.ZH, p.EN)
		}
	}
	want := []string{
		"form.choice.twice choices 3 name",
		"form.name.invalid survey 2 name",
		"form.type.near survey 3 type",
		"form.select.no_list survey 4 type",
		"form.label.missing survey 6 label",
		"form.end.missing survey 5 type",
		"form.reference.unknown survey 3 relevant",
		"form.reference.syntax survey 4 relevant",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("problems:\n%s\nwant:\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

func TestRefusals(t *testing.T) {
	head := "| survey |\n| | type | name | label | "
	for _, c := range []struct{ name, md, code string }{
		{"groups too deep", head + "|\n" + strings.Repeat("| | begin group | g | G | |\n", survey.MostNested+1) + "| | text | q | Q | |\n" + strings.Repeat("| | end group | | | |\n", survey.MostNested+1), "group.deep"},
		{"too many questions", head + "|\n" + questions(survey.MostQuestions+1), "form.long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := refusal(t, c.md)
			if !slices.ContainsFunc(got, func(p survey.Problem) bool { return p.Code == "form."+c.code }) {
				t.Errorf("problems %v, want %s", got, c.code)
			}
		})
	}
}

// What is right is not called nearly something else.
func TestNothingIsMisspeltThere(t *testing.T) {
	f := accepted(t, "| survey |\n| | type | name | label::English (en) | label::English (es) | choice_filter |\n| | text | p | P | P | |\n| | select_one l | q | Q | Q | selected(${p}, province) and name != 'x y' or label = \"zz\" |\n"+
		"| | select_one l | q2 | Q | Q | instance('l')/root/item[odd = 1]/name = name |\n| choices |\n| | list_name | name | label::English (en) | label::English (es) | province |\n| | l | a | A | A | x |")
	for _, p := range f.Warnings {
		if strings.HasSuffix(p.Code, ".near") || p.Code == "form.filter.column" {
			t.Errorf("%+v", p)
		}
	}
}

// A misspelt begin is one mistake, and not one more where the group ends.
func TestAMisspeltBeginIsOneMistake(t *testing.T) {
	for _, word := range []string{"begin_grup", "begin gruop", "bigin_group"} {
		if got := refusal(t, "| survey |\n| | type | name | label |\n| | "+word+" | g | G |\n| | text | q | Q |\n| | end group | | |"); len(got) != 1 || got[0].Code != "form.type.near" {
			t.Errorf("%s: %v", word, got)
		}
	}
}

// However many languages lack a code or a column, each is said once: a workbook in five languages is read by people too.
func TestLanguagesAreToldOfOnce(t *testing.T) {
	md := "| survey |\n| | type | name | label | label::English | label::Deutsch | hint::English | label::fr | label::中文 (zh) |\n| | text | q | Q | Q | F | H | Q | 问 |\n" +
		"| settings |\n| | default_language |\n| | Español |"
	got := map[string]string{}
	for _, w := range accepted(t, md).Warnings {
		if got[w.Code] != "" {
			t.Errorf("%s again", w.Code)
		}
		got[w.Code] = w.EN
	}
	for code, want := range map[string]string{
		"form.language.tag":     "These languages have no standard code: Español, English, Deutsch;",
		"form.language.missing": "survey (default): hint; survey (Deutsch): hint; survey (fr): hint; survey (中文 (zh)): hint.",
	} {
		if !strings.Contains(got[code], want) {
			t.Errorf("%s: %q, want %q in it", code, got[code], want)
		}
	}
}

// A row that brings a file along is no question: what else stands in it has no effect.
func TestARowOfAFileHasNothingElse(t *testing.T) {
	f := accepted(t, "| survey |\n| | type | name | label | label::French (fr) | default | trigger | calculation | relevant |\n| | text | q | Q | Q | | | | |\n"+
		"| | csv-external | a | A | A | now() | ${q} | now() | ${last-saved#q} = 1 |")
	if got, want := f.Root.Children[1], (&survey.Question{Name: "a", Type: "csv-external", Row: 3, Parent: f.Root}); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestConditionsOfAnEntityInWords(t *testing.T) {
	f := accepted(t, "| survey |\n| | type | name | label |\n| | text | q | Q |\n| entities |\n| | list_name | label | entity_id | create_if | update_if |\n| | e | E | ${q} | no | yes |")
	if d := f.Entities[0]; d.CreateIf != "false()" || d.UpdateIf != "true()" {
		t.Errorf("create if %s, update if %s", d.CreateIf, d.UpdateIf)
	}
}

func TestMissingChoices(t *testing.T) {
	list := accepted(t, "| survey |\n| | type | name | label |\n| | select_one l | q | Q |\n| choices |\n| | list_name | name | label | Missing |\n| | l | 1 | A | |\n| | l | 9 | B | refused |\n| | l | 10 | C | never |").Lists["l"]
	for i, want := range []string{"", "refused", ""} {
		if got := list.Choices[i].Missing(); got != want {
			t.Errorf("choice %s stands for %q, want %q", list.Choices[i].Name, got, want)
		}
	}
}

func questions(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "| | text | q%d | Q | |\n", i)
	}
	return b.String()
}

func TestHeadersThatAreLeftAlone(t *testing.T) {
	for _, header := range []string{"_relavent", "hint::中文 (zh)", "bind::esri:fieldType", "bind::doorstep:rule", "media::image", "instance::odk:tag", "intent", "Relevance", "choice_filter"} {
		md := "| survey |\n| | type | name | label | " + header + " |\n| | text | q | Q | |\n| settings |\n| | namespaces |\n| | esri=\"http://esri.com\" doorstep=\"urn:doorstep:form\" |"
		for _, p := range accepted(t, md).Warnings {
			if strings.HasPrefix(p.Code, "form.header") {
				t.Errorf("%s: %v", header, p)
			}
		}
	}
}

func TestNamesOfOtherScripts(t *testing.T) {
	for _, name := range []string{"名前", "prénom", "col·legi", "имя", "اسم", "ชื่อ", "a-b.c_1"} {
		accepted(t, "| survey |\n| | type | name | label |\n| | text | "+name+" | A |")
	}
}

func TestAWorkbookThatUnpacksToTooMuchIsCalledTooLarge(t *testing.T) {
	var file bytes.Buffer
	book := zip.NewWriter(&file)
	part, err := book.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(make([]byte, maxUnzipped+1)); err != nil {
		t.Fatal(err)
	}
	if err := book.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = Read("f.xlsx", &file, Options{})
	var p survey.Problems
	if errors.As(err, &p); len(p) != 1 || p[0].Code != "form.file.too_large" {
		t.Errorf("got %v", err)
	}
}

func TestFileKinds(t *testing.T) {
	csv := "survey,,\n,type,name,label\n,text,q,Q\n"
	for _, c := range []struct{ name, file, data, code string }{
		{"csv", "f.csv", csv, ""},
		{"csv with a byte order mark", "f.CSV", "\ufeff" + csv, ""},
		{"csv in another encoding", "f.csv", "survey,,\n,type,name,label\n,text,q,\xc4\xe3\n", "file.encoding"},
		{"text named csv", "f.csv", "hello", "file.unsupported"},
		{"other extension", "f.docx", csv, "file.unsupported"},
		{"xls named xlsx", "f.xlsx", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file.unsupported"},
		{"csv named xls", "f.xls", csv, "file.unsupported"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read(c.file, strings.NewReader(c.data), Options{})
			var p survey.Problems
			errors.As(err, &p)
			if c.code == "" && err != nil || c.code != "" && (len(p) != 1 || p[0].Code != "form."+c.code) {
				t.Errorf("got %v, want %q", err, c.code)
			}
		})
	}
}

func TestIDAndTitleFromFileName(t *testing.T) {
	f, err := Read("dir/elderly_2026.v2.csv", strings.NewReader("survey,,\n,type,name,label\n,text,q,Q\n"), Options{})
	if err != nil || f.ID != "elderly_2026.v2" || f.Title != f.ID || f.Name != "data" {
		t.Fatalf("id %q, title %q, root %q, error %v", f.ID, f.Title, f.Name, err)
	}
}

// TestColumnsOfTexts: which columns hold texts, and of which language, by the parts of their headers.
func TestColumnsOfTexts(t *testing.T) {
	for header, want := range map[string]string{
		"label": "label true", "label::en": "label en true", "media::image": "image true", "media::image::en": "image en true", "image::en": "image en true",
		"bind::jr:constraintMsg::en": "jr:constraintMsg en true", "jr:requiredMsg": "jr:requiredMsg true",
		"bind::relevant": "false", "bind": "false", "media": "false", "name": "false", "label::en::x": "false", "other::image": "false",
	} {
		text, lang, ok := textColumn(column{path: strings.Split(header, "::")})
		if got := strings.Join(strings.Fields(text+" "+lang+" "+strconv.FormatBool(ok)), " "); got != want {
			t.Errorf("%s: %s, want %s", header, got, want)
		}
	}
}
