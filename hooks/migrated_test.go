package hooks_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/sealing"
	"doorstep/internal/testapp"
)

// TestNamesFromBeforeAreSealed: a database from before names of files were sealed is sealed when the server starts, rows beside
// them stay, and the history still tells which file was replaced.
func TestNamesFromBeforeAreSealed(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	runner := core.NewMigrationsRunner(app, core.AppMigrations)
	if _, err := runner.Down(migrationsSince(t, app, "1795465100_names_of_files.go")); err != nil {
		t.Fatal(err)
	}
	exec := func(query string) {
		t.Helper()
		if _, err := app.NonconcurrentDB().NewQuery(query).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO attachments (id, record, name, sha256, state, replaced) VALUES ('old-file', 'visit-1', '欧阳家的门牌.jpg', 'aa', 'stored', TRUE), ('new-file', 'visit-1', '欧阳家的门牌.jpg', 'bb', 'stored', FALSE)`)
	exec(`INSERT INTO edits (id, record, field, before, after, kind) VALUES ('edit-1', 'visit-1', '@files/欧阳家的门牌.jpg', '"aa"', '"bb"', 'correction'), ('edit-2', 'visit-1', 'outcome', '"1"', '"2"', 'correction')`)
	exec(`INSERT INTO child_visits (id, issues) VALUES ('visit-1', '[{"code":"answer.unknown","field":"欧阳说的话","zh":"字"},{"code":"age.differs","field":"children[1]/age","zh":"字"}]'), ('visit-2', '[]')`)
	if _, err := runner.Up(); err != nil {
		t.Fatal(err)
	}
	if err := sealing.Everything(t.Context(), app, app.Doorstep.Library, nil); err != nil {
		t.Fatal(err)
	}
	if found := testapp.NewLeaks(t, "欧阳家的门牌.jpg", "欧阳说的话").Below(t, app.DataDir()); len(found) > 0 {
		t.Errorf("%d traces:\n%s", len(found), strings.Join(found, "\n"))
	}
	for _, id := range []string{"old-file", "new-file"} {
		if name := app.Find(t, "attachments", id).GetString("name"); name != "欧阳家的门牌.jpg" {
			t.Errorf("%s is called %q", id, name)
		}
	}
	db := collections.Read(app)
	for query, want := range map[string]string{
		`SELECT field FROM edits WHERE id='edit-1'`: "@files/old-file",
		`SELECT field FROM edits WHERE id='edit-2'`: "outcome",
		`SELECT json_extract(issues,'$[0].code')||json_extract(issues,'$[0].field') FROM child_visits WHERE id='visit-1'`:                 "answer.unknown",
		`SELECT json_extract(issues,'$[1].field') FROM child_visits WHERE id='visit-1'`:                                                   "children[1]/age",
		`SELECT issues FROM child_visits WHERE id='visit-2'`:                                                                              "[]",
		`SELECT id FROM attachments WHERE replaced=FALSE AND name='` + collections.IndexOf(db, "attachments", "name", "欧阳家的门牌.jpg") + `'`: "new-file",
	} {
		var got string
		if _, err := collections.One(db, query, nil, &got); err != nil || got != want {
			t.Errorf("%s: %q %v, want %q", query, got, err, want)
		}
	}
}

// migrationsSince is how many steps there are from one on.
func migrationsSince(t *testing.T, app core.App, file string) int {
	t.Helper()
	n := 0
	for _, m := range core.AppMigrations.Items() {
		if m.File >= file {
			n++
		}
	}
	if n == 0 {
		t.Fatalf("no migration %s", file)
	}
	return n
}
