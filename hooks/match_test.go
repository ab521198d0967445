package hooks_test

import (
	"net/http"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// TestAListIsComparedInTheOwnTerritory: by a supervisor and a manager, of whom each sees the own people, masked; by nobody else.
func TestAListIsComparedInTheOwnTerritory(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	put := func(id, area, name string) {
		t.Helper()
		err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
			return collections.Insert(db, collections.Persons, collections.Row{
				{Column: "id", Value: id}, {Column: "name", Value: name}, {Column: "name_key", Value: name}, {Column: "sex", Value: "male"},
				{Column: "birth_date", Value: "2015-03-01"}, {Column: "id_number", Value: "990000201503010017"},
				{Column: "id_key", Value: "990000201503010017"}, {Column: "area", Value: area},
				{Column: "active", Value: true}, {Column: "rev", Value: 1},
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	put("own-person", "990101001001001", "王小明")
	put("neighbour-person", "990102001001001", "王小明")
	w := &witness{contract: readContract(t), t: t, served: server, seen: map[string]bool{}}
	const path, list = "/api/doorstep/v1/match", "姓名,性别,出生日期,证件号码,电话\n王小明,男,2015-03-01,990000201503010017,\n"
	for role, want := range map[string]int{"field": 403, "analyst": 403, "supervisor": 200, "manager": 200} {
		c := app.Client(t, server, app.Worker(t, "M-"+role, role, "990101"))
		before := app.Picture(t)
		status, answer := w.do(c, http.MethodPost, path+"?as=csv", file{"list.csv", list})
		if status != want {
			t.Fatalf("%s: %d %s", role, status, answer)
		}
		said := string(answer)
		own := strings.Contains(said, "2,both,王**,2015-**-**,990000********0017,own-person")
		if want == 200 && (!own || strings.Contains(said, "neighbour-person") || strings.Contains(said, "王小明")) {
			t.Errorf("%s: %s", role, said)
		}
		for _, c := range app.Picture(t).Since(before) {
			if c.Table != "audit" || strings.Contains(c.After["detail"], "王") {
				t.Errorf("%s changed %s %s %v", role, c.Table, c.Key, c.After)
			}
		}
	}
}
