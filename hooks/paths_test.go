package hooks_test

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/blob"
	"doorstep/internal/seal"
	"doorstep/internal/testapp"
)

var hostile = []string{
	"../../../data.db", "..%2f..%2f..%2fdata.db", "%2e%2e/%2e%2e/data.db", "..%5c..%5cdata.db", "%2fetc%2fpasswd", "....//....//data.db",
	"..%252f..%252fdata.db", "data.db", "data.db%00.png", ".%2e/.%2e/auxiliary.db", "~root", "%c0%ae%c0%ae%c0%afdata.db",
}

// TestHostileNames asks every address that leads to a file for files that it must not lead to: the databases lie one and
// two folders above.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve(t)
	field := app.Client(t, server, app.Worker(t, "F1", "field", "990101")).Register()
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "99"))
	operator := app.Client(t, server, superuser(t, app))
	content, err := os.ReadFile(filepath.Join(app.DataDir(), "data.db"))
	if err != nil || !strings.HasPrefix(string(content), "SQLite format 3") {
		t.Fatalf("the database is not where the test expects it: %v", err)
	}
	for _, name := range hostile {
		for _, ask := range []struct {
			client       *testapp.Client
			method, path string
		}{
			{field, http.MethodPatch, "/api/sync/v1/files/" + field.Device + "/" + name},
			{field, http.MethodDelete, "/api/sync/v1/files/" + field.Device + "/" + name},
			{field, http.MethodDelete, "/api/sync/v1/files/" + name + "/" + name},
			{field, http.MethodGet, "/api/sync/v1/forms/child_visit/" + name},
			{manager, http.MethodGet, "/api/doorstep/v1/attachments/" + name},
			{manager, http.MethodGet, "/api/doorstep/v1/export/" + name},
			{operator, http.MethodGet, "/api/doorstep/v1/backups/" + name},
			{operator, http.MethodGet, "/_/" + name},
		} {
			status, body := ask.client.Do(ask.method, ask.path, nil)
			if strings.Contains(string(body), "SQLite format 3") || status >= 500 || status < 300 {
				t.Errorf("%s %s: %d %.80s", ask.method, ask.path, status, body)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(app.DataDir(), "data.db")); err != nil {
		t.Error(err)
	}
}

func TestStoreOpensDigestsAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "data.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range append(slices.Clone(hostile), "", strings.Repeat("../", 22)[:64], strings.Repeat("A", 64)) {
		if f, err := blob.In(dir, seal.Plain()).Open(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v %v", name, f, err)
		}
	}
}

// The name of a form's file is a label in the database; on disk it is a digest, and readers get the last element of it.
func TestHostileFormFile(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve(t)
	before := tree(t, app.DataDir())
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "99"))
	body, kind := inForm(t, `..\..\../../escaped.png`, strings.NewReader("picture"))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/api/doorstep/v1/forms/child_visit/files", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", manager.Token)
	req.Header.Set("Content-Type", kind)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("status %d", res.StatusCode)
	}
	for _, path := range tree(t, app.DataDir()) {
		if strings.Contains(path, "escaped") || !slices.Contains(before, path) && !strings.HasPrefix(path, filepath.Join(app.DataDir(), "attachments")) {
			t.Errorf("the upload made %s", path)
		}
	}
	for at := app.DataDir(); at != filepath.Dir(at); at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "escaped.png")); err == nil {
			t.Errorf("the upload escaped to %s", at)
		}
	}
}

func tree(t *testing.T, dir string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		paths = append(paths, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}
