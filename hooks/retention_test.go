package hooks_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/retention"
	"doorstep/internal/testapp"
)

// contents is every value of every table, as the database holds it and with what is sealed in clear.
func contents(t *testing.T, app *testapp.App) string {
	t.Helper()
	var tables []string
	db := collections.Read(app)
	err := collections.Each(db, `SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%' AND name!='forms'`, nil, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		tables = append(tables, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range tables {
		err := testapp.EachRow(db, `SELECT * FROM "`+name+`"`, func(columns []string, values []any) error {
			for i, v := range values {
				fmt.Fprintf(&all, "%s.%s=%v\n", name, columns[i], v)
			}
			if at := slices.Index(columns, collections.SealedColumn); at >= 0 {
				id, sealed := fmt.Sprint(values[slices.Index(columns, "id")]), fmt.Sprint(values[at])
				opened, err := collections.Open(db, name, id, sealed)
				for _, v := range opened {
					fmt.Fprintf(&all, "%s.%s=%s\n", name, v.Column, v.Text)
				}
				return err
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

func linesWith(all, word string) []string {
	var found []string
	for line := range strings.Lines(all) {
		if strings.Contains(line, word) {
			found = append(found, line[:min(len(line), 200)])
		}
	}
	return found
}

func TestErasingAPersonLeavesNothingOfThem(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	manager := app.Client(t, app.Serve(t), app.Worker(t, "M1", "manager", "990101"))
	photoBytes := photo(t, 1, 60_000)
	id := uuid.NewString()
	visit := func(residents int) map[string]any {
		v := childVisit(testapp.Inside(gridA), "示例路 88 号", child("欧阳小红", number1, "2015-03-01", nil), child("王小明", "", "2016-04-02", nil))
		v["household"].(map[string]any)["residents"] = residents
		v["closing"] = map[string]any{"remarks": "欧阳小红 常独自在家"}
		return v
	}
	op := operation(1, id, visit(4))
	op["files"] = []map[string]any{{"name": "门牌.jpg", "sha256": digest(photoBytes), "size": len(photoBytes)}}
	r := push(t, tablet, op)[0]
	if r.Status != "stored" || len(r.Persons) != 2 {
		t.Fatalf("%+v", r)
	}
	bring(t, tablet, photoBytes)
	boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/records/child_visits/"+id+"/review", map[string]any{"decision": "return", "comment": "欧阳小红 的证件号码请核对"}, nil)
	corrected := operation(2, id, visit(5))
	corrected["base_rev"] = 2
	if r := push(t, tablet, corrected)[0]; r.Status != "stored" {
		t.Fatalf("%+v", r)
	}
	first := pull(t, tablet, "")
	before := contents(t, app)
	for _, word := range []string{r.Persons[0], digest(photoBytes)} {
		if len(linesWith(before, word)) == 0 {
			t.Fatalf("%s is nowhere: the search finds nothing", word)
		}
	}

	erase := "/api/doorstep/v1/persons/" + r.Persons[0] + "/erase"
	boss.Want(http.StatusForbidden, http.MethodPost, erase, map[string]string{"basis": "guardian_request"}, nil)
	manager.Want(http.StatusBadRequest, http.MethodPost, erase, map[string]string{"basis": "because"}, nil)
	manager.Want(http.StatusNoContent, http.MethodPost, erase, map[string]string{"basis": "guardian_request"}, nil)

	after := contents(t, app)
	for _, word := range []string{"欧阳小红", number1, "2015-03-01", "独自在家"} {
		if left := linesWith(after, word); len(left) > 0 {
			t.Errorf("%s is left in %q", word, left)
		}
	}
	for _, name := range []string{"data.db", "data.db-wal"} {
		file, err := os.ReadFile(filepath.Join(app.DataDir(), name))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(file, []byte("欧阳小红")) {
			t.Errorf("the bytes of %s still hold the name", name)
		}
	}
	if stored(app, photoBytes) {
		t.Error("the photo is left")
	}
	pairOf(t, tablet, first.Cursor, r.Persons[0], r.Persons[1], id)

	if whole := linesWith(after, "erasures.kind=record"); len(whole) > 0 {
		t.Errorf("a visit with another child in it counts as erased: %q", whole)
	}
	if again := push(t, tablet, op)[0]; again.Status != "unchanged" {
		t.Errorf("a repetition: %+v", again)
	}
	late := operation(3, id, visit(6))
	late["base_rev"] = 3
	if r := push(t, tablet, late)[0]; r.Status != "quarantined" || r.Code != "operation.erased" {
		t.Errorf("a correction made before the erasure: %+v", r)
	}
	held := childVisit(testapp.Inside(gridA), "示例路 89 号", child("欧阳小红", number1, "2015-03-01", nil))
	held["children"].([]map[string]any)[0]["person_id"] = r.Persons[0]
	if now := push(t, tablet, operation(4, uuid.NewString(), held))[0]; now.Status != "stored" || len(now.Persons) != 1 || now.Persons[0] == r.Persons[0] {
		t.Errorf("a new visit by a tablet that still holds the person: %+v", now)
	}
}

// pairOf checks what the tablet learns: the erased person is deleted, the other stays, and the visit has one child.
func pairOf(t *testing.T, tablet *testapp.Client, cursor, gone, kept, visit string) {
	t.Helper()
	said := map[string]string{}
	for _, c := range pull(t, tablet, cursor).Changes {
		said[c.ID] = c.Op + " " + string(c.Data)
	}
	if !strings.HasPrefix(said[gone], "delete") {
		t.Errorf("the erased person: %q", said[gone])
	}
	if strings.HasPrefix(said[kept], "delete") {
		t.Error("the other child was deleted too")
	}
	if v := said[visit]; !strings.HasPrefix(v, "upsert") || !strings.Contains(v, "王小明") || strings.Contains(v, "欧阳小红") {
		t.Errorf("the visit: %q", v)
	}
	for _, c := range pull(t, tablet, "").Changes {
		if c.ID == gone {
			t.Error("a first sync still brings the person")
		}
	}
}

func TestRetentionReportsFirst(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	server := app.Serve(t)
	city, district := app.Client(t, server, app.Worker(t, "M0", "manager", "9901")), app.Client(t, server, app.Worker(t, "M2", "manager", "990102"))
	for i, grid := range []string{gridA, gridA, gridB} {
		name := []string{"赵一", "钱二", "孙三"}[i]
		if r := push(t, tablet, operation(i+1, uuid.NewString(), childVisit(testapp.Inside(grid), fmt.Sprintf("示例路 %d 号", i+1), child(name, "", "2015-03-01", nil))))[0]; r.Status != "stored" {
			t.Fatalf("%+v", r)
		}
	}
	if _, err := app.DB().NewQuery(`UPDATE child_visits SET area='990102001001001' WHERE area=(SELECT MAX(area) FROM child_visits)`).Execute(); err != nil {
		t.Fatal(err)
	}
	city.Want(http.StatusOK, http.MethodPost, "/api/collections/retention_policies/records", map[string]any{"collection": "child_visits", "days": 90, "active": true}, nil)
	reports := func() (list struct {
		Items []struct {
			ID, Status  string
			Due, Erased int
		}
	}) {
		if err := retention.Report(t.Context(), app, app.Doorstep.Library, app.Doorstep.Now()); err != nil {
			t.Fatal(err)
		}
		city.Want(http.StatusOK, http.MethodGet, "/api/collections/retention_reports/records", nil, &list)
		return list
	}
	if early := reports(); len(early.Items) != 0 {
		t.Fatalf("due on the first day: %+v", early)
	}
	app.Advance(91 * 24 * time.Hour)
	due := reports()
	if len(due.Items) != 1 || due.Items[0].Due != 3 || due.Items[0].Status != "open" {
		t.Fatalf("%+v", due)
	}
	if n := len(linesWith(contents(t, app), "child_visits.outcome=1")); n != 3 {
		t.Fatalf("%d records after the report", n)
	}

	approve := "/api/doorstep/v1/retention/" + due.Items[0].ID + "/approve"
	tablet.Want(http.StatusForbidden, http.MethodPost, approve, nil, nil)
	var done retention.Result
	district.Want(http.StatusOK, http.MethodPost, approve, nil, &done)
	if done.Erased+done.Left != 3 || done.Erased == 0 || done.Left == 0 {
		t.Errorf("a district erased %+v", done)
	}
	left := done.Left
	city.Want(http.StatusOK, http.MethodPost, approve, nil, &done)
	if done.Erased != left || done.Left != 0 {
		t.Errorf("the city erased %+v of %d", done, left)
	}
	city.Want(http.StatusConflict, http.MethodPost, approve, nil, nil)
	all := contents(t, app)
	for _, word := range []string{"赵一", "钱二", "孙三", "示例路", "child_visit_children.id="} {
		if found := linesWith(all, word); len(found) > 0 {
			t.Errorf("%s is left in %q", word, found)
		}
	}
	if n := len(linesWith(all, "child_visits.outcome=1")); n != 3 {
		t.Errorf("%d dispositions are left, want 3", n)
	}
	if again := reports(); len(again.Items) != 1 || again.Items[0].Status != "done" || again.Items[0].Erased != 3 {
		t.Errorf("%+v", again)
	}
}
