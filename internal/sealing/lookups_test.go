package sealing_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/seal"
	"doorstep/internal/sealing"
	"doorstep/internal/survey"
	"doorstep/internal/testapp"
)

// sealedHome is a database with a row of each table that rows are found in by a column.
func sealedHome(t *testing.T) *testapp.App {
	t.Helper()
	app := testapp.New(t)
	app.Plant(t, collections.Persons, map[string]any{"id": "person", "name": "王小明", "name_key": "wangxiaoming", "id_key": "n", "area": "990101001001001"})
	app.Plant(t, collections.Households, map[string]any{"id": "household", "address": "示例路 1 号", "address_key": "shili1", "house_code": "H-1", "area": "990101001001001"})
	app.Plant(t, collections.Attachments, map[string]any{"id": "attachment", "name": "door.jpg"})
	return app
}

func setMeta(t *testing.T, app *testapp.App, values map[string]string) {
	t.Helper()
	if err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) (err error) {
		for key, value := range values {
			err = errors.Join(err, collections.SetMeta(db, key, value))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func meta(t *testing.T, app *testapp.App, key string) string {
	t.Helper()
	value, err := collections.MetaValue(collections.Read(app.TestApp), key)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// TestLookupsOfEarlierPrograms: where what rows are found by was hashed otherwise, or was not, or nobody noted how, the tables are sealed
// anew that it concerns, whatever an upgrade had come to when it was stopped. The others stay as they are.
func TestLookupsOfEarlierPrograms(t *testing.T) {
	app := sealedHome(t)
	keys, library := collections.KeysOf(app), app.Doorstep.Library
	all, rules := meta(t, app, "seal.lookups"), meta(t, app, "seal.index")
	found := map[string][]string{}
	for table, columns := range collections.Registry {
		for _, c := range columns {
			if c.Indexed {
				found[table] = append(found[table], keys.IndexID()+" "+table+"."+c.Column)
			}
		}
	}
	every := slices.Sorted(maps.Keys(found))
	if want := slices.Sorted(slices.Values(slices.Concat(slices.Collect(maps.Values(found))...))); all != strings.Join(want, "\n") || len(every) != 3 {
		t.Fatalf("what is noted is %q, want %q", all, want)
	}
	but := func(lines ...string) string {
		return strings.Join(slices.DeleteFunc(strings.Split(all, "\n"), func(l string) bool { return slices.Contains(lines, l) }), "\n")
	}
	for name, c := range map[string]struct {
		lookups, index string
		want           []string
	}{
		"as now": {all, rules, nil}, "other rules, noted": {all, keys.IndexID() + " earlier", nil},
		"not noted":                      {"", rules, nil},
		"other rules":                    {"", keys.IndexID() + " earlier", []string{collections.Attachments}},
		"another index key":              {"", "other earlier", every},
		"never sealed":                   {"", "", every},
		"another index key, noted":       {strings.ReplaceAll(all, keys.IndexID(), "other"), rules, every},
		"one column less of persons":     {but(found[collections.Persons][0]), rules, []string{collections.Persons}},
		"the last column of households":  {but(found[collections.Households][1]), rules, []string{collections.Households}},
		"a half-done upgrade, two ahead": {strings.Join(found[collections.Persons], "\n"), "", []string{collections.Attachments, collections.Households}},
	} {
		setMeta(t, app, map[string]string{"seal.lookups": c.lookups, "seal.index": c.index})
		before := app.Picture(t)
		var walked []string
		if err := sealing.Lookups(t.Context(), app, library, func(table string, seen, sealed int) {
			if walked = append(walked, table); seen != 1 || sealed != 1 {
				t.Errorf("%s: %s: %d rows seen, %d sealed", name, table, seen, sealed)
			}
		}); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(walked, c.want) {
			t.Errorf("%s: sealed anew %q, want %q", name, walked, c.want)
		}
		var want []string
		for _, table := range c.want {
			want = append(want, table+" "+strings.TrimSuffix(table, "s")+": sealed")
		}
		moved := slices.DeleteFunc(app.Moved(t, before), func(line string) bool { return strings.HasPrefix(line, "meta ") })
		if !slices.Equal(moved, want) {
			t.Errorf("%s: moved %q, want %q", name, moved, want)
		}
		if noted := meta(t, app, "seal.lookups"); noted != all || meta(t, app, "seal.index") != c.index {
			t.Errorf("%s: noted %q", name, noted)
		}
	}
}

// TestRowsOfForms: the answers of records and of their repeats that lie in clear are sealed by the version that they were made with; a
// damaged row, and one that is sealed already, stay as they are.
func TestRowsOfForms(t *testing.T) {
	app := testapp.New(t)
	in, _ := app.Doorstep.Library.ByTable("child_visits")
	main := in.Layout.Main()
	children := in.Layout.Below(main)[0]
	answers := func(table *survey.Table) map[string]any {
		row := map[string]any{}
		for _, s := range in.Layout.Sealed(table) {
			if s.Column != "location" {
				row[s.Column] = "7"
			}
		}
		return row
	}
	plant := func(table *survey.Table, id string, more map[string]any) {
		row := map[string]any{"id": id}
		if more["sealed"] == nil {
			maps.Copy(row, answers(table))
		}
		maps.Copy(row, more)
		app.Plant(t, table.Name, row)
	}
	plant(main, "now", map[string]any{"form_version": in.Version, "area": "990101001001001", "review_state": "received"})
	plant(main, "unknown", map[string]any{"form_version": "0", "area": "990101001001001", "review_state": "received"})
	plant(main, "damaged", map[string]any{"form_version": in.Version, "sealed": "ds1.00000000.x", "review_state": "received"})
	plant(children, "row", map[string]any{"visit": "now", "position": 1})
	plant(children, "stray", map[string]any{"visit": "nowhere", "position": 1})
	before := app.Picture(t)
	told := map[string]string{}
	clear, err := sealing.Rows(t.Context(), app, app.Doorstep.Library, false, func(table string, seen, sealed int) {
		if seen > 0 {
			told[table] = fmt.Sprint(seen, " ", sealed)
		}
	})
	if want := map[string]string{main.Name: "3 2", children.Name: "2 2"}; err != nil || clear != 4 || !maps.Equal(told, want) {
		t.Errorf("%d rows in clear, told %v, %v", clear, told, err)
	}
	var moved []string
	for _, c := range app.Picture(t).Since(before) {
		moved = append(moved, c.Table+" "+c.Key)
		table := in.Layout.Named(c.Table)
		opened, err := collections.Open(collections.Read(app.TestApp), c.Table, c.Key, c.After["sealed"])
		if err != nil {
			t.Fatal(err)
		}
		said := map[string]any{}
		for _, v := range opened {
			said[v.Column] = v.Text
		}
		if want := answers(table); !maps.Equal(said, want) {
			t.Errorf("%s %s says %v, want %v", c.Table, c.Key, said, want)
		}
		for _, s := range in.Layout.Sealed(table) {
			if c.After[s.Column] != collections.AsText(s.Blank) {
				t.Errorf("%s %s: %s is %q in clear", c.Table, c.Key, s.Column, c.After[s.Column])
			}
		}
		if columns, want := c.Columns(), len(said)+1; len(columns) != want && len(columns) != want+1 {
			t.Errorf("%s %s: %q moved", c.Table, c.Key, columns)
		}
	}
	if want := []string{children.Name + " row", children.Name + " stray", main.Name + " now", main.Name + " unknown"}; !slices.Equal(moved, slices.Sorted(slices.Values(want))) {
		t.Errorf("moved %q, want %q", moved, want)
	}
	if clear, err := sealing.Rows(t.Context(), app, app.Doorstep.Library, true, nil); err != nil || clear != 0 {
		t.Errorf("again: %d rows in clear, %v", clear, err)
	}
}

// beside opens the database of an app as a program does that nobody else works beside. Statements that begin with *failing fail.
func beside(t *testing.T, app *testapp.App, failing *string) collections.DB {
	t.Helper()
	pool, err := collections.Watched(func(query string) (string, error) {
		if *failing != "" && strings.HasPrefix(query, *failing) {
			return "", errors.New("a statement fails")
		}
		return query, nil
	})(filepath.Join(app.DataDir(), "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	pool.DB().SetMaxOpenConns(1)
	t.Cleanup(func() { pool.Close() })
	return collections.Of(pool, collections.KeysOf(app))
}

// TestWhatKeysProve: keys are those of a database while some row of each table opens for each key that sealed there.
func TestWhatKeysProve(t *testing.T) {
	app := sealedHome(t)
	store := collections.Files(app.TestApp)
	for i := range 100 {
		app.Plant(t, collections.Tasks, map[string]any{"id": fmt.Sprintf("task-%03d", i), "title": "t", "area": "990101"})
	}
	failing := ""
	db := beside(t, app, &failing)
	exec := func(statement string) {
		t.Helper()
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	damage := func(table string, most int) string {
		return fmt.Sprintf(`UPDATE %[1]s SET sealed=substr(sealed,1,length(sealed)-4)||'AAAA' WHERE rowid IN (SELECT rowid FROM %[1]s ORDER BY rowid LIMIT %[2]d)`, table, most)
	}
	for _, c := range []struct {
		name, damage string
		wrong        string
		damaged      int
	}{
		{"whole", `SELECT 1`, "", 0}, {"as many as are tried but one", damage(collections.Tasks, 99), "", 99}, {"all of a table", damage(collections.Persons, 9), "persons: ", 1},
		{"as many as are tried", damage(collections.Tasks, 100), "tasks: ", 100}, {"nothing sealed", `UPDATE persons SET sealed=''`, "", 0},
		{"another marker", `UPDATE meta SET value=(SELECT sealed FROM persons) WHERE "key"='seal.check'`, "not the keys", 0},
		{"no marker", `UPDATE meta SET value='' WHERE "key"='seal.check'`, "", 0},
	} {
		exec(`BEGIN`)
		exec(c.damage)
		if err := sealing.Prove(db, store); (err == nil) != (c.wrong == "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%s: %v, want %q", c.name, err, c.wrong)
		}
		n := 0
		if err := sealing.Damaged(t.Context(), db, func(table, id string) {
			if n++; table != collections.Tasks && table != collections.Persons || !strings.HasPrefix(id, strings.TrimSuffix(table, "s")) {
				t.Errorf("%s: %s %s is damaged", c.name, table, id)
			}
		}); err != nil || n != c.damaged {
			t.Errorf("%s: %d damaged rows, want %d, %v", c.name, n, c.damaged, err)
		}
		if sealed, err := sealing.Sealed(db); sealed != (c.name != "no marker") || err != nil {
			t.Errorf("%s: sealed %v, %v", c.name, sealed, err)
		}
		exec(`ROLLBACK`)
	}
	for _, failing = range []string{`SELECT value FROM meta`, `SELECT m.name`, `SELECT DISTINCT`, `SELECT id, sealed`} {
		if err := sealing.Prove(db, store); err == nil {
			t.Errorf("it proves the keys, though this failed: %s", failing)
		}
	}
	failing = ""
	ended, end := context.WithCancel(t.Context())
	end()
	if err := sealing.Damaged(ended, db, func(string, string) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits any more: %v", err)
	}
	photo, err := store.Save(strings.NewReader("a photo"))
	if err != nil {
		t.Fatal(err)
	}
	path := ""
	if err := filepath.WalkDir(app.DataDir(), func(at string, _ os.DirEntry, err error) error {
		if strings.HasSuffix(at, photo.SHA256) || strings.Contains(filepath.Base(at), photo.SHA256[2:]) {
			path = at
		}
		return err
	}); err != nil || path == "" {
		t.Fatal(path, err)
	}
	if err := sealing.Prove(db, store); err != nil {
		t.Errorf("with a file: %v", err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)-1] ^= 1
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := sealing.Prove(db, store); err == nil {
		t.Error("a damaged file proves the keys")
	}
}

// TestHowFarSealingHasCome asks after each step of a life: sealed from the beginning, with another key, with other rules.
func TestHowFarSealingHasCome(t *testing.T) {
	app := sealedHome(t)
	keys, library := collections.KeysOf(app), app.Doorstep.Library
	state := func() string {
		t.Helper()
		done, err := sealing.Done(app)
		begun, err2 := sealing.Begun(app, keys)
		indexed, err3 := sealing.Indexed(app, keys)
		table, last, err4 := sealing.Renewing(app)
		if err := errors.Join(err, err2, err3, err4); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("done %v, begun %v, indexed %v, renewing %q %q", done, begun, indexed, table, last)
	}
	rules := meta(t, app, "seal.index")
	for name, c := range map[string]struct {
		meta map[string]string
		want string
	}{
		"as it was made": {nil, `done true, begun true, indexed true, renewing "" ""`},
		"another key":    {map[string]string{"seal.done": "00000000"}, `done false, begun true, indexed true, renewing "" ""`},
		"other rules":    {map[string]string{"seal.index": keys.IndexID() + " earlier"}, `done true, begun true, indexed false, renewing "" ""`},
		"other lookups":  {map[string]string{"seal.index": "00000000 earlier"}, `done true, begun false, indexed false, renewing "" ""`},
		"never":          {map[string]string{"seal.index": ""}, `done true, begun false, indexed false, renewing "" ""`},
		"on its way":     {map[string]string{"seal.renewed": rules + " persons person-1"}, `done true, begun true, indexed true, renewing "persons" "person-1"`},
		"on the way to earlier rules": {map[string]string{"seal.renewed": keys.IndexID() + " earlier persons person-1"},
			`done true, begun true, indexed true, renewing "" ""`},
	} {
		setMeta(t, app, map[string]string{"seal.done": keys.Primary(), "seal.index": rules, "seal.renewed": ""})
		setMeta(t, app, c.meta)
		if got := state(); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	setMeta(t, app, map[string]string{"seal.index": rules, "seal.renewed": ""})
	before := app.Picture(t)
	if clear, err := sealing.Renew(t.Context(), app, library, func(string, int, int) { t.Error("something is renewed") }); clear != 0 || err != nil {
		t.Errorf("renewed %d, %v", clear, err)
	}
	plain := seal.Plain()
	collections.UseKeys(app, plain)
	defer collections.UseKeys(app, keys)
	if clear, err := sealing.Rows(t.Context(), app, library, true, nil); clear != 0 || err != nil {
		t.Errorf("without sealing: %d, %v", clear, err)
	}
	if err := errors.Join(sealing.Lookups(t.Context(), app, library, nil), sealing.Reseal(t.Context(), app, library, nil)); err != nil {
		t.Error(err)
	}
	if moved := app.Moved(t, before); len(moved) > 0 {
		t.Errorf("moved %q", moved)
	}
}

// TestSealingWhileStatementsFail: each is told, and what was sealed by then opens.
func TestSealingWhileStatementsFail(t *testing.T) {
	app := sealedHome(t)
	db, keys, library := collections.Read(app.TestApp), collections.KeysOf(app), app.Doorstep.Library
	earlier := func() {
		setMeta(t, app, map[string]string{"seal.lookups": "", "seal.index": keys.IndexID() + " earlier", "seal.done": "00000000"})
		if err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
			return collections.UpdateRaw(db, collections.Persons, "person", collections.Row{{Column: "relation", Value: "子女"}})
		}); err != nil {
			t.Fatal(err)
		}
	}
	for _, act := range []struct {
		name string
		do   func() error
	}{
		{"sealed", func() error { _, err := sealing.Sealed(db); return err }},
		{"damaged", func() error { return sealing.Damaged(t.Context(), db, func(string, string) {}) }},
		{"done", func() error { _, err := sealing.Done(app); return err }},
		{"begun", func() error { _, err := sealing.Begun(app, keys); return err }},
		{"indexed", func() error { _, err := sealing.Indexed(app, keys); return err }},
		{"renewing", func() error { _, _, err := sealing.Renewing(app); return err }},
	} {
		app.FailsAtEach(t, act.name, act.do)
	}
	for _, act := range []struct {
		name string
		do   func() error
	}{
		{"lookups", func() error { return sealing.Lookups(t.Context(), app, library, nil) }},
		{"renew", func() error { _, err := sealing.Renew(t.Context(), app, library, nil); return err }},
		{"rows", func() error { _, err := sealing.Rows(t.Context(), app, library, true, nil); return err }},
		{"reseal", func() error { return sealing.Reseal(t.Context(), app, library, nil) }},
		{"everything", func() error { return sealing.Everything(t.Context(), app, library, nil) }},
	} {
		earlier()
		app.TellsEach(t, act.name, act.do, func(failed string) {
			for table, column := range map[string]string{collections.Persons: "name", collections.Households: "address", collections.Attachments: "name"} {
				stored, err := collections.Registry[table].Stored(db, table, strings.TrimSuffix(table, "s"))
				if err != nil || stored[column] == "" || table == collections.Persons && stored["relation"] != "子女" {
					t.Errorf("%s says %q, %v, after %s", table, stored, err, failed)
				}
			}
		})
	}
}
