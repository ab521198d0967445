package instrument_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/instrument"
	"doorstep/internal/survey"
	"doorstep/internal/testapp"
)

func publish(app *testapp.App, md, status string) (*instrument.Instrument, error) {
	app.Advance(time.Second)
	return app.Doorstep.Library.Publish(app, instrument.Workbook{Name: "form.md", Raw: []byte(md)}, status, "", app.Doorstep.Now())
}

func must(t *testing.T, app *testapp.App, md string) *instrument.Instrument {
	t.Helper()
	in, err := publish(app, md, instrument.Published)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// form is a workbook with these rows of the survey sheet.
func form(id, version, rows string) string {
	return "| survey |\n| | type | name | label |\n" + rows + "| settings |\n| | form_id | version |\n| | " + id + " | " + version + " |\n"
}

const question = "| | text | a | A |\n"

func places(err error) string {
	var problems survey.Problems
	if !errors.As(err, &problems) {
		return fmt.Sprint(err)
	}
	var all []string
	for _, p := range problems {
		all = append(all, fmt.Sprintf("%s %s:%d", p.Code, p.Sheet, p.Row))
	}
	return strings.Join(all, ", ")
}

func TestTableNamesThatAreTaken(t *testing.T) {
	app := testapp.New(t)
	must(t, app, form("own", "1", question+"| | begin repeat | r_s | R |\n| | text | b | B |\n| | end repeat | | |\n"))
	for _, tt := range []struct{ name, md, want string }{
		{"a registry collection", form("persons", "1", question), "form.table_taken settings:0"},
		{"a registry collection in capitals", form("Persons", "1", question), "form.table_taken settings:0"},
		{"the workers", form("workers", "1", question), "form.table_taken settings:0"},
		{"a view of the dashboard", form("review_queue", "1", question), "form.table_taken settings:0"},
		{"a PocketBase collection", form("_superusers", "1", question), "form.table_taken settings:0"},
		{"a PocketBase collection with capitals", form("_externalAuths", "1", question), "form.table_taken settings:0"},
		{"a PocketBase table", form("_params", "1", question), "form.table_taken settings:0"},
		{"a table of SQLite", form("sqlite_stat1", "1", question), "form.table_taken settings:0"},
		{"another form's table", strings.ReplaceAll(form("mine", "1", question), "| version |\n| | mine | 1 |", "| version | table |\n| | mine | 1 | own |"), "form.table_shared settings:0"},
		{"another form's repeat", form("own_r_s", "1", question), "form.table_taken settings:0"},
		{"a repeat on another form's repeat", form("own_r", "1", "| | begin repeat | s | S |\n"+question+"| | end repeat | | |\n"), "form.table_taken survey:2"},
		{"a repeat on a registry collection", form("form", "1", "| | begin repeat | files | S |\n"+question+"| | end repeat | | |\n"), "form.table_taken survey:2"},
	} {
		for _, status := range []string{instrument.Published, instrument.Draft} {
			t.Run(tt.name+" "+status, func(t *testing.T) {
				if _, err := publish(app, tt.md, status); places(err) != tt.want {
					t.Errorf("got %s, want %s", places(err), tt.want)
				}
			})
		}
	}
}

// odd is a form whose names are all trouble to somebody.
const odd = `| survey |
| | type | name | label |
| | start | start | |
| | text | id | A |
| | text | area | A |
| | integer | rev | A |
| | text | created | A |
| | text | Upper | A |
| | text | with-hyphen | A |
| | text | with.dot | A |
| | text | 年龄 | 年龄 |
| | text | 姓名 | 姓名 |
| | text | sent_via_phone | A |
| | text | null | A |
| | text | rowid | A |
| | text | collectionId | A |
| | text | order | A |
| | text | %[1]sa | A |
| | text | %[1]sb | A |
| | text | outcome | A |
| | begin group | one | One |
| | text | same | A |
| | text | upper | A |
| | date | start | A |
| | begin repeat | row | R |
| | text | same | A |
| | text | visit | A |
| | text | position | A |
| | end repeat | | |
| | end group | | |
| | begin group | two | Two |
| | text | same | A |
| | begin group | one | One |
| | text | same | A |
| | end group | | |
| | begin repeat | outer | R |
| | text | 年龄 | A |
| | begin repeat | Row | R |
| | text | id | A |
| | end repeat | | |
| | end repeat | | |
| | end group | | |
| settings |
| | form_id | version |
| | order | 1 |
`

func TestNamesThatAreTrouble(t *testing.T) {
	app := testapp.New(t)
	in := must(t, app, fmt.Sprintf(odd, strings.Repeat("long_", 60)))
	got := map[string]string{}
	for _, table := range in.Layout.Tables {
		for _, c := range table.Columns {
			got[table.Name+"."+c.Name] = in.Form.Path(c.Question)
		}
	}
	for column, path := range map[string]string{
		"order.start": "/data/start", "order.q_id": "/data/id", "order.q_area": "/data/area", "order.q_rev": "/data/rev", "order.q_created": "/data/created",
		"order.upper": "/data/Upper", "order.one_upper": "/data/one/upper", "order.with_hyphen": "/data/with-hyphen", "order.with_dot": "/data/with.dot",
		"order.u5e74u9f84": "/data/年龄", "order.u59d3u540d": "/data/姓名", "order.sent_viaphone": "/data/sent_via_phone",
		"order.q_null": "/data/null", "order.q_rowid": "/data/rowid", "order.q_collectionid": "/data/collectionId", "order.order": "/data/order", "order.q_outcome": "/data/outcome",
		"order.same": "/data/one/same", "order.two_same": "/data/two/same", "order.one_same": "/data/two/one/same", "order.one_start": "/data/one/start",
		"order_row.same": "/data/one/row/same", "order_row.q_visit": "/data/one/row/visit", "order_row.q_position": "/data/one/row/position",
		"order_outer.u5e74u9f84": "/data/two/outer/年龄", "order_two_outer_row.q_id": "/data/two/outer/Row/id",
	} {
		if got[column] != path {
			t.Errorf("%s holds %q, want %s", column, got[column], path)
		}
	}
	if t.Failed() {
		t.Logf("%v", got)
	}
	everyAnswerComesBack(t, app, in, filled(in.Form))
}

// filled answers every text and number with something of its own, and has two rounds of every repeat.
func filled(f *survey.Form) *survey.Node {
	n := 0
	var below func(at *survey.Node, qs []*survey.Question)
	below = func(at *survey.Node, qs []*survey.Question) {
		for _, q := range qs {
			rounds := 1
			if q.Kind == survey.KindRepeat {
				rounds = 2
			}
			for range rounds {
				child := survey.NewElement(q.Name)
				at.Add(child)
				n++
				switch q.Kind {
				case survey.KindGroup, survey.KindRepeat:
					below(child, q.Children)
				case survey.KindDate:
					child.SetValue("2026-11-23")
				default:
					child.SetValue(fmt.Sprint(n))
				}
			}
		}
	}
	root := survey.NewElement(f.Name)
	below(root, f.Root.Children)
	return root
}

// everyAnswerComesBack stores an instance, reads it, and compares every column of every row.
func everyAnswerComesBack(t *testing.T, app *testapp.App, in *instrument.Instrument, root *survey.Node) {
	t.Helper()
	rec := collections.Record{ID: uuid.NewString(), Form: in.Form.ID, FormVersion: in.Version, Rev: 1}
	err := collections.Write(t.Context(), app, func(db collections.DB) error { return in.Layout.Insert(db, &rec, root, app.Doorstep.Now()) })
	if err != nil {
		t.Fatal(err)
	}
	_, back, found, err := in.Layout.Find(collections.Read(app), rec.ID)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	sameRows(t, in.Layout, in.Layout.Main(), root, back)
}

func sameRows(t *testing.T, l *collections.Layout, table *survey.Table, want, got *survey.Node) {
	t.Helper()
	for _, c := range table.Columns {
		if c.Name == "outcome" && table.Repeat == nil {
			continue // the envelope's
		}
		w, g := collections.ValueAt(want, c.Path), collections.ValueAt(got, c.Path)
		if w != g {
			t.Errorf("%s.%s: %q came back as %q", table.Name, c.Name, w, g)
		}
	}
	for _, child := range l.Tables[1:] {
		if child.Parent != table {
			continue
		}
		w, g := collections.Instances(child, want), collections.Instances(child, got)
		if len(w) != len(g) {
			t.Errorf("%d rounds of %s came back as %d", len(w), child.Name, len(g))
			continue
		}
		for i := range w {
			sameRows(t, l, child, w[i], g[i])
		}
	}
}

func TestVeryLongNames(t *testing.T) {
	app := testapp.New(t)
	long := strings.Repeat("f", 300)
	in := must(t, app, form(long, "1", question+"| | begin repeat | "+long+" | R |\n| | text | "+long+"1 | B |\n| | text | "+long+"2 | B |\n| | end repeat | | |\n"))
	for _, table := range in.Layout.Tables {
		if _, err := app.FindCollectionByNameOrId(table.Name); err != nil || len(table.Name) > 100 {
			t.Errorf("%s: %v", table.Name, err)
		}
	}
	everyAnswerComesBack(t, app, in, filled(in.Form))
}

func rows(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "| | text | q%d | Q |\n", i)
	}
	return b.String()
}

func TestManyQuestions(t *testing.T) {
	app := testapp.New(t)
	in := must(t, app, form("many", "1", rows(1000)))
	everyAnswerComesBack(t, app, in, filled(in.Form))
	full := 2000 - len(survey.Envelope)
	in = must(t, app, form("full", "1", rows(full)))
	everyAnswerComesBack(t, app, in, filled(in.Form))
	want := fmt.Sprintf("form.too_many_questions survey:%d", full+2)
	if _, err := publish(app, form("full", "2", rows(full+1)), instrument.Published); places(err) != want {
		t.Errorf("one too many: %s, want %s", places(err), want)
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	app := testapp.New(t)
	md := strings.Replace(form("bad", "1", "| | integer | a | A | frob(.) | |\n| | text | b | B | | nothing() |\n| | integer | c | C | . > | cn_id(x) |\n"), "| label |", "| label | constraint | bind::doorstep:rule |", 1)
	md = strings.Replace(md, "| version |\n| | bad | 1 |", "| version | namespaces |\n| | bad | 1 | doorstep=\"urn:doorstep:form\" |", 1)
	want := "xpath.unknown_function survey:2, form.rule_unknown survey:3, form.rule_reference survey:4, xpath.syntax survey:4"
	if _, err := publish(app, md, instrument.Published); places(err) != want {
		t.Errorf("got  %s\nwant %s", places(err), want)
	}
}

// TestFormsAreForCollectUnlessTheySayOtherwise: what Collect cannot evaluate keeps a form from being published, and every
// place is told; a form for other clients is published.
func TestFormsAreForCollectUnlessTheySayOtherwise(t *testing.T) {
	app := testapp.New(t)
	md := "| survey |\n| | type | name | label | calculation |\n| | integer | n | N | |\n| | calculate | a | | floor(${n}) |\n| | calculate | b | | floor(${n}) + count(//n) |\n" +
		"| settings |\n| | form_id | version | clients |\n| | halves | 1 | CLIENTS |\n"
	const want = "logic.collect survey:3, logic.collect survey:4, logic.collect survey:4"
	for clients, refused := range map[string]bool{"": true, "collect webforms": true, "webforms doorstep": false} {
		_, err := publish(app, strings.Replace(md, "CLIENTS", clients, 1), instrument.Published)
		if refused && places(err) != want || !refused && err != nil {
			t.Errorf("for %q: %v", clients, places(err))
		}
	}
}

// TestMistakesOfSheetsAndExpressionsComeTogether: in the order of the rows, each once; a question that is missing because
// of its own mistake makes no second one.
func TestMistakesOfSheetsAndExpressionsComeTogether(t *testing.T) {
	md := "| survey |\n| | type | name | label | relevant | constraint |\n" +
		"| | text | a | A | ${nobody} = 1 | |\n| | integer | b | B | | . > ( |\n| | decimall | c | C | | |\n" +
		"| | text | d | D | ${c} = 1 | |\n| | integer | e | E | | inte(.) |\n| | select_one none | f | F | | |\n"
	const want = "form.reference.unknown survey:2, xpath.syntax survey:3, form.type.near survey:4, xpath.unknown_function survey:6, form.select.no_sheet survey:7"
	if _, err := instrument.Convert(instrument.Workbook{Name: "form.md", Raw: []byte(md)}, time.Now()); places(err) != want {
		t.Errorf("got %s\nwant %s", places(err), want)
	}
}

func TestAnotherProcessPublishes(t *testing.T) {
	app := testapp.New(t)
	server := instrument.NewLibrary()
	if err := server.Load(app); err != nil {
		t.Fatal(err)
	}
	must(t, app, form("late", "1", question))
	if server.Knows("late") {
		t.Fatal("known before it was read")
	}
	if err := server.Refresh(app); err != nil {
		t.Fatal(err)
	}
	if _, ok := server.Get("late", ""); !ok {
		t.Error("not there after a refresh")
	}
	if err := app.Doorstep.Library.SetStatus(app, instrument.Step{Form: "late", Version: "1", Status: instrument.Closed}, "", app.Doorstep.Now()); err != nil {
		t.Fatal(err)
	}
	if err := server.Refresh(app); err != nil {
		t.Fatal(err)
	}
	if in, ok := server.Get("late", "1"); !ok || in.Status != instrument.Closed {
		t.Error("the new status is not there after a refresh")
	}
}

// TestANewerDraftThatIsPublishedLater must not stay behind what was published while it was tried out.
func TestANewerDraftThatIsPublishedLater(t *testing.T) {
	app := testapp.New(t)
	if _, err := publish(app, form("f", "2", question), instrument.Draft); err != nil {
		t.Fatal(err)
	}
	must(t, app, form("f", "1", question))
	app.Advance(time.Second)
	if err := app.Doorstep.Library.SetStatus(app, instrument.Step{Form: "f", Version: "2", Status: instrument.Published}, "", app.Doorstep.Now()); err != nil {
		t.Fatal(err)
	}
	if in, ok := app.Doorstep.Library.Get("f", ""); !ok || in.Version != "2" {
		t.Error("the older version is current")
	}
}

// TestADraftMakesNothingThatViewsNeed publishes beside a draft whose collection does not exist.
func TestADraftMakesNothingThatViewsNeed(t *testing.T) {
	app := testapp.New(t)
	if _, err := publish(app, form("trial", "1", question), instrument.Draft); err != nil {
		t.Fatal(err)
	}
	must(t, app, form("other", "1", question))
	if err := app.Doorstep.Start(app); err != nil {
		t.Fatal(err)
	}
}

// TestIndexesOfANewFormHaveStatistics: SQLite does not take the tables of a form for a million rows until the next start.
func TestIndexesOfANewFormHaveStatistics(t *testing.T) {
	app := testapp.New(t)
	repeat := func(name string) string {
		return "| | begin repeat | " + name + " | R |\n| | text | " + name + "_b | B |\n| | end repeat | | |\n"
	}
	for _, md := range []string{form("own", "1", question+repeat("r")), form("own", "2", question+repeat("r")+repeat("s"))} {
		in := must(t, app, md)
		for _, table := range in.Layout.Tables {
			var indexes, told int
			err := app.DB().NewQuery(`SELECT COUNT(*), COUNT(s.stat) FROM pragma_index_list({:table}) x
				LEFT JOIN sqlite_stat1 s ON s.idx=x.name`).Bind(map[string]any{"table": table.Name}).Row(&indexes, &told)
			if err != nil || indexes == 0 || told != indexes {
				t.Errorf("%s: statistics of %d of %d indexes, %v", table.Name, told, indexes, err)
			}
		}
	}
}
