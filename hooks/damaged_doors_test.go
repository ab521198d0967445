package hooks_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/collections/forms"
	"doorstep/internal/audit"
	"doorstep/internal/grid"
	"doorstep/internal/retention"
	"doorstep/internal/roster"
	"doorstep/internal/sealing"
	"doorstep/internal/testapp"
)

const allStates = "received,has_issues,returned,edited,approved,rejected"

// unzipped is all that is in an archive, and in the archives in it.
func unzipped(b []byte) []byte {
	archive, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return b
	}
	var all []byte
	for _, f := range archive.File {
		if r, err := f.Open(); err == nil {
			inner, _ := io.ReadAll(r)
			all = append(all, unzipped(inner)...)
		}
	}
	return all
}

// door is one way in which rows are read, on behalf of one of the twins; shows is what of the neighbour its answer must hold.
// One of both asks for both at once.
type door struct {
	name  string
	of    func(t *testing.T, s *street, w twin) (int, []byte)
	shows func(w twin) string
	both  bool
	needs string // the tables whose damaged row it may answer 409 for
}

func ofBoth(d door) door { d.both = true; return d }

func (d door) needing(tables string) door { d.needs = tables; return d }

func nothing(twin) string { return "" }

func done(err error) (int, []byte) {
	if err != nil {
		return http.StatusInternalServerError, []byte(err.Error())
	}
	return http.StatusOK, nil
}

func found(a answer) (int, []byte) { return a.Status, a.Body }

func asks(who func(*street) *testapp.Client, path func(twin) string, shows func(twin) string) door {
	return door{name: "GET " + path(twin{}), of: func(_ *testing.T, s *street, w twin) (int, []byte) {
		status, body := who(s).Do(http.MethodGet, path(w), nil)
		return status, unzipped(body)
	}, shows: shows}
}

func says(who func(*street) *testapp.Client, path func(twin) string, body func(twin) any, shows func(twin) string) door {
	return door{name: "POST " + path(twin{}), of: func(t *testing.T, s *street, w twin) (int, []byte) {
		return who(s).Do(http.MethodPost, path(w), body(w))
	}, shows: shows}
}

func theBoss(s *street) *testapp.Client    { return s.boss }
func theManager(s *street) *testapp.Client { return s.manager }
func theAway(s *street) *testapp.Client    { return s.away }

func pushed(name string, op func(s *street, w twin) map[string]any) door {
	return door{name: "push " + name, of: func(t *testing.T, s *street, w twin) (int, []byte) {
		status, body := s.tablet(w).Do(http.MethodPost, "/api/sync/v1/push", map[string]any{"operations": []any{op(s, w), operation(90+len(name), uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 "+name))}})
		if kept := strings.Count(string(body), `"status":"stored"`) + strings.Count(string(body), `"status":"conflict"`) + strings.Count(string(body), `"status":"unchanged"`) + strings.Count(string(body), `"row.damaged"`); kept != 2 {
			return http.StatusTeapot, body
		}
		return status, body
	}, shows: nothing}
}

// theDoors are in the order in which one family's rows are read, changed and erased.
func theDoors(tables []string) []door {
	name, visit := func(w twin) string { return w.name }, func(w twin) string { return w.Visit }
	person, household := func(w twin) string { return w.Person }, func(w twin) string { return w.Household }
	at := func(format string, of func(twin) string) func(twin) string {
		return func(w twin) string { return strings.Replace(format, "ID", of(w), 1) }
	}
	all := slices.Collect(func(yield func(string) bool) {
		for i := range 256 {
			if !yield(strconv.Itoa(i)) {
				return
			}
		}
	})
	doors := []door{
		{name: "pull", of: func(t *testing.T, s *street, w twin) (int, []byte) {
			return s.tablet(w).Do(http.MethodGet, "/api/sync/v1/pull?limit=1000", nil)
		}, shows: household, both: true},
		{name: "digest after a pull", of: func(t *testing.T, s *street, w twin) (int, []byte) {
			d := pulled(t, device(s.tablet(w), 0))
			if n, err := d.Verify(t.Context()); err != nil || n != 0 {
				return http.StatusTeapot, fmt.Appendf(nil, "%d %v", n, err)
			}
			return http.StatusOK, nil
		}, shows: nothing, both: true},
		{name: "repair", of: func(t *testing.T, s *street, w twin) (int, []byte) {
			return s.tablet(w).Do(http.MethodGet, "/api/sync/v1/repair?buckets="+strings.Join(all, ","), nil)
		}, shows: visit, both: true},
		{name: "register a tablet again", of: func(t *testing.T, s *street, w twin) (int, []byte) {
			return s.tablet(w).Do(http.MethodPost, "/api/sync/v1/devices", map[string]string{"id": w.Tablet, "name": "平板"})
		}, shows: nothing},
		{name: "entity lists", of: func(t *testing.T, s *street, w twin) (int, []byte) {
			m := s.phone(t, w).manifest("child_visit")
			var lists []byte
			for _, list := range []string{"households.csv", "persons.csv"} {
				lists = append(lists, s.phone(t, w).get(m[list].DownloadURL).Body...)
			}
			return http.StatusOK, lists
		}, shows: person, both: true},
		{name: "correction form", of: func(t *testing.T, s *street, w twin) (int, []byte) {
			for _, f := range s.phone(t, w).forms() {
				if strings.Contains(f.Name, w.name) {
					return found(s.phone(t, w).do(http.MethodGet, f.DownloadURL, nil, nil))
				}
			}
			return http.StatusConflict, []byte(`"row.damaged"`) // there is none
		}, shows: name, needs: "tasks child_visits child_visit_children"},
		asks(theBoss, at("/api/doorstep/v1/records/child_visits/ID/history", visit), name),
		ofBoth(asks(theBoss, at("/api/doorstep/v1/quarantine?ID", visit), func(w twin) string { return w.Held })),
		asks(theBoss, at("/api/doorstep/v1/attachments/ID", func(w twin) string { return w.File }), nothing),
		ofBoth(asks(theBoss, at("/api/doorstep/v1/coverage?ID", visit), nothing)),
		asks(theAway, at("/api/doorstep/v1/break-glass/ID", func(w twin) string { return w.Glass }), nothing),
		asks(theManager, at("/api/doorstep/v1/persons/ID/audit", person), nothing),
		ofBoth(asks(theManager, at("/api/doorstep/v1/export/child_visit?states="+allStates+"&ID", visit), nothing)),
		ofBoth(asks(theManager, at("/api/doorstep/v1/export/child_visit?states="+allStates+"&format=xlsx&labels=zh&ID", visit), nothing)),
		says(theManager, at("/api/doorstep/v1/search/person?ID", visit), func(w twin) any { return map[string]string{"number": w.number} }, nothing),
		says(theBoss, at("/api/doorstep/v1/reveal?ID", person), func(w twin) any {
			return map[string]any{"collection": "persons", "id": w.Person, "fields": []string{"name"}, "reason": "核对身份需要查看姓名"}
		}, name).needing("persons"),
		says(theBoss, at("/api/doorstep/v1/reveal?ID", visit), func(w twin) any {
			return map[string]any{"collection": "child_visits", "id": w.Visit, "fields": []string{"address"}, "reason": "核对身份需要查看住址"}
		}, func(w twin) string { return w.address }).needing("child_visits"),
		{name: "preview of a form", of: func(t *testing.T, s *street, w twin) (int, []byte) {
			raw, err := forms.Files.ReadFile("child_visit.csv")
			if err != nil {
				t.Fatal(err)
			}
			var p struct{ Records int }
			status := uploadTo(t, s.manager, "/api/doorstep/v1/forms/child_visit/preview", "child_visit.csv", raw, "", &p)
			return status, []byte(fmt.Sprint(p.Records >= 2))
		}, shows: func(twin) string { return "true" }, both: true},
		{name: "identified export", of: identified("csv"), shows: name, both: true},
		{name: "identified export as XLSX", of: identified("xlsx"), shows: name, both: true},
	}
	for _, table := range tables {
		doors = append(doors, ofBoth(asks(func(s *street) *testapp.Client { return s.operator }, at("/api/collections/"+table+"/records?perPage=200&ID", visit), nothing)))
	}
	return append(doors,
		door{name: "every job of the clock", of: func(t *testing.T, s *street, w twin) (int, []byte) {
			for _, j := range s.app.Cron().Jobs() {
				if j.Id() != "doorstep.backup" {
					j.Run()
				}
			}
			return http.StatusOK, nil
		}, shows: nothing, both: true},
		pushed("the same again", func(s *street, w twin) map[string]any { return w.op }),
		pushed("what waits, again", func(s *street, w twin) map[string]any { return w.held }),
		pushed("a correction", func(s *street, w twin) map[string]any {
			return operation(30, w.Visit, s.corrected(w, w.name+"改", "13900000001"))
		}),
		pushed("a visit to the household", func(s *street, w twin) map[string]any {
			v := s.corrected(w, w.name, "13900000002")
			v["household_id"] = w.Household
			return operation(31, uuid.NewString(), v)
		}),
		pushed("a household", func(s *street, w twin) map[string]any {
			return map[string]any{"seq": 32, "op": "household", "id": w.Household, "answers": map[string]any{"address": w.address, "residents": 3}}
		}),
		pushed("the task", func(s *street, w twin) map[string]any {
			return map[string]any{"seq": 33, "op": "task", "id": w.Task, "answers": map[string]any{"status": "done"}}
		}),
		door{name: "a visit over OpenRosa", of: func(t *testing.T, s *street, w twin) (int, []byte) {
			a := s.phone(t, w).post(xmlPart(record(t, s.app, "child_visit", uuid.NewString(), "", s.corrected(w, w.name, "13900000003"))))
			return found(a)
		}, shows: nothing},
		door{name: "PATCH of a task", of: func(t *testing.T, s *street, w twin) (int, []byte) {
			return s.boss.Do(http.MethodPatch, "/api/collections/tasks/records/"+w.Task, map[string]any{"priority": "normal"})
		}, shows: nothing, needs: "tasks"},
		door{name: "PATCH of a person", of: func(t *testing.T, s *street, w twin) (int, []byte) {
			return s.manager.Do(http.MethodPatch, "/api/collections/persons/records/"+w.Person, map[string]any{"sex": "female"})
		}, shows: nothing, needs: "persons"},
		says(theBoss, at("/api/doorstep/v1/records/child_visits/ID/review", visit), func(twin) any { return map[string]string{"decision": "approve"} }, nothing).needing("child_visits child_visit_children"),
		says(theBoss, at("/api/doorstep/v1/records/child_visits/ID/review?", visit), func(twin) any { return map[string]string{"decision": "reopen", "comment": "再核对"} }, nothing).needing("child_visits child_visit_children"),
		says(theBoss, at("/api/doorstep/v1/records/child_visits/ID/correct", visit), func(twin) any {
			return map[string]any{"answers": []any{map[string]string{"ref": "household/residents", "value": "5"}}, "reason": "电话向家长核实过两次"}
		}, nothing).needing("child_visits child_visit_children"),
		says(theBoss, at("/api/doorstep/v1/records/child_visits/ID/area", visit), func(twin) any {
			return map[string]string{"area": "990101001001002", "reason": placeReason}
		}, nothing).needing("child_visits child_visit_children"),
		says(theBoss, at("/api/doorstep/v1/duplicates/ID/decide", func(w twin) string { return w.Pair }), func(twin) any { return map[string]string{"status": "different"} }, nothing).needing("duplicates"),
		door{name: "roster", of: func(t *testing.T, s *street, w twin) (int, []byte) {
			path := filepath.Join(t.TempDir(), "roster.csv")
			lines := "网格代码,住址,姓名,性别,出生日期,身份证号\n990101001001001," + w.address + "," + w.name + ",男,2015-03-01," + w.number + "\n"
			if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := roster.Import(t.Context(), s.app, path, roster.Options{Datum: grid.WGS84, Now: s.app.Doorstep.Now()})
			return done(err)
		}, shows: nothing},
		door{name: "key rotation", of: func(t *testing.T, s *street, w twin) (int, []byte) {
			_, err := sealing.Rows(t.Context(), s.app, s.app.Doorstep.Library, true, nil)
			return done(err)
		}, shows: nothing, both: true},
		says(theBoss, at("/api/doorstep/v1/quarantine/ID/discard", func(w twin) string { return w.heldRow }), func(twin) any { return nil }, nothing).needing("submissions"),
		says(theManager, at("/api/doorstep/v1/persons/ID/erase", person), func(twin) any { return map[string]string{"basis": "own_request"} }, nothing),
		door{name: "retention", of: func(t *testing.T, s *street, w twin) (int, []byte) {
			return s.retain(t)
		}, shows: nothing, both: true},
		door{name: "audit", of: func(t *testing.T, s *street, w twin) (int, []byte) {
			r, err := audit.Verify(collections.Read(s.app.TestApp), "")
			if err == nil && !r.Whole() {
				err = errors.New(r.Why)
			}
			return done(err)
		}, shows: nothing, both: true},
	)
}

// identified is an export with names, which another manager approves.
func identified(format string) func(t *testing.T, s *street, w twin) (int, []byte) {
	return func(t *testing.T, s *street, w twin) (int, []byte) {
		t.Helper()
		const requests = "/api/doorstep/v1/export-requests"
		var g struct{ ID string }
		s.manager.Want(http.StatusOK, http.MethodPost, requests, map[string]string{"form": "child_visit", "format": format, "states": allStates, "reason": "向市局移交需要核对身份的名单"}, &g)
		s.second.Want(http.StatusNoContent, http.MethodPost, requests+"/"+g.ID+"/approve", nil, nil)
		status, body := s.manager.Do(http.MethodGet, "/api/doorstep/v1/export/child_visit?identified=true&states="+allStates+"&format="+format+"&approval="+g.ID, nil)
		return status, unzipped(body)
	}
}

// retain erases what is past its time.
func (s *street) retain(t *testing.T) (int, []byte) {
	t.Helper()
	s.manager.Do(http.MethodPost, "/api/collections/retention_policies/records", map[string]any{"collection": "child_visits", "days": 90, "active": true})
	if err := retention.Report(t.Context(), s.app, s.app.Doorstep.Library, s.app.Doorstep.Now().AddDate(0, 0, 91)); err != nil {
		return done(err)
	}
	var list struct{ Items []struct{ ID string } }
	s.manager.Want(http.StatusOK, http.MethodGet, "/api/collections/retention_reports/records?filter=status='open'", nil, &list)
	if len(list.Items) == 0 {
		return http.StatusOK, nil // the first family's turn took both
	}
	return s.manager.Do(http.MethodPost, "/api/doorstep/v1/retention/"+list.Items[0].ID+"/approve", nil)
}

// Whatever sealed row is damaged, whoever comes by any door gets what is whole, and what needs that very row is told so; it is
// reported once in the audit and on the operator's list.
func TestADamagedRowStopsNoDoor(t *testing.T) {
	t.Parallel()
	s := writeStreet(t)
	from := t.TempDir()
	s.app.Backup(t, from)
	tables := sealedCollections()
	for _, form := range s.app.Doorstep.Library.Tables() {
		in, _ := s.app.Doorstep.Library.ByTable(form)
		for _, table := range in.Layout.Tables {
			if n := rowsIn(t, s.app, table.Name); n > 0 {
				tables = append(tables, table.Name)
			}
		}
	}
	doors := theDoors(tables)
	wanted := map[string]int{}
	for _, damaged := range append([][]string{nil, together}, alone(tables)...) {
		t.Run("damaged "+strings.Join(damaged, " "), func(t *testing.T) {
			s, places := s.copied(t, from, damaged)
			for _, d := range doors {
				for i, w := range s.twins {
					if d.both && i == 0 {
						continue
					}
					status, body := d.of(t, s, w)
					key, hurt := d.name+strconv.Itoa(i), i == 0 && slices.ContainsFunc(damaged, func(table string) bool { return slices.Contains(strings.Fields(d.needs), table) })
					switch {
					case damaged == nil:
						wanted[key] = status
						if status >= http.StatusBadRequest || !strings.Contains(string(body), d.shows(w)) {
							t.Fatalf("%s for %s, while all is whole: %d %.300s", d.name, w.name, status, body)
						}
					case hurt && status == http.StatusConflict:
					case status != wanted[key]:
						t.Errorf("%s for %s: %d %.300s", d.name, w.name, status, body)
					case i == 1 && !strings.Contains(string(body), d.shows(w)):
						t.Errorf("%s does not show %s", d.name, d.shows(w))
					}
				}
			}
			s.told(t, places)
		})
	}
}

// together are tables of which no door needs another's row: they are damaged at once, each other one alone.
var together = []string{collections.Grants, collections.AppTokens, collections.Devices, collections.Paradata, collections.Attachments}

func alone(tables []string) (each [][]string) {
	for _, table := range tables {
		if !slices.Contains(together, table) {
			each = append(each, []string{table})
		}
	}
	return each
}

// told fails unless the damaged rows that are left, and no others, are on the operator's list, and each once in the audit.
func (s *street) told(t *testing.T, damaged []string) {
	t.Helper()
	var listed []string
	note := func(table, id string) { listed = append(listed, table+"/"+id) }
	if err := sealing.Damaged(t.Context(), collections.Read(s.app.TestApp), note); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.app.Doorstep.ReportDamage(t.Context(), s.app.TestApp); err != nil {
			t.Fatal(err)
		}
	}
	for _, place := range listed {
		var n int
		if _, err := collections.One(collections.Read(s.app.TestApp), `SELECT COUNT(*) FROM audit WHERE action='row.damaged' AND collection||'/'||record=?`, []any{place}, &n); err != nil || n != 1 || !slices.Contains(damaged, place) {
			t.Errorf("%d entries in the audit for %s (%v), of the damaged %v", n, place, err, damaged)
		}
	}
}

// sealedCollections are the collections of the registry. Its other tables have no door of PocketBase's.
func sealedCollections() []string {
	own := []string{collections.Jobs, collections.SavedQueues}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(collections.Registry)), func(table string) bool { return slices.Contains(own, table) })
}
