package hooks_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/testapp"
)

// TestManagersMakeAccounts holds what a manager may do with the accounts of a territory, and with nobody else's.
func TestManagersMakeAccounts(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "990101"))
	city := app.Worker(t, "M2", "manager", "9901")
	wide := app.Worker(t, "F7", "field", "990101001001", "990102001001")
	mine, theirs := app.Worker(t, "F8", "field", "990101001002"), app.Worker(t, "F9", "field", "990102001001")
	const path = "/api/collections/workers/records"
	account := func(change map[string]any) map[string]any {
		a := map[string]any{"staff_no": "F1", "name": "新人", "role": "field", "territory": []string{"990101001001"}, "password": "long-enough-1", "passwordConfirm": "long-enough-1"}
		for k, v := range change {
			a[k] = v
		}
		return a
	}
	for name, tt := range map[string]struct {
		change map[string]any
		code   string
	}{
		"the id of the shell":         {map[string]any{"id": "operator"}, "worker.id"},
		"the id of an operator":       {map[string]any{"id": superuser(t, app).Id}, "worker.id"},
		"a staff number of two words": {map[string]any{"staff_no": "F 1"}, "worker.staff_no"},
		"no name":                     {map[string]any{"name": " "}, "worker.name"},
		"no territory":                {map[string]any{"territory": []string{}}, "worker.territory_missing"},
		"a territory that is no list": {map[string]any{"territory": "990101001001"}, "worker.territory_missing"},
		"an unknown territory":        {map[string]any{"territory": []string{"990101009"}}, "worker.territory_unknown"},
		"a territory beyond":          {map[string]any{"territory": []string{"990101001", "990102"}}, "worker.territory_outside"},
		"a role that is none":         {map[string]any{"role": "boss"}, "worker.role"},
		"a short password":            {map[string]any{"password": "x", "passwordConfirm": "x"}, "validation_"},
	} {
		t.Run(name, func(t *testing.T) {
			if status, body := manager.Do(http.MethodPost, path, account(tt.change)); status != http.StatusBadRequest || !strings.Contains(string(body), tt.code) {
				t.Errorf("%d %s, want %s", status, body, tt.code)
			}
		})
	}
	var made struct {
		ID     string
		Active bool
		Area   string
	}
	manager.Want(http.StatusOK, http.MethodPost, path, account(nil), &made)
	if !made.Active || made.Area != "990101001001" {
		t.Errorf("a new account: %+v", made)
	}
	manager.Want(http.StatusOK, http.MethodPatch, path+"/"+made.ID, map[string]any{"territory": []string{"990101001002"}, "role": "supervisor"}, &made)
	if made.Area != "990101001002" {
		t.Errorf("a changed account: %+v", made)
	}
	manager.Want(http.StatusOK, http.MethodPatch, path+"/"+mine.Id, map[string]any{"password": "another-long-1", "passwordConfirm": "another-long-1"}, nil)
	if status, body := manager.Do(http.MethodPatch, path+"/"+mine.Id, map[string]any{"territory": []string{"9901"}}); status != http.StatusBadRequest || !strings.Contains(string(body), "worker.territory_outside") {
		t.Errorf("a territory beyond: %d %s", status, body)
	}
	for who, id := range map[string]string{"a worker elsewhere": theirs.Id, "a worker here and elsewhere": wide.Id, "a manager above": city.Id} {
		if status, _ := manager.Do(http.MethodPatch, path+"/"+id, map[string]any{"name": "改名"}); status != http.StatusNotFound {
			t.Errorf("%s: %d", who, status)
		}
		if r, err := app.FindRecordById("workers", id); err != nil || r.GetString("name") == "改名" {
			t.Errorf("%s was changed (%v)", who, err)
		}
	}
	for _, role := range []string{"field", "supervisor", "analyst"} {
		client := app.Client(t, server, app.Worker(t, "W-"+role, role, "990101"))
		if status, _ := client.Do(http.MethodPost, path, account(map[string]any{"staff_no": "N-" + role})); status == http.StatusOK {
			t.Errorf("%s made an account", role)
		}
		if status, _ := client.Do(http.MethodPatch, path+"/"+mine.Id, map[string]any{"name": "改名"}); status == http.StatusOK {
			t.Errorf("%s changed an account", role)
		}
	}
}

// The tablet and the token of a worker who is given another territory are shut out by whoever manages the worker now, and by nobody else;
// those of the worker who stays do not move.
func TestTabletsGoWithTheirWorker(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	city := app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	before, now := app.Client(t, server, app.Worker(t, "M2", "manager", "990101")), app.Client(t, server, app.Worker(t, "M3", "manager", "990102"))
	goes, stays := app.Worker(t, "F1", "field", "990101001001"), app.Worker(t, "F2", "field", "990101001001")
	var paths [2][]string
	for i, worker := range []*core.Record{goes, stays} {
		var token struct{ ID string }
		city.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/workers/"+worker.Id+"/token", map[string]string{"label": "phone"}, &token)
		paths[i] = []string{"devices/" + app.Client(t, server, worker).Register().Device, "tokens/" + token.ID}
	}
	pictured := app.Picture(t)
	city.Want(http.StatusOK, http.MethodPatch, "/api/collections/workers/records/"+goes.Id, map[string]any{"territory": []string{"990102001001"}}, nil)
	for _, moved := range app.Moved(t, pictured) {
		if table, _, _ := strings.Cut(moved, " "); (table == "devices" || table == "app_tokens") && !strings.HasSuffix(moved, ": area") {
			t.Error(moved)
		}
	}
	for i, managers := range [][2]*testapp.Client{{before, now}, {now, before}} {
		for _, path := range paths[i] {
			managers[0].Want(http.StatusNotFound, http.MethodPost, "/api/doorstep/v1/"+path+"/revoke", nil, nil)
			managers[1].Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/"+path+"/revoke", nil, nil)
		}
	}
}

// Nobody gives an account a password that everybody takes, or one with its own number in it; what it had before stays.
func TestWeakPasswordsAreRefusedOverREST(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	worker := app.Worker(t, "F00123", "field", "990101001001")
	manager := app.Client(t, app.Serve(t), app.Worker(t, "M1", "manager", "9901"))
	path := "/api/collections/workers/records/" + worker.Id
	for _, weak := range []string{"5201314520", "my-F00123-pass"} {
		status, body := manager.Do("PATCH", path, map[string]any{"password": weak, "passwordConfirm": weak})
		if status != 400 || !strings.Contains(string(body), "worker.password_weak") {
			t.Errorf("%s: %d %s", weak, status, body)
		}
	}
	kept, err := app.FindRecordById("workers", worker.Id)
	if err != nil || kept.GetString("password:hash") != worker.GetString("password:hash") {
		t.Errorf("the password changed: %v", err)
	}
	manager.Want(200, "PATCH", path, map[string]any{"password": "x7Kq-2mVd-99", "passwordConfirm": "x7Kq-2mVd-99"}, nil)
}
