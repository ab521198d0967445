package hooks_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/server"
	"doorstep/internal/testapp"
)

// operatorsWay is how an operator asks an opened route, and what that leaves in the audit trail; no action where the answer
// holds nothing of anybody, which says why then.
type operatorsWay struct {
	path   string
	body   any
	action string
	why    string
}

var operatorsWays = map[string]operatorsWay{
	"GET /api/health": {"/api/health", nil, "", "says that the served lives"},

	"GET /api/collections/{collection}/records":         {"/api/collections/workers/records", nil, audit.ReadMany, ""},
	"GET /api/collections/{collection}/records/{id}":    {"/api/collections/workers/records/WORKER", nil, audit.Read, ""},
	"POST /api/collections/{collection}/records":        {"/api/collections/areas/records", map[string]any{"code": "990199", "name": "新区", "level": "street"}, audit.Configure, ""},
	"PATCH /api/collections/{collection}/records/{id}":  {"/api/collections/areas/records/AREA", map[string]any{"name": "旧区"}, audit.Configure, ""},
	"DELETE /api/collections/{collection}/records/{id}": {"/api/collections/areas/records/AREA", nil, audit.Configure, ""},

	"GET /api/collections/{collection}/auth-methods":        {"/api/collections/workers/auth-methods", nil, "", "says how one signs in"},
	"POST /api/collections/{collection}/auth-with-password": {"/api/collections/_superusers/auth-with-password", map[string]any{"identity": "operator@doorstep.example", "password": testapp.Password}, audit.SignIn, ""},
	"POST /api/collections/{collection}/auth-refresh":       {"/api/collections/_superusers/auth-refresh", nil, "", "a longer session of who signed in on record"},

	"GET /_/{path...}":     {"", nil, "", "the program's own pages"},
	"GET /_/extensions.js": {"", nil, "", "the program's own pages"},
	"GET /api/settings":    {"/api/settings", nil, audit.Read, ""},
	"PATCH /api/settings":  {"/api/settings", map[string]any{"meta": map[string]any{"appName": "Doorstep 2"}}, audit.Configure, ""},
	"GET /api/collections": {"/api/collections", nil, "", "names of tables and rules, which are public with the program"},
	"GET /api/logs":        {"/api/logs", nil, audit.Read, ""},
	"GET /api/logs/stats":  {"/api/logs/stats", nil, "", "counts of requests"},
	"GET /api/logs/{id}":   {"/api/logs/x", nil, audit.Read, ""},
	"GET /api/crons":       {"/api/crons", nil, "", "names of jobs"},
	"POST /api/crons/{id}": {"/api/crons/doorstep.forms", nil, audit.Configure, ""},

	"GET /api/collections/{collection}":          {"/api/collections/workers", nil, "", "as the list of collections"},
	"GET /api/collections/meta/scaffolds":        {"/api/collections/meta/scaffolds", nil, "", "empty collections of the framework"},
	"GET /api/collections/meta/oauth2-providers": {"/api/collections/meta/oauth2-providers", nil, "", "a list of names"},
}

// TestWhatOperatorsDoIsOnRecord: each route of PocketBase that is open leaves a row of the operator who asks it, or holds nothing
// of anybody; and none of them shows a secret, in any collection.
func TestWhatOperatorsDoIsOnRecord(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	served := app.Serve(t)
	me := superuser(t, app)
	operator := app.Client(t, served, me)
	worker := app.Worker(t, "F1", "field", "990101001")
	enrolled(t, app, worker.Id)
	secrets := secretsOf(t, app)
	area, err := app.FindFirstRecordByData("areas", "code", "990102")
	if err != nil {
		t.Fatal(err)
	}
	fill := strings.NewReplacer("WORKER", worker.Id, "AREA", area.Id)
	order := slices.SortedFunc(maps.Keys(server.Opened), func(a, b string) int { return strings.Compare(b, a) }) // PATCH before DELETE
	for _, pattern := range order {
		way, known := operatorsWays[pattern]
		if !known || way.action == "" && way.why == "" {
			t.Errorf("%s: nobody has said what an operator leaves there", pattern)
		}
		if !known || way.path == "" {
			continue
		}
		before := head(t, app)
		method, _, _ := strings.Cut(pattern, " ")
		status, body := operator.Do(method, fill.Replace(way.path), way.body)
		if status >= 300 && pattern != "GET /api/logs/{id}" {
			t.Errorf("%s: %d %s", pattern, status, body)
		}
		rows := trail(t, app, before)
		if way.action == "" && len(rows) > 0 || way.action != "" && (len(rows) != 1 || rows[0].Action != way.action || rows[0].Actor != me.Id) {
			t.Errorf("%s leaves %+v", pattern, rows)
		}
		for _, r := range rows {
			seen := strings.Contains(pattern, "{collection}") || method == http.MethodPatch // that hooks of their own record
			if r.Purpose == "" || !seen && r.Detail != `{"what":"`+pattern+`"}` {
				t.Errorf("%s leaves %+v", pattern, r)
			}
		}
		showsNone(t, pattern, body, secrets)
	}
	if len(operatorsWays) != len(server.Opened) {
		t.Errorf("%d ways for %d routes", len(operatorsWays), len(server.Opened))
	}
	all, err := app.FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		_, body := operator.Do(http.MethodGet, "/api/collections/"+c.Name+"/records", nil)
		showsNone(t, c.Name, body, secrets)
		_, body = operator.Do(http.MethodGet, "/api/collections/"+c.Name, nil)
		showsNone(t, "the schema of "+c.Name, body, secrets)
	}
}

// secretsOf are the values with which somebody could sign in or read what is sealed, by where they are kept.
func secretsOf(t *testing.T, app *testapp.App) map[string]string {
	t.Helper()
	secrets := map[string]string{}
	all, err := app.FindAllCollections(core.CollectionTypeAuth)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		secrets["secret of "+c.Name], secrets["file secret of "+c.Name] = c.AuthToken.Secret, c.FileToken.Secret
		records, err := app.FindAllRecords(c)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			secrets["token key of "+r.Id], secrets["password of "+r.Id] = r.TokenKey(), r.GetString("password:hash")
		}
	}
	for column, query := range map[string]string{"meta": `SELECT value FROM meta WHERE key LIKE 'seal%' AND length(value)>20`, "second factor": `SELECT secret FROM second_factors`} {
		var value string
		if _, err := collections.One(collections.Read(app.TestApp), query+` LIMIT 1`, nil, &value); err != nil || value == "" {
			t.Fatalf("%s: no secret %v", column, err)
		}
		secrets[column] = value
	}
	return secrets
}

func showsNone(t *testing.T, where string, body []byte, secrets map[string]string) {
	t.Helper()
	for name, secret := range secrets {
		quoted, err := json.Marshal(secret)
		if err != nil {
			t.Fatal(err)
		}
		if len(secret) > 8 && (strings.Contains(string(body), secret) || strings.Contains(string(body), strings.Trim(string(quoted), `"`))) {
			t.Errorf("%s shows the %s", where, name)
		}
	}
}
