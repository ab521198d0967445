package hooks_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// kid is a child without a number, so that name and birth date tell who it is.
func kid(name, born, sex string) map[string]any {
	c := child(name, "", born, nil)
	basic := c["child_basic"].(map[string]any)
	basic["child_sex"], basic["child_id_type"] = sex, "none"
	delete(basic, "child_id_number")
	return c
}

func based(op map[string]any, rev int) map[string]any { op["base_rev"] = rev; return op }

func kidsOf(t *testing.T, app *testapp.App, visit string) []*core.Record {
	t.Helper()
	rows, err := app.FindRecordsByFilter("child_visit_children", "visit={:v}", "position", 0, 0, map[string]any{"v": visit})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// A row of a repeat is who it is, wherever it stands: its id, its person and what others correct of it move with it.
func TestRowsKeepTheirPeople(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	at, id, beside := testapp.Inside(gridA), uuid.NewString(), uuid.NewString()
	first, second := kid("钱大一", "2014-01-02", "male"), kid("钱大二", "2016-03-04", "male")
	push(t, tablet, operation(1, id, childVisit(at, "示例路 1 号", first, second)), operation(2, beside, childVisit(at, "示例路 2 号", kid("孙小三", "2015-05-05", "female"))))
	before, neighbour := kidsOf(t, app, id), kidsOf(t, app, beside)[0]
	push(t, tablet, based(operation(3, id, childVisit(at, "示例路 1 号", kid("钱大零", "2014-01-02", "male"), first, second)), 1))
	r := push(t, tablet, based(operation(4, id, childVisit(at, "示例路 1 号", kid("钱大一", "2014-01-02", "female"), second)), 1))[0]
	rows := kidsOf(t, app, id)
	if r.Status != "stored" || len(rows) != 3 {
		t.Fatalf("%+v, %d rows", r, len(rows))
	}
	for i, want := range []string{"male", "female", "male"} {
		if got := rows[i].GetString("child_sex"); got != want {
			t.Errorf("row %d is %s, want %s", i+1, got, want)
		}
	}
	if rows[1].Id != before[0].Id || rows[2].Id != before[1].Id || rows[1].GetString("person") != before[0].GetString("person") || rows[2].GetString("person") != before[1].GetString("person") {
		t.Error("ids or persons did not move with their rows")
	}
	people := []string{rows[0].GetString("person"), rows[1].GetString("person"), rows[2].GetString("person")}
	if slices.Sort(people); len(slices.Compact(people)) != 3 {
		t.Errorf("a twin was taken for the other: %v", people)
	}
	if now := kidsOf(t, app, beside)[0]; now.Id != neighbour.Id || now.GetInt("rev") != neighbour.GetInt("rev") || now.GetString("child_sex") != "female" {
		t.Errorf("the neighbour changed: %v", now)
	}
}

func homeOf(t *testing.T, app *testapp.App, id string) *core.Record {
	t.Helper()
	r, err := app.FindRecordById("households", id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// What is said of a household changes what the tablet changed, and no more.
func TestHouseholdsAreMergedByFact(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	id := uuid.NewString()
	said := func(seq, base int, more map[string]any) receipt {
		answers := map[string]any{"address": "示例路 5 号", "residents": 3, "lat": 21.294292, "lon": 116.578499}
		for k, v := range more {
			answers[k] = v
		}
		return push(t, tablet, map[string]any{"seq": seq, "op": "household", "id": id, "base_rev": base, "answers": answers})[0]
	}
	said(1, 0, nil)
	if r := said(2, 1, map[string]any{"residents": 5}); r.Status != "stored" || r.Rev != 2 {
		t.Fatalf("%+v", r)
	}
	if r := said(3, 1, map[string]any{"address": "示例路 5 号 101"}); r.Status != "stored" || homeOf(t, app, id).GetInt("residents") != 5 {
		t.Errorf("a stale tablet that did not touch it undid it: %+v, %d", r, homeOf(t, app, id).GetInt("residents"))
	}
	if r := said(4, 1, map[string]any{"residents": 7}); r.Status != "conflict" || len(r.Conflicts) != 1 || r.Conflicts[0] != "residents" || homeOf(t, app, id).GetInt("residents") != 5 {
		t.Errorf("the same fact, changed by both: %+v", r)
	}
	if r := said(5, int(homeOf(t, app, id).GetInt("rev")), map[string]any{"residents": 3}); r.Status != "stored" || homeOf(t, app, id).GetInt("residents") != 3 {
		t.Errorf("set back: %+v", r)
	}
	if r := said(6, 99, nil); r.Code != "operation.unknown_base" {
		t.Errorf("a base that never was: %+v", r)
	}
	open, err := app.FindRecordsByFilter("edits", "record={:id} && status='open' && kind='conflict'", "", 0, 0, map[string]any{"id": id})
	if err != nil || len(open) != 1 {
		t.Errorf("%d open conflicts, %v", len(open), err)
	}
}

// What an operator changed in the dashboard is a change like a tablet's: it is in the history, and a stale tablet that says
// otherwise makes a conflict. A change of another fact goes through, and the neighbours stay as they are.
func TestAStaleTabletAgainstTheDashboard(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	id, other := uuid.NewString(), uuid.NewString()
	said := func(seq, base int, id, phone string, residents int) receipt {
		answers := map[string]any{"address": "示例路 5 号" + id[:4], "phone": phone, "residents": residents, "lat": 21.294292, "lon": 116.578499}
		return push(t, tablet, map[string]any{"seq": seq, "op": "household", "id": id, "base_rev": base, "answers": answers})[0]
	}
	said(1, 0, id, "13900000001", 3)
	said(2, 0, other, "13900000009", 4)
	neighbour := app.Clear(t, "households", "id='"+other+"'", "phone", "residents", "rev", "area")
	home := homeOf(t, app, id)
	home.Set("phone", "13900000002")
	if err := app.Save(home); err != nil {
		t.Fatal(err)
	}
	if r := said(3, 1, id, "13900000003", 5); r.Status != "conflict" || len(r.Conflicts) != 1 || r.Conflicts[0] != "phone" {
		t.Errorf("a stale tablet against the dashboard: %+v", r)
	}
	if got := app.Clear(t, "households", "id='"+id+"'", "phone", "residents"); got[0][0] != "13900000002" || got[0][1] != "5" {
		t.Errorf("the household says %v", got)
	}
	history := app.Clear(t, "edits", "record='"+id+"' AND kind='correction' AND field='phone'", "before", "after", "record_rev")
	if len(history) != 1 || history[0][0] != "13900000001" || history[0][1] != "13900000002" || history[0][2] != "2" {
		t.Errorf("the history says %v", history)
	}
	if got := app.Clear(t, "households", "id='"+other+"'", "phone", "residents", "rev", "area"); !slices.Equal(got[0], neighbour[0]) {
		t.Errorf("next door it says %v, was %v", got, neighbour)
	}
}

// A person changed in the dashboard is in the history too, and a save without a change leaves no trace there.
func TestAPersonChangedInTheDashboard(t *testing.T) {
	t.Parallel()
	app, _, _ := stage(t)
	id, _ := person(t, app, gridA)
	neighbour, _ := person(t, app, gridA)
	p, err := app.FindRecordById("persons", id)
	if err != nil {
		t.Fatal(err)
	}
	if err := app.Save(p); err != nil {
		t.Fatal(err)
	}
	if p, err = app.FindRecordById("persons", id); err != nil {
		t.Fatal(err)
	}
	p.Set("phone", "13900000002")
	p.Set("name", "陈小红")
	if err := app.Save(p); err != nil {
		t.Fatal(err)
	}
	history := app.Clear(t, "edits", "record IN ('"+id+"','"+neighbour+"') AND kind='correction'", "record", "field", "before", "after")
	slices.SortFunc(history, func(a, b []string) int { return strings.Compare(a[1], b[1]) })
	if len(history) != 2 || history[0][1] != "name" || history[0][2] != "陈小明" || history[0][3] != "陈小红" || history[1][1] != "phone" || history[1][3] != "13900000002" {
		t.Errorf("the history says %v", history)
	}
	var noted int
	if _, err := collections.One(collections.Read(app.TestApp), `SELECT COUNT(*) FROM entity_versions WHERE entity=? AND list='persons' AND properties LIKE '%"full_name":true%' AND properties LIKE '%"phone":true%'`, []any{id}, &noted); err != nil || noted != 1 {
		t.Errorf("%d versions, %v", noted, err)
	}
}

const photoForm = `
| survey |
| | type | name | label |
| | text | memo | Memo |
| | image | photo | Photo |
| settings |
| | form_id | version |
| | held | 1 |
`

// A file that takes the place of another is a change: the review begins again and both files are kept. What somebody else
// sends under the id touches nothing.
func TestAReplacedPhotoIsAChange(t *testing.T) {
	t.Parallel()
	app, phone, _, boss := odkStage(t)
	publishElsewhere(t, app, photoForm)
	if err := app.Doorstep.Library.Refresh(app); err != nil {
		t.Fatal(err)
	}
	id := uuid.NewString()
	xml := xmlPart(record(t, app, "held", id, "", map[string]any{"memo": "m", "photo": "p.jpg"}))
	review := "/api/doorstep/v1/records/held/" + id + "/review"
	phone.saved(xml)
	boss.Want(http.StatusOK, http.MethodPost, review, map[string]any{"decision": "approve"}, nil)
	phone.saved(xml, filePart("p.jpg", "one"))
	state := func() string { return recordIn(t, app, "held", id).GetString("review_state") }
	if state() != "approved" || !recordIn(t, app, "held", id).GetBool("complete") {
		t.Errorf("a file that was waited for: %s", state())
	}
	other := newCollect(t, app, app.Serve(t), app.Worker(t, "F2", "field", "990101001001").Id)
	other.saved(xmlPart(record(t, app, "held", id, "", map[string]any{"memo": "x", "photo": "p.jpg"})), filePart("p.jpg", "forged"))
	files := func() []*core.Record {
		all, err := app.FindRecordsByFilter("attachments", "record={:id}", "created", 0, 0, map[string]any{"id": id})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if state() != "approved" || len(files()) != 1 || files()[0].GetString("sha256") != digest([]byte("one")) {
		t.Errorf("somebody else's file took the place: %s, %d files", state(), len(files()))
	}
	phone.saved(xml, filePart("p.jpg", "two"))
	if all := files(); state() != "edited" || len(all) != 2 || !all[0].GetBool("replaced") || all[0].GetString("sha256") != digest([]byte("one")) {
		t.Errorf("a replaced file: %s, %d files", state(), len(all))
	}
	shown := func(id string) (files []string) {
		var out struct {
			Rows []struct{ File *struct{ ID string } }
		}
		boss.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/records/held/"+id, nil, &out)
		for _, row := range out.Rows {
			if row.File != nil {
				files = append(files, row.File.ID)
			}
		}
		return files
	}
	neighbour := uuid.NewString()
	phone.saved(xmlPart(record(t, app, "held", neighbour, "", map[string]any{"memo": "m", "photo": "p.jpg"})), filePart("p.jpg", "next door"))
	for of, want := range map[string]string{id: files()[1].Id, neighbour: strings.TrimPrefix(attachmentOf(t, app, neighbour), "/api/doorstep/v1/attachments/")} {
		if got := shown(of); !slices.Equal(got, []string{want}) {
			t.Errorf("a reviewer is shown %v, want the newest file of the record, %s", got, want)
		}
	}
	edit := uuid.NewString()
	phone.saved(xmlPart(record(t, app, "held", edit, id, map[string]any{"memo": "n", "photo": "q.jpg"})))
	if recordIn(t, app, "held", id).GetBool("complete") {
		t.Error("complete although a file is waited for")
	}
	phone.saved(xmlPart(record(t, app, "held", uuid.NewString(), edit, map[string]any{"memo": "o"})))
	if !recordIn(t, app, "held", id).GetBool("complete") {
		t.Error("still waiting for a file that no answer names")
	}
}

func recordIn(t *testing.T, app *testapp.App, table, id string) *core.Record {
	t.Helper()
	r, err := app.FindRecordById(table, id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// What the server finds out by itself is not set by hand, and a save that changes nothing changes nothing.
func TestSavesThatChangeNoAnswer(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	id := uuid.NewString()
	push(t, tablet, operation(1, id, visitAt("示例路 1 号")))
	for column, value := range map[string]any{"review_state": "approved", "area": gridC, "worker": "nobody", "issues": []any{}, "rev": 9, "household": "x"} {
		r := recordIn(t, app, "child_visits", id)
		r.Set(column, value)
		if err := app.Save(r); err == nil {
			t.Errorf("%s was set by hand", column)
		}
	}
	if err := app.Save(recordIn(t, app, "child_visits", id)); err != nil {
		t.Fatal(err)
	}
	r := recordIn(t, app, "child_visits", id)
	if r.GetInt("rev") != 1 || r.GetString("review_state") == "edited" {
		t.Errorf("a save without a change: revision %d, %s", r.GetInt("rev"), r.GetString("review_state"))
	}
	r.Set("residents", 6)
	if err := app.Save(r); err != nil {
		t.Fatal(err)
	}
	if r = recordIn(t, app, "child_visits", id); r.GetInt("rev") != 2 || r.GetString("review_state") != "edited" || r.GetString("residents") != "6" {
		t.Errorf("an answer that was changed: revision %d, %s, %s", r.GetInt("rev"), r.GetString("review_state"), r.GetString("residents"))
	}
}
