package instrument_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/corpora"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
	"doorstep/internal/testapp"
)

// visits is a version of a form with a coded outcome, a repeat, and one question more.
func visits(version, more string) string {
	return `| survey |
| | type | name | label | bind::doorstep:sensitivity |
| | start | began | | |
| | end | ended | | |
| | geopoint | spot | 位置 | |
| | geopoint | door | 门口 | |
| | select_one outcome | outcome | 结果 | |
| | text | head | 户主 | identifier |
| | select_one pet | pet | 宠物 | |
` + more + `| | begin repeat | row | 行 | |
| | date | birth_date | 出生 | |
| | text | called | 姓名 | identifier |
| | select_one pet | has | 有 | |
| | end repeat | | | |
| choices |
| | list_name | name | label | aapor |
| | outcome | met | 见到 | 1.1 |
| | outcome | half | 一半 | 1.2 |
| | outcome | away | 不在 | 2.24 |
| | pet | cat | 猫 | |
| settings |
| | form_id | version | table | namespaces |
| | lives | ` + version + ` | | doorstep="urn:doorstep:form" |
`
}

// shown returns which version of the form a library gives, by each way of asking for it.
func shown(l *instrument.Library) string {
	var b strings.Builder
	name := func(in *instrument.Instrument, ok bool) string {
		if !ok || in == nil {
			return "-"
		}
		return in.Version + " " + in.Status
	}
	current := l.Current()["lives"]
	newest, isNewest := l.Newest("lives")
	draft, isDraft := l.Draft("lives")
	table, isTable := l.ByTable("lives")
	rows, rowsTable, isRows := l.ByRepeat("lives_row")
	got, isGot := l.Get("lives", "")
	fmt.Fprintf(&b, "  current %s, got %s, newest %s, draft %s, of the table %s, of the rows %s, known %v\n  versions", name(current, current != nil), name(got, isGot), name(newest, isNewest), name(draft, isDraft),
		name(table, isTable), name(rows, isRows), l.Knows("lives"))
	for _, in := range l.Versions("lives") {
		b.WriteString(" " + name(in, true))
	}
	var every []string
	for _, in := range l.Every() {
		if in.Form.ID == "lives" {
			every = append(every, name(in, true))
		}
	}
	slices.Sort(every)
	fmt.Fprintf(&b, "; every %s", strings.Join(every, ", "))
	for _, version := range []string{"", "1", "2", "3", "9"} {
		in, ok := l.ForRecord("lives", version)
		fmt.Fprintf(&b, "; of %q %s", version, name(in, ok))
	}
	columns, row, ok := l.Plain("lives")
	below, belowRow, belowOK := l.Plain("lives_row")
	fmt.Fprintf(&b, "\n  plain %q %v %v, %q %v %v; a table %v\n  interviews %s\n", columns, row, ok, below, belowRow, belowOK, slices.Contains(l.Tables(), "lives"), l.Interviews()["lives"])
	fmt.Fprintf(&b, "  with rows in %q, sealed %d %d, births %q %q; %v\n", l.Surveys().Rows["lives"], len(l.Concealed("lives", "1")), len(l.Concealed("lives_row", "")), l.Births("lives", "1"),
		l.Births("lives_row", ""), rowsTable != nil && rowsTable.Name == "lives_row")
	return b.String()
}

// TestTheLivesOfVersions goes through all that may be done with the versions of a form, in each state, beside the shipped forms: what is said,
// what is written, who is told, and what the library then holds.
func TestTheLivesOfVersions(t *testing.T) {
	app := testapp.New(t)
	l := app.Doorstep.Library
	var b strings.Builder
	act := func(name string, do func() error) {
		t.Helper()
		app.Advance(time.Second)
		before := app.Picture(t)
		fmt.Fprintf(&b, "%s\n", name)
		err := do()
		var wrong survey.Problems
		if errors.As(err, &wrong) {
			fmt.Fprintf(&b, "  %s %s:%d %s: %s · %s\n", wrong[0].Code, wrong[0].Sheet, wrong[0].Row, wrong[0].Column, wrong[0].ZH, wrong[0].EN)
		} else if err != nil {
			fmt.Fprintf(&b, "  %s\n", problem.As(err))
		}
		var lines []string
		for _, c := range app.Picture(t).Since(before) {
			row := cmp.Or(c.After["id"], c.Before["id"])
			switch c.Table {
			case collections.Forms:
				shown, differs := c.After, c.Columns()
				lines = append(lines, fmt.Sprintf("  form %s %s: %s, rev %s, %q of %s, in %s, published %s by %q, source %s, xml %v, differs %q", shown["form_id"], shown["version"], shown["status"], shown["rev"],
					shown["title"], shown["source_name"], shown["tablename"], shown["published_at"], shown["published_by"], fmt.Sprint(len(shown["source"]) > 300), len(shown["xml"]) > 300, differs))
			case collections.Changes:
				version := app.Picture(t)[collections.Forms][c.After["record"]]["version"]
				lines = append(lines, fmt.Sprintf("  told %s: %s %s rev %s", c.After["target"], c.After["op"], version, c.After["record_rev"]))
			case collections.Audit:
				lines = append(lines, fmt.Sprintf("  audit %s %s %s %s %s", c.After["actor"], c.After["action"], c.After["collection"], c.After["purpose"], c.After["detail"]))
			case "_collections":
				if c.Before == nil {
					lines = append(lines, "  collection "+c.After["name"]+" came")
				}
			case "sqlite_stat1", "meta", "coverage_stale":
			default:
				lines = append(lines, "  "+c.Table+" "+row+" moved")
			}
		}
		slices.Sort(lines)
		b.WriteString(strings.Join(append(lines, ""), "\n") + shown(l))
	}
	store := func(status, md string) func() error {
		return func() error {
			_, err := l.Publish(app, instrument.Workbook{Name: "lives.md", Raw: []byte(md)}, status, "by-"+status, app.Doorstep.Now())
			return err
		}
	}
	check := func(md string) func() error {
		return func() error {
			in, err := l.Check(app, instrument.Workbook{Name: "lives.md", Raw: []byte(md)}, app.Doorstep.Now())
			if err == nil {
				fmt.Fprintf(&b, "  version %s %q\n", in.Version, in.Status)
			}
			return err
		}
	}
	move := func(version, to string) func() error {
		return func() error {
			return l.SetStatus(app, instrument.Step{Form: "lives", Version: version, Status: to}, "mover", app.Doorstep.Now())
		}
	}
	states := []string{instrument.Draft, instrument.Published, instrument.Closing, instrument.Closed}
	one, two := visits("1", ""), visits("2", "| | text | more | 更多 | |\n")
	act("a draft", store(instrument.Draft, one))
	act("the draft again", store(instrument.Draft, one))
	act("the draft changed", store(instrument.Draft, visits("1", "| | integer | n | 数 | |\n")))
	act("a look", check(one))
	act("published", store(instrument.Published, one))
	act("published again", store(instrument.Published, one))
	act("as a draft", store(instrument.Draft, one))
	act("a look at the same", check(one))
	act("a look at another content", check(visits("1", "| | integer | n | 数 | |\n")))
	act("another content", store(instrument.Published, visits("1", "| | integer | n | 数 | |\n")))
	act("another table", store(instrument.Draft, strings.Replace(two, "| lives | 2 | |", "| lives | 2 | others |", 1)))
	act("another type", store(instrument.Draft, strings.Replace(two, "| text | head |", "| integer | head |", 1)))
	act("a question moved", store(instrument.Draft, strings.Replace(two, "| | text | head | 户主 | identifier |\n", "| | begin group | g | 组 | |\n| | text | head | 户主 | identifier |\n| | end group | | | |\n| | text | g_head | 户主 | identifier |\n", 1)))
	act("a second, as a draft", store(instrument.Draft, two))
	act("a draft is closed", move("2", instrument.Closed))
	act("the draft is published", move("2", instrument.Published))
	for _, from := range []string{instrument.Closing, instrument.Closed} {
		act("the first is "+from, move("1", from))
		for _, to := range states {
			if to != instrument.Closed || from == instrument.Closed {
				act("from "+from+" to "+to, move("1", to))
			}
			if from == instrument.Closed && to == instrument.Closing {
				act("closed once more", move("1", instrument.Closed))
			}
			if from == instrument.Closing && to == instrument.Published {
				act("closing once more", move("1", from))
			}
		}
	}
	act("the second is closed too", move("2", instrument.Closed))
	act("a third, without a version", store(instrument.Published, visits("", "| | text | third | 三 | |\n")))
	act("a version that is not there", move("9", instrument.Closed))
	corpora.Golden(t, "testdata/lives.txt", b.String())

	db := collections.Read(app)
	in, _ := l.Get("lives", "1")
	w, err := in.Workbook(db)
	if err != nil || w.Name != "lives.md" || string(w.Raw) != one {
		t.Errorf("its workbook is %q, %v", w.Name, err)
	}
	second, _ := l.Get("lives", "2")
	for _, pair := range [][2]*instrument.Instrument{{in, second}, {second, in}, {second, second}} {
		if instrument.Later(pair[0], pair[1]) != second {
			t.Errorf("of %s and %s the later is not the second", pair[0].Version, pair[1].Version)
		}
	}
	if twin := *second; instrument.Later(second, &twin) != second {
		t.Error("of two that are as old the first is not the later")
	}
	for name, do := range map[string]func() error{
		"workbook": func() error { _, err := in.Workbook(db); return err },
		"refresh":  func() error { return l.Refresh(app) },
		"load":     func() error { return l.Load(app) },
		"preview": func() error {
			_, err := in.Preview(t.Context(), db, in, instrument.Arrived{Ranges: territory.Everywhere}, app.Doorstep.Now())
			return err
		},
	} {
		app.FailsAtEach(t, name, do)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	app.Plant(t, "lives", map[string]any{"id": "visit", "form": "lives", "form_version": "1", "area": "990101001001001", "received_at": collections.Stamp(app.Doorstep.Now())})
	if _, err := in.Preview(ended, db, in, instrument.Arrived{Ranges: territory.Everywhere}, app.Doorstep.Now()); !errors.Is(err, context.Canceled) {
		t.Errorf("a preview that nobody waits for: %v", err)
	}
}

// TestWhatAFormTells holds what the program reads from each shipped form: who is told of, what tells rows apart, which days make tasks, what
// tells of needs and facts, and where the envelope is answered.
func TestWhatAFormTells(t *testing.T) {
	app := testapp.New(t)
	var b strings.Builder
	forms := app.Doorstep.Library.Current()
	for _, id := range slices.Sorted(maps.Keys(forms)) {
		in := forms[id]
		fmt.Fprintf(&b, "%s: began %v, ended %v, outcome %v, at %v\n", id, in.Started, in.Finished, in.Outcome, in.Location)
		for _, e := range in.Entities {
			fmt.Fprintf(&b, "entity %s in %s at %v by %v\n", e.Decl.List, e.Table.Name, e.Container, e.ID)
			for _, property := range slices.Sorted(maps.Keys(e.Properties)) {
				fmt.Fprintf(&b, "  %s %v\n", property, e.Properties[property])
			}
		}
		for _, table := range slices.Sorted(maps.Keys(in.Keys)) {
			fmt.Fprintf(&b, "rows of %s: %+v\n", table, in.Keys[table])
		}
		for _, f := range in.FollowUps {
			fmt.Fprintf(&b, "follow up %s.%s %s\n", f.Table, f.Column.Name, f.Priority)
		}
		for _, table := range slices.Sorted(maps.Keys(in.Tellings)) {
			for _, one := range in.Tellings[table] {
				fmt.Fprintf(&b, "%s.%s tells of %s/%s %v, fact %q\n", table, one.Column.Name, one.Domain, one.Item, one.Levels, one.Fact)
				if one.Choices == nil {
					continue
				}
				var names []string
				for _, c := range one.Choices.Choices {
					names = append(names, c.Name)
				}
				needs := map[[2]string]string{}
				one.Needs(strings.Join(names, " "), needs)
				fmt.Fprintf(&b, "  %v, known %q\n", needs, one.Known(strings.Join(names, " ")))
				for at := range maps.Keys(needs) {
					if words := in.Words(at[0], at[1]); words.Tagged("zh") == "" {
						t.Errorf("%s: %v has no words", id, at)
					}
				}
				if asked, meant := in.FactWords(one.Fact, names[0]); one.Fact != "" && (asked.Tagged("zh") == "" || len(meant) != 1 || meant[0].Tagged("zh") == "") {
					t.Errorf("%s: the fact %s has no words", id, one.Fact)
				}
			}
		}
		for _, p := range in.Points() {
			fmt.Fprintf(&b, "points %s %v: %+v\n", p.List, p.Columns, p.Choices)
		}
		for _, code := range []string{"1.1", "1.2", "2.1", "3.1", "met", ""} {
			fmt.Fprintf(&b, "%q is an interview %v\n", code, in.Interviewed(code))
		}
	}
	corpora.Golden(t, "testdata/tells.txt", b.String())
}
