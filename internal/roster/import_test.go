package roster_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"doorstep/collections"
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

func TestImport(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	path := rosterFile(t,
		"990101001001001,示例路1号101,,王大明,22.55,114.005,王大明,男,1980/1/2,,户主",
		"990101001001001,示例路1号101,,,,,王小明,,,990000201503010017,子",
		"990101001001002,示例路 2 号,,,,,,,,,",
		"990102001001001,示例路1号101,,,,,王小明,男,2015年3月1日,990000201503010017,子")
	o := roster.Options{Datum: grid.WGS84, By: "operator", Now: app.Doorstep.Now(), Check: true}
	if n, err := roster.Import(t.Context(), app, path, o); err != nil || n.Rows != 4 || count(t, app, `SELECT COUNT(*) FROM households`) != 0 {
		t.Fatalf("dry run: %+v %v", n, err)
	}
	o.Check = false
	n, err := roster.Import(t.Context(), app, path, o)
	if err != nil || n.Households != 3 || n.KnownHouseholds != 1 || n.Persons != 2 || n.KnownPersons != 1 || !n.Complete {
		t.Fatalf("%+v %v", n, err)
	}
	for what, query := range map[string]string{
		"a birth date and sex from the number": `SELECT COUNT(*) FROM persons WHERE birth_date='2015-03-01' AND sex='male' AND id_type='id_card'`,
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
	if n, err = roster.Import(t.Context(), app, path, o); err != nil || n.Households != 0 || n.Persons != 0 || n.KnownPersons != 3 {
		t.Errorf("again: %+v %v", n, err)
	}
	if after := count(t, app, `SELECT COUNT(*)*1000 + SUM(rev) FROM persons`); after != before {
		t.Errorf("a second import changed people: %d, was %d", after, before)
	}
}

func TestImportRefuses(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	path := rosterFile(t,
		"990101001001001,好路1号,,,,,好,男,,,",
		"990109,,,,95,1,王,不详,昨天,990000201503010018,",
		"990101001001001,路,4.4E+24,,22.5,114.0,李,女,2015-03-02,990000201503010017,",
		"990101001001001,路,,,,,,男,,4.40301201503010E+17,")
	_, err := roster.Import(t.Context(), app, path, roster.Options{By: "operator", Now: app.Doorstep.Now()})
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
	if n := count(t, app, `SELECT (SELECT COUNT(*) FROM households) + (SELECT COUNT(*) FROM persons) + (SELECT COUNT(*) FROM audit WHERE action='roster.import')`); n != 0 {
		t.Errorf("%d rows were written", n)
	}
	if _, err := roster.Import(t.Context(), app, rosterFile(t), roster.Options{}); !errors.As(err, &wrong) || wrong[0].Code != "table.empty" {
		t.Errorf("an empty list: %v", err)
	}
}
