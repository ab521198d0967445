package hooks_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/internal/problem"
	"doorstep/internal/testapp"
)

// A visit whose record the server never had is about a household that a supervisor names, of their own territory, with a reason. It
// becomes a record of its own, and the tablet is answered so when it sends the visit again.
func TestAHeldVisitIsGivenToAHousehold(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	far := app.Client(t, app.Serve(t), app.Worker(t, "F9", "field", gridC)).Register()
	neighbour := app.Client(t, app.Serve(t), app.Worker(t, "S9", "supervisor", "990102"))
	home := push(t, tablet, operation(1, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 1 号")))[0].Household
	elsewhere := push(t, far, operation(1, uuid.NewString(), childVisit(testapp.Inside(gridC), "示例路 9 号")))[0].Household
	lost := operation(2, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路一号院", child("王小明", number1, "2015-03-01", nil)))
	lost["base_rev"] = 7
	if r := push(t, tablet, lost)[0]; r.Code != "operation.unknown_base" {
		t.Fatalf("%+v", r)
	}
	push(t, tablet, memo(3, uuid.NewString(), "held", "甲"))
	var held struct {
		Items []struct {
			ID, Code, Raw, Area string
			AreaName            string `json:"area_name"`
			WorkerName          string `json:"worker_name"`
			Title, Message      struct{ ZH, EN string }
		}
	}
	boss.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/quarantine", nil, &held)
	if len(held.Items) != 2 {
		t.Fatalf("quarantine: %+v", held)
	}
	area, err := app.FindFirstRecordByData("areas", "code", held.Items[0].Area)
	if err != nil {
		t.Fatal(err)
	}
	says := problem.Catalogue[problem.UnknownBase]
	if one := held.Items[0]; one.AreaName != area.GetString("name") || one.WorkerName == "" || one.Title.EN != "Child care visit" || one.Message.ZH != says.ZH ||
		one.Message.EN != says.EN {
		t.Errorf("a line says %+v", one)
	}
	path := "/api/doorstep/v1/quarantine/" + held.Items[0].ID
	for i, helps := range []bool{true, false} {
		var one struct{ Assignable bool }
		boss.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/quarantine/"+held.Items[i].ID, nil, &one)
		if one.Assignable != helps {
			t.Errorf("%s can be assigned: %v", held.Items[i].Code, one.Assignable)
		}
	}
	const why = "采集员确认走访的就是这一户"
	app.Plant(t, "households", map[string]any{"id": "merged", "area": gridA, "merged_into": home})
	for _, refused := range []struct {
		what                    string
		who                     *testapp.Client
		path, household, reason string
		status                  int
	}{
		{"no reason", boss, path, home, "短", http.StatusBadRequest},
		{"a household elsewhere", boss, path, elsewhere, why, http.StatusNotFound},
		{"a household that became another", boss, path, "merged", why, http.StatusNotFound},
		{"no household", boss, path, uuid.NewString(), why, http.StatusNotFound},
		{"a supervisor elsewhere", neighbour, path, elsewhere, why, http.StatusNotFound},
		{"a cause that it does not cure", boss, "/api/doorstep/v1/quarantine/" + held.Items[1].ID, home, why, http.StatusConflict},
	} {
		ask := map[string]any{"household": refused.household, "reason": refused.reason}
		if status, body := refused.who.Do(http.MethodPost, refused.path+"/assign", ask); status != refused.status {
			t.Errorf("%s: %d %s", refused.what, status, body)
		}
	}
	if n := rowsIn(t, app, "child_visits"); n != 2 {
		t.Fatalf("%d records after refusals", n)
	}
	for i, under := range []string{lost["id"].(string), held.Items[0].ID, lost["id"].(string)} { // one photo came under both ids
		app.Plant(t, "attachments", map[string]any{"id": uuid.NewString(), "record": under, "collection": "", "name": []string{"门口.jpg", "门口.jpg", "证件.jpg"}[i],
			"sha256": strings.Repeat("a", 64), "size": 1, "mime": "image/jpeg", "state": "stored", "area": "9901", "created": "2026-11-01 00:00:00.000Z", "updated": "2026-11-01 00:00:00.000Z"})
	}
	var made receipt
	boss.Want(http.StatusOK, http.MethodPost, path+"/assign", map[string]any{"household": home, "reason": why}, &made)
	files := app.Clear(t, "attachments", "1", "record", "name")
	slices.SortFunc(files, slices.Compare)
	if want := [][]string{{made.ID, "证件.jpg"}, {made.ID, "门口.jpg"}}; !slices.EqualFunc(files, want, slices.Equal[[]string]) {
		t.Errorf("its files are %v, want %v", files, want)
	}
	if made.Status != "stored" || made.Household != home || made.ID == lost["id"] {
		t.Fatalf("%+v", made)
	}
	if again := push(t, tablet, lost)[0]; again.Status != "unchanged" || again.ID != made.ID || again.Household != home {
		t.Errorf("sent again: %+v", again)
	}
	record, err := app.FindRecordById("child_visits", made.ID)
	if err != nil {
		t.Fatal(err)
	}
	if sender, err := app.FindRecordById("workers", record.GetString("worker")); err != nil || sender.GetString("staff_no") != "F1" {
		t.Errorf("the record is its collector's: %v", err)
	}
	if kept := app.Clear(t, "submissions", "outcome='released'", "id", "raw"); len(kept) != 1 || kept[0][1] != held.Items[0].Raw {
		t.Errorf("what arrived: %v", kept)
	}
	said := app.Clear(t, "reviews", "1", "record", "decision", "to_state", "comment")
	if want := [][]string{{held.Items[0].ID, "assign", "released", why}}; !slices.EqualFunc(said, want, slices.Equal[[]string]) {
		t.Errorf("kept %v, want %v", said, want)
	}
	if entries, err := app.FindRecordsByFilter("audit", "action='quarantine.assign'", "", 0, 0); err != nil || len(entries) != 1 {
		t.Errorf("%d entries of the trail: %v", len(entries), err)
	}
	boss.Want(http.StatusConflict, http.MethodPost, path+"/assign", map[string]any{"household": home, "reason": why}, nil)
}

// What a tablet says of a household that lies elsewhere by now is said of the one that a supervisor names.
func TestAHeldHouseholdIsGivenToAnother(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	far := app.Client(t, app.Serve(t), app.Worker(t, "F9", "field", gridC)).Register()
	home := push(t, tablet, operation(1, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 1 号")))[0].Household
	elsewhere := push(t, far, operation(1, uuid.NewString(), childVisit(testapp.Inside(gridC), "示例路 9 号")))[0].Household
	op := map[string]any{"seq": 2, "op": "household", "id": elsewhere, "answers": map[string]any{"head_name": "王建国"}}
	if r := push(t, tablet, op)[0]; r.Code != "operation.out_of_scope" {
		t.Fatalf("%+v", r)
	}
	var held struct{ Items []struct{ ID string } }
	city := app.Client(t, app.Serve(t), app.Worker(t, "M1", "manager", "9901"))
	city.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/quarantine", nil, &held)
	if len(held.Items) != 1 {
		t.Fatalf("quarantine: %+v", held)
	}
	ask := map[string]any{"household": home, "reason": "采集员选错了住户,本人确认"}
	boss.Want(http.StatusNotFound, http.MethodPost, "/api/doorstep/v1/quarantine/"+held.Items[0].ID+"/assign", ask, nil)
	var made receipt
	city.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/quarantine/"+held.Items[0].ID+"/assign", ask, &made)
	if made.Status != "stored" || made.Household != home {
		t.Errorf("%+v", made)
	}
	heads := app.Clear(t, "households", "1", "id", "head_name")
	if !slices.ContainsFunc(heads, func(h []string) bool { return h[0] == home && h[1] == "王建国" }) ||
		slices.ContainsFunc(heads, func(h []string) bool { return h[0] == elsewhere && h[1] != "" }) {
		t.Errorf("heads: %v", heads)
	}
	if again := push(t, tablet, op)[0]; again.Status != "unchanged" || again.Household != home {
		t.Errorf("sent again: %+v", again)
	}
}

// A visit to one person is given to somebody of the household. What the tablet sends later under the id that it knows is a correction
// of the record that the visit became, of that household and that person, whatever its answers name; a neighbour's is not, and waits.
func TestALaterCorrectionFollowsAVisitThatWasGiven(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	neighbour := app.Client(t, app.Serve(t), app.Worker(t, "F2", "field", "990101001001")).Register()
	of := func(address, name, birth string) map[string]any {
		v := elderVisit("none", "")
		v["household"], v["person"] = map[string]any{"household_listed": "new", "address": address},
			map[string]any{"elder_name": name, "elder_sex": "male", "elder_birth_date": birth}
		return v
	}
	first := push(t, tablet, elderOperation(1, 0, uuid.NewString(), of("示例路 9 号 901", "李大爷", "1946-05-01")))[0]
	second := push(t, tablet, elderOperation(2, 0, uuid.NewString(), of("示例路 9 号 902", "张大爷", "1941-02-03")))[0]
	id := uuid.NewString()
	said := func(seq int, remarks string) map[string]any {
		v := of("示例路 9 号 901", "李大爷", "1946-05-01")
		v["household"] = map[string]any{"household_id": first.Household, "address": "示例路 9 号 901"}
		v["person"].(map[string]any)["person_id"] = first.Persons[0]
		v["closing"].(map[string]any)["remarks"] = remarks
		return elderOperation(seq, 7, id, v)
	}
	for i, remarks := range []string{"甲", "乙"} {
		if r := push(t, tablet, said(3+i, remarks))[0]; r.Code != "operation.unknown_base" {
			t.Fatalf("%+v", r)
		}
	}
	var held struct{ Items []struct{ ID string } }
	boss.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/quarantine", nil, &held)
	path := "/api/doorstep/v1/quarantine/" + held.Items[0].ID
	var look struct {
		OnePerson bool `json:"one_person"`
	}
	if boss.Want(http.StatusOK, http.MethodGet, path, nil, &look); !look.OnePerson {
		t.Error("the visit is to one person")
	}
	app.Plant(t, "persons", map[string]any{"id": "merged", "area": "990101001001001", "household": second.Household, "merged_into": second.Persons[0]})
	ask := map[string]any{"household": second.Household, "reason": "采集员确认走访的就是这一位"}
	for _, ask["person"] = range []any{first.Persons[0], "merged"} { // of another household; somebody else by now
		if status, body := boss.Do(http.MethodPost, path+"/assign", ask); status != http.StatusNotFound {
			t.Errorf("%s: %d %s", ask["person"], status, body)
		}
	}
	ask["person"] = second.Persons[0]
	var made receipt
	boss.Want(http.StatusOK, http.MethodPost, path+"/assign", ask, &made)
	if made.Household != second.Household || !slices.Equal(made.Persons, second.Persons) {
		t.Fatalf("%+v", made)
	}
	follows := func(what string, r receipt, rev int64) {
		t.Helper()
		record, err := app.FindRecordById("elderly_surveys", made.ID)
		if err != nil {
			t.Fatal(err)
		}
		if r.Status != "stored" || r.ID != made.ID || r.Rev != rev || record.GetString("household") != second.Household ||
			record.GetString("person") != second.Persons[0] {
			t.Errorf("%s: %+v, of %s and %s", what, r, record.GetString("household"), record.GetString("person"))
		}
		if kept := app.Clear(t, "edits", "record='"+made.ID+"' AND kind='correction'", "field"); len(kept) < int(rev)-1 {
			t.Errorf("%s: %d answers in the history", what, len(kept))
		}
	}
	var released receipt
	boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/quarantine/"+held.Items[1].ID+"/release", nil, &released)
	follows("what waited under the same id", released, 2)
	follows("what is sent later", push(t, tablet, said(5, "丙"))[0], 3)
	if r := push(t, neighbour, said(1, "丁"))[0]; r.Code != "operation.unknown_base" {
		t.Errorf("a neighbour's: %+v", r)
	}
	if n := rowsIn(t, app, "elderly_surveys"); n != 3 {
		t.Errorf("%d records", n)
	}
	beside := of("示例路 9 号 902", "张大爷", "1941-02-03") // nobody gave this one: it is corrected as it says
	beside["household"] = map[string]any{"household_id": second.Household, "address": "示例路 9 号 902"}
	if r := push(t, tablet, elderOperation(6, 1, first.ID, beside))[0]; r.Status != "stored" || r.Household != second.Household {
		t.Errorf("a visit that nobody gave: %+v, want the household %s", r, second.Household)
	}
}
