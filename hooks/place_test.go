package hooks_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

const placeReason = "电话核实：门牌在马路对面的网格"

// A reviewer who reaches both places says where a record lies; that stands against corrections and every later look until it is taken
// back, and nothing of the neighbour changes.
func TestAReviewerSaysWhereARecordLies(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	tablet := app.Client(t, server, app.Worker(t, "F1", "field", "990101001001")).Register()
	boss := app.Client(t, server, app.Worker(t, "S1", "supervisor", "990101001001"))
	narrow := app.Client(t, server, app.Worker(t, "S2", "supervisor", gridA))
	id, beside := uuid.NewString(), uuid.NewString()
	for i, record := range []string{id, beside} {
		push(t, tablet, operation(i+1, record, childVisit(testapp.Inside(gridA), "示例路 "+string(rune('1'+i))+" 号")))
	}
	path := "/api/doorstep/v1/records/child_visits/" + id + "/area"
	say := func(by *testapp.Client, status int, area, reason, problem string) {
		t.Helper()
		var told struct{ Code, Area string }
		by.Want(status, http.MethodPost, path, map[string]any{"area": area, "reason": reason}, &told)
		if told.Code != problem || status == http.StatusOK && area != "" && told.Area != area {
			t.Errorf("%+v, not %q", told, problem)
		}
	}
	before := app.Picture(t)
	say(narrow, 400, gridB, placeReason, "access.territory")
	say(boss, 400, gridB, "短", "access.reason_needed")
	say(boss, 400, "990101001001777", placeReason, "request.parameter")
	say(boss, 400, "", placeReason, "request.parameter") // nobody has said anything yet
	for _, c := range app.Picture(t).Since(before) {
		if c.Table == "child_visits" || c.Table == "reviews" {
			t.Errorf("a refusal changed %s: %v", c.Table, c.Columns())
		}
	}
	lies := func(area, method string) {
		t.Helper()
		r := app.Find(t, "child_visits", id)
		if r.GetString("area") != area || r.GetString("area_method") != method {
			t.Errorf("lies in %s by %s", r.GetString("area"), r.GetString("area_method"))
		}
		var n int
		for _, table := range []string{"submissions", "child_visit_children", "record_issues"} {
			column := map[string]string{"child_visit_children": "visit"}[table]
			if column == "" {
				column = "record"
			}
			if _, err := collections.One(collections.Read(app.TestApp), `SELECT COUNT(*) FROM `+table+` WHERE `+column+`=? AND area!=?`, []any{id, area}, &n); err != nil || n != 0 {
				t.Errorf("%d rows of %s lie elsewhere (%v)", n, table, err)
			}
		}
	}
	say(boss, 200, gridB, placeReason, "")
	lies(gridB, "manual")
	say(narrow, 404, gridA, placeReason, "not_found")
	var view struct {
		Area struct {
			Method  string
			Reasons []struct{ Code, ZH, EN string }
		}
		Review []struct{ Decision, Comment string }
	}
	boss.Want(200, http.MethodGet, strings.TrimSuffix(path, "/area"), nil, &view)
	if view.Area.Method != "manual" || len(view.Area.Reasons) != 1 || view.Area.Reasons[0].ZH == "" || len(view.Review) != 1 || view.Review[0].Decision != "place" || view.Review[0].Comment != placeReason {
		t.Errorf("%+v", view)
	}
	correction := operation(3, id, childVisit(testapp.Inside(gridA), "示例路 1 号之二"))
	correction["base_rev"] = app.Find(t, "child_visits", id).GetInt("rev")
	push(t, tablet, correction)
	lies(gridB, "manual")
	app.Client(t, server, app.Worker(t, "M1", "manager", "9901")).Want(200, http.MethodPost, "/api/doorstep/v1/area-jobs", nil, nil)
	settled(t, app)
	lies(gridB, "manual")
	say(boss, 200, "", placeReason, "")
	lies(gridA, "gps")
	var audited int
	if _, err := collections.One(collections.Read(app.TestApp), `SELECT COUNT(*) FROM audit WHERE action IN ('review.place','review.unplace') AND record=?`, []any{id}, &audited); err != nil || audited != 2 {
		t.Errorf("%d entries of the audit trail (%v)", audited, err)
	}
	for _, c := range app.Picture(t).Since(before) {
		if c.Before != nil && c.After != nil && c.Names([]string{beside}) {
			t.Errorf("the neighbour's row of %s changed: %v", c.Table, c.Columns())
		}
	}
}

func (w *witness) walkPlace(boss *testapp.Client, record []string) {
	w.t.Helper()
	const area = "/api/doorstep/v1/records/{collection}/{id}/area"
	w.send(boss, post, area, record, "", object{"area": gridB, "reason": "短"}, 400)
	w.send(boss, post, area, record, "", object{"area": gridB, "reason": placeReason, "rev": 99}, 409)
	w.send(boss, post, area, record, "", object{"area": gridB, "reason": placeReason}, 200)
	w.send(boss, post, area, record, "", object{"area": "", "reason": placeReason}, 200)
	w.send(boss, post, area, []string{"child_visits", uuid.NewString()}, "", object{"area": gridB, "reason": placeReason}, 404)
}
