package hooks_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pquerna/otp/totp"

	"doorstep/collections"
	"doorstep/internal/client"
	"doorstep/internal/signin"
	"doorstep/internal/testapp"
)

func signInAs(c *testapp.Client, staff, password, code string) (status int, body string) {
	status, raw := c.Do(http.MethodPost, signInPath, map[string]string{"identity": staff, "password": password, "code": code})
	return status, string(raw)
}

// Tablets' keyboards change what a worker types; nobody comes in as somebody else by it.
func TestStaffNumbersAreFoundAsTyped(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	nobody := app.Client(t, app.Serve(t), nil)
	for _, staff := range []string{"F12", "ab-3", "AB-3", "Mixed1"} {
		app.Worker(t, staff, "field", "990101001001")
	}
	for typed, want := range map[string]string{
		"F12": "F12", "f12": "F12", "F12 ": "F12", " f12\n": "F12", "Ｆ１２": "F12", "ｆ１２": "F12",
		"ab-3": "ab-3", "AB-3": "AB-3", "ａｂ－３": "ab-3", "Ab-3": "AB-3", "Mixed1": "Mixed1",
		"F 12": "", "F1": "", "F120": "", " ": "",
	} {
		status, body := signInAs(nobody, typed, testapp.Password, "")
		if want == "" && status != http.StatusBadRequest || want != "" && !strings.Contains(body, `"staff_no":"`+want+`"`) {
			t.Errorf("%q: %d %s, want %q", typed, status, body, want)
		}
	}
}

// Office staff show a second factor; without one a session is good for enrolling alone.
func TestSecondFactor(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve(t)
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error { return collections.SetMeta(db, signin.PolicyKey, "required") })
	if err != nil {
		t.Fatal(err)
	}
	boss := app.Worker(t, "S1", "supervisor", "990101")
	c := app.Client(t, server, boss)
	if status, _ := c.Do(http.MethodGet, quarantine, nil); status != http.StatusUnauthorized {
		t.Fatalf("before enrolling: %d", status)
	}
	status, body := signInAs(app.Client(t, server, nil), "S1", testapp.Password, "")
	if status != http.StatusOK || !strings.Contains(body, `"second_factor":"enrol"`) {
		t.Fatalf("first sign-in: %d %s", status, body)
	}
	var made signin.Enrolment
	c.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/second-factor", nil, &made)
	clock := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	code := func() string { return codeOf(t, made.Secret, clock) }
	c.Want(http.StatusBadRequest, http.MethodPost, "/api/doorstep/v1/second-factor/confirm", map[string]string{"code": "000000"}, nil)
	var codes struct{ Recovery []string }
	c.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/second-factor/confirm", map[string]string{"code": code()}, &codes)
	if status, _ := c.Do(http.MethodGet, quarantine, nil); status != http.StatusUnauthorized {
		t.Errorf("the token from before: %d", status)
	}
	nobody := app.Client(t, server, nil)
	for name, try := range map[string]struct {
		code string
		want int
	}{"no code": {"", http.StatusUnauthorized}, "a wrong code": {"000000", http.StatusBadRequest}, "the code that was used": {code(), http.StatusBadRequest}} {
		if status, body := signInAs(nobody, "S1", testapp.Password, try.code); status != try.want {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	app.Advance(time.Minute)
	clock = clock.Add(time.Minute)
	status, body = signInAs(nobody, "S1", testapp.Password, code())
	if status != http.StatusOK {
		t.Fatalf("with a code: %d %s", status, body)
	}
	token, _ := at(decodeJSON(t, []byte(body)), "token").(string)
	session := &testapp.Client{}
	*session = *nobody
	session.Token = token
	session.Want(http.StatusOK, http.MethodGet, quarantine, nil, nil)
	session.Want(http.StatusConflict, http.MethodPost, "/api/doorstep/v1/second-factor", nil, nil)
	if status, _ := signInAs(nobody, "S1", testapp.Password, codes.Recovery[0]); status != http.StatusOK {
		t.Errorf("a recovery code: %d", status)
	}
	if status, _ := signInAs(nobody, "S1", testapp.Password, codes.Recovery[0]); status != http.StatusBadRequest {
		t.Errorf("a recovery code again: %d", status)
	}
}

func codeOf(t *testing.T, secret string, now time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, now)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// A token that a tablet got at its registration is good on that tablet alone, also after it was renewed.
func TestTokenIsBoundToTheTablet(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve(t)
	worker := app.Worker(t, "F1", "field", "990101001")
	c := app.Client(t, server, worker)
	var out struct{ Device, Token string }
	c.Want(http.StatusOK, http.MethodPost, "/api/sync/v1/devices", map[string]string{"name": "t"}, &out)
	tablet, thief := *c, *c
	tablet.Token, tablet.Device = out.Token, out.Device
	thief.Token = out.Token
	tablet.Want(http.StatusOK, http.MethodGet, "/api/sync/v1/pull", nil, nil)
	if status, _ := thief.Do(http.MethodPost, "/api/sync/v1/devices", map[string]string{"name": "thief's"}); status != http.StatusUnauthorized {
		t.Errorf("the token elsewhere: %d", status)
	}
	var renewed struct{ Token string }
	tablet.Want(http.StatusOK, http.MethodPost, "/api/collections/workers/auth-refresh", nil, &renewed)
	if signin.DeviceOf(renewed.Token) != out.Device {
		t.Error("a renewed token is free of its tablet")
	}
	if thief.Do(http.MethodPost, "/api/collections/workers/auth-refresh", nil); signin.DeviceOf(thief.Token) == "" {
		t.Error("the test is not about a bound token")
	}
	library := device(c, 0)
	for range 2 { // at every start
		if _, err := library.Register(t.Context(), client.Identity{Name: "library"}, app.Doorstep.Now()); err != nil {
			t.Fatal(err)
		}
		if signin.DeviceOf(library.Conn.Token) != library.Conn.Device {
			t.Error("the client library keeps the token of the account")
		}
	}
}

// Whoever is shut out is out at once, by every door; a revoked tablet learns that it must wipe.
func TestEveryTokenDies(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "990101"))
	for name, end := range map[string]func(*core.Record, string){
		"worker revoked": func(w *core.Record, _ string) {
			manager.Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/workers/"+w.Id+"/revoke", nil, nil)
		},
		"tablet revoked": func(_ *core.Record, device string) {
			manager.Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/devices/"+device+"/revoke", nil, nil)
		},
		"deactivated by hand": func(w *core.Record, _ string) {
			w, err := app.FindRecordById(collections.Workers, w.Id)
			if err != nil {
				t.Fatal(err)
			}
			w.Set("active", false)
			if err := app.Save(w); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			worker := app.Worker(t, "F-"+name, "field", "990101001001")
			desk, tablet := app.Client(t, server, worker), app.Client(t, server, worker).Register()
			phone := newCollect(t, app, server, worker.Id)
			phone.forms()
			end(worker, tablet.Device)
			if status, body := desk.Do(http.MethodPost, "/api/sync/v1/devices", map[string]string{"name": "another"}); status == http.StatusOK {
				t.Errorf("a token without a tablet: %d %s", status, body)
			}
			status, body := tablet.Do(http.MethodGet, "/api/sync/v1/pull", nil)
			order := map[bool]string{true: "device.revoked", false: "worker.revoked"}[name == "tablet revoked"]
			if status == http.StatusOK || !strings.Contains(string(body), order) {
				t.Errorf("the tablet: %d %s", status, body)
			}
			if a := phone.do(http.MethodGet, phone.Base+"/formList", nil, nil); a.Status != http.StatusForbidden {
				t.Errorf("the ODK app: %d", a.Status)
			}
		})
	}
	other := app.Client(t, server, app.Worker(t, "M2", "manager", "990102"))
	worker := app.Worker(t, "F9", "field", "990101001001")
	other.Want(http.StatusNotFound, http.MethodPost, "/api/doorstep/v1/workers/"+worker.Id+"/revoke", nil, nil)
}

// Operators come from this machine or a private network; a proxy that nobody vouched for hides where they come from.
func TestWhereOperatorsComeFrom(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve(t)
	root := superuser(t, app)
	operator := app.Client(t, server, root)
	operator.Want(http.StatusOK, http.MethodGet, "/api/collections/audit/records", nil, nil)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/api/collections/audit/records", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", operator.Token)
	req.Header.Set("X-Forwarded-For", "203.0.113.7")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("through an unknown proxy: %d", res.StatusCode)
	}
	app.Settings().SuperuserIPs = []string{"203.0.113.0/24"}
	if status, _ := operator.Do(http.MethodGet, "/api/collections/audit/records", nil); status != http.StatusForbidden {
		t.Errorf("from elsewhere: %d", status)
	}
	status, body := operator.Do(http.MethodPost, "/api/collections/_superusers/auth-with-password", map[string]string{"identity": root.Email(), "password": testapp.Password})
	if status != http.StatusForbidden {
		t.Errorf("signing in from elsewhere: %d %s", status, body)
	}
}

// TestASignInThatFailsIsNoWrongPassword signs in while one statement after the other fails: nobody is told that the password is wrong,
// or that a token does not hold.
func TestASignInThatFailsIsNoWrongPassword(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve(t)
	worker := app.Worker(t, "F1", "field", "990101001001")
	nobody := app.Client(t, server, nil)
	for n, failed := 1, "."; failed != ""; n++ {
		app.Advance(aWhile)
		var status int
		var body string
		failed = app.Failing(n, isSpared, func() { status, body = signInAs(nobody, "F1", testapp.Password, "") })
		if status != http.StatusOK && (failed == "" || status < http.StatusInternalServerError) {
			t.Errorf("%d %s, though this failed: %s", status, body, failed)
		}
	}
	own := app.Client(t, server, worker)
	failsAtEach(t, app, http.MethodGet, "/api/doorstep/v1/me", func() (int, []byte) { return own.Do(http.MethodGet, "/api/doorstep/v1/me", nil) })
}
