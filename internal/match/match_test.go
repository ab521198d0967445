package match_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/demo"
	"doorstep/internal/identity"
	"doorstep/internal/match"
	"doorstep/internal/problem"
	"doorstep/internal/roster"
	"doorstep/internal/tabular"
	"doorstep/internal/testapp"
)

// someone is a person of a made-up town.
type someone struct {
	name                               demo.Name
	sex, birth, number, phone, address string
	area                               string
}

// town makes households grid by grid: parents and two children, one family in ten with twins.
func town(r *rand.Rand, households int) (all []someone) {
	for h := range households {
		area := fmt.Sprintf("9901%02d001%03d%03d", 1+h%2, 1+h/2%2, 1+h/4%2)
		address, phone := fmt.Sprintf("示例路%d号%d栋%d", 1+h, 1+r.IntN(9), 101+r.IntN(20)), fmt.Sprintf("154%08d", r.IntN(1e8))
		father := demo.NewName(r, "male", 1980)
		birth := ""
		for child := range 4 {
			sex := []string{"male", "female"}[r.IntN(2)]
			year := []int{1950, 1982, 2012, 2015}[child]
			if child < 3 || h%10 > 0 { // the last of every tenth family is a twin
				birth = fmt.Sprintf("%d-%02d-%02d", year+r.IntN(3), 1+r.IntN(12), 1+r.IntN(28))
			}
			name := demo.NewName(r, sex, year)
			name.Surname = father.Surname
			number := demo.WithCheck(fmt.Sprintf("990000%s%03d", strings.ReplaceAll(birth, "-", ""), 2*((h*4+child)%499)+map[string]int{"male": 1, "female": 0}[sex]))
			all = append(all, someone{name, sex, birth, number, phone, address, area})
		}
	}
	return all
}

func (s someone) full() string { return s.name.Surname + s.name.Given }

// register brings people into the register.
func register(t *testing.T, app *testapp.App, people []someone) {
	t.Helper()
	var b strings.Builder
	b.WriteString("网格代码,住址,姓名,性别,出生日期,身份证号,电话\n")
	for i, s := range people {
		number := s.number
		if i%5 == 0 {
			number = "" // not known yet
		}
		fmt.Fprintf(&b, "%s,%s,%s,%s,%s,%s,%s\n", s.area, s.address, s.full(), s.sex, s.birth, number, s.phone)
	}
	path := filepath.Join(t.TempDir(), "register.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err := roster.Import(t.Context(), app, path, roster.Options{Now: app.Doorstep.Now()}); err != nil || n.Persons != len(people) {
		t.Fatalf("%+v %v", n, err)
	}
}

// byEar writes characters that sound alike.
var byEar = strings.NewReplacer("子", "梓", "浩", "皓", "涵", "晗", "明", "铭", "轩", "萱", "欣", "馨", "佳", "嘉", "伟", "玮", "丽", "莉", "华", "桦", "芳", "方", "杰", "洁", "宇", "雨", "怡", "宜", "英", "瑛")

// heard writes a list as another office has it: names by ear, numbers with a wrong digit or none, old phones and addresses.
func heard(r *rand.Rand, s someone) []string {
	name, birth, number, phone, address := s.full(), s.birth, s.number, s.phone, "示例市"+s.address
	if r.IntN(3) == 0 {
		name = s.name.Surname + byEar.Replace(s.name.Given)
	}
	switch at := r.IntN(10); {
	case at < 6:
		number = ""
	case at == 6 && number != "":
		at := 14 + r.IntN(3)
		number = number[:at] + string('0'+(number[at]-'0'+1)%10) + number[at+1:]
	}
	if r.IntN(6) == 0 {
		birth = birth[:8] + fmt.Sprintf("%02d", 1+r.IntN(28))
	}
	if r.IntN(3) == 0 {
		phone = fmt.Sprintf("154%08d", r.IntN(1e8))
	}
	if r.IntN(3) == 0 {
		address = fmt.Sprintf("别处街%d号", r.IntN(500))
	}
	return []string{name, s.sex, birth, number, phone, address}
}

var headers = []string{"孩子姓名", "性别", "出生日期", "身份证号码", "联系电话", "家庭住址"}

func csvOf(rows [][]string) []byte {
	var b bytes.Buffer
	for _, row := range append([][]string{headers}, rows...) {
		b.WriteString(strings.Join(row, ",") + "\n")
	}
	return b.Bytes()
}

func compare(t *testing.T, app *testapp.App, list []byte, o match.Options) (match.Counts, []match.Row, error) {
	t.Helper()
	var err error
	if o.Columns, err = match.Columns("name=孩子姓名"); err != nil {
		t.Fatal(err)
	}
	o.Now = app.Doorstep.Now()
	var rows []match.Row
	n, err := match.Compare(context.Background(), collections.Read(app.TestApp), tabular.File{Name: "list.csv", In: bytes.NewReader(list)}, o, func(r match.Row) error {
		rows = append(rows, r)
		return nil
	})
	return n, rows, err
}

var operator = access.Actor{ID: "operator", Role: access.Operator}

// TestAListWhoseTruthIsKnown compares 150 rows: 100 of people of the register with the mistakes of another office's list, and 50
// strangers, some of whom are brothers, sisters and twins of people who are there. It prints precision and recall.
func TestAListWhoseTruthIsKnown(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	r := rand.New(rand.NewPCG(7, 7))
	all := town(r, 40)
	var known, unknown []someone
	for i, s := range all {
		if i%4 == 3 && i%8 == 3 {
			unknown = append(unknown, s) // a younger sister or brother who was never recorded
		} else {
			known = append(known, s)
		}
	}
	register(t, app, known)
	for range 30 {
		unknown = append(unknown, someone{demo.NewName(r, "male", 2012), "male", fmt.Sprintf("2012-%02d-%02d", 1+r.IntN(12), 1+r.IntN(28)), "", fmt.Sprintf("154%08d", r.IntN(1e8)), fmt.Sprintf("远处路%d号", r.IntN(500)), ""})
	}
	var rows [][]string
	for _, s := range append(known[:100:100], unknown...) {
		rows = append(rows, heard(r, s))
	}
	before := app.Picture(t)
	n, found, err := compare(t, app, csvOf(rows), match.Options{Actor: operator, Identified: true})
	if err != nil || n.Rows != len(rows) || len(found) != len(rows) {
		t.Fatalf("%+v %v", n, err)
	}
	if changes := app.Picture(t).Since(before); len(changes) > 0 {
		t.Errorf("the comparison changed %v", changes[0])
	}
	names := map[string]string{}
	for _, row := range app.Clear(t, "persons", "1=1", "id", "name", "birth_date") {
		names[row[0]] = row[1] + row[2]
	}
	right, wrong, looked := 0, 0, 0
	for i, f := range found {
		truth := ""
		if i < 100 {
			truth = known[i].full() + known[i].birth
		}
		switch {
		case f.Outcome == match.Both && names[f.Person] == truth:
			right++
		case f.Outcome == match.Both:
			wrong++
			t.Logf("row %d %v: taken for %s", f.Number, rows[i], names[f.Person])
		case f.Outcome == match.Unsure && names[f.Person] == truth:
			looked++
		}
	}
	precision, recall := float64(right)/float64(right+wrong), float64(right)/100
	t.Logf("precision %.3f, recall %.3f, with those to look at %.3f (%+v)", precision, recall, float64(right+looked)/100, n)
	if precision < 0.98 || recall < 0.88 || float64(right+looked)/100 < 0.96 {
		t.Errorf("precision %.3f, recall %.3f, with those to look at %.3f", precision, recall, float64(right+looked)/100)
	}
}

// TestWhatARowComesTo: each outcome, with what differs, in a territory and masked.
func TestWhatARowComesTo(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	people := town(rand.New(rand.NewPCG(9, 9)), 8)
	register(t, app, people)
	one, elsewhere := people[6], people[10] // one of 990102, one of 990101
	if one.area[:6] != "990102" || elsewhere.area[:6] != "990101" {
		t.Fatal(one.area, elsewhere.area)
	}
	rows := [][]string{
		{one.full(), one.sex, one.birth, one.number, "15400000000", one.address},
		{one.full(), one.sex, one.birth, one.number, one.phone, "示例市" + one.address},
		{elsewhere.full(), elsewhere.sex, elsewhere.birth, elsewhere.number, elsewhere.phone, elsewhere.address},
		{"欧阳无名", "male", "2013-04-05", "", "", "别处"},
		{"赵别人", "male", "1971-01-01", one.number, "", ""},
		{"", "female", "", "", "15411111111", ""},
	}
	boss := access.Actor{ID: "boss", Role: access.Supervisor, Territory: []string{"990102"}}
	n, found, err := compare(t, app, csvOf(rows), match.Options{Actor: boss, NotListed: match.Children})
	if err != nil {
		t.Fatal(err)
	}
	want := match.Counts{Rows: 6, Both: 2, Differing: 1, Unsure: 1, Missing: 2, Nobody: 1, Repeated: 1, NotListed: 7}
	if n.Ignored = nil; fmt.Sprint(n) != fmt.Sprint(want) {
		t.Errorf("%+v\nwant %+v", n, want)
	}
	for i, outcome := range []match.Outcome{match.Both, match.Both, match.Missing, match.Missing, match.Unsure, match.Nobody} {
		if found[i].Outcome != outcome {
			t.Errorf("row %d: %s, want %s", i+2, found[i].Outcome, outcome)
		}
	}
	if d := found[0].Differs; len(d) != 1 || d[0] != (match.Difference{Field: "phone", Listed: "154****0000", Known: one.phone[:3] + "****" + one.phone[7:]}) {
		t.Errorf("differs %v", d)
	}
	if found[1].Earlier != 2 || len(found[1].Differs) > 0 || found[1].Probability < 0.99 || len(identity.InWords(found[1].Evidence)) < 20 {
		t.Errorf("%+v", found[1])
	}
	for _, f := range found {
		if text := fmt.Sprint(f.Name, f.Person, f.Area, f.Evidence); strings.Contains(text, elsewhere.full()) || strings.Contains(text, "990101") || strings.Contains(text, one.full()) {
			t.Errorf("tells what it should not: %s", text)
		}
		if f.Outcome == match.NotListed && (!strings.HasPrefix(f.Area, "990102") || !strings.HasSuffix(f.BirthDate, "-**-**") || f.BirthDate < "2010") {
			t.Errorf("not listed: %+v", f)
		}
	}
	if _, _, err := compare(t, app, csvOf(rows), match.Options{Actor: boss, Within: "990101"}); problem.As(err).Code != problem.BadParameter {
		t.Errorf("within another's territory: %v", err)
	}
	if _, _, err := compare(t, app, csvOf(rows), match.Options{Actor: boss, Most: 3}); problem.As(err).Code != problem.TooLarge {
		t.Errorf("more rows than are read: %v", err)
	}
	if _, _, err := compare(t, app, csvOf(rows), match.Options{Actor: boss, NotListed: match.Children, Most: 6}); problem.As(err).Code != problem.TooLarge {
		t.Errorf("more people than are told: %v", err)
	}
	if _, _, err := compare(t, app, []byte("孩子姓名,性别\n"), match.Options{Actor: boss}); err == nil {
		t.Error("an empty list")
	}
}

// TestTasksOfAList: one task for each finding, once, inside the territory, for the worker of the place; nothing else changes.
func TestTasksOfAList(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	people := town(rand.New(rand.NewPCG(9, 9)), 8)
	register(t, app, people)
	app.Worker(t, "F-district", "field", "990102")
	near := app.Worker(t, "F-community", "field", people[6].area[:12])
	app.Worker(t, "F-other", "field", "990101")
	one := people[6]
	list := csvOf([][]string{{one.full(), one.sex, one.birth, one.number, "15400000000", one.address}, {people[7].full(), people[7].sex, people[7].birth, people[7].number, people[7].phone, people[7].address}, {"欧阳无名", "male", "2013-04-05", "", "", "别处"}})
	boss := access.Actor{ID: "boss", Role: access.Supervisor, Territory: []string{"990102"}}
	before := app.Picture(t)
	for round, want := range []int{2, 0} {
		tasks := match.NewTasks("list.csv", "", boss)
		_, rows, err := compare(t, app, list, match.Options{Actor: boss})
		for _, r := range rows {
			err = errors.Join(err, tasks.Take(r))
		}
		made, writeErr := tasks.Write(t.Context(), app.TestApp, app.Doorstep.Now())
		if err != nil || writeErr != nil || made != want {
			t.Fatalf("round %d: %d %v %v", round, made, err, writeErr)
		}
	}
	got := app.Clear(t, "tasks", "1=1 ORDER BY household", "area", "assignee", "title", "note", "household", "person")
	if len(got) != 2 || got[0][0] != "990102" || got[0][1] == near.Id || !strings.Contains(got[0][3], "欧阳无名") || got[1][0] != one.area || got[1][1] != near.Id || got[1][5] == "" || !strings.HasSuffix(got[1][3], "\n不同：电话 · differs: phone") {
		t.Errorf("%q", got)
	}
	if first, _, _ := strings.Cut(got[1][3], "\n"); first != "list.csv 第 2 行 · list.csv, row 2" {
		t.Errorf("the note begins with %q", first)
	}
	both := []string{people[6].area[:12], "990102001009"} // what they have in common is a street of which the actor has a part
	some := match.NewTasks("list.csv", "", access.Actor{ID: "boss", Role: access.Supervisor, Territory: both})
	if err := some.Take(match.Row{Outcome: match.Missing, Name: "某人", Area: both[0] + "99"}); err != nil {
		t.Fatal(err)
	}
	if made, err := some.Write(t.Context(), app.TestApp, app.Doorstep.Now()); made != 1 || err != nil {
		t.Fatal(made, err)
	}
	if got := app.Clear(t, "tasks", "area LIKE '990102001%' AND person='' AND household=''", "area"); len(got) != 1 || got[0][0] != both[0] {
		t.Errorf("beyond the territory, or nowhere: %q", got)
	}
	elsewhere := match.NewTasks("list.csv", "990102001", boss) // a row that says where somebody lives goes before the office of the list
	_, rows, err := compare(t, app, []byte("孩子姓名,出生日期,区划代码\n司马无名,2014-05-06,990102001002\n司马某人,2014-05-07,990101001002\n"), match.Options{Actor: boss, Within: "990102001"})
	for _, r := range rows {
		err = errors.Join(err, elsewhere.Take(r))
	}
	if made, writeErr := elsewhere.Write(t.Context(), app.TestApp, app.Doorstep.Now()); err != nil || writeErr != nil || made != 2 {
		t.Fatal(made, err, writeErr)
	}
	if got := app.Clear(t, "tasks", "area IN ('990102001','990102001002') AND person='' AND household='' ORDER BY area", "area", "note"); len(got) != 2 ||
		!strings.Contains(got[0][1], "司马某人") || !strings.Contains(got[1][1], "司马无名") {
		t.Errorf("%q", got)
	}
	for _, c := range app.Picture(t).Since(before) {
		switch {
		case c.Table == "tasks" && c.Before == nil, c.Table == "audit", c.Table == "changes" && c.After["collection"] == "tasks":
		default:
			t.Errorf("changed: %s %s %v", c.Table, c.Key, c.Columns())
		}
		if strings.Contains(fmt.Sprint(c.After), "无名") {
			t.Errorf("%s holds a name in clear", c.Table)
		}
	}
}

// TestAWorkbook: an .xlsx with a title above the header.
func TestAWorkbook(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	people := town(rand.New(rand.NewPCG(9, 9)), 4)
	register(t, app, people)
	f := excelize.NewFile()
	s := people[3]
	for i, row := range [][]any{{"低保名单"}, {"姓名", "证件号码"}, {s.full(), s.number}} {
		if err := f.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	columns, err := match.Columns("")
	if err != nil {
		t.Fatal(err)
	}
	list, o := tabular.File{Name: "x.xlsx", In: bytes.NewReader(b.Bytes())}, match.Options{Actor: operator, Columns: columns, Now: app.Doorstep.Now()}
	n, err := match.Compare(t.Context(), collections.Read(app.TestApp), list, o, func(match.Row) error { return nil })
	if err != nil || n.Both != 1 {
		t.Errorf("%+v %v", n, err)
	}
	if _, err := match.Columns("nom=姓名"); problem.As(err).Code != problem.BadParameter {
		t.Error(err)
	}
}
