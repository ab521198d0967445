package hooks_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/signin"
	"doorstep/internal/testapp"
)

// letIn is one account of each kind with everything that lets it in.
type letIn struct {
	field, manager, operator *core.Record
	device, odkID            string // of the field worker: the tablet, the token of the ODK app
	secrets                  map[string]string
}

// kinds are the credentials that there are; each is good at the door of its name.
var kinds = []string{"tablet", "office", "operator", "odk", "draft", "basic"}

// doorOf asks the door of a kind with some credential of its shape.
func doorOf(t *testing.T, server *httptest.Server, kind, secret string, h letIn) answerOf {
	t.Helper()
	header := http.Header{"X-Forwarded-Proto": {"https"}}
	path := map[string]string{
		"tablet": "/api/sync/v1/pull", "office": quarantine, "operator": "/api/doorstep/v1/backups", "basic": "/openrosa/all/formList",
		"odk": "/v1/key/" + url.PathEscape(secret) + "/projects/all/formList", "draft": "/v1/test/" + url.PathEscape(secret) + "/projects/all/forms/fall_risk/draft/formList",
	}[kind]
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = header
	switch kind {
	case "tablet", "office", "operator":
		req.Header.Set("Authorization", secret)
	case "basic":
		req.SetBasicAuth(h.field.GetString("staff_no"), secret)
	}
	if kind == "tablet" {
		req.Header.Set("X-Doorstep-Device", h.device)
	}
	if kind == "operator" {
		req.Header.Del("X-Forwarded-Proto")
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return answerOf{res.StatusCode, string(plain(t, res.Header.Get("Content-Encoding"), res.Body))}
}

// newLetIn makes the accounts of one state and lets them in.
func newLetIn(t *testing.T, app *testapp.App, server *httptest.Server, name string, boss *testapp.Client) letIn {
	t.Helper()
	h := letIn{field: app.Worker(t, "F-"+name, "field", "990101001001"), manager: app.Worker(t, "M-"+name, "manager", "9901")}
	operators, err := app.FindCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		t.Fatal(err)
	}
	h.operator = core.NewRecord(operators)
	h.operator.SetEmail(name + "@doorstep.example")
	h.operator.SetPassword(testapp.Password)
	if err := app.Save(h.operator); err != nil {
		t.Fatal(err)
	}
	var registered struct{ Device, Token string }
	app.Client(t, server, h.field).Want(http.StatusOK, http.MethodPost, "/api/sync/v1/devices", map[string]string{"name": "t"}, &registered)
	h.device = registered.Device
	var odk, draft struct{ ID, Token string }
	boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/workers/"+h.field.Id+"/token", nil, &odk)
	app.Client(t, server, h.manager).Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/forms/fall_risk/draft/token", nil, &draft)
	h.odkID = odk.ID
	h.secrets = map[string]string{
		"tablet": registered.Token, "office": app.Token(t, h.manager), "operator": app.Token(t, h.operator), "odk": odk.Token, "draft": draft.Token, "basic": testapp.Password,
	}
	return h
}

// state is what happened to the accounts, and the status at each door since; absent where the credential knows no such state.
type state struct {
	name string
	do   func(t *testing.T, app *testapp.App, h *letIn, boss *testapp.Client)
	want map[string]int
}

func change(t *testing.T, app *testapp.App, r *core.Record, column string, value any) {
	t.Helper()
	fresh, err := app.FindRecordById(r.Collection().Name, r.Id)
	if err != nil {
		t.Fatal(err)
	}
	fresh.Set(column, value)
	if err := app.Save(fresh); err != nil {
		t.Fatal(err)
	}
}

var states = []state{
	{"good", func(*testing.T, *testapp.App, *letIn, *testapp.Client) {},
		map[string]int{"tablet": 200, "office": 200, "operator": 200, "odk": 200, "draft": 200, "basic": 200}},
	{"made-with-the-database-alone", func(t *testing.T, app *testapp.App, h *letIn, _ *testapp.Client) {
		copied := copyOf(t, app)
		for kind, account := range map[string]*core.Record{"tablet": h.field, "office": h.manager, "operator": h.operator} {
			h.secrets[kind] = forgeries(t, copied, account)["session"]
		}
		for kind, worker := range map[string]*core.Record{"odk": h.field, "draft": h.manager} {
			token, err := app.FindFirstRecordByData("app_tokens", "worker", worker.Id)
			if err != nil {
				t.Fatal(err)
			}
			h.secrets[kind] = token.GetString("sha256")
		}
		h.secrets["basic"] = h.field.GetString("password:hash")
	}, map[string]int{"tablet": 401, "office": 401, "operator": 401, "odk": 403, "draft": 403, "basic": 401}},
	{"expired", func(t *testing.T, app *testapp.App, h *letIn, _ *testapp.Client) {
		for kind, account := range map[string]*core.Record{"tablet": h.field, "office": h.manager, "operator": h.operator} {
			past, err := app.FindRecordById(account.Collection().Name, account.Id)
			if err != nil {
				t.Fatal(err)
			}
			c := *past.Collection() // a copy: the collection is shared
			c.AuthToken.Duration = -1
			expired := core.NewRecord(&c)
			expired.Load(past.FieldsData())
			if h.secrets[kind], err = signin.Token(app, expired, map[string]string{"tablet": h.device}[kind]); err != nil {
				t.Fatal(err)
			}
		}
	}, map[string]int{"tablet": 401, "office": 401, "operator": 401}}, // those of ODK are good until they are revoked
	{"tablet-revoked", func(t *testing.T, _ *testapp.App, h *letIn, boss *testapp.Client) {
		boss.Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/devices/"+h.device+"/revoke", nil, nil)
	}, map[string]int{"tablet": 403, "odk": 403, "basic": 200, "office": 200, "operator": 200, "draft": 200}}, // a password is the worker's, not the tablet's
	{"token-revoked", func(t *testing.T, _ *testapp.App, h *letIn, boss *testapp.Client) {
		boss.Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/tokens/"+h.odkID+"/revoke", nil, nil)
	}, map[string]int{"tablet": 200, "odk": 403, "basic": 200}},
	{"inactive", func(t *testing.T, app *testapp.App, h *letIn, _ *testapp.Client) {
		change(t, app, h.field, "active", false)
		change(t, app, h.manager, "active", false)
		if err := app.Delete(h.operator); err != nil {
			t.Fatal(err)
		}
	}, map[string]int{"tablet": 403, "office": 401, "operator": 401, "odk": 403, "draft": 403, "basic": 401}}, // the tablet is told to wipe
	{"another-role", func(t *testing.T, app *testapp.App, h *letIn, _ *testapp.Client) {
		change(t, app, h.field, "role", "analyst")
		change(t, app, h.manager, "role", "field")
		h.secrets["operator"] = app.Token(t, h.manager)
	}, map[string]int{"tablet": 403, "office": 403, "operator": 403, "odk": 403, "draft": 403, "basic": 401}},
	{"many-wrong-passwords", func(t *testing.T, app *testapp.App, h *letIn, _ *testapp.Client) {
		server := app.Serve(t)
		for range 6 {
			doorOf(t, server, "basic", "wrong", *h)
		}
	}, map[string]int{"tablet": 200, "odk": 200, "basic": 429, "office": 200, "operator": 200, "draft": 200}}, // nobody is locked out
	{"second-factor-missing", func(t *testing.T, app *testapp.App, _ *letIn, _ *testapp.Client) {
		policy := func(db collections.DB) error { return collections.SetMeta(db, signin.PolicyKey, "required") }
		if err := collections.Write(t.Context(), app.TestApp, policy); err != nil {
			t.Fatal(err)
		}
	}, map[string]int{"tablet": 200, "office": 401, "operator": 200, "odk": 200, "draft": 401, "basic": 200}},
}

// TestEveryCredentialInEveryState: each credential, whatever became of it, is answered at each door with exactly the status of the
// table, and with nothing else unless it is let in. At the doors of other kinds it is answered as a made-up one.
func TestEveryCredentialInEveryState(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	app, server := c.app, c.app.Serve(t)
	upload(t, c.manager, "fall_risk.xlsx", workbook(t, fallRisk(t)), "draft")
	for _, s := range states {
		h := newLetIn(t, app, server, s.name, app.Client(t, server, app.Worker(t, "B-"+s.name, "manager", "9901")))
		s.do(t, app, &h, app.Client(t, server, app.Worker(t, "C-"+s.name, "manager", "9901")))
		for _, kind := range kinds {
			want, known := s.want[kind]
			if !known {
				continue
			}
			got := doorOf(t, server, kind, h.secrets[kind], h)
			if got.status != want {
				t.Errorf("%s, %s: %d, want %d: %.200s", s.name, kind, got.status, want, got.body)
			}
			if want != http.StatusOK && tells(got.body) {
				t.Errorf("%s, %s: %d tells %.200s", s.name, kind, got.status, got.body)
			}
			for _, other := range kinds {
				if other == kind || session(kind) && session(other) || other == "basic" { // those share a door, and guesses wait
					continue
				}
				if got, made := doorOf(t, server, other, h.secrets[kind], h), doorOf(t, server, other, "aaaaa.bbbbb.ccccc", h); got != made {
					t.Errorf("%s, %s at the door of %s: %d %.200s, a made-up one: %d", s.name, kind, other, got.status, got.body, made.status)
				}
			}
		}
	}
}

func session(kind string) bool {
	return slices.Contains([]string{"tablet", "office", "operator"}, kind)
}

// tells reports whether an answer holds anything but words.
func tells(body string) bool {
	for _, mark := range []string{"<xform>", "formID", `"items"`, `"changes"`, `"records"`} {
		if strings.Contains(body, mark) {
			return true
		}
	}
	return false
}
