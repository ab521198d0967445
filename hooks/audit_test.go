package hooks_test

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/logger"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/identity"
	"doorstep/internal/testapp"
)

// trail is the rows of the chain after a number, oldest first.
func trail(t *testing.T, app *testapp.App, after int64) []audit.Row {
	t.Helper()
	rows, err := audit.After(collections.Read(app.TestApp), after)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// Who publishes a form or draws borders over HTTP stands in the trail with the role.
func TestEntriesOverHTTPHaveARole(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	before := head(t, app)
	raw, err := os.ReadFile("testdata/night_round.md")
	if err != nil {
		t.Fatal(err)
	}
	areas := []byte(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"9901","name":"示例市"},"geometry":{"type":"Polygon","coordinates":[[[114,22.5],[114.08,22.5],[114.08,22.6],[114,22.6],[114,22.5]]]}}]}`)
	for version, who := range map[string]*testapp.Client{"1": app.Client(t, server, app.Worker(t, "M1", "manager", "9901")), "2": app.Client(t, server, superuser(t, app))} {
		book := []byte(strings.Replace(string(raw), "| 夜间巡访 | night_round | 1 |", "| 夜间巡访 | night_round | "+version+" |", 1))
		if status := uploadTo(t, who, "/api/doorstep/v1/forms", "night_round.md", book, "", new(any)); status != http.StatusOK {
			t.Fatalf("publish: %d", status)
		}
		if status := uploadTo(t, who, "/api/doorstep/v1/areas?crs=wgs84", "areas.geojson", areas, "", new(any)); status != http.StatusOK {
			t.Fatalf("areas: %d", status)
		}
	}
	seen := map[string]int{}
	for _, r := range trail(t, app, before) {
		if r.Role == "" && r.Actor != "" {
			t.Errorf("%s by %s has no role", r.Action, r.Actor)
		}
		seen[r.Action+" "+r.Role]++
	}
	for _, want := range []string{"form.published manager", "form.published operator", "areas.import manager", "areas.import operator"} {
		if seen[want] == 0 {
			t.Errorf("no row of %s in %v", want, seen)
		}
	}
}

func head(t *testing.T, app *testapp.App) int64 {
	t.Helper()
	h, err := audit.HeadOf(collections.Read(app.TestApp))
	if err != nil {
		t.Fatal(err)
	}
	return h.Seq
}

// person puts a child and its household into the registry.
func person(t *testing.T, app *testapp.App, area string) (id, household string) {
	t.Helper()
	id, household = uuid.NewString(), uuid.NewString()
	at := collections.Stamp(time.Now())
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		if err := collections.Insert(db, collections.Households, collections.Row{
			{Column: "id", Value: household}, {Column: "address", Value: "示例路 1 号"}, {Column: "area", Value: area}, {Column: "active", Value: true}, {Column: "created", Value: at}, {Column: "updated", Value: at},
		}); err != nil {
			return err
		}
		return collections.Insert(db, collections.Persons, collections.Row{
			{Column: "id", Value: id}, {Column: "name", Value: "陈小明"}, {Column: "name_key", Value: identity.NameKey("陈小明")}, {Column: "birth_date", Value: "2017-05-04"}, {Column: "household", Value: household}, {Column: "area", Value: area}, {Column: "active", Value: true},
			{Column: "created", Value: at}, {Column: "updated", Value: at},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return id, household
}

// Every way to a person's record leaves a row that names reader, person, device and purpose.
func TestReadsAreRecorded(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	child, home := person(t, app, "990101001001001")
	boss := app.Worker(t, "S1", "supervisor", "990101")
	field := app.Worker(t, "F1", "field", "990101001001")
	supervisor, tablet := app.Client(t, server, boss), app.Client(t, server, field).Register()
	liar := *supervisor
	liar.Device = tablet.Device
	phone := newCollect(t, app, server, field.Id)
	odk := app.Clear(t, "app_tokens", "worker='"+field.Id+"'", "device")[0][0]
	operator := app.Client(t, server, superuser(t, app))
	get := func(c *testapp.Client, path string) func() {
		return func() { c.Want(http.StatusOK, http.MethodGet, path, nil, nil) }
	}
	for name, c := range map[string]struct {
		read    func()
		actor   string // "": whoever
		action  string
		device  string // "" also where a request names a tablet that is somebody else's
		purpose audit.Purpose
	}{
		"REST view":      {get(supervisor, "/api/collections/persons/records/"+child), boss.Id, audit.Read, "", audit.Review},
		"with a tablet":  {get(&liar, "/api/collections/persons/records/"+child), boss.Id, audit.Read, "", audit.Review},
		"REST list":      {get(supervisor, "/api/collections/persons/records"), boss.Id, audit.ReadMany, "", audit.Review},
		"REST household": {get(supervisor, "/api/collections/households/records/"+home), boss.Id, audit.Read, "", audit.Review},
		"dashboard":      {get(operator, "/api/collections/persons/records"), "", audit.ReadMany, "", audit.Review},
		"native pull":    {get(tablet, "/api/sync/v1/pull"), field.Id, audit.ReadMany, tablet.Device, audit.Capture},
		"OpenRosa list":  {func() { phone.get(phone.Base + "/datasets/persons/entities.csv") }, field.Id, audit.ReadMany, odk, audit.Capture},
	} {
		t.Run(name, func(t *testing.T) {
			before := head(t, app)
			c.read()
			rows := trail(t, app, before)
			var named []string
			for _, r := range rows {
				named = append(named, audit.Unpack(r.Subjects)...)
				if r.Action != c.action || c.actor != "" && r.Actor != c.actor || r.Device != c.device || r.Purpose != string(c.purpose) {
					t.Errorf("%+v", r)
				}
			}
			if !slices.Contains(named, child) && !slices.Contains(named, home) {
				t.Errorf("%d rows name %v", len(rows), named)
			}
		})
	}
	for _, r := range trail(t, app, 0) {
		if strings.Contains(r.Detail, "陈") || strings.Contains(r.Detail, "示例路") {
			t.Errorf("an identifier in %+v", r)
		}
	}
}

func TestEmptyPullLeavesNoRow(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	person(t, app, "990101001001001")
	tablet := app.Client(t, server, app.Worker(t, "F1", "field", "990101001001")).Register()
	var page struct{ Cursor string }
	tablet.Want(http.StatusOK, http.MethodGet, "/api/sync/v1/pull?limit=1000", nil, &page)
	before := head(t, app)
	tablet.Want(http.StatusOK, http.MethodGet, "/api/sync/v1/pull?cursor="+page.Cursor, nil, &page)
	if rows := trail(t, app, before); len(rows) != 0 {
		t.Errorf("%+v", rows)
	}
}

// Nobody gets round the chain: not the dashboard, not its SQL console, not by dropping the collection.
func TestAuditIsClosed(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve(t)
	operator := app.Client(t, server, superuser(t, app))
	row := trail(t, app, 0)[0]
	for name, c := range map[string]struct {
		method, path string
		body         any
	}{
		"create":   {http.MethodPost, "/api/collections/audit/records", map[string]any{"action": "x", "seq": 99}},
		"update":   {http.MethodPatch, "/api/collections/audit/records/" + row.ID, map[string]any{"actor": "x"}},
		"delete":   {http.MethodDelete, "/api/collections/audit/records/" + row.ID, nil},
		"truncate": {http.MethodDelete, "/api/collections/audit/truncate", nil},
		"drop":     {http.MethodDelete, "/api/collections/audit", nil},
		"alter":    {http.MethodPatch, "/api/collections/audit", map[string]any{"name": "old_audit"}},
		"import":   {http.MethodPut, "/api/collections/import", map[string]any{"collections": []any{map[string]any{"name": "x", "type": "base"}}, "deleteMissing": true}},
		"SQL":      {http.MethodPost, "/api/sql", map[string]any{"query": "DROP TRIGGER audit_no_update"}},
		"SQL read": {http.MethodPost, "/api/sql/", map[string]any{"query": "SELECT * FROM persons"}},
		"batch":    {http.MethodPost, "/api/batch", map[string]any{"requests": []any{}}},
	} {
		t.Run(name, func(t *testing.T) {
			if status, body := operator.Do(c.method, c.path, c.body); status < 400 {
				t.Errorf("%d %s", status, body)
			}
		})
	}
	report, err := audit.Verify(collections.Read(app.TestApp), row.Hash)
	if err != nil || !report.Whole() {
		t.Errorf("%+v %v", report, err)
	}
}

// What is written by hand is recorded with the names of the fields, in the transaction of the write.
func TestWritesAreRecorded(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	defer app.Shaped(t)
	server := app.Serve(t)
	child, _ := person(t, app, "990101001001001")
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "990101"))
	operator := app.Client(t, server, superuser(t, app))
	before := head(t, app)
	manager.Want(http.StatusOK, http.MethodPatch, "/api/collections/persons/records/"+child, map[string]any{"name": "陈大明"}, nil)
	operator.Want(http.StatusOK, http.MethodPatch, "/api/settings", map[string]any{"meta": map[string]any{"appName": "Doorstep 2"}}, nil)
	rows := trail(t, app, before)
	if len(rows) != 2 || rows[0].Action != audit.Update || rows[0].Record != child || !strings.Contains(rows[0].Detail, `"name"`) || strings.Contains(rows[0].Detail, "陈") {
		t.Fatalf("%+v", rows)
	}
	if r := rows[1]; r.Action != audit.Configure || r.Purpose != string(audit.Administration) || r.Detail != `{"what":"settings"}` || r.Role != string(access.Operator) {
		t.Errorf("%+v", r)
	}
	before = head(t, app)
	if status, body := manager.Do(http.MethodPatch, "/api/collections/persons/records/"+child, map[string]any{"sex": "nothing of these"}); status != http.StatusBadRequest {
		t.Fatalf("%d %s", status, body)
	}
	if rows := trail(t, app, before); len(rows) != 0 {
		t.Errorf("a write that failed left %+v", rows)
	}
}

// The answer to a guardian follows merges and names who looked, also in pages with many others.
func TestWhoSawAPerson(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve(t)
	child, _ := person(t, app, "990101001001001")
	twin, _ := person(t, app, "990101001001001")
	stranger, _ := person(t, app, "990102001001001")
	boss := app.Worker(t, "S1", "supervisor", "990101")
	supervisor := app.Client(t, server, boss)
	supervisor.Do(http.MethodGet, "/api/collections/persons/records/"+twin, nil)
	supervisor.Do(http.MethodGet, "/api/collections/persons/records", nil)
	app.Client(t, server, app.Worker(t, "S2", "supervisor", "990102")).Do(http.MethodGet, "/api/collections/persons/records/"+stranger, nil)
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		return collections.Update(db, collections.Persons, twin, collections.Row{{Column: "merged_into", Value: child}})
	})
	if err != nil {
		t.Fatal(err)
	}
	trace, found, err := audit.Who(collections.Read(app.TestApp), child, nil)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	if len(trace.Lines) != 2 || trace.Lines[0].Actor != boss.Id || trace.Lines[0].StaffNo != "S1" || !slices.Contains(trace.Lines[0].Concerns, twin) || trace.Lines[1].Action != audit.ReadMany {
		t.Errorf("%+v", trace.Lines)
	}
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	manager.Want(400, http.MethodGet, "/api/doorstep/v1/persons/"+child+"/audit?sort=colour", nil, nil)
	for _, by := range []string{"oldest", "newest"} {
		var seqs []int64
		cursor := ""
		for range 20 { // every page that is asked for makes one line more
			var page audit.Trace
			manager.Want(200, http.MethodGet, "/api/doorstep/v1/persons/"+child+"/audit?limit=1&sort="+by+"&cursor="+cursor, nil, &page)
			if len(page.Lines) != 1 || page.Count < 2 ||
				!slices.Contains(page.People, audit.Seer{Actor: boss.Id, Name: boss.GetString("name"), Role: "supervisor", N: 2}) {
				t.Fatalf("%s behind %q: %+v", by, cursor, page)
			}
			if page.Lines[0].Action != audit.WhoSaw {
				seqs = append(seqs, page.Lines[0].Seq)
			}
			if len(seqs) == 2 || page.Next == nil {
				break
			}
			cursor = *page.Next
		}
		want := []int64{trace.Lines[0].Seq, trace.Lines[1].Seq}
		if by == "newest" {
			slices.Reverse(want)
		}
		if !slices.Equal(seqs, want) {
			t.Errorf("%s: %v, want %v", by, seqs, want)
		}
	}
	if _, found, err := audit.Who(collections.Read(app.TestApp), uuid.NewString(), nil); found || err != nil {
		t.Errorf("nobody is found: %v %v", found, err)
	}
}

// Filters hold names and numbers; the log of requests must not. The same search finds what stands in a path.
func TestFiltersStayOutOfTheLog(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve(t)
	app.Settings().Logs.MaxDays = 7 // test apps do not log
	boss := app.Client(t, server, app.Worker(t, "S1", "supervisor", "990101"))
	const number, name = "110101201705040011", "plantedname"
	for _, query := range []string{"filter=id_number%3D%22" + number + "%22", "filter=name~'" + name + "'%26%26broken(", "sort=" + name, "fields=" + name, "filter=@collection.persons.name='" + name + "'"} {
		boss.Do(http.MethodGet, "/api/collections/persons/records?"+query, nil)
		boss.Do(http.MethodGet, "/api/collections/persons/records/witness-path?"+query, nil)
	}
	logs, ok := app.Logger().Handler().(*logger.BatchHandler)
	if !ok {
		t.Fatalf("the log is a %T", app.Logger().Handler())
	}
	for start := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		if err := logs.WriteAll(context.Background()); err != nil {
			t.Fatal(err)
		}
		all := databases(t, app)
		if bytes.Contains(all, []byte(number)) || bytes.Contains(all, []byte(name)) {
			t.Fatal("a filter is in a database")
		}
		if bytes.Contains(all, []byte("witness-path")) {
			return
		}
		if time.Since(start) > 10*time.Second {
			t.Fatal("the requests never reached the log: nothing was proved")
		}
	}
}

func superuser(t *testing.T, app *testapp.App) *core.Record {
	t.Helper()
	c, err := app.FindCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		t.Fatal(err)
	}
	r := core.NewRecord(c)
	r.SetEmail("operator@doorstep.example")
	r.SetPassword(testapp.Password)
	if err := app.Save(r); err != nil {
		t.Fatal(err)
	}
	return r
}
