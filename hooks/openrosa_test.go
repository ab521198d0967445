package hooks_test

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/tools/logger"

	"doorstep/internal/testapp"
)

// TestHashesAreThoseOfTheBytes: an app that gets other bytes than announced downloads them again at every check.
func TestHashesAreThoseOfTheBytes(t *testing.T) {
	t.Parallel()
	_, phone, _, _ := odkStage(t)
	forms := phone.forms()
	if len(forms) != 2 {
		t.Fatalf("forms %+v", forms)
	}
	for id, f := range forms {
		if form := phone.get(f.DownloadURL); md5Of(form.Body) != f.Hash || !bytes.Contains(form.Body, []byte(`id="`+id+`"`)) {
			t.Errorf("%s: bytes at downloadUrl are not those of the hash %s", id, f.Hash)
		}
	}
}

func TestWhoIsNotLetIn(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	worker := app.Worker(t, "F1", "field", "990101001001")
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	stranger := app.Client(t, server, app.Worker(t, "M2", "manager", "9902"))
	field := app.Client(t, server, worker)
	if status, _ := stranger.Do(http.MethodPost, "/api/doorstep/v1/workers/"+worker.Id+"/token", nil); status != http.StatusNotFound {
		t.Errorf("another territory's manager got %d", status)
	}
	if status, _ := field.Do(http.MethodPost, "/api/doorstep/v1/workers/"+worker.Id+"/token", nil); status != http.StatusForbidden {
		t.Errorf("a field worker got %d", status)
	}
	var token, second struct{ ID, Token, Device string }
	manager.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/workers/"+worker.Id+"/token", nil, &token)
	manager.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/workers/"+worker.Id+"/token", nil, &second)
	try := func(secret string) answer {
		c := &collect{t, server.URL + "/v1/key/" + secret + "/projects/all"}
		return c.do(http.MethodGet, c.Base+"/formList", nil, nil)
	}
	if a := try(token.Token); a.Status != http.StatusOK {
		t.Fatalf("a good token: %d", a.Status)
	}
	refused := func(what, secret string) {
		t.Helper()
		if a := try(secret); a.Status != http.StatusForbidden || a.message(t) == "" || a.Header.Get("WWW-Authenticate") != "" {
			t.Errorf("%s: %d %s", what, a.Status, a.Body)
		}
	}
	manager.Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/tokens/"+token.ID+"/revoke", nil, nil)
	refused("a revoked token", token.Token)
	manager.Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/devices/"+second.Device+"/revoke", nil, nil)
	refused("a revoked device", second.Token)
	stored, err := app.FindAllRecords("app_tokens")
	if err != nil || len(stored) != 2 {
		t.Fatalf("%d tokens, %v", len(stored), err)
	}
	if bytes.Contains(databases(t, app), []byte(token.Token)) {
		t.Error("the database holds a token")
	}
}

// databases is every byte of every database file, write-ahead logs included.
func databases(t *testing.T, app *testapp.App) []byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(app.DataDir(), "*.db*"))
	if err != nil || len(files) < 2 {
		t.Fatalf("database files %v %v", files, err)
	}
	var all []byte
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	return all
}

func TestTokenStaysOutOfTheLog(t *testing.T) {
	t.Parallel()
	app, phone, _, _ := odkStage(t)
	app.Settings().Logs.MaxDays = 7 // test apps do not log
	token := strings.Split(phone.Base, "/")[5]
	phone.forms()
	origin := strings.Split(phone.Base, "/v1/")[0]
	for _, url := range []string{phone.Base + "/no/such/path", origin + "/v2/KEY/" + token + "/formList", origin + "/nowhere?st=" + token} {
		if a := phone.do(http.MethodGet, url, nil, http.Header{"Referer": {phone.Base + "/formList"}}); a.Status != http.StatusNotFound {
			t.Errorf("%s: %d", url, a.Status)
		}
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
		if bytes.Contains(all, []byte(token)) {
			t.Fatal("the token is in a database")
		}
		if bytes.Count(all, []byte("/v1/key/***/projects/all/no/such/path")) > 0 && bytes.Contains(all, []byte("/v2/KEY/***")) && bytes.Contains(all, []byte("GET /nowhere")) {
			return
		}
		if time.Since(start) > 10*time.Second {
			t.Fatal("the failing requests never reached the log: nothing was proved")
		}
	}
}

func TestPasswordOverTLS(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	worker := app.Worker(t, "F1", "field", "990101001001")
	app.Worker(t, "S1", "supervisor", "990101")
	c := &collect{t, server.URL + "/openrosa/all"}
	try := func(user, password string) answer {
		req, err := http.NewRequest(http.MethodGet, "/", nil)
		if err != nil {
			t.Fatal(err)
		}
		header := http.Header{}
		if user != "" {
			req.SetBasicAuth(user, password)
			header = req.Header
		}
		header.Set("X-Forwarded-Proto", "https") // a proxy on this machine took the TLS off
		header.Set("X-Doorstep-Device", "0199aa00-1111-7222-8333-944455566677")
		return c.do(http.MethodGet, c.Base+"/formList", nil, header)
	}
	for range 12 {
		try("", "") // many tablets begin
	}
	for name, c := range map[string]struct {
		user, password string
		status         int
	}{
		"right":                   {"F1", testapp.Password, 200},
		"as keyboards type it":    {"ｆ１ ", testapp.Password, 200},
		"wrong":                   {"F1", "wrong", 401},
		"nobody":                  {"F9", testapp.Password, 401},
		"not for data collection": {"S1", testapp.Password, 401},
	} {
		if a := try(c.user, c.password); a.Status != c.status {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	if a := try("F1", testapp.Password); !bytes.Contains(a.Body, []byte("<downloadUrl>https://")) || !bytes.Contains(a.Body, []byte("/openrosa/all/forms/")) {
		t.Errorf("links lead elsewhere: %s", a.Body)
	}
	if _, status, body := failsAtEach(t, app, http.MethodGet, "/openrosa/all/formList", func() (int, []byte) {
		a := try("F1", testapp.Password)
		return a.Status, a.Body
	}); status != http.StatusOK {
		t.Errorf("%d %s", status, body)
	}
	worker.SetPassword("another-pass-2")
	if err := app.Save(worker); err != nil {
		t.Fatal(err)
	}
	if a := try("F1", testapp.Password); a.Status != http.StatusUnauthorized {
		t.Errorf("the old password: %d", a.Status)
	}
	for range 10 {
		try("F1", "guess")
	}
	if a := try("F1", "another-pass-2"); a.Status != http.StatusTooManyRequests {
		t.Errorf("after many guesses: %d", a.Status)
	}
	app.Advance(time.Minute)
	if a := try("F1", "another-pass-2"); a.Status != http.StatusOK {
		t.Errorf("a while later: %d", a.Status)
	}
}
