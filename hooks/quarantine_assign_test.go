package hooks_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/uuid"

	"doorstep/internal/testapp"
)

// A visit whose record the server never had is about a household that a supervisor names, of their own territory, with a reason. It
// becomes a record of its own, and the tablet is answered so when it sends the visit again.
func TestAHeldVisitIsGivenToAHousehold(t *testing.T) {
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
		Items []struct{ ID, Code, Raw string }
	}
	boss.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/quarantine", nil, &held)
	if len(held.Items) != 2 {
		t.Fatalf("quarantine: %+v", held)
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
	for _, refused := range []struct {
		what                    string
		who                     *testapp.Client
		path, household, reason string
		status                  int
	}{
		{"no reason", boss, path, home, "短", http.StatusBadRequest},
		{"a household elsewhere", boss, path, elsewhere, why, http.StatusNotFound},
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
	var made receipt
	boss.Want(http.StatusOK, http.MethodPost, path+"/assign", map[string]any{"household": home, "reason": why}, &made)
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
