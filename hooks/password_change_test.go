package hooks_test

import (
	"net/http"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/signin"
	"doorstep/internal/testapp"
)

const passwordPath = "/api/doorstep/v1/me/password"

// TestEverybodyChangesTheirPassword: each role and the operator, with what a sign-in asks for. The other sessions and the ODK app end, the
// answer's token goes on, and nothing but the own account changes. Where the account cannot be read, nothing changes at all.
func TestEverybodyChangesTheirPassword(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	app.Worker(t, "N1", "field", "990101001001") // a neighbour
	for _, role := range []string{"field", "supervisor", "analyst", "manager"} {
		worker := app.Worker(t, "W-"+role, role, "990101001001")
		own, other := app.Client(t, server, worker), app.Client(t, server, worker)
		var odk struct{ Token string }
		if role == "field" {
			own.Register()
			manager.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/workers/"+worker.Id+"/token", nil, &odk)
		}
		before := app.Picture(t)
		var out struct{ Token string }
		own.Want(http.StatusOK, http.MethodPost, passwordPath, map[string]any{"password": testapp.Password, "new": "x7Kq-2mVd-99"}, &out)
		for _, c := range app.Picture(t).Since(before) {
			if c.Table != "worker_scopes" && c.Table != "audit" && c.Table != "sign_ins" && c.Table != "meta" && c.Key != worker.Id && (c.Table != "app_tokens" || odk.Token == "") {
				t.Errorf("%s: %s %s changed: %v", role, c.Table, c.Key, c.Columns())
			}
		}
		if status, _ := other.Do(http.MethodGet, "/api/doorstep/v1/me", nil); status != http.StatusUnauthorized {
			t.Errorf("%s: another session: %d", role, status)
		}
		if bound := signin.DeviceOf(own.Token); signin.DeviceOf(out.Token) != bound {
			t.Errorf("%s: the new token is for tablet %q, the old one for %q", role, signin.DeviceOf(out.Token), bound)
		}
		own.Token = out.Token
		own.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/me", nil, nil)
		app.Advance(aWhile)
		if status, _ := signInAs(other, "W-"+role, testapp.Password, ""); status != http.StatusBadRequest {
			t.Errorf("%s signs in with the old password: %d", role, status)
		}
		app.Advance(aWhile)
		if status, body := signInAs(other, "W-"+role, "x7Kq-2mVd-99", ""); status != http.StatusOK {
			t.Errorf("%s signs in with the new password: %d %s", role, status, body)
		}
		if odk.Token != "" {
			phone := &collect{t, server.URL + "/v1/key/" + odk.Token + "/projects/all"}
			if a := phone.do(http.MethodGet, phone.Base+"/formList", nil, nil); a.Status != http.StatusForbidden {
				t.Errorf("the ODK app: %d", a.Status)
			}
		}
		if n := audited(t, app, "password.change", worker.Id); n != 1 {
			t.Errorf("%s: %d rows in the audit trail", role, n)
		}
	}
	unread := app.Worker(t, "W-unread", "field", "990101001001")
	own, hash := app.Client(t, server, unread), storedPassword(t, app, "workers", unread.Id)
	others := func(query string) bool { return !strings.Contains(query, "`workers`.*") }
	for n := 1; hash == storedPassword(t, app, "workers", unread.Id); n++ {
		app.Advance(aWhile) // each try counts as a guess until it is right
		var status int
		var body []byte
		failed := app.Failing(n, others, func() {
			status, body = own.Do(http.MethodPost, passwordPath, map[string]any{"password": testapp.Password, "new": "x7Kq-2mVd-99"})
		})
		changed := hash != storedPassword(t, app, "workers", unread.Id)
		if changed != (status == http.StatusOK) || changed && n == 1 || n > 20 || !changed && !strings.Contains(string(body), `"code"`) {
			t.Fatalf("%d %s, changed: %v, though this failed: %s", status, body, changed, failed)
		}
	}
	operator := app.Client(t, server, superuser(t, app))
	operator.Want(http.StatusOK, http.MethodPost, passwordPath, map[string]any{"password": testapp.Password, "new": "x7Kq-2mVd-99"}, nil)
	if some, err := signin.Unsealed(collections.Read(app)); some || err != nil {
		t.Errorf("a password that was changed is stored unsealed (%v)", err)
	}
	if status, _ := operator.Do(http.MethodGet, "/api/doorstep/v1/backups", nil); status != http.StatusUnauthorized {
		t.Errorf("the operator's session from before: %d", status)
	}
}

func audited(t *testing.T, app *testapp.App, action, record string) (n int) {
	t.Helper()
	if _, err := collections.One(collections.Read(app.TestApp), `SELECT COUNT(*) FROM audit WHERE action=? AND record=?`, []any{action, record}, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestPasswordsAreGuardedWhereTheyAreChanged: whoever finds a session open guesses at the password as slowly as at the sign-in, needs the
// code of the second factor, and changes nothing until both are right. What is made of the new password is told before the old one is looked at.
func TestPasswordsAreGuardedWhereTheyAreChanged(t *testing.T) {
	t.Parallel()
	s := newCredentialStage(t)
	worker, err := s.app.FindFirstRecordByData("workers", "staff_no", "M-enrolled")
	if err != nil {
		t.Fatal(err)
	}
	hash := storedPassword(t, s.app, "workers", worker.Id)
	c := *s.call
	c.Token = s.app.Token(t, worker)
	try := func(password, code, fresh string, want int, told string, compared int64) {
		t.Helper()
		before := s.app.Doorstep.PasswordsCompared()
		status, body := c.Do(http.MethodPost, passwordPath, map[string]string{"password": password, "code": code, "new": fresh})
		if status != want || !strings.Contains(string(body), told) {
			t.Errorf("%q %q: %d %s, want %d %s", password, fresh, status, body, want, told)
		}
		if n := s.app.Doorstep.PasswordsCompared() - before; n != compared {
			t.Errorf("%q %q: %d passwords compared", password, fresh, n)
		}
		if storedPassword(t, s.app, "workers", worker.Id) != hash {
			t.Fatalf("%q %q: the password changed", password, fresh)
		}
	}
	const good = "x7Kq-2mVd-99"
	for fresh, why := range map[string]string{"short-7": "worker.password", "5201314520": "worker.password_weak", "my-M-enrolled-pass": "worker.password_weak",
		testapp.Password: "worker.password_same", strings.Repeat("aB3$", 18): "worker.password_long"} {
		try(testapp.Password, "", fresh, 400, why, 0)
	}
	failed := failures(t, s.app)
	try("wrong", "", good, 400, "auth.password_wrong", 1)
	try(testapp.Password, "", good, 401, "auth.second_factor", 1)
	try(testapp.Password, "000000", good, 400, "auth.second_factor_wrong", 1)
	if n := failures(t, s.app) - failed; n != 2 {
		t.Errorf("%d failures in the audit trail", n)
	}
	for range 3 {
		try("wrong", "", good, 400, "auth.password_wrong", 1)
	}
	try("wrong", "", good, 429, "auth.too_many", 0)
	if status, _ := signInAs(s.call, "M-enrolled", testapp.Password, ""); status != http.StatusTooManyRequests {
		t.Errorf("the sign-in knows nothing of what was guessed: %d", status)
	}
	s.call.Token = ""
	if status, _ := s.call.Do(http.MethodPost, passwordPath, map[string]string{"password": testapp.Password, "new": good}); status != http.StatusUnauthorized {
		t.Errorf("without a session: %d", status)
	}
	if n := audited(t, s.app, "password.change", worker.Id) + audited(t, s.app, audit.SignIn, worker.Id); n != 0 {
		t.Errorf("%d changes or sign-ins in the audit trail", n)
	}
}
