package hooks_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

const carersForm = `
| survey |
| | type | name | label | relevant | calculation | bind::doorstep:authoritative |
| | integer | age | Age | | | |
| | text | school | School | ${age} < 18 | | |
| | integer | floor | Floor | | | |
| | calculate | grade | | | ${age} * 3 | yes |
| | calculate | twice | | | ${age} * 2 | |
| | begin repeat | kids | Kids | | | |
| | text | kid | Kid | | | |
| | integer | kid_age | Age | | | |
| | text | job | Job | ${kid_age} > 15 | | |
| | end repeat | | | | | |
| | text | memo | Memo | | | |
| settings |
| | form_id | version | namespaces |
| | carers | 1 | doorstep="https://doorstep.dev/xforms" |
`

// past is one line of a record's history.
type pastLine struct{ ID, Kind, Field, Before, After, Status, Decision, By string }

func pastOf(t *testing.T, c *testapp.Client, id string) []pastLine {
	t.Helper()
	var out struct{ Items []pastLine }
	c.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/records/carers/"+id+"/history", nil, &out)
	return out.Items
}

// checks are the lines of a history that a check wrote, told in short.
func checks(lines []pastLine) []string {
	var all []string
	for _, l := range lines {
		if l.Kind == "check" {
			all = append(all, l.Field+" "+l.Before+" → "+l.After+" "+l.Status)
		}
	}
	return all
}

func entryOf(t *testing.T, lines []pastLine, field string) string {
	t.Helper()
	for _, l := range slices.Backward(lines) {
		if l.Kind == "check" && l.Field == field {
			return l.ID
		}
	}
	t.Fatalf("no check of %s in %+v", field, lines)
	return ""
}

// carersDoor sends a record of the form, or a correction of it, as a client of one door does.
type carersDoor func(answers map[string]any)

func carersDoors(t *testing.T) map[string]func(t *testing.T) (app *testapp.App, boss, other *testapp.Client, id string, send carersDoor) {
	begin := func(t *testing.T) (*testapp.App, *collect, *testapp.Client, *testapp.Client, *testapp.Client) {
		app, phone, tablet, boss := odkStage(t)
		server := app.Serve(t)
		if status, got := upload(t, app.Client(t, server, app.Worker(t, "M9", "manager", "9901")), "carers.md", []byte(carersForm), ""); status != 200 {
			t.Fatalf("%d %+v", status, got)
		}
		return app, phone, tablet, boss, app.Client(t, server, app.Worker(t, "S2", "supervisor", "990102"))
	}
	return map[string]func(t *testing.T) (*testapp.App, *testapp.Client, *testapp.Client, string, carersDoor){
		"native": func(t *testing.T) (*testapp.App, *testapp.Client, *testapp.Client, string, carersDoor) {
			app, _, tablet, boss, other := begin(t)
			id, seq := uuid.NewString(), 0
			return app, boss, other, id, func(answers map[string]any) {
				t.Helper()
				seq++
				op := map[string]any{"seq": seq, "op": "submit", "id": id, "form": "carers", "version": "1", "answers": answers}
				if seq > 1 {
					op["base_rev"] = app.Find(t, "carers", id).GetInt("rev")
				}
				if r := push(t, tablet, op)[0]; r.Status != "stored" {
					t.Fatalf("%+v", r)
				}
			}
		},
		"collect": func(t *testing.T) (*testapp.App, *testapp.Client, *testapp.Client, string, carersDoor) {
			app, phone, _, boss, other := begin(t)
			id, before := uuid.NewString(), ""
			next := id
			return app, boss, other, id, func(answers map[string]any) {
				t.Helper()
				phone.saved(xmlPart(record(t, app, "carers", next, before, answers)))
				before, next = next, uuid.NewString()
			}
		},
	}
}

func kidOf(name string, age int, job string) map[string]any {
	k := map[string]any{"kid": name, "kid_age": age}
	if job != "" {
		k["job"] = job
	}
	return k
}

// What a check took out of a record a reviewer puts back: it reaches the tablets, it stays when the tablet sends the record
// again without it, and it goes when an answer changes that decides about it. Nobody elsewhere can, and nothing else changes.
func TestWhatACheckTookOutIsPutBack(t *testing.T) {
	t.Parallel()
	for name, door := range carersDoors(t) {
		t.Run(name, func(t *testing.T) {
			app, boss, other, id, send := door(t)
			said := func(age int, memo string, more map[string]any) map[string]any {
				a := map[string]any{"age": age, "memo": memo, "grade": strconv.Itoa(age * 3), "twice": strconv.Itoa(age * 2), "kids": []any{kidOf("甲", 17, "送货"), kidOf("乙", 9, "")}}
				for k, v := range more {
					a[k] = v
				}
				return a
			}
			first := said(40, "一", map[string]any{"school": "一中", "grade": "7", "floor": "三楼", "kids": []any{kidOf("甲", 17, "送货"), kidOf("乙", 9, "帮工")}})
			send(first)
			want := []string{"floor 三楼 →  done", "grade 7 → 120 done", "kids[2]/job 帮工 →  done", "school 一中 →  done"}
			lines := pastOf(t, boss, id)
			if got := checks(lines); !sameSet(got, want) {
				t.Fatalf("history %q\n   want %q", got, want)
			}
			path := "/api/doorstep/v1/records/carers/" + id + "/put-back"
			ask := func(c *testapp.Client, field, value string, status int) {
				t.Helper()
				c.Want(status, http.MethodPost, path, map[string]any{"entry": entryOf(t, lines, field), "value": value, "comment": "核对过"}, nil)
			}
			ask(other, "school", "", http.StatusNotFound)
			ask(boss, "floor", "", http.StatusUnprocessableEntity)
			if got := app.Find(t, "carers", id).GetInt("rev"); got != 1 {
				t.Fatalf("revision %d after refusals", got)
			}
			ask(boss, "school", "", http.StatusOK)
			ask(boss, "school", "", http.StatusConflict)
			ask(boss, "grade", "", http.StatusOK)
			ask(boss, "kids[2]/job", "", http.StatusOK)
			rows := carerRows(app, t, id)
			says := func(step string, want map[string]string) {
				t.Helper()
				r := app.Find(t, "carers", id)
				for field, want := range want {
					if got := r.GetString(field); got != want {
						t.Errorf("%s: %s is %q, want %q", step, field, got, want)
					}
				}
			}
			says("put back", map[string]string{"school": "一中", "grade": "7", "floor": "null", "twice": "80", "rev": "4", "review_state": "edited"})
			var told int
			if err := app.DB().NewQuery("SELECT max(record_rev) FROM changes WHERE record='" + id + "'").Row(&told); err != nil || told != 4 {
				t.Errorf("the tablets are told of revision %d, %v", told, err)
			}
			if rows != "甲 送货,乙 帮工" {
				t.Errorf("rows %s", rows)
			}
			send(said(40, "二", nil)) // as a tablet sends it that shows what is relevant
			says("sent again", map[string]string{"school": "一中", "grade": "7", "memo": "二"})
			if got := carerRows(app, t, id); got != rows {
				t.Errorf("sent again: rows %s", got)
			}
			send(said(41, "二", nil))
			says("what decides about it changed", map[string]string{"school": "", "grade": "123", "memo": "二"})
			if got := carerRows(app, t, id); got != rows {
				t.Errorf("an answer beside the rows changed: rows %s", got)
			}
			lines = pastOf(t, boss, id)
			if i := slices.IndexFunc(lines, func(l pastLine) bool { return l.Field == "school" && l.Kind == "check" && l.Status == "done" }); i < 0 {
				t.Errorf("nothing of what was taken out again: %q", checks(lines))
			}
			if n := strings.Count(strings.Join(decisions(lines), " "), "put_back"); n != 3 {
				t.Errorf("%d decisions, want 3: %q", n, decisions(lines))
			}
			boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/records/carers/"+id+"/review", map[string]any{"decision": "approve"}, nil)
			boss.Want(http.StatusConflict, http.MethodPost, path, map[string]any{"entry": entryOf(t, lines, "school")}, nil)
			var audited int
			if err := app.DB().NewQuery("SELECT count(*) FROM audit WHERE action='review.put_back'").Row(&audited); err != nil || audited != 3 {
				t.Errorf("%d entries in the trail, %v", audited, err)
			}
		})
	}
}

// What cannot be stored as it was sent gets the value that the reviewer reads in it; who gave it does not approve it.
func TestWhatIsReadAnew(t *testing.T) {
	t.Parallel()
	app, boss, _, id, send := carersDoors(t)["native"](t)
	send(map[string]any{"age": 40, "floor": "三楼"})
	entry := entryOf(t, pastOf(t, boss, id), "floor")
	path := "/api/doorstep/v1/records/carers/" + id
	app.PlantBeside(t, collections.Edits, map[string]any{"id": "sent", "kind": "check", "collection": "carers", "record": id, "field": "floor",
		"before": "4", "status": "done"}, map[string]any{"kind": "correction", "record": uuid.NewString()})
	for _, beside := range []string{"sent-kind", "sent-record"} {
		boss.Want(http.StatusNotFound, http.MethodPost, path+"/put-back", map[string]any{"entry": beside, "rev": 1}, nil)
	}
	boss.Want(http.StatusUnprocessableEntity, http.MethodPost, path+"/put-back", map[string]any{"entry": entry, "value": "三"}, nil)
	boss.Want(http.StatusConflict, http.MethodPost, path+"/put-back", map[string]any{"entry": entry, "value": "3", "rev": 9}, nil)
	boss.Want(http.StatusOK, http.MethodPost, path+"/put-back", map[string]any{"entry": entry, "value": "3", "rev": 1}, nil)
	if got := app.Find(t, "carers", id).GetString("floor"); got != "3" {
		t.Errorf("floor %s", got)
	}
	boss.Want(http.StatusForbidden, http.MethodPost, path+"/review", map[string]any{"decision": "approve"}, nil)
}

// A calculation that stands beside the server's own is told once, whatever is sent after it: the same again, a correction
// of something else, rows in another order. Another value is told.
func TestAKeptCalculationIsToldOnce(t *testing.T) {
	t.Parallel()
	for name, door := range carersDoors(t) {
		t.Run(name, func(t *testing.T) {
			_, boss, _, id, send := door(t)
			said := func(twice, memo string, kids ...any) map[string]any {
				return map[string]any{"age": 40, "grade": "120", "twice": twice, "memo": memo, "kids": kids}
			}
			a, b := kidOf("甲", 9, "送货"), kidOf("乙", 17, "")
			for _, step := range []struct {
				answers map[string]any
				checks  int
			}{
				{said("7", "一", a, b), 2}, {said("7", "一", a, b), 2}, {said("7", "二", a, b), 2}, {said("7", "二", b, a), 2}, {said("7", "二", kidOf("零", 3, ""), b, a), 2},
				{said("8", "二", kidOf("零", 3, ""), b, a), 3}, {said("7", "二", kidOf("零", 3, ""), b, a), 4},
			} {
				send(step.answers)
				if got := checks(pastOf(t, boss, id)); len(got) != step.checks {
					t.Fatalf("after %v: %q", step.answers, got)
				}
			}
		})
	}
}

func decisions(lines []pastLine) (all []string) {
	for _, l := range lines {
		if l.Kind == "review" {
			all = append(all, l.Decision)
		}
	}
	return all
}

func sameSet(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

func carerRows(app *testapp.App, t *testing.T, id string) string {
	t.Helper()
	var all []string
	for _, r := range app.Clear(t, "carers_kids", "visit='"+id+"' ORDER BY position", "kid", "job") {
		all = append(all, strings.TrimSpace(r[0]+" "+r[1]))
	}
	return strings.Join(all, ",")
}
