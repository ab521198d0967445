package dedup_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"doorstep/internal/dedup"
)

// text writes rows with a separator, as a spreadsheet would.
func text(t *testing.T, comma rune, rows [][]string) string {
	t.Helper()
	var b strings.Builder
	out := csv.NewWriter(&b)
	out.Comma = comma
	if err := out.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func encoded(t *testing.T, e encoding.Encoding, s string) string {
	t.Helper()
	out, err := e.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestListsOfEveryKind: the same people are found however the list was saved.
func TestListsOfEveryKind(t *testing.T) {
	rows := append([][]string{head}, people(120)...)
	plain := text(t, ',', rows)
	wide := make([][]string, len(rows))
	for i, row := range rows {
		for k := range 200 {
			wide[i] = append(wide[i], fmt.Sprint([]string{"column ", "x"}[min(i, 1)], k))
		}
		wide[i] = append(wide[i], row...)
	}
	broken := make([][]string, len(rows))
	for i, row := range rows {
		broken[i] = append([]string{"注\n二行"}, row...)
	}
	for kind, content := range map[string]string{
		"commas":            plain,
		"semicolons":        text(t, ';', rows),
		"tabs":              text(t, '\t', rows),
		"bars":              text(t, '|', rows),
		"a mark before it":  "\ufeff" + plain,
		"GB 18030":          encoded(t, simplifiedchinese.GB18030, plain),
		"UTF-16":            encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), text(t, '\t', rows)),
		"UTF-16, big end":   encoded(t, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), plain),
		"blank lines":       strings.ReplaceAll(plain, "\n", "\n\n,,,,\n"),
		"returns":           strings.ReplaceAll(plain, "\n", "\r\n"),
		"lines in a cell":   text(t, ',', broken),
		"200 columns":       text(t, ',', wide),
		"a title":           "附件:人员名单\n\n" + plain,
		"traditional words": strings.Replace(plain, strings.Join(head, ","), "編號,姓名,出生日期,聯絡電話,住址", 1),
	} {
		path := filepath.Join(t.TempDir(), "list.csv")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		found, err := dedup.Find(t.Context(), options(path))
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		right := 0
		for _, p := range found.Result.Pairs {
			if a, b := found.IDs[p.A], found.IDs[p.B]; p.Probability >= 0.5 && (a+"b" == b || b+"b" == a) {
				right++
			}
		}
		if found.Records != len(rows)-1 || right < 28 { // of 30
			t.Errorf("%s: %d of %d records, %d of 30 pairs", kind, found.Records, len(rows)-1, right)
		}
	}
}

// TestAgesStandForBirthDates: where a list has no birth dates, people of one name who are of about one age are found, and their
// children are not taken for them.
func TestAgesStandForBirthDates(t *testing.T) {
	rows := [][]string{{"id", "name", "age", "parish"}}
	for i := range 120 {
		name := []string{"john ", "mary ", "peter ", "anna "}[i%4] + strings.Fields("ash brad clif dun fair hart kirk mel north rams thorn wake")[i%12] +
			strings.Fields("ton ford field ley wood bury ham well worth by")[i/12]
		rows = append(rows, []string{fmt.Sprint("k", i), name, fmt.Sprint(20 + i%50), fmt.Sprint("place", i%7)})
		switch i % 4 {
		case 0:
			rows = append(rows, []string{fmt.Sprint("k", i, "b"), name, fmt.Sprint(21+i%50, " years"), fmt.Sprint("place", i%7)})
		case 1:
			rows = append(rows, []string{fmt.Sprint("k", i, "c"), strings.Replace(name, "mary", "ruth", 1), fmt.Sprint(55 + i%50), fmt.Sprint("place", i%7)})
		}
	}
	path := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(path, []byte(text(t, ',', rows)), 0o600); err != nil {
		t.Fatal(err)
	}
	o := options(path)
	o.Now = time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	found, err := dedup.Find(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	same, apart := 0, 0
	for _, p := range found.Result.Pairs {
		switch a, b := found.IDs[p.A], found.IDs[p.B]; {
		case p.Probability < 0.5:
		case a+"b" == b || b+"b" == a:
			same++
		case a+"c" == b || b+"c" == a:
			apart++
		}
	}
	if same < 25 || apart > 5 {
		t.Errorf("%d of 30 found, %d of 30 children", same, apart)
	}
}

// TestPinyinBesideCharacters looks between a list in characters and one in pinyin.
func TestPinyinBesideCharacters(t *testing.T) {
	characters, pinyin := [][]string{{"编号", "姓名", "出生日期"}}, [][]string{{"id", "name", "birth_date"}}
	surnames, roman := strings.Fields("王 李 张 刘 陈 杨"), strings.Fields("Wang Li Zhang Liu Chen Yang")
	given, called := strings.Fields("子涵 浩宇 俊杰 晓明 雨欣 梓萱 思远"), strings.Fields("Zihan HAOYU Jun-Jie Xiaoming yuxin Zixuan Siyuan")
	for i := range 42 {
		day := fmt.Sprintf("20%02d-%02d-%02d", 10+i%8, 1+i%12, 1+i%28)
		characters = append(characters, []string{fmt.Sprint("a", i), surnames[i%6] + given[i%7], day})
		name := roman[i%6] + " " + called[i%7]
		if i%3 == 0 {
			name = called[i%7] + " " + roman[i%6]
		}
		pinyin = append(pinyin, []string{fmt.Sprint("b", i), name, day})
	}
	dir := t.TempDir()
	one, other := filepath.Join(dir, "one.csv"), filepath.Join(dir, "other.csv")
	for path, rows := range map[string][][]string{one: characters, other: pinyin} {
		if err := os.WriteFile(path, []byte(text(t, ',', rows)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o := options(one, other)
	var err error
	if o.Fields, err = dedup.ParseMap("name=姓名,birth_date=出生日期"); err != nil {
		t.Fatal(err)
	}
	o.Fields = nil // by their headers, which differ
	found, err := dedup.Find(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for _, p := range found.Result.Pairs {
		if p.Probability >= 0.5 && found.IDs[p.A][1:] == found.IDs[p.B][1:] {
			right++
		}
	}
	if right < 40 {
		t.Errorf("%d of 42 found", right)
	}
}

// TestHeadersOfOtherLists: columns are known under the names that schools, offices and ledgers give them; the number of a guardian is not the child's.
func TestHeadersOfOtherLists(t *testing.T) {
	for header, want := range map[string]string{
		"序号,学生姓名,性别,出生年月日,身份证号码,家长姓名,家长联系电话,家庭详细住址":                        "",
		"ID,儿童姓名,儿童性别,儿童出生日期,儿童身份证号,监护人姓名,监护人联系电话,现居住地址":                   "",
		"记录号,姓 名,性 别,出生 日期,身份证件号,监护人,手机号码,居住地":                             "",
		"record_id,name,gender,birthday,id_no,guardian_name,phone_no,addr": "",
		"id,first name,last name,sex,birth year,died,parish,occupation":    "",
		"id,Name,Father Name,Dirección,Telefon,E-mail,Household ID":        "",
		"编号,姓名,父亲姓名,户号,邮箱":                                                 "",
		"编号,姓名,监护人身份证号,本人电话":                                               "监护人身份证号",
	} {
		columns := strings.Split(header, ",")
		row := make([]string, len(columns))
		for i := range row {
			row[i] = fmt.Sprint("2", i)
		}
		path := filepath.Join(t.TempDir(), "list.csv")
		if err := os.WriteFile(path, []byte(text(t, ',', [][]string{columns, row})), 0o600); err != nil {
			t.Fatal(err)
		}
		found, err := dedup.Find(t.Context(), options(path))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(found.Others, ","); got != want || found.IDs[0] != "20" {
			t.Errorf("%s: not compared %q, the record is called %s", header, got, found.IDs[0])
		}
	}
}

// TestAgesAreToldInTheYearOfTheirList: between two lists of ten years apart people are ten years older.
func TestAgesAreToldInTheYearOfTheirList(t *testing.T) {
	lists := [2][][]string{{{"id", "forename", "surname", "age", "year"}}, {{"id", "forename", "surname", "age", "Census Year"}}}
	for i := range 60 {
		name, age := strings.Fields("john mary peter anna")[i%4], 20+i*7%41
		lists[0] = append(lists[0], []string{fmt.Sprint("a", i), name, fmt.Sprint("smith", i/8), fmt.Sprint(age), "1851"})
		lists[1] = append(lists[1], []string{fmt.Sprint("b", i), name, fmt.Sprint("smith", i/8), fmt.Sprint(age + 10), "1861"})
	}
	var files []string
	for i, rows := range lists {
		files = append(files, filepath.Join(t.TempDir(), fmt.Sprint(i, ".csv")))
		if err := os.WriteFile(files[i], []byte(text(t, ',', rows)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	found, err := dedup.Find(t.Context(), options(files...))
	if err != nil {
		t.Fatal(err)
	}
	right, wrong := 0, 0
	for _, p := range found.Result.Pairs {
		switch same := found.IDs[p.A][1:] == found.IDs[p.B][1:]; {
		case p.Probability < 0.5:
		case same:
			right++
		default:
			wrong++
		}
	}
	if right < 55 || wrong > 3 || len(found.Others) > 0 {
		t.Errorf("%d of 60 found, %d wrong, not compared %v", right, wrong, found.Others)
	}
}

// TestHeadersOfOtherLanguages: the usual ones in German, French and Spanish need no --map.
func TestHeadersOfOtherLanguages(t *testing.T) {
	for _, header := range []string{"No. Vorname Nachname Geburtsdatum PLZ", "id Prénom Nom Date_de_naissance Code_postal",
		"id Nombre Apellidos Fecha_de_nacimiento Código_postal"} {
		rows := [][]string{strings.Fields(header)}
		for i, row := range people(60) {
			name := []rune(row[1])
			rows = append(rows, []string{row[0], string(name[1:]), string(name[:1]), row[2], fmt.Sprint(10_000 + i)})
		}
		path := filepath.Join(t.TempDir(), "list.csv")
		if err := os.WriteFile(path, []byte(text(t, ',', rows)), 0o600); err != nil {
			t.Fatal(err)
		}
		found, err := dedup.Find(t.Context(), options(path))
		if err != nil {
			t.Fatal(err)
		}
		if n := len(found.Result.Model.Columns); n != 4 || len(found.Others) > 0 {
			t.Errorf("%s: %d columns compared, not known: %v", header, n, found.Others)
		}
	}
}
