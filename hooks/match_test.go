package hooks_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/search"
	"doorstep/internal/testapp"
)

// TestAListIsComparedInTheOwnTerritory: by a supervisor and a manager, of whom each sees the own people, masked; by nobody else.
func TestAListIsComparedInTheOwnTerritory(t *testing.T) {
	t.Parallel()
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

// TestListsHaveTheLimitOfSearches: whoever has compared as many lists as they may search neither compares another nor searches.
func TestListsHaveTheLimitOfSearches(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	w := &witness{t: t, served: server}
	one, other := app.Client(t, server, app.Worker(t, "S1", "supervisor", "990101")), app.Client(t, server, app.Worker(t, "S2", "supervisor", "990101"))
	compare := func(c *testapp.Client) (int, []byte) {
		return w.do(c, http.MethodPost, "/api/doorstep/v1/match", file{"list.csv", "姓名,证件号码\n王小明,990000201503010017\n"})
	}
	for i := range search.Free {
		if status, answer := compare(one); status != http.StatusOK {
			t.Fatalf("list %d: %d %s", i, status, answer)
		}
	}
	before := app.Picture(t)
	if status, answer := compare(one); status != http.StatusTooManyRequests || !strings.Contains(string(answer), `"search.too_many"`) {
		t.Errorf("one more: %d %s", status, answer)
	}
	one.Want(http.StatusTooManyRequests, http.MethodPost, searchPath, asked, nil)
	for _, c := range app.Picture(t).Since(before) {
		if c.Table != "audit" || c.After["action"] != "refused" {
			t.Errorf("what was refused changed %s %v", c.Table, c.After)
		}
	}
	if status, answer := compare(other); status != http.StatusOK {
		t.Errorf("somebody else: %d %s", status, answer)
	}
}

// TestAListTellsNothingOfTheNeighbour: the answer to a list is the same whether the people on it live next door or nowhere, however near
// a row comes to them, and whatever it is asked for.
func TestAListTellsNothingOfTheNeighbour(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	put := func(id, area, name, number, birth string) {
		t.Helper()
		app.Plant(t, "households", map[string]any{"id": id + "-home", "area": area, "address": "示例路 5 号", "active": true, "rev": 1})
		app.Plant(t, "persons", map[string]any{"id": id, "name": name, "name_key": name, "sex": "male", "birth_date": birth,
			"id_number": number,
			"id_key":    number, "phone": "13900000000", "household": id + "-home", "area": area, "active": true, "rev": 1})
	}
	put("own-person", "990101001001001", "王小明", "990000201503010017", "2015-03-01")
	w := &witness{contract: readContract(t), t: t, served: server, seen: map[string]bool{}}
	list := "姓名,性别,出生日期,证件号码,电话,住址\n" +
		"王小明,男,2015-03-01,990000201503010017,,\n" + // the own one, who lives next door too by the same number
		"欧阳大山,男,2014-05-06,990000201405060015,13900000000,示例路 5 号\n" +
		"欧阳大山,男,2014-05-06,,,\n,,,990000201405060015,,\n赵别人,男,1971-01-01,990000201405060015,,\n欧阳大善,男,2014-05-06,,13900000000,\n"
	boss := app.Client(t, server, app.Worker(t, "S1", "supervisor", "990101"))
	asked := []string{"", "?as=csv", "?not_listed=all", "?within=990101001", "?within=990102", "?within=990102&as=csv"}
	answers := func() (all []string) {
		for _, query := range asked {
			status, answer := w.do(boss, http.MethodPost, "/api/doorstep/v1/match"+query, file{"list.csv", list})
			all = append(all, fmt.Sprint(status, " ", string(answer)))
		}
		return all
	}
	before := answers()
	if !strings.Contains(before[1], "own-person") || !strings.Contains(before[0], `"missing":5`) || !strings.HasPrefix(before[4], "400") {
		t.Fatal(before)
	}
	put("next-person", "990102001001001", "欧阳大山", "990000201405060015", "2014-05-06")
	put("next-same", "990102001001001", "王小明", "990000201503010017", "2015-03-01")
	for i, answer := range answers() {
		if answer != before[i] {
			t.Errorf("%q tells who lives next door:\n%s\nwas\n%s", asked[i], answer, before[i])
		}
	}
	over := app.Client(t, server, app.Worker(t, "S2", "supervisor", "9901"))
	if _, answer := w.do(over, http.MethodPost, "/api/doorstep/v1/match", file{"list.csv",
		list}); !strings.Contains(string(answer), "next-person") {
		t.Errorf("whoever holds both districts is not told: %s", answer)
	}
}
