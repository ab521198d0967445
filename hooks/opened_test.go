package hooks_test

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/server"
	"doorstep/internal/testapp"
)

// closed is what PocketBase brings and nobody gets. A route that is new after an upgrade is closed too, and has to be
// put here or into server.Opened.
var closed = map[string]string{
	"POST /api/files/token":                                     "its tokens are signed with secrets that lie in the database",
	"GET /api/backups/{key}":                                    "takes such a token, from whoever has one",
	"POST /api/batch":                                           "one bad item would hold back the others, and it takes the only writer",
	"GET /api/realtime":                                         "a tablet pulls; rules of subscriptions are one more door to prove",
	"POST /api/realtime":                                        "see above",
	"POST /api/sql":                                             "reads past the audit trail",
	"POST /api/collections":                                     "the schema changes by migrations; a view that an operator rewrites reads past the rules",
	"PATCH /api/collections/{collection}":                       "the schema changes by migrations",
	"DELETE /api/collections/{collection}":                      "the schema changes by migrations",
	"GET /api/files/{collection}/{recordId}/{filename}":         "no collection has files; attachments have a route of their own",
	"GET /api/oauth2-redirect":                                  "no foreign sign-in",
	"POST /api/oauth2-redirect":                                 "no foreign sign-in",
	"POST /api/collections/{collection}/auth-with-oauth2":       "no foreign sign-in",
	"POST /api/collections/{collection}/request-otp":            "no e-mail",
	"POST /api/collections/{collection}/auth-with-otp":          "no e-mail",
	"POST /api/collections/{collection}/request-password-reset": "no e-mail",
	"POST /api/collections/{collection}/confirm-password-reset": "no e-mail",
	"POST /api/collections/{collection}/request-verification":   "no e-mail",
	"POST /api/collections/{collection}/confirm-verification":   "no e-mail",
	"POST /api/collections/{collection}/request-email-change":   "no e-mail",
	"POST /api/collections/{collection}/confirm-email-change":   "no e-mail",
	"POST /api/collections/{collection}/impersonate/{id}":       "nobody acts as somebody else",
	"DELETE /api/collections/{collection}/truncate":             "empties the audit trail",
	"PUT /api/collections/import":                               "may drop collections; migrations change the schema",
	"POST /api/collections/meta/dry-run-view":                   "raw SQL",
	"GET /api/backups":                                          "they drop SQLite's locks; ours are at /api/doorstep/v1/backups",
	"POST /api/backups":                                         "see above",
	"POST /api/backups/upload":                                  "a backup comes back by doorstep restore alone",
	"DELETE /api/backups/{key}":                                 "see above",
	"POST /api/backups/{key}/restore":                           "replaces the database under a running server",
	"POST /api/settings/test/s3":                                "reaches other servers",
	"POST /api/settings/test/email":                             "no e-mail",
	"POST /api/settings/apple/generate-client-secret":           "no foreign sign-in",
}

// routesOf lists the patterns of a router, whose groups keep their children to themselves.
func routesOf(group reflect.Value, prefix string) (patterns []string) {
	group = reflect.Indirect(group)
	if inner := group.FieldByName("RouterGroup"); inner.IsValid() {
		return routesOf(inner, prefix)
	}
	prefix += group.FieldByName("Prefix").String()
	children := group.FieldByName("children")
	for i := range children.Len() {
		child := reflect.Indirect(children.Index(i).Elem())
		if child.FieldByName("children").IsValid() {
			patterns = append(patterns, routesOf(child, prefix)...)
			continue
		}
		pattern := prefix + child.FieldByName("Path").String()
		if method := child.FieldByName("Method").String(); method != "" {
			pattern = method + " " + pattern
		}
		patterns = append(patterns, pattern)
	}
	return patterns
}

func TestOnlyOpenedRoutesAnswer(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	served := app.Serve(t)
	operator := app.Client(t, served, superuser(t, app))
	bare, err := apis.NewRouter(app.TestApp) // what PocketBase brings, without ours
	if err != nil {
		t.Fatal(err)
	}
	bare.GET("/_/{path...}", func(*core.RequestEvent) error { return nil }) // its dashboard, which tests are built without
	patterns := routesOf(reflect.ValueOf(bare), "")
	if len(patterns) < 40 {
		t.Fatalf("the walk found %d routes", len(patterns))
	}
	for _, pattern := range patterns {
		if _, opened := server.Opened[pattern]; !opened && closed[pattern] == "" {
			t.Errorf("%s is neither opened nor listed as closed", pattern)
		}
	}
	for _, pattern := range slices.Concat(slices.Collect(maps.Keys(server.Opened)), slices.Collect(maps.Keys(closed))) {
		if !slices.Contains(patterns, pattern) && !strings.Contains(pattern, "extensions.js") {
			t.Errorf("%s does not exist", pattern)
		}
	}
	fill := strings.NewReplacer("{collection}", "workers", "{id}", "x", "{recordId}", "x", "{filename}", "x", "{key}", "x")
	for pattern := range closed {
		method, path, _ := strings.Cut(pattern, " ")
		if status, body := operator.Do(method, fill.Replace(path), map[string]any{}); status != http.StatusNotFound || !strings.Contains(string(body), `"code":"not_found"`) {
			t.Errorf("%s answers an operator: %d %s", pattern, status, body)
		}
	}
	for pattern, why := range server.Opened {
		method, path, _ := strings.Cut(pattern, " ")
		if method != http.MethodGet || strings.Contains(path, "{") || strings.HasPrefix(path, "/_") || path == "/api/health" {
			continue
		}
		if status, body := operator.Do(method, path, nil); status != http.StatusOK {
			t.Errorf("%s: %d %s", pattern, status, body)
		}
		if status, _ := app.Client(t, served, app.Worker(t, "M-"+strings.ReplaceAll(path, "/", "-"), "manager", "99")).Do(method, path, nil); status == http.StatusOK {
			t.Errorf("%s answers a manager: %s", pattern, why)
		}
	}
}
