package hooks_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/signin"
	"doorstep/internal/testapp"
)

// credentialStage is a server with one account of each kind that a password may belong to.
type credentialStage struct {
	app  *testapp.App
	call *testapp.Client
	odk  *collect
}

func newCredentialStage(t *testing.T) *credentialStage {
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	if err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error { return collections.SetMeta(db, signin.PolicyKey, "required") }); err != nil {
		t.Fatal(err)
	}
	for staffNo, role := range map[string]string{"F1": "field", "F-gone": "field", "F-enrolled": "field", "F-waits": "field", "M1": "manager", "M-enrolled": "manager"} {
		w := app.Worker(t, staffNo, role, "990101001001")
		switch {
		case staffNo == "F-gone":
			w.Set("active", false)
			if err := app.Save(w); err != nil {
				t.Fatal(err)
			}
		case strings.HasSuffix(staffNo, "enrolled"):
			enrolled(t, app, w.Id)
		}
	}
	superuser(t, app)
	return &credentialStage{app, app.Client(t, server, nil), &collect{t, server.URL + "/openrosa/all"}}
}

// enrolled gives a worker a second factor.
func enrolled(t *testing.T, app *testapp.App, worker string) {
	t.Helper()
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		made, err := signin.Enrol(db, strings.NewReader(strings.Repeat("0123456789", 20)), worker, "x", app.Doorstep.Now())
		if err != nil {
			return err
		}
		_, ok, err := signin.Confirm(db, strings.NewReader(strings.Repeat("abcdefghij", 20)), worker, codeOf(t, made.Secret, app.Doorstep.Now()), app.Doorstep.Now())
		if err == nil && !ok {
			t.Fatal("the code is not taken")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// session signs in at the door of a collection, openrosa at that of ODK apps.
func (s *credentialStage) session(collection string) func(t *testing.T, who, password string) answerOf {
	return func(_ *testing.T, who, password string) answerOf {
		status, body := s.call.Do(http.MethodPost, "/api/collections/"+collection+"/auth-with-password", map[string]string{"identity": who, "password": password})
		return answerOf{status, string(body)}
	}
}

func (s *credentialStage) openrosa(t *testing.T, who, password string) answerOf {
	req, err := http.NewRequest(http.MethodGet, "/", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(who, password)
	req.Header.Set("X-Forwarded-Proto", "https")
	a := s.odk.do(http.MethodGet, s.odk.Base+"/formList", nil, req.Header)
	return answerOf{a.Status, string(a.Body) + a.Header.Get("WWW-Authenticate")}
}

// Every door that takes a password, and every account and password that may be shown there. What is refused is answered
// with the same bytes, costs the same work (one comparison) and leaves one row in the audit trail; what has to wait costs none.
func TestEveryDoorOfPasswords(t *testing.T) {
	t.Parallel()
	s := newCredentialStage(t)
	doors := map[string]struct {
		try     func(t *testing.T, who, password string) answerOf
		refused int
		looks   map[string]int // right password, by account: the status
	}{
		"session of workers":   {s.session("workers"), 400, map[string]int{"F1": 200, "F-gone": 400, "F-enrolled": 401, "M1": 200, "M-enrolled": 401, "nobody": 400}},
		"session of operators": {s.session("_superusers"), 400, map[string]int{"operator@doorstep.example": 200, "nobody@doorstep.example": 400, "F1": 400}},
		"openrosa":             {s.openrosa, 401, map[string]int{"F1": 200, "F-gone": 401, "F-enrolled": 401, "M1": 401, "M-enrolled": 401, "nobody": 401}},
	}
	for door, d := range doors {
		var same string
		look := func(who, password string, want int) {
			t.Helper()
			compared, failed := s.app.Doorstep.PasswordsCompared(), failures(t, s.app)
			got := d.try(t, who, password)
			if got.status != want {
				t.Errorf("%s, %s: %d, want %d: %s", door, who, got.status, want, got.body)
			}
			if n := s.app.Doorstep.PasswordsCompared() - compared; n != 1 {
				t.Errorf("%s, %s: %d passwords compared", door, who, n)
			}
			if want != d.refused {
				return
			}
			if same == "" {
				same = got.body
			}
			if got.body != same {
				t.Errorf("%s, %s: %s, elsewhere %s", door, who, got.body, same)
			}
			if n := failures(t, s.app) - failed; n != 1 {
				t.Errorf("%s, %s: %d rows in the audit trail", door, who, n)
			}
		}
		for who, want := range d.looks {
			look(who, testapp.Password, want)
			look(who, "wrong", d.refused)
		}
	}
	for door, who := range map[string]string{"session of workers": "F-waits", "openrosa": "F-waits", "session of operators": "operator@doorstep.example"} {
		for range 6 {
			doors[door].try(t, who, "wrong")
		}
		compared := s.app.Doorstep.PasswordsCompared()
		if got := doors[door].try(t, who, testapp.Password); got.status != http.StatusTooManyRequests {
			t.Errorf("%s after six guesses: %d %s", door, got.status, got.body)
		}
		if s.app.Doorstep.PasswordsCompared() != compared {
			t.Errorf("%s: a password is compared that has to wait", door)
		}
	}
}

func failures(t *testing.T, app *testapp.App) (n int) {
	t.Helper()
	if _, err := collections.One(collections.Read(app.TestApp), `SELECT COUNT(*) FROM audit WHERE action=?`, []any{audit.SignInFail}, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// What waits at one door waits at the other, also with a password that was right a while ago; one that is remembered is
// not compared again, and is forgotten with the tokens of its worker.
func TestADoorKnowsWhatHappensAtTheOther(t *testing.T) {
	t.Parallel()
	s := newCredentialStage(t)
	right := func(want int, compared int64, why string) {
		t.Helper()
		before := s.app.Doorstep.PasswordsCompared()
		if got := s.openrosa(t, "F1", testapp.Password); got.status != want {
			t.Errorf("%s: %d %s", why, got.status, got.body)
		}
		if n := s.app.Doorstep.PasswordsCompared() - before; n != compared {
			t.Errorf("%s: %d passwords compared", why, n)
		}
	}
	right(200, 1, "the first request")
	right(200, 0, "the second")
	for range 5 {
		s.session("workers")(t, "F1", "wrong")
	}
	right(429, 0, "after guesses at the other door")
	s.app.Advance(2 * time.Minute)
	right(200, 0, "a while later")
	worker, err := s.app.FindFirstRecordByData("workers", "staff_no", "F1")
	if err != nil {
		t.Fatal(err)
	}
	end := func() {
		t.Helper()
		err := collections.Write(t.Context(), s.app.TestApp, func(db collections.DB) error {
			return signin.End(db, strings.NewReader(strings.Repeat("x", 40)), worker.Id)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	end()
	right(200, 1, "after every token was ended")
	if worker, err = s.app.FindRecordById("workers", worker.Id); err != nil { // with the new key, which must be one that saves
		t.Fatal(err)
	}
	worker.Set("active", false)
	if err := s.app.Save(worker); err != nil {
		t.Fatal(err)
	}
	right(401, 1, "after the worker was shut out")
}

// Who has still to enrol a second factor is told so on every route but those for enrolling, and the one that tells who is signed in.
func TestFactorIsAskedForEverywhere(t *testing.T) {
	t.Parallel()
	s := newCredentialStage(t)
	manager, err := s.app.FindFirstRecordByData("workers", "staff_no", "M1")
	if err != nil {
		t.Fatal(err)
	}
	s.call.Token = s.app.Token(t, manager)
	for _, route := range everyRoute() {
		method, path, _ := strings.Cut(route, " ")
		if strings.HasPrefix(path, "/api/doorstep/v1/second-factor") || path == "/api/doorstep/v1/me" || path == "/api/health" || strings.Contains(path, "/auth-methods") || strings.Contains(path, "/auth-with-password") {
			continue
		}
		status, body := s.call.Do(method, path, map[string]any{})
		if status != http.StatusUnauthorized || method != http.MethodHead && !strings.Contains(string(body), `"auth.second_factor"`) {
			t.Errorf("%s: %d %s", route, status, body)
		}
	}
	s.call.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/second-factor", nil, nil)
}

// A code of a second factor is guessed at slowly, wherever from: who gets that far has the password.
func TestCodesAreCounted(t *testing.T) {
	t.Parallel()
	s := newCredentialStage(t)
	for n := range 6 {
		status, body := signInAs(s.call, "M-enrolled", testapp.Password, "000000")
		if want := []int{400, 400, 400, 400, 400, 429}[n]; status != want {
			t.Errorf("code %d: %d %s", n+1, status, body)
		}
	}
	if n := failures(t, s.app); n != 5 {
		t.Errorf("%d failures recorded", n)
	}
}
