package hooks_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/seal"
	"doorstep/internal/server"
	"doorstep/internal/signin"
	"doorstep/internal/testapp"
)

// forgeries are the tokens of an account that a copy of the database lets somebody make: as PocketBase makes them, and
// as we do with keys of their own.
func forgeries(t *testing.T, copied core.App, account *core.Record) map[string]string {
	t.Helper()
	account, err := copied.FindRecordById(account.Collection().Name, account.Id)
	if err != nil {
		t.Fatal(err)
	}
	made := map[string]string{}
	keep := func(name, token string, err error) {
		if err != nil || token == "" {
			t.Fatalf("%s: %q %v", name, token, err)
		}
		made[name] = token
	}
	token, err := account.NewAuthToken()
	keep("session", token, err)
	token, err = account.NewStaticAuthToken(0)
	keep("impersonation", token, err)
	token, err = account.NewFileToken()
	keep("file", token, err)
	unsigned := jwt.NewWithClaims(jwt.SigningMethodNone, jwt.MapClaims{"type": "auth", "id": account.Id, "collectionId": account.Collection().Id, "exp": 4102444800})
	token, err = unsigned.SignedString(jwt.UnsafeAllowNoneSignatureType)
	keep("unsigned", token, err)
	other, err := seal.NewKeyset(seal.AES256, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	keys, err := seal.New(other)
	if err != nil {
		t.Fatal(err)
	}
	for name, k := range map[string]*seal.Keys{"ours with other keys": keys, "ours without keys": seal.Plain()} {
		collections.UseKeys(copied, k)
		token, err = signin.Token(copied, account, "")
		keep(name, token, err)
	}
	return made
}

// A copy of the whole database without its keys opens nothing: on every route a token that is made with it is answered
// exactly as one of random letters, and a right one otherwise.
func TestACopyOfTheDatabaseForgesNothing(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	served := app.Serve(t)
	accounts := []*core.Record{app.Worker(t, "F1", "field", "990101001"), app.Worker(t, "M1", "manager", "99"), superuser(t, app)}
	copied := copyOf(t, app)
	routes := everyRoute()
	ask := func(token, route string) answerOf {
		method, path, _ := strings.Cut(route, " ")
		c := app.Client(t, served, nil)
		c.Token = token
		status, body := c.Do(method, path+"?token="+token, map[string]any{})
		return answerOf{status, string(body)}
	}
	opened := 0
	for _, account := range accounts {
		right, forged := app.Token(t, account), forgeries(t, copied, account)
		for _, route := range routes {
			want := ask("xxxxx.yyyyy.zzzzz", route)
			if ask(right, route) != want {
				opened++
			}
			for name, token := range forged {
				if got := ask(token, route); got != want {
					t.Errorf("%s, %s token of %s: %d %s", route, name, account.Collection().Name, got.status, got.body)
				}
			}
		}
	}
	if opened < len(routes) {
		t.Errorf("right tokens changed %d answers of %d: the test proves little", opened, len(routes)*len(accounts))
	}
}

// everyRoute is every route that takes a session, ours and those of PocketBase that are open.
func everyRoute() (routes []string) {
	fill := strings.NewReplacer("{collection}", "workers", "{id}", "x", "{recordId}", "x", "{filename}", "x", "{key}", "x", "{form}", "child_visit", "{version}", "1")
	for _, r := range server.Routes {
		routes = append(routes, fill.Replace(r.Method+" "+r.Path))
	}
	for pattern := range server.Opened {
		if !strings.Contains(pattern, "/_/") {
			routes = append(routes, fill.Replace(pattern))
		}
	}
	return routes
}

type answerOf struct {
	status int
	body   string
}

// copyOf opens what a thief of the database files has: no keys.
func copyOf(t *testing.T, app *testapp.App) core.App {
	t.Helper()
	dir := t.TempDir()
	app.Backup(t, dir)
	if _, err := os.Stat(filepath.Join(dir, "data.db")); err != nil {
		t.Fatal(err)
	}
	copied := core.NewBaseApp(core.BaseAppConfig{DataDir: dir, DBConnect: collections.Connect, EncryptionEnv: "pb_test_env"})
	if err := copied.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = copied.ResetBootstrapState() })
	return copied
}

// Rotating the key of the server ends every session.
func TestRotationEndsSessions(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	served := app.Serve(t)
	c := app.Client(t, served, app.Worker(t, "M1", "manager", "99"))
	c.Want(http.StatusOK, http.MethodGet, quarantine, nil, nil)
	other, err := seal.NewKeyset(seal.AES256, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	keys, err := seal.New(other)
	if err != nil {
		t.Fatal(err)
	}
	before := collections.KeysOf(app)
	collections.UseKeys(app, keys)
	defer collections.UseKeys(app, before)
	c.Want(http.StatusUnauthorized, http.MethodGet, quarantine, nil, nil)
}
