package collections_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/corpora"
	"doorstep/internal/survey"
	"doorstep/internal/testapp"
	"doorstep/internal/xlsform"
)

// everyKind asks for an answer of every kind, in a group, in a repeat and in a repeat of it.
const everyKind = `| survey |
| | type | name | label | label::English (en) | bind::doorstep:sensitive |
| | select_one outcome | outcome | 结果 | Outcome | |
| | text | head_name | 姓名 | Name | name |
| | begin group | place | 地方 | Place | |
| | geopoint | spot | 位置 | Spot | |
| | geotrace | way | 路 | Way | |
| | geoshape | plot | 地块 | Plot | |
| | note | said | 说明 | Note | |
| | begin group | rooms | 房间 | Rooms | |
| | integer | n | 数 | N | |
| | end group | | | | |
| | end group | | | | |
| | decimal | rent | 租金 | Rent | |
| | date | birth_date | 出生日期 | Birth date | |
| | dateTime | at | 时间 | At | |
| | select_one pets | pet | 宠物 | Pet | |
| | select_multiple pets | pets | 宠物们 | Pets | |
| | select_multiple one | single | 单个 | Single | |
| | select_one_from_file towns.csv | town | 镇 | Town | |
| | rank pets | ranked | 排序 | Ranked | |
| | begin repeat | child | 孩子 | Child | |
| | text | child_name | 孩子姓名 | Child's name | name |
| | integer | age | 年龄 | Age | |
| | begin group | school | 学校 | School | |
| | begin repeat | mark | 分数 | Mark | |
| | integer | points | 分 | Points | |
| | text | remark | ` + longLabel + ` | Remark | |
| | end repeat | | | | |
| | end group | | | | |
| | end repeat | | | | |
| choices |
| | list_name | name | label | label::English (en) |
| | outcome | 1.1 | 完成 | Complete |
| | outcome | 2.1 | 拒绝 | Refusal |
| | pets | cat | 猫 | Cat |
| | pets | dog | 狗 | Dog |
| | pets | bird | 鸟 | Bird |
| | one | yes | 是 | Yes |
| settings |
| | form_id | version | table | default_language |
| | every_kind | 1 | every | 中文 (zh) |
`

const longLabel = `关于这一次考试的备注，请写清楚是什么科目、由谁命题、在哪里考的，以及还有哪些需要说明的情况，如果没有就不必填写，写得太长也没有关系，因为这里只是为了看看说明文字有多长时会被截断，所以还要再写上几句才够一百二十个字，现在应该差不多了吧，再来一句就可以结束了。`

func formOf(t *testing.T, md string) *survey.Form {
	t.Helper()
	f, err := xlsform.Read("f.md", strings.NewReader(md), xlsform.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func inTransaction(t *testing.T, app *testapp.App, what func(tx core.App, db collections.DB) error) error {
	t.Helper()
	return app.RunInTransaction(func(tx core.App) error {
		db, err := collections.From(tx)
		if err != nil {
			return err
		}
		return what(tx, db)
	})
}

// schemaOf tells of some collections what an operator or SQLite is told of them.
func schemaOf(t *testing.T, app *testapp.App, names ...string) string {
	t.Helper()
	var b strings.Builder
	rule := func(r *string) string {
		if r == nil {
			return "operators"
		}
		return *r
	}
	for _, name := range names {
		c, err := app.FindCollectionByNameOrId(name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s, list: %s\nview: %s\ncreate: %s\nupdate: %s\ndelete: %s\n", name, rule(c.ListRule), rule(c.ViewRule), rule(c.CreateRule), rule(c.UpdateRule), rule(c.DeleteRule))
		for _, f := range c.Fields {
			fmt.Fprintf(&b, "  %s %s", f.GetName(), f.Type())
			switch f := f.(type) {
			case *core.TextField:
				fmt.Fprintf(&b, " max %d hidden %v shown %v %s", f.Max, f.Hidden, f.Presentable, f.Help)
			case *core.JSONField:
				fmt.Fprintf(&b, " max %d %s", f.MaxSize, f.Help)
			case *core.SelectField:
				fmt.Fprintf(&b, " %d of %v shown %v %s", f.MaxSelect, f.Values, f.Presentable, f.Help)
			case *core.RelationField:
				fmt.Fprintf(&b, " deleted along %v", f.CascadeDelete)
			}
			b.WriteString("\n")
		}
		made, err := collections.Column[string](collections.Read(app.TestApp), `SELECT sql FROM sqlite_master WHERE tbl_name=? AND type='index' AND sql IS NOT NULL ORDER BY name`, name)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(strings.Join(made, "\n") + "\n\n")
	}
	return b.String()
}

// TestTablesOfAForm holds the collections of a form that asks for everything, with its views, and what another version adds.
func TestTablesOfAForm(t *testing.T) {
	app := testapp.New(t)
	ensure := func(f *survey.Form) error {
		return inTransaction(t, app, func(tx core.App, _ collections.DB) error {
			if err := collections.EnsureTables(tx, f); err != nil {
				return err
			}
			return collections.EnsureViews(tx, collections.Interviews{"every": `outcome='1.1'`}, "every")
		})
	}
	if err := ensure(formOf(t, everyKind)); err != nil {
		t.Fatal(err)
	}
	got := schemaOf(t, app, "every", "every_kind_child", "every_kind_mark", collections.ReviewQueue, collections.CommunityCoverage, collections.OpenDuplicates)
	next := strings.NewReplacer("| | pets | bird | 鸟 | Bird |\n", "| | pets | fish | 鱼 | Fish |\n", "| | decimal | rent | 租金 | Rent | |\n", "| | text | more | 更多 | More | |\n",
		"| every_kind | 1 |", "| every_kind | 2 |").Replace(everyKind)
	if err := ensure(formOf(t, next)); err != nil {
		t.Fatal(err)
	}
	corpora.Golden(t, "testdata/tables.txt", got+"the next version\n"+schemaOf(t, app, "every", "every_kind_child"))

	before := app.Picture(t)
	for name, c := range map[string]struct{ from, to, want string }{
		"a number becomes a text":     {"| | integer | n |", "| | text | n |", "form.type_changed survey:10 type"},
		"a text becomes a number":     {"| | text | head_name |", "| | integer | head_name |", "form.type_changed survey:3 type"},
		"one becomes several":         {"| | select_one pets | pet |", "| | select_multiple pets | pet |", "form.type_changed survey:16 type"},
		"several become one":          {"| | select_multiple pets | pets |", "| | select_one pets | pets |", "form.type_changed survey:17 type"},
		"a choice becomes a text":     {"| | select_one pets | pet |", "| | text | pet |", "form.type_changed survey:16 type"},
		"a text becomes a choice":     {"| | select_one_from_file towns.csv | town |", "| | select_one pets | town |", ""},
		"several of one become more":  {"| | select_multiple one | single |", "| | select_multiple pets | single |", ""},
		"a point becomes a line":      {"| | geopoint | spot |", "| | geotrace | spot |", ""},
		"a repeat of another's name":  {"| | every_kind | 1 | every |", "| | other | 1 | every_kind_child |", "form.table_taken settings:0 table"},
		"a registry's table":          {"| every |", "| persons |", "form.table_taken settings:0 table"},
		"a table that is SQLite's":    {"| every |", "| sqlite_x |", "form.table_taken settings:0 table"},
		"a table that is no survey's": {"| every |", "| meta |", "form.table_taken settings:0 table"},
		"a form of another's table":   {"| every_kind | 1 | every |", "| other | 1 | child_visits |", "form.table_shared settings:0 table"},
		"repeats of another table":    {"| every_kind | 1 | every |", "| every_kind | 1 | ever |", "form.table_taken survey:21 name"},
	} {
		md := strings.Replace(everyKind, c.from, c.to, 1)
		if md == everyKind {
			t.Fatal(name)
		}
		err := collections.CheckTables(app.TestApp, formOf(t, md))
		var wrong survey.Problems
		said := ""
		if errors.As(err, &wrong) {
			said = fmt.Sprintf("%s %s:%d %s", wrong[0].Code, wrong[0].Sheet, wrong[0].Row, wrong[0].Column)
		}
		if said != c.want || (err == nil) != (c.want == "") {
			t.Errorf("%s: %v, %q, want %q", name, err, said, c.want)
		}
	}
	if moved := app.Moved(t, before); len(moved) > 0 {
		t.Errorf("a look moved %q", moved)
	}
	for more, fits := range map[int]bool{1962: true, 1963: false} {
		var b strings.Builder
		for i := range more {
			fmt.Fprintf(&b, "| | text | q%d | 问 | Q | |\n", i)
		}
		err := collections.CheckTables(app.TestApp, formOf(t, strings.Replace(everyKind, "| | decimal | rent | 租金 | Rent | |\n", b.String(), 1)))
		if (err == nil) != fits || !fits && !strings.Contains(fmt.Sprint(err), "question “q1962” on: a table has at most 1962 columns") {
			t.Errorf("%d questions more: %v", more, err)
		}
	}
}

// filled answers everyKind.
func filled() *survey.Node {
	root := survey.NewElement("data")
	set := func(node *survey.Node, path, value string) {
		collections.Place(node, strings.Split(path, "/")).SetValue(value)
	}
	for path, value := range map[string]string{"outcome": "1.1", "head_name": "王大", "place/spot": "22.5 114.1 3 5", "place/way": "22.5 114.1;22.6 114.2", "place/plot": "1 2;3 4;1 2",
		"place/rooms/n": "0", "rent": "12.5", "birth_date": "1980-02-03", "at": "2026-11-23T10:00:00.000+08:00", "pet": "cat", "pets": "cat dog", "single": "yes", "town": "t1", "ranked": "dog cat bird"} {
		set(root, path, value)
	}
	for i, name := range []string{"王小", "王中"} {
		child := survey.NewElement("child")
		set(child, "child_name", name)
		set(child, "age", fmt.Sprint(i))
		for j := range i + 1 {
			mark := survey.NewElement("mark")
			set(mark, "points", fmt.Sprint(10*i+j))
			collections.Place(child, []string{"school"}).Add(mark)
		}
		root.Add(child)
	}
	return root
}

// told is an instance as text, elements in the order of their names.
func told(n *survey.Node) string {
	if len(n.Children) == 0 || n.Children[0].Kind != survey.Element {
		return n.Name + "=" + n.Value()
	}
	var parts []string
	for _, c := range n.Children {
		parts = append(parts, told(c))
	}
	slices.SortStableFunc(parts, func(a, b string) int {
		a, _, _ = strings.Cut(a, "=")
		b, _, _ = strings.Cut(b, "=")
		return strings.Compare(a, b)
	})
	return n.Name + "=(" + strings.Join(parts, " ") + ")"
}

// TestARecordIsReadAsItWasWritten, beside another one: its envelope, its answers and the rows of its repeats; when it is written again, its
// rows are those of then; what is sealed does not lie in clear.
func TestARecordIsReadAsItWasWritten(t *testing.T) {
	app := testapp.New(t)
	f := formOf(t, everyKind)
	if err := inTransaction(t, app, func(tx core.App, _ collections.DB) error { return collections.EnsureTables(tx, f) }); err != nil {
		t.Fatal(err)
	}
	l := collections.NewLayout(f)
	now := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	record := func(id string, root *survey.Node) *collections.Record {
		rec := &collections.Record{ID: id, Form: "every_kind", FormVersion: "1", Campaign: "c", Worker: "w", Device: "d", StartedAt: "s", FinishedAt: "f", ReceivedAt: "2026-11-23 01:00:00.000Z",
			Outcome: "1.1", Lon: 114.1, Lat: 22.5, AccuracyM: 5, Area: "990101001001001", AreaMethod: "gps", AreaConfidence: .5, Household: "h", Person: "p", ReviewState: collections.Received,
			Issues: []survey.Issue{{Code: "x", Field: "head_name"}}, Rev: 3, Complete: true, Rows: map[*survey.Node]collections.RowLink{}}
		for i, n := range collections.Instances(l.Named("every_kind_child"), root) {
			rec.Rows[n] = collections.RowLink{Person: fmt.Sprintf("%s-p%d", id, i)}
		}
		return rec
	}
	write := func(what func(db collections.DB) error) {
		t.Helper()
		if err := collections.Write(t.Context(), app.TestApp, what); err != nil {
			t.Fatal(err)
		}
	}
	read := func(id string) (*collections.Record, *survey.Node) {
		t.Helper()
		rec, root, found, err := l.Find(collections.Read(app.TestApp), id)
		if err != nil || !found {
			t.Fatalf("%s: found %v, %v", id, found, err)
		}
		return rec, root
	}
	one, two := filled(), filled()
	for id, root := range map[string]*survey.Node{"one": one, "two": two} {
		write(func(db collections.DB) error { return l.Insert(db, record(id, root), root, now) })
	}
	want := told(one)
	rec, root := read("one")
	if got := told(root); got != want {
		t.Errorf("it says\n%s, want\n%s", got, want)
	}
	links := map[string]string{}
	for n, link := range rec.Rows {
		links[link.Person+" "+link.Household+" "+told(n)] = link.ID
	}
	if len(rec.Rows) != 5 || len(slices.DeleteFunc(slices.Collect(maps.Keys(links)), func(s string) bool { return !strings.HasPrefix(s, "one-p") || !strings.Contains(s, " h child=(") })) != 2 {
		t.Errorf("rows %v", links)
	}
	same := *record("one", one)
	same.Rows, rec.Rows = nil, nil
	if fmt.Sprintf("%+v", *rec) != fmt.Sprintf("%+v", same) {
		t.Errorf("the envelope is\n%+v, want\n%+v", *rec, same)
	}
	opened := app.Clear(t, "every", "id='one'", "head_name", "location", "rent", "birth_date", "created", "updated")
	if got := fmt.Sprint(opened); got != `[[王大 {"lon":114.1,"lat":22.5} 12.5 1980-02-03 2026-11-23 02:00:00.000Z 2026-11-23 02:00:00.000Z]]` {
		t.Error(got)
	}
	for table, names := range map[string][]string{"every": {"王大", "114.1"}, "every_kind_child": {"王小", "王中"}} {
		for id, row := range app.Picture(t)[table] {
			for column, said := range row {
				for _, name := range names {
					if strings.Contains(said, name) {
						t.Errorf("%s %s: %s is %q in clear", table, id, column, said)
					}
				}
			}
		}
	}
	before := app.Picture(t)
	changed := filled()
	changed.Children = slices.DeleteFunc(changed.Children, func(n *survey.Node) bool { return n.Name == "child" && n.Child("child_name").Value() == "王小" })
	changed.Child("head_name").SetValue("")
	rec = record("one", changed)
	rec.Issues = nil
	write(func(db collections.DB) error { return l.Update(db, rec, changed, now.Add(time.Hour)) })
	if _, root := read("one"); told(root) != strings.Replace(told(changed), "head_name= ", "", 1) {
		t.Errorf("written again it says\n%s, want\n%s", told(root), told(changed))
	}
	for _, c := range app.Picture(t).Since(before) {
		if c.Key == "two" || c.Before != nil && c.Before["visit"] == "two" {
			t.Errorf("beside it %s %s moved: %q", c.Table, c.Key, c.Columns())
		}
	}
	if _, root := read("two"); told(root) != want {
		t.Errorf("beside it is said %s", told(root))
	}
	if _, _, found, err := l.Find(collections.Read(app.TestApp), "none"); found || err != nil {
		t.Errorf("a record that is not there: %v %v", found, err)
	}
	damage(t, app, l, one, record("three", one), now)
	db := collections.Read(app.TestApp)
	app.FailsAtEach(t, "find", func() error { _, _, _, err := l.Find(db, "two"); return err })
	app.FailsAtEach(t, "insert", func() error {
		return collections.Write(t.Context(), app.TestApp, func(db collections.DB) error { return l.Insert(db, record("four", two), two, now) })
	})
	app.FailsAtEach(t, "update", func() error {
		return collections.Write(t.Context(), app.TestApp, func(db collections.DB) error { return l.Update(db, record("four", changed), changed, now) })
	})
}

// damage reads a record of which a row does not open: Find says so, and Look gives the rest.
func damage(t *testing.T, app *testapp.App, l *collections.Layout, root *survey.Node, rec *collections.Record, now time.Time) {
	t.Helper()
	if err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		if err := l.Insert(db, rec, root, now); err != nil {
			return err
		}
		_, err := db.Exec(`UPDATE every_kind_child SET sealed='ds1.00000000.x' WHERE visit=? AND position=1`, rec.ID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	db := collections.Read(app.TestApp)
	if _, _, _, err := l.Find(db, rec.ID); !collections.Damaged(err) {
		t.Errorf("a damaged row: %v", err)
	}
	seen, shown, found, err := l.Look(db, rec.ID)
	if err != nil || !found || len(seen.Damaged) != 1 {
		t.Fatalf("%v, %v, damaged %v", found, err, seen)
	}
	for n := range seen.Damaged {
		if n.Child("age").Value() != "0" || n.Child("child_name") != nil {
			t.Errorf("the damaged row says %s", told(n))
		}
	}
	if got, want := told(shown), strings.Replace(told(root), "child_name=王小 ", "", 1); got != want {
		t.Errorf("it says\n%s, want\n%s", got, want)
	}
	row := collections.Instances(l.Named("every_kind_child"), shown)[0]
	if !collections.IsDamaged(db, "every_kind_child", seen.Rows[row].ID) || collections.IsDamaged(db, "every", rec.ID) {
		t.Error("the report does not tell of the damaged row, or of another one")
	}
}

// TestVersionsTogether reads by one version what others ask too: each answer lies at its place, what is sealed in one is sealed, and a
// repeat that one version alone has comes along.
func TestVersionsTogether(t *testing.T) {
	older := strings.NewReplacer("| | decimal | rent | 租金 | Rent | |\n", "| | text | head_phone | 电话 | Phone | phone |\n| | begin repeat | guest | 客人 | Guest | |\n| | date | guest_birth | 出生 | Birth | birth |\n| | end repeat | | | | |\n",
		"| | integer | age | 年龄 | Age | |\n", "| | text | nickname | 小名 | Nick | name |\n").Replace(everyKind)
	one, other := collections.NewLayout(formOf(t, everyKind)), collections.NewLayout(formOf(t, older))
	both := one.With(other)
	var b strings.Builder
	for _, table := range both.Tables {
		fmt.Fprintf(&b, "%s\n", table.Name)
		if table.Parent != nil {
			fmt.Fprintf(&b, "  below %s at %v\n", table.Parent.Name, table.Path)
		}
		for _, below := range both.Below(table) {
			fmt.Fprintf(&b, "  above %s\n", below.Name)
		}
		for _, c := range table.Columns {
			s, sealed := both.Sealed(table).Find(c.Name)
			fmt.Fprintf(&b, "  %s %v sealed %v %v, birth %v, plain %v\n", c.Name, c.Path, sealed, s.Blank, slices.Contains(both.Births(table), c.Name), slices.Contains(both.Plain(table), c.Name))
		}
		s, sealed := both.Sealed(table).Find("location")
		fmt.Fprintf(&b, "  location sealed %v %v, %d in all\n", sealed, s.Blank, len(both.Sealed(table)))
	}
	for _, path := range []string{"head_name", "place/rooms/n", "n", "child/child_name", "child/nickname", "child/school/mark/points", "guest/guest_birth", "head_phone", "", "child"} {
		spot, known := both.SpotOf(path)
		fmt.Fprintf(&b, "%q is at %s %v, alone %v\n", path, spot.Column, known, func() bool { _, known := one.SpotOf(path); return known }())
		if known && spot.Table != both.Named(spot.Table.Name) {
			t.Errorf("%s lies in a table of another layout", path)
		}
	}
	corpora.Golden(t, "testdata/versions.txt", b.String())
	if both.Named("none") != nil || len(one.Tables) != 3 {
		t.Errorf("%d tables of one version", len(one.Tables))
	}
}
