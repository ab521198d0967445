package hooks_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/crypto/bcrypt"

	"doorstep/collections"
	"doorstep/internal/seal"
	"doorstep/internal/signin"
	"doorstep/internal/testapp"
)

// aWhile is longer than any wrong password makes somebody wait.
const aWhile = 15 * time.Minute

// storedPassword is what the database holds of an account's password.
func storedPassword(t *testing.T, app *testapp.App, table, id string) (hash string) {
	t.Helper()
	if _, err := collections.One(collections.Read(app.TestApp), `SELECT password FROM "`+table+`" WHERE id=?`, []any{id}, &hash); err != nil || hash == "" {
		t.Fatalf("password of %s: %q %v", id, hash, err)
	}
	return hash
}

func store(t *testing.T, app *testapp.App, id, hash string) {
	t.Helper()
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		_, err := db.Exec(`UPDATE workers SET password=? WHERE id=?`, hash, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestPasswordsAreSealed: whoever copies the database has no hash to try guesses at, whichever door an account came through, and whoever
// changes it gives nobody the password of another account.
func TestPasswordsAreSealed(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	nobody := app.Client(t, server, nil)
	signs := func(why, staff, password string, want int) {
		t.Helper()
		app.Advance(aWhile)
		if status, body := signInAs(nobody, staff, password, ""); status != want {
			t.Errorf("%s: %s signs in: %d %s", why, staff, status, body)
		}
	}
	one, other := app.Worker(t, "F1", "field", "990101001001"), superuser(t, app)
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	var made struct{ ID string }
	manager.Want(http.StatusOK, http.MethodPost, "/api/collections/workers/records", map[string]any{"staff_no": "F2", "name": "新来的", "role": "field", "territory": []string{"990101001001"}, "password": "another-pass-2", "passwordConfirm": "another-pass-2"}, &made)
	for id, table := range map[string]string{one.Id: "workers", made.ID: "workers", other.Id: core.CollectionNameSuperusers} {
		if hash := storedPassword(t, app, table, id); !strings.HasPrefix(hash, seal.PrefixOf(collections.KeysOf(app).Primary())) {
			t.Errorf("%s of %s lies in clear: %.8s", id, table, hash)
		}
	}
	signs("made by a program", "F1", testapp.Password, http.StatusOK)
	signs("made over REST", "F2", "another-pass-2", http.StatusOK)
	if status, body := nobody.Do(http.MethodPost, "/api/collections/_superusers/auth-with-password", map[string]string{"identity": other.Email(), "password": testapp.Password}); status != http.StatusOK {
		t.Errorf("an operator signs in: %d %s", status, body)
	}
	before := storedPassword(t, app, "workers", made.ID)
	manager.Want(http.StatusOK, http.MethodPatch, "/api/collections/workers/records/"+made.ID, map[string]any{"name": "不是新来的"}, nil)
	if storedPassword(t, app, "workers", made.ID) != before {
		t.Error("another column was changed, and the password with it")
	}

	store(t, app, made.ID, storedPassword(t, app, "workers", one.Id)) // the password of F1, which somebody knows
	signs("the hash of another account", "F2", testapp.Password, http.StatusBadRequest)
	manager.Want(http.StatusOK, http.MethodPatch, "/api/collections/workers/records/"+made.ID, map[string]any{"password": "another-pass-3", "passwordConfirm": "another-pass-3"}, nil)
	signs("a new password", "F2", "another-pass-3", http.StatusOK)

	bare, err := bcrypt.GenerateFromPassword([]byte("from-before-4"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	store(t, app, made.ID, string(bare))
	ks, err := app.Doorstep.Keys.Keyset(t.Context())
	if err == nil {
		err = ks.Rotate(seal.SM4, app.Doorstep.Now())
	}
	if err != nil {
		t.Fatal(err)
	}
	keys, err := seal.New(ks)
	if err != nil {
		t.Fatal(err)
	}
	earlier := collections.KeysOf(app)
	collections.UseKeys(app, keys)
	defer collections.UseKeys(app, earlier)
	signs("before it is sealed", "F2", "from-before-4", http.StatusOK)
	if err := collections.Write(t.Context(), app.TestApp, signin.SealPasswords); err != nil {
		t.Fatal(err)
	}
	if some, err := signin.Unsealed(collections.Read(app.TestApp)); err != nil || some {
		t.Errorf("something is not sealed with the new key: %v", err)
	}
	signs("from before anything was sealed", "F2", "from-before-4", http.StatusOK)
	signs("under the earlier key", "F1", testapp.Password, http.StatusOK)
}

// TestWhatAPasswordMayBe: eight characters at least, 64 and any of them at will, compared as they were typed, hashed slowly. The second
// factor stays when a manager sets a new one.
func TestWhatAPasswordMayBe(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	nobody, worker := app.Client(t, server, nil), app.Worker(t, "S1", "supervisor", "990101001001")
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	set := func(password string, want int) {
		t.Helper()
		if status, body := manager.Do(http.MethodPatch, "/api/collections/workers/records/"+worker.Id, map[string]any{"password": password, "passwordConfirm": password}); status != want {
			t.Errorf("%q: %d %s", password, status, body)
		}
	}
	set("seven-7", http.StatusBadRequest)
	set("eight-88", http.StatusOK)
	set(strings.Repeat("x", 72), http.StatusBadRequest) // bcrypt would cut it
	for _, password := range []string{strings.Repeat("aB3$", 16), " blanks around and within ", "锄禾日当午汗滴🌾ñ", `'"<>&%00\`} {
		set(password, http.StatusOK)
		app.Advance(aWhile)
		if status, body := signInAs(nobody, "S1", password, ""); status != http.StatusOK {
			t.Errorf("%q: %d %s", password, status, body)
		}
		for _, almost := range []string{strings.ToUpper(password) + "x", password[:len(password)-1], strings.TrimSpace(password) + " "} {
			app.Advance(aWhile)
			if status, _ := signInAs(nobody, "S1", almost, ""); status != http.StatusBadRequest {
				t.Errorf("%q instead of %q: %d", almost, password, status)
			}
		}
	}
	c, err := app.FindCollectionByNameOrId("workers")
	if err != nil {
		t.Fatal(err)
	}
	hashed := core.NewRecord(c)
	hashed.SetPassword("some password")
	if cost, err := bcrypt.Cost([]byte(hashed.GetString("password:hash"))); err != nil || cost < 10 {
		t.Errorf("hashed at a cost of %d: %v", cost, err)
	}
	enrolled(t, app, worker.Id)
	set("another-pass-9", http.StatusOK)
	app.Advance(aWhile)
	if status, body := signInAs(nobody, "S1", "another-pass-9", ""); status != http.StatusUnauthorized || !strings.Contains(body, "second_factor") {
		t.Errorf("a new password takes the second factor away: %d %s", status, body)
	}
}
