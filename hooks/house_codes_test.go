package hooks_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/grid"
	"doorstep/internal/testapp"
)

// A list says where house codes lie: with a mistake nothing is written, and then a visit beside a border lies where its code says, as it
// comes in and when the list changes later. Who has no code in the list stays.
func TestHouseCodesTellTheSideOfABorder(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	tablet := app.Client(t, server, app.Worker(t, "F1", "field", "990101001001")).Register()
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	const path, a1, a2, a9 = "/api/doorstep/v1/house-codes", "0000000000000000000000001", "0000000000000000000000002", "0000000000000000000000009"
	type told struct {
		Code                 string
		Added, Changed, Same int
		Mistakes             []struct {
			Code, Column string
			Row          int
		}
	}
	send := func(status int, query, list string) (out told) {
		t.Helper()
		if got := uploadTo(t, manager, path+query, "codes.csv", []byte("房屋编码,区划代码\n"+list), "", &out); got != status {
			t.Fatalf("%d %+v", got, out)
		}
		return out
	}
	codes := func() (n int) {
		if _, err := collections.One(collections.Read(app.TestApp), `SELECT COUNT(*) FROM house_codes`, nil, &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	wrong := a1 + "," + gridA + "\n,990101001001001\n" + a1 + "," + gridA + "\n" + a1 + "," + gridB + "\n" + a2 + ",990199\n1.2E+24," + gridA + "\n"
	out := send(200, "?dry=1", wrong)
	got := ""
	for _, m := range out.Mistakes {
		got += fmt.Sprintf("%d %s %s\n", m.Row, m.Column, m.Code)
	}
	const want = "3 房屋编码 house_code.code\n4 房屋编码 house_code.repeated\n5 房屋编码 house_code.two_areas\n6 区划代码 house_code.area\n" +
		"7 房屋编码 house_code.rounded\n"
	if got != want || out.Added != 1 {
		t.Errorf("%+v\n%s", out, got)
	}
	if send(400, "", wrong); codes() != 0 {
		t.Errorf("%d codes of a list with mistakes", codes())
	}
	if out := send(200, "", a1+","+gridB+"\n"+a2+","+gridB+"\n"); out.Added != 2 || codes() != 2 {
		t.Errorf("%+v, %d codes", out, codes())
	}
	settled(t, app)
	visit := func(seq int, code string) string {
		id := uuid.NewString()
		v := childVisit("22.55 114.0099 0 30", fmt.Sprintf("示例路 %d 号", seq))
		v["household"].(map[string]any)["house_code"] = code
		if r := push(t, tablet, operation(seq, id, v))[0]; r.Status != "stored" {
			t.Fatalf("%+v", r)
		}
		return id
	}
	listed, beside := visit(1, a1), visit(2, a9)
	lies := func(id, area, method string) {
		t.Helper()
		r := app.Find(t, "child_visits", id)
		if r.GetString("area") != area || r.GetString("area_method") != method {
			t.Errorf("lies in %s by %s, not in %s by %s", r.GetString("area"), r.GetString("area_method"), area, method)
		}
	}
	lies(listed, gridB, "house_code")
	lies(beside, gridA, "gps")
	if out := send(200, "", a1+","+gridA+"\n"+a2+","+gridB+"\n"); out.Changed != 1 || out.Same != 1 {
		t.Errorf("%+v", out)
	}
	settled(t, app)
	lies(listed, gridA, "gps")
	lies(beside, gridA, "gps")
}

// An import that failed after codes were written is made again: the records of both areas are looked at, though no code changes any more.
func TestHouseCodesOfAnImportThatFailedAreLookedAt(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	bring := func(area string) error {
		_, err := grid.ImportHouseCodes(t.Context(), app.TestApp, grid.File{Name: "codes.csv", Data: []byte("房屋编码,区划代码\n4403000000010001," + area + "\n")},
			grid.Options{By: "x", Now: app.Doorstep.Now()})
		return err
	}
	if err := bring(gridA); err != nil {
		t.Fatal(err)
	}
	for n, failed := 1, "."; failed != ""; n++ {
		var err error
		if failed = app.Failing(n, isSpared, func() { err = bring(gridB) }); (err == nil) != (failed == "") {
			t.Fatalf("%v, though this failed: %s", err, failed)
		}
	}
	got := list(t, collections.Read(app.TestApp), `SELECT areas FROM jobs ORDER BY rowid DESC LIMIT 1`)
	if want := `["` + gridA + `","` + gridB + `"]`; len(got) != 1 || got[0] != want {
		t.Errorf("the job looks at %v, want %s", got, want)
	}
}
