package hooks_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// twin is one of two families of whom the same is told: the rows of one are damaged, the other is its neighbour.
type twin struct {
	Tablet, Token, Visit, Household, Person, Pair, Task, File, Glass, Asked, Held, Paradata string
	name, number, address, heldRow                                                          string
	op, held                                                                                map[string]any
}

func (w twin) ids() []string {
	return []string{w.Tablet, w.Token, w.Visit, w.Household, w.Person, w.Pair, w.Task, w.File, w.Glass, w.Asked, w.Held, w.Paradata}
}

// street is a database in which both families live.
type street struct {
	app                                           *testapp.App
	worker, boss, manager, second, away, operator *testapp.Client
	secret                                        map[string]string // of the ODK token of each twin
	twins                                         [2]twin
}

func (s *street) tablet(w twin) *testapp.Client {
	c := *s.worker
	c.Device = w.Tablet
	return &c
}

func (s *street) phone(t *testing.T, w twin) *collect {
	return &collect{t, s.worker.URL + "/v1/key/" + s.secret[w.Token] + "/projects/all"}
}

// writeStreet tells of both families through every door that leaves something sealed.
func writeStreet(t *testing.T) *street {
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	as := func(staffNo, role, area string) *testapp.Client {
		return app.Client(t, server, app.Worker(t, staffNo, role, area))
	}
	s := &street{app: app, secret: map[string]string{}, boss: as("S1", "supervisor", "990101"), manager: as("M1", "manager", "9901"), second: as("M2", "manager", "9901"), away: as("S2", "supervisor", "990102")}
	s.operator = app.Client(t, server, superuser(t, app))
	field := app.Worker(t, "F1", "field", "990101001001")
	s.worker = app.Client(t, server, field)
	for i, w := range []twin{{name: "欧阳甲甲", number: number1, address: "示例路 1 号"}, {name: "欧阳乙乙", number: "990000201503010033", address: "示例路 2 号"}} {
		s.tell(t, field.Id, i, &w)
		s.twins[i] = w
	}
	return s
}

func (s *street) tell(t *testing.T, worker string, i int, w *twin) {
	t.Helper()
	picture := photo(t, byte(i+1), 60_000)
	tablet := *s.worker
	tablet.Register()
	w.Tablet, w.Visit = tablet.Device, uuid.NewString()
	bring(t, &tablet, picture)
	w.op = operation(1, w.Visit, childVisit(testapp.Inside(gridA), w.address, child(w.name, w.number, "2015-03-01", nil)))
	w.op["files"] = []map[string]any{{"name": w.name + ".jpg", "sha256": digest(picture), "size": len(picture)}}
	first := push(t, &tablet, w.op)[0]
	w.Household, w.Person = first.Household, first.Persons[0]
	other := push(t, &tablet, operation(2, uuid.NewString(), childVisit(testapp.Inside(gridB), w.address+" 旁", child(w.name, w.number, "2015-03-01", nil))))[0]
	w.Pair = other.Duplicates[0].ID
	push(t, &tablet, operation(3, w.Visit, s.corrected(*w, w.name+"改", "13900000000")))
	w.Held = uuid.NewString()
	w.held = map[string]any{"seq": 4, "op": "submit", "id": w.Held, "form": "nobody", "answers": map[string]any{"name": w.name}}
	push(t, &tablet, w.held)
	review := "/api/doorstep/v1/records/child_visits/" + w.Visit + "/review"
	s.boss.Want(http.StatusOK, http.MethodPost, review, map[string]any{"decision": "return", "comment": "请问 " + w.name}, nil)
	s.boss.Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/duplicates/"+w.Pair+"/decide", map[string]any{"status": "same", "comment": w.name}, nil)
	var made struct{ ID, Token string }
	s.away.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/break-glass", map[string]string{"collection": "persons", "record": w.Person, "reason": "邻居来电,需立即核实 " + w.name}, &made)
	w.Glass = made.ID
	s.manager.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/export-requests", map[string]string{"form": "child_visit", "states": allStates, "reason": "需要核对身份的名单 " + w.name}, &made)
	w.Asked = made.ID
	s.manager.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/workers/"+worker+"/token", map[string]string{"label": "平板 " + w.name}, &made)
	w.Token, s.secret[made.ID] = made.ID, made.Token
	w.Paradata = uuid.NewString()
	err := collections.Write(t.Context(), s.app.TestApp, func(db collections.DB) error {
		return collections.Insert(db, collections.Paradata, collections.Row{{Column: "id", Value: w.Paradata}, {Column: "collection", Value: "child_visits"}, {Column: "record", Value: w.Visit}, {Column: "instance", Value: w.Visit}, {Column: "track", Value: "[[1,2]]"}, {Column: "area", Value: gridA}})
	})
	if err != nil {
		t.Fatal(err)
	}
	for column, query := range map[*string]string{
		&w.Task: `SELECT id FROM tasks WHERE record=? AND kind='correct'`, &w.File: `SELECT id FROM attachments WHERE record=?`, &w.heldRow: `SELECT id FROM submissions WHERE instance=?`,
	} {
		about := w.Visit
		if column == &w.heldRow {
			about = w.Held
		}
		if _, err := collections.One(collections.Read(s.app.TestApp), query, []any{about}, column); err != nil || *column == "" {
			t.Fatalf("%s: %v", query, err)
		}
	}
}

func (s *street) corrected(w twin, name, phone string) map[string]any {
	known := child(name, w.number, "2015-03-01", nil)
	known["person_id"], known["child_basic"].(map[string]any)["child_phone"] = w.Person, phone
	return childVisit(testapp.Inside(gridA), w.address, known)
}

// copied is the same street in a database of its own, in which the rows of some tables about the first family are damaged.
func (s *street) copied(t *testing.T, from string, tables []string) (*street, []string) {
	t.Helper()
	c := *s
	c.app = testapp.Open(t, from)
	if err := os.CopyFS(filepath.Join(c.app.DataDir(), "attachments"), os.DirFS(filepath.Join(s.app.DataDir(), "attachments"))); err != nil {
		t.Fatal(err)
	}
	url := c.app.Serve(t).URL
	for _, who := range []**testapp.Client{&c.worker, &c.boss, &c.manager, &c.second, &c.away, &c.operator} {
		*who = (*who).At(t, url)
	}
	var damaged []string
	for _, table := range tables {
		damaged = append(damaged, c.damage(t, table)...)
	}
	return &c, damaged
}

// damage spoils what is sealed of the rows of a table that speak of the first family alone.
func (s *street) damage(t *testing.T, table string) (damaged []string) {
	t.Helper()
	for id, row := range s.app.Picture(t)[table] {
		c := testapp.Change{Before: row}
		if row["sealed"] != "" && c.Names(s.twins[0].ids()) && !c.Names(s.twins[1].ids()) {
			damaged = append(damaged, table+"/"+id)
		}
	}
	if len(damaged) == 0 {
		t.Fatalf("nothing sealed of the first family in %s", table)
	}
	for _, place := range damaged {
		if _, err := s.app.DB().NewQuery(`UPDATE "` + table + `" SET sealed=substr(sealed,1,length(sealed)-6)||'AAAAAA' WHERE '` + table + `/'||id='` + place + `'`).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	return damaged
}
