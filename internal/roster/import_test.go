package roster_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/grid"
	"doorstep/internal/roster"
	"doorstep/internal/survey"
	"doorstep/internal/testapp"
)

const header = "网格代码,住址,房屋编码,户主,纬度,经度,姓名,性别,出生日期,身份证号,与户主关系\n"

func rosterFile(t *testing.T, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "roster.csv")
	if err := os.WriteFile(path, []byte(header+strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func count(t *testing.T, app *testapp.App, query string, args ...any) (n int) {
	t.Helper()
	if _, err := collections.One(collections.Read(app), query, args, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// written counts the rows of everything that an import writes.
func written(t *testing.T, app *testapp.App) int {
	t.Helper()
	return count(t, app, `SELECT (SELECT COUNT(*) FROM households) + (SELECT COUNT(*) FROM persons) + (SELECT COUNT(*) FROM duplicates) + (SELECT COUNT(*) FROM changes)
		+ (SELECT COUNT(*) FROM audit WHERE action='roster.import')`)
}

func TestImport(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	path := rosterFile(t,
		"990101001001001,示例路1号101,,王大明,22.55,114.005,王大明,男,1980/1/2,,户主",
		"990101001001001,示例路1号101,,,,,王小明,,,990000201503010017,子",
		"990101001001002,示例路 2 号,,,,,,,,,",
		"990102001001001,示例路1号101,,,,,王小明,男,2015年3月1日,990000201503010017,子")
	empty := written(t, app)
	o := roster.Options{Datum: grid.WGS84, Now: app.Doorstep.Now(), Check: true}
	if n, err := roster.Import(t.Context(), app, path, o); err != nil || n.Rows != 4 || n.Households != 3 || n.KnownHouseholds != 0 || n.Persons != 3 || n.Pairs != 1 || n.Complete || written(t, app) != empty {
		t.Fatalf("dry run: %+v %v", n, err)
	}
	o.Check = false
	n, err := roster.Import(t.Context(), app, path, o)
	if err != nil || n.Households != 3 || n.KnownHouseholds != 0 || n.Persons != 3 || n.KnownPersons != 0 || n.Pairs != 1 || !n.Complete {
		t.Fatalf("%+v %v", n, err)
	}
	for what, query := range map[string]string{
		"a birth date and sex from the number": `SELECT COUNT(*)-1 FROM persons WHERE birth_date='2015-03-01' AND sex='male' AND id_type='id_card'`,
		"a day as it was written":              `SELECT COUNT(*) FROM persons WHERE birth_date='1980-01-02'`,
		"people of the first household":        `SELECT COUNT(*)-1 FROM persons WHERE household=(SELECT id FROM households WHERE area='990101001001001')`,
		"households told to tablets":           `SELECT COUNT(*)-2 FROM changes WHERE collection='households'`,
		"one entry in the trail":               `SELECT COUNT(*) FROM audit WHERE action='roster.import'`,
	} {
		if got := count(t, app, query); got != 1 {
			t.Errorf("%s: %d", what, got)
		}
	}
	before := count(t, app, `SELECT COUNT(*)*1000 + SUM(rev) FROM persons`)
	if n, err = roster.Import(t.Context(), app, path, o); err != nil || n.Households != 0 || n.Persons != 0 || n.KnownPersons != 3 || n.Pairs != 0 {
		t.Errorf("again: %+v %v", n, err)
	}
	if after := count(t, app, `SELECT COUNT(*)*1000 + SUM(rev) FROM persons`); after != before {
		t.Errorf("a second import changed people: %d, was %d", after, before)
	}
}

// TestTheSameListAgainAddsNobody: people of whom a list tells little more than a name are those who came with it before.
func TestTheSameListAgainAddsNobody(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	o := roster.Options{Now: app.Doorstep.Now()}
	path := rosterFile(t, "990101001001001,示例路 5 号,,,,,王小明,女,,,女", "990101001001001,示例路 5 号,,,,,王小明,,,,",
		"990101001001001,示例路 5 号,,,,,王大明,男,,,户主", "990101001001001,示例路 6 号,,,,,王大明,男,,,户主")
	if n, err := roster.Import(t.Context(), app, path, o); err != nil || n.Persons != 3 || n.KnownPersons != 1 {
		t.Fatalf("%+v %v", n, err)
	}
	before := count(t, app, `SELECT COUNT(*)*1000 + SUM(rev) FROM persons`)
	n, err := roster.Import(t.Context(), app, path, o)
	if err != nil || n.Persons != 0 || n.KnownPersons != 4 || n.Pairs != 0 || count(t, app, `SELECT COUNT(*)*1000 + SUM(rev) FROM persons`) != before {
		t.Errorf("again: %+v %v", n, err)
	}
	another := rosterFile(t, "990101001001001,示例路 5 号,,,,,王小明,男,,,子")
	if n, err = roster.Import(t.Context(), app, another, o); err != nil || n.Persons != 1 {
		t.Errorf("a boy beside a girl of that name: %+v %v", n, err)
	}
}

// TestAListOverwritesNobody brings a line about people who are known, here and elsewhere, and one with another's number.
func TestAListOverwritesNobody(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	const number, other = "990000201503010017", "990000201503010025"
	o := roster.Options{Now: app.Doorstep.Now()}
	bring := func(lines ...string) roster.Imported {
		n, err := roster.Import(t.Context(), app, rosterFile(t, lines...), o)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	bring("990101001001001,示例路1号101,H1,,,,王小明,,,"+number+",子", "990101001001002,示例路 9 号,,,,,李小花,女,2016-01-02,,")
	before := app.Clear(t, "persons", "1=1 ORDER BY id", "id", "name", "relation", "household", "area", "rev")
	homes := app.Clear(t, "households", "1=1 ORDER BY id", "id", "address", "area", "rev")
	for name, c := range map[string]struct {
		line                          string
		persons, known, pairs, differ int
		rule                          string
	}{
		"known here":              {"990101001001001,示例路1号101,H1,,,,王小明,,," + number + ",侄子", 0, 1, 0, 1, ""},
		"another name, sex told":  {"990101001001001,示例路1号101,H1,,,,王晓明,男,2015-03-01," + number + ",子", 0, 1, 0, 1, ""},
		"known in the next grid":  {"990101001001002,示例路 9 号,,,,,王小明,,," + number + ",子", 1, 0, 1, 0, "same_id_number"},
		"known elsewhere":         {"990102001001001,另一路 3 号,,,,,王小明,,," + number + ",侄子", 1, 0, 1, 0, "same_id_number"},
		"another's number":        {"990102001001002,另一路 4 号,,,,,赵大,男,," + number + ",", 1, 0, 1, 0, "same_id_number"},
		"a house known elsewhere": {"990102001001001,别处 1 号,H1,,,,钱小多,,," + other + ",", 1, 0, 1, 0, "same_house_code"},
	} {
		o.Check = true
		was := written(t, app)
		rehearsed := bring(c.line)
		if written(t, app) != was {
			t.Errorf("%s: the dry run wrote", name)
		}
		o.Check = false
		n := bring(c.line)
		if n.Persons != c.persons || n.KnownPersons != c.known || n.Pairs != c.pairs || n.Differing != c.differ || len(n.Differs) != c.differ {
			t.Errorf("%s: %+v", name, n)
		}
		if n.Complete = false; !reflect.DeepEqual(n, rehearsed) {
			t.Errorf("%s: the dry run told %+v, the import came to %+v", name, rehearsed, n)
		}
		if c.rule != "" && count(t, app, `SELECT COUNT(*) FROM duplicates WHERE rule=? AND status='open'`, c.rule) == 0 {
			t.Errorf("%s: no pair %s", name, c.rule)
		}
	}
	if after := app.Clear(t, "persons", "1=1 ORDER BY id", "id", "name", "relation", "household", "area", "rev"); !contains(after, before) {
		t.Errorf("who was known has changed:\n%v\n%v", before, after)
	}
	if after := app.Clear(t, "households", "1=1 ORDER BY id", "id", "address", "area", "rev"); !contains(after, homes) {
		t.Errorf("what was known has changed:\n%v\n%v", homes, after)
	}
}

func contains(all, part [][]string) bool {
	return !slices.ContainsFunc(part, func(one []string) bool {
		return !slices.ContainsFunc(all, func(other []string) bool { return slices.Equal(one, other) })
	})
}

func TestImportRefuses(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	empty := written(t, app)
	path := rosterFile(t,
		"990101001001001,好路1号,,,,,好,男,,,",
		"990109,,,,95,1,王,不详,昨天,990000201503010018,",
		"990101001001001,路,4.4E+24,,22.5,114.0,李,女,2015-03-02,990000201503010017,",
		"990101001001001,路,,,,,,男,,4.40301201503010E+17,")
	_, err := roster.Import(t.Context(), app, path, roster.Options{Now: app.Doorstep.Now()})
	var wrong survey.Problems
	if !errors.As(err, &wrong) {
		t.Fatal(err)
	}
	var got []string
	for _, p := range wrong {
		got = append(got, fmt.Sprint(p.Row, p.Column, " ", p.Code))
		if p.ZH == "" || p.EN == "" {
			t.Errorf("%s has no text", p.Code)
		}
	}
	want := "3网格代码 roster.area, 3住址 roster.address, 3纬度 roster.coordinates, 3性别 roster.sex, 3出生日期 roster.birth_date, 3身份证号 cn_id.checksum, " +
		"4房屋编码 roster.rounded, 4纬度 roster.datum, 4出生日期 cn_id.birth_mismatch, 4性别 cn_id.sex_mismatch, 5姓名 roster.nobody, 5身份证号 roster.rounded"
	if strings.Join(got, ", ") != want {
		t.Errorf("mistakes\n%s\nwant\n%s", strings.Join(got, ", "), want)
	}
	if n := written(t, app); n != empty {
		t.Errorf("%d rows were written", n-empty)
	}
	if _, err := roster.Import(t.Context(), app, rosterFile(t), roster.Options{}); !errors.As(err, &wrong) || wrong[0].Code != "table.empty" {
		t.Errorf("an empty list: %v", err)
	}
}

// A list that draws a sample tells it of known households too, once, and of nothing else.
func TestImportDrawsASample(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	list := func(text string) string {
		path := filepath.Join(t.TempDir(), "sample.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	o := roster.Options{Now: app.Doorstep.Now()}
	run := func(text string, passedOver ...string) {
		t.Helper()
		if n, err := roster.Import(t.Context(), app, list(text), o); err != nil || !slices.Equal(n.Ignored, passedOver) {
			t.Fatalf("%+v %v", n, err)
		}
	}
	run("备注,网格代码,住址\n新,990101001001001,示例路1号101\n,990101001001001,示例路2号202\n", "备注")
	drawn := "网格代码,住址,样本编号,抽样层,抽样群\n990101001001001,示例路1号101,S-7,城区,C12\n990101001001002,示例路3号,S-8,,\n"
	run(drawn)
	run(drawn)
	for what, query := range map[string]string{
		"a known household, told once": `SELECT COUNT(*) FROM households h WHERE sample_id='S-7' AND stratum='城区' AND cluster='C12' AND rev=2 AND (SELECT record_rev FROM changes WHERE record=h.id)=2`,
		"a new one":                    `SELECT COUNT(*) FROM households WHERE sample_id='S-8' AND stratum='' AND rev=1`,
		"its neighbour is as it was":   `SELECT COUNT(*) FROM households WHERE sample_id='' AND rev=1`,
	} {
		if got := count(t, app, query); got != 1 {
			t.Errorf("%s: %d", what, got)
		}
	}
}

// TestBandsOfADryRun: the register has the first, may have the second, and not the third; a later row of the third is the same.
func TestBandsOfADryRun(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	o := roster.Options{Now: app.Doorstep.Now()}
	known := "990101001001001,示例路1号,,,,,王小明,男,2015-03-01,990000201503010017,子"
	if _, err := roster.Import(t.Context(), app, rosterFile(t, known), o); err != nil {
		t.Fatal(err)
	}
	before := written(t, app)
	var got []string
	o.Check = true
	o.Each = func(j roster.Judged) error {
		got = append(got, fmt.Sprint(j.Row, " ", j.Band, " ", j.Rule, " ", j.Person != "", " ", j.Earlier, " ", len(j.Evidence) > 3, " ", j.Area, j.Differs))
		return nil
	}
	_, err := roster.Import(t.Context(), app, rosterFile(t, known, "990101001001001,示例路3号,,,,,王晓明,男,2015-03-01,,子",
		"990101001001001,示例路4号,,,,,赵新人,女,2001-07-08,,女", "990101001001001,示例路4号,,,,,赵新人,女,2001-07-08,,女",
		"990101001001001,示例路5号,,,,,王小明,男,2015-03-01,990000201503010017,侄子"), o)
	want := []string{"2 linked same_id_number true 0 true 990101001001001[]", "3 review alike true 0 true 990101001001001[]", "4 new  false 0 false []",
		"5 linked same_name_birth_household false 4 true 990101001001001[]", "6 linked same_id_number true 0 true 990101001001001[address relation]"}
	if err != nil || !slices.Equal(got, want) || written(t, app) != before {
		t.Errorf("%v %q", err, got)
	}
}

// TestALongListIsWrittenInPieces breaks off behind the first of them: what it holds stays and is told, a household is in one piece, and
// the list brought again adds the rest.
func TestALongListIsWrittenInPieces(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	lines := make([]string, 503)
	for i := range lines {
		lines[i] = fmt.Sprintf("990101001001001,示例路 %d 号,,,,,,,,,", min(i, 499)) // the last four are of one household
	}
	lines = append(lines, "990101001001001,示例路 900 号,,,,,,,,,", "990101001001002,示例路 900 号,,,,,,,,,")
	path := rosterFile(t, lines...)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var shown []string
	o := roster.Options{Now: app.Doorstep.Now(), Show: func(done, total int) { shown = append(shown, fmt.Sprint(done, " of ", total)); stop() }}
	n, err := roster.Import(ctx, app, path, o)
	if want := (roster.Imported{Rows: 505, Households: 500}); !errors.Is(err, context.Canceled) || !reflect.DeepEqual(n, want) || count(t, app, `SELECT COUNT(*) FROM households`) != 500 {
		t.Errorf("broken off: %+v, want %+v: %v", n, want, err)
	}
	n, err = roster.Import(t.Context(), app, path, o)
	if want := (roster.Imported{Rows: 505, Households: 2, KnownHouseholds: 500, Complete: true}); err != nil || !reflect.DeepEqual(n, want) {
		t.Errorf("again: %+v, want %+v: %v", n, want, err)
	}
	if want := []string{"503 of 505", "503 of 505", "505 of 505"}; !slices.Equal(shown, want) {
		t.Errorf("told %q, want %q", shown, want)
	}
	for _, did := range []string{`{"rows":505,"households":500,"known_households":0,%"complete":false}`, `{"rows":505,"households":2,"known_households":500,%"complete":true}`} {
		if count(t, app, `SELECT COUNT(*) FROM audit WHERE action='roster.import' AND actor=? AND collection='persons' AND purpose='administration' AND detail LIKE ?`,
			access.Shell().ID, did) != 1 {
			t.Errorf("the trail does not say %s", did)
		}
	}
}

// TestWhicheverStatementFailsAListIsNotTakenForDone fails one after the other: there is an error each time, and nobody is in the register.
func TestWhicheverStatementFailsAListIsNotTakenForDone(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	o := roster.Options{Now: app.Doorstep.Now(), Datum: grid.WGS84}
	if _, err := roster.Import(t.Context(), app, rosterFile(t, "990101001001001,示例路1号,H1,,,,王小明,男,,990000201503010017,"), o); err != nil {
		t.Fatal(err)
	}
	path := rosterFile(t, "990101001001001,示例路1号,H1,,22.55,114.005,王小明,男,,990000201503010017,子",
		"990101001001002,另一路 3 号,H1,,,,王小明,男,,990000201503010017,", "990101001001001,示例路1号,,,,,王大明,男,,,")
	register := `SELECT COUNT(*) FROM (SELECT id FROM households UNION ALL SELECT id FROM persons UNION ALL SELECT id FROM duplicates)`
	before := count(t, app, register)
	var did roster.Imported
	app.TellsEach(t, "import", func() (err error) {
		did, err = roster.Import(t.Context(), app, path, o)
		return err
	}, func(failed string) {
		if !did.Complete && (count(t, app, register) != before || did.KnownHouseholds > 0) {
			t.Errorf("%+v, and rows are left, though this failed: %s", did, failed)
		}
	})
}
