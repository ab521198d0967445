package hooks_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/server"
	"doorstep/internal/testapp"
)

// Where the rows of the matrix lie, seen from a territory of 990101. Mine lies next door but is the field worker's own.
var places = map[string]string{"own": "990101001001001", "neighbour": "990102001001001", "parent": "9901", "mine": "990102001001001"}

// Reaches: which of the places somebody sees or changes.
var (
	here     = []string{"own"}
	mine     = []string{"mine"}
	anywhere = []string{"own", "neighbour", "parent", "mine"}
)

type reach map[string][]string // by role; a role that is not there reaches nothing

// policy is what the collection rules must amount to.
type policy struct {
	see, update reach
	create      []string
}

var (
	reviewersHere = reach{"supervisor": here, "manager": here}
	everybody     = reach{"field": anywhere, "supervisor": anywhere, "analyst": anywhere, "manager": anywhere}
	recordsOf     = reach{"field": mine, "supervisor": here, "manager": here}
)

var policies = map[string]policy{
	"areas":                {see: everybody, update: reach{"manager": here}},
	"campaigns":            {see: everybody, update: reach{"manager": here}, create: []string{"manager"}},
	"forms":                {see: everybody},
	"workers":              {see: reviewersHere, update: reach{"manager": here}, create: []string{"manager"}},
	"devices":              {see: reach{"field": mine, "manager": here}},
	"households":           {see: reach{"field": here, "supervisor": here, "manager": here}, update: reach{"manager": here}},
	"persons":              {see: reach{"field": here, "supervisor": here, "manager": here}, update: reach{"manager": here}},
	"submissions":          {see: reviewersHere},
	"tasks":                {see: recordsOf, update: reviewersHere},
	"reviews":              {see: reviewersHere},
	"edits":                {see: reviewersHere},
	"attachments":          {see: reviewersHere},
	"duplicates":           {see: reviewersHere},
	"child_visits":         {see: recordsOf, update: reviewersHere, create: []string{"field", "manager"}},
	"elderly_surveys":      {see: recordsOf, update: reviewersHere, create: []string{"field", "manager"}},
	"child_visit_children": {see: recordsOf},
	"review_queue":         {see: reviewersHere},
	"open_duplicates":      {see: reviewersHere},
	"community_coverage":   {},
	"needs":                {},
	"worker_scopes":        {},
	"record_issues":        {},
	"changes":              {},
	"audit":                {},
	"sign_ins":             {},
	"access_grants":        {see: reach{"manager": here}},
	"second_factors":       {},
	"outbox":               {},
	"meta":                 {},
	"app_tokens":           {},
	"form_files":           {see: everybody},
	"paradata":             {see: reviewersHere},
	"entity_versions":      {see: reviewersHere},
	"uploads":              {},
	"former_territories":   {},
	"retention_policies":   {see: reach{"manager": anywhere}},
	"retention_reports":    {see: reach{"manager": anywhere}},
	"erasures":             {see: reach{"manager": here}},
}

// TestCollectionRules walks role × collection × action × territory over real HTTP.
func TestCollectionRules(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	served := app.Serve(t)
	clients := map[string]*testapp.Client{"nobody": app.Client(t, served, nil)}
	var field *core.Record
	for _, role := range []string{"field", "supervisor", "analyst", "manager"} {
		w := app.Worker(t, "W-"+role, role, "990101")
		clients[role] = app.Client(t, served, w)
		if role == "field" {
			field = w
		}
	}
	all, err := app.FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if c.System {
			continue
		}
		p, listed := policies[c.Name]
		if !listed {
			t.Errorf("collection %s is not in the matrix", c.Name)
			continue
		}
		ids := rowsOf(t, app, c, field.Id)
		for role, client := range clients {
			checkReads(t, client, c.Name, role, ids, p.see[role])
			if !c.IsView() {
				checkWrites(t, client, c.Name, role, ids, p)
			}
		}
	}
}

// rowsOf puts one row into each place and returns the ids by place; nil for collections without places.
func rowsOf(t *testing.T, app *testapp.App, c *core.Collection, field string) map[string]string {
	t.Helper()
	table := c.Name
	ids := map[string]string{}
	switch table {
	case "review_queue":
		table = "child_visits"
	case "open_duplicates":
		table = "duplicates"
	case "community_coverage":
		return ids
	}
	for place, area := range places {
		id := fmt.Sprintf("%s-%s", strings.ReplaceAll(table, "_", "-"), place)
		if len(id) > 36 {
			id = id[len(id)-36:]
		}
		ids[place] = id
		if c.IsView() {
			continue // the rows are there already
		}
		if c.Name == collections.Audit {
			ids[place] = auditRow(t, app, area, field)
			continue
		}
		insertRow(t, app, c, id, place, area, field)
	}
	return ids
}

// auditRow adds to the chain, which takes no other rows, and returns the id of the row.
func auditRow(t *testing.T, app *testapp.App, area, actor string) (id string) {
	t.Helper()
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		if err := audit.Append(db, time.Now(), audit.Entry{Actor: actor, Action: audit.Read, Area: area}); err != nil {
			return err
		}
		_, err := collections.One(db, `SELECT id FROM audit ORDER BY seq DESC`, nil, &id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func insertRow(t *testing.T, app *testapp.App, c *core.Collection, id, place, area, field string) {
	t.Helper()
	row := collections.Row{{Column: "id", Value: id}}
	for _, f := range c.Fields {
		owner := ""
		if place == "mine" {
			owner = field
		}
		var value any
		switch f.GetName() {
		case "area", "area_b":
			value = area
		case "territory":
			value = `["` + area + `"]`
		case "worker", "assignee":
			if value = owner; c.Name == "second_factors" {
				value = id // one row for each worker
			}
		case "visit":
			value = "child-visits-" + place
		case "review_state":
			value = "received"
		case "status":
			value = "open"
		case "code", "staff_no", "form_id", "key", "a", "b", "target", "tokenKey", "record", "title", "name", "password", "lo", "sha256", "instance", "entity", "form", "scope", "policy", "collection":
			value = id
		case "seq":
			value = len(place)*1000 + len(id)
		case "active":
			value = true
		case "role":
			value = "field"
		default:
			continue
		}
		row = append(row, collections.Field{Column: f.GetName(), Value: value})
	}
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error { return collections.Insert(db, c.Name, row) })
	if err != nil {
		t.Fatalf("row of %s: %v", c.Name, err)
	}
}

func checkReads(t *testing.T, client *testapp.Client, name, role string, ids map[string]string, sees []string) {
	t.Helper()
	_, list := client.Do(http.MethodGet, "/api/collections/"+name+"/records?perPage=500", nil)
	for place, id := range ids {
		want := slices.Contains(sees, place)
		if got := strings.Contains(string(list), `"`+id+`"`); got != want {
			t.Errorf("%s lists %s %s: %v, want %v", role, place, name, got, want)
		}
		status, _ := client.Do(http.MethodGet, "/api/collections/"+name+"/records/"+id, nil)
		if got := status == http.StatusOK; got != want {
			t.Errorf("%s views %s %s: status %d, want seen %v", role, place, name, status, want)
		}
	}
}

// checkWrites counts an answer about the values (400 with fields, or 200) as allowed, and 403, 404 and a bare 400 as not.
func checkWrites(t *testing.T, client *testapp.Client, name, role string, ids map[string]string, p policy) {
	t.Helper()
	path := "/api/collections/" + name + "/records"
	for place, id := range ids {
		status, body := client.Do(http.MethodPatch, path+"/"+id, map[string]any{})
		want := slices.Contains(p.update[role], place)
		if got := status == http.StatusOK || status == http.StatusBadRequest; got != want {
			t.Errorf("%s updates %s %s: %d %s, want allowed %v", role, place, name, status, body, want)
		}
		if status, _ := client.Do(http.MethodDelete, path+"/"+id, nil); status == http.StatusNoContent {
			t.Errorf("%s deletes %s %s", role, place, name)
		}
	}
	status, body := client.Do(http.MethodPost, path, map[string]any{"id": "made-by-" + role, "name": "n", "form": "f"})
	allowed := status == http.StatusOK || status == http.StatusBadRequest && !strings.Contains(string(body), `"data":{}`)
	if want := slices.Contains(p.create, role); allowed != want {
		t.Errorf("%s creates %s: %d %s, want allowed %v", role, name, status, body, want)
	}
}

// unlisted are the actions of which the table of access says nothing: an operator's alone, and that of a tablet without an actor.
var unlisted = []access.Action{access.Backup, access.HandIn}

// TestCustomRoutesFollowTheTable walks role × route: whoever the table gives nothing is refused before the handler runs.
func TestCustomRoutesFollowTheTable(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	served := app.Serve(t)
	fill := strings.NewReplacer("{id}", "x", "{collection}", "child_visits", "{form}", "child_visit", "{version}", "x")
	for _, role := range []access.Role{"", access.Field, access.Supervisor, access.Analyst, access.Manager} {
		client := app.Client(t, served, nil)
		if role != "" {
			client = app.Client(t, served, app.Worker(t, "W-"+string(role), string(role), "990101"))
		}
		for _, r := range server.Routes {
			if _, listed := access.Table[r.Do]; !listed && !slices.Contains(unlisted, r.Do) {
				t.Errorf("%s %s: the table says nothing of %q", r.Method, r.Path, r.Do)
			}
			status, body := client.Do(r.Method, fill.Replace(r.Path), nil)
			want := 0
			if role == "" {
				want = http.StatusUnauthorized
			} else if access.Table[r.Do][role] == access.Nowhere {
				want = http.StatusForbidden
			}
			refused := strings.Contains(string(body), "auth.required") || strings.Contains(string(body), "auth.forbidden") || r.Method == http.MethodHead && status == want
			if want != 0 && (status != want || !refused) {
				t.Errorf("%q on %s %s: %d %s, want %d", role, r.Method, r.Path, status, body, want)
			}
			if want == 0 && refused {
				t.Errorf("%q on %s %s is refused: %d %s", role, r.Method, r.Path, status, body)
			}
		}
	}
}

// A worker who is not active any more has no rights, whatever token is left.
func TestInactiveWorkerIsNobody(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	served := app.Serve(t)
	worker := app.Worker(t, "F1", "field", "990101")
	client := app.Client(t, served, worker)
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		return collections.Update(db, collections.Workers, worker.Id, collections.Row{{Column: "active", Value: false}})
	})
	if err != nil {
		t.Fatal(err)
	}
	if status, body := client.Do(http.MethodPost, "/api/sync/v1/devices", map[string]any{}); status != http.StatusForbidden || !strings.Contains(string(body), `"worker.revoked"`) || !strings.Contains(string(body), `"wipe":true`) {
		t.Errorf("registering got %d %s", status, body)
	}
	if status, body := client.Do(http.MethodGet, "/api/collections/areas/records", nil); status == http.StatusOK && !strings.Contains(string(body), `"items":[]`) {
		t.Errorf("listing got %d %s", status, body)
	}
}

func TestScopesFollowTheTerritory(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	worker := app.Worker(t, "F1", "field", "990101001", "990101001002", "9902")
	scopes := func() (got []string) {
		err := collections.Each(collections.Read(app.TestApp), `SELECT lo, hi FROM worker_scopes WHERE worker=? ORDER BY lo`, []any{worker.Id}, func(rows *sql.Rows) error {
			var lo, hi string
			err := rows.Scan(&lo, &hi)
			got = append(got, lo+"-"+hi)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := scopes(); !slices.Equal(got, []string{"990101001-990101002", "9902-9903"}) {
		t.Errorf("scopes %v", got)
	}
	worker.Set("territory", []string{"99"})
	if err := app.Save(worker); err != nil {
		t.Fatal(err)
	}
	if got := scopes(); !slices.Equal(got, []string{"99-9:"}) {
		t.Errorf("scopes after a change %v", got)
	}
}
