package grid_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/grid"
	"doorstep/internal/survey"
	"doorstep/internal/testapp"
)

func codeList(text string) grid.File { return grid.File{Name: "codes.csv", Data: []byte(text)} }

func TestImportList(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	row := func(code string) string {
		var name, level, parent string
		var bounded, expected int
		if _, err := collections.One(collections.Read(app), `SELECT name, level, parent, boundary!='null', expected_households FROM areas WHERE code=?`, []any{code}, &name, &level, &parent, &bounded, &expected); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(name, " ", level, " ", parent, " ", bounded, " ", expected)
	}
	other := row("990102")
	list := codeList("区划代码,名称,备注\n990100,新名市,x\n990101,示例区990101,\n990103,新区,\n")
	for _, check := range []bool{true, false} {
		r, err := grid.Import(t.Context(), app, list, grid.Options{Check: check, By: "operator", Now: now})
		if err != nil || r.Imported != (grid.Imported{Added: 1, Changed: 1, Same: 1}) || len(r.Ignored) != 1 {
			t.Fatalf("%+v %v", r, err)
		}
		if check && (row("990103") != "   0 0" || !strings.HasPrefix(row("9901"), "示例市")) {
			t.Fatalf("a look wrote %s, %s", row("990103"), row("9901"))
		}
	}
	for code, want := range map[string]string{"9901": "新名市 city  1 10", "990103": "新区 district 9901 0 0", "990102": other} {
		if got := row(code); got != want {
			t.Errorf("%s: %s, want %s", code, got, want)
		}
	}
	do := func(query string) {
		if err := collections.Write(t.Context(), app, func(db collections.DB) error { _, err := db.Exec(query); return err }); err != nil {
			t.Fatal(err)
		}
	}
	same, changed := grid.Imported{Same: 1}, grid.Imported{Changed: 1}
	for _, c := range []struct {
		line, row string
		want      grid.Imported
	}{
		{"990103,新区,", "新区 district 9901 0 0", same}, {"990103,新区,7", "新区 district 9901 0 7", changed},
		{"990103,新区,", "新区 district 9901 0 7", same}, {"990103,另名,", "另名 district 9901 0 7", changed},
		{"990103,另名,7", "另名 district 9901 0 7", same}, {"out of use", "另名 district 9901 0 7", changed},
	} {
		if c.line == "out of use" {
			do(`UPDATE areas SET active=FALSE WHERE code='990103'`)
			c.line = "990103,另名,7"
		}
		r, err := grid.Import(t.Context(), app, codeList("代码,名称,应访户数\n"+c.line+"\n"), grid.Options{By: "operator", Now: now})
		if err != nil || r.Imported != c.want || row("990103") != c.row {
			t.Errorf("%s: %+v %v, %s", c.line, r.Imported, err, row("990103"))
		}
	}
	if n := tally(t, app, `SELECT COUNT(*) FROM areas WHERE code='990103' AND active`); n != 1 {
		t.Error("an area that is named again is out of use")
	}
}

func TestImportListRefuses(t *testing.T) {
	app := testapp.New(t)
	_, err := grid.Import(t.Context(), app, codeList("代码,名称,层级,应访户数\n9901,市,,\n99011,区,,\n9901,市,街道,-1\n990102,,区,\n"), grid.Options{By: "operator", Now: time.Now()})
	var wrong survey.Problems
	if !errors.As(err, &wrong) {
		t.Fatal(err)
	}
	var got []string
	for _, p := range wrong {
		got = append(got, fmt.Sprint(p.Row, p.Column, strings.TrimPrefix(p.Code, "area.")))
	}
	if want := "3代码code_unknown 4代码code_repeated 4层级level_mismatch 4应访户数households_number 5名称name_missing"; strings.Join(got, " ") != want {
		t.Errorf("%s\nwant %s", strings.Join(got, " "), want)
	}
	if _, err := grid.Import(t.Context(), app, codeList("代码,名称\n"), grid.Options{By: "operator", Now: time.Now()}); !errors.As(err, &wrong) || wrong[0].Code != "table.empty" {
		t.Errorf("an empty list: %v", err)
	}
	if n, err := app.CountRecords(collections.Areas); err != nil || n != 0 {
		t.Errorf("%d areas %v", n, err)
	}
}
