package identity_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/corpora"
	"doorstep/internal/identity"
	"doorstep/internal/testapp"
)

// meet records somebody new and gives whom they are suggested to be.
func meet(t *testing.T, app *testapp.App, id string, p identity.Person) (pairs []identity.Pair) {
	t.Helper()
	write(t, app, func(db collections.DB) error {
		found, err := identity.Register{DB: db, Reach: identity.Everywhere, Now: now}.ResolvePerson(p, identity.Person{}, id)
		if err != nil || !found.New {
			return err
		}
		p.ID = found.ID
		pairs, err = identity.Suggest(db, p, found.Keys, now)
		return err
	})
	return pairs
}

func TestSuggest(t *testing.T) {
	first := somebody("梁紫琪", "", "2015-03-01", "female", "h1")
	first.Phone = "13800000001"
	for name, c := range map[string]struct {
		said  identity.Person
		asked bool
	}{
		"by ear, same home and day":           {somebody("梁子棋", "", "2015-03-01", "female", "h1"), true},
		"traditional characters, other home":  {somebody("梁紫琪", "", "2015-03-01", "female", "h2"), true},
		"a twin":                              {somebody("梁浩然", "", "2015-03-01", "female", "h1"), false},
		"a sister":                            {somebody("梁紫怡", "", "2012-07-11", "female", "h1"), false},
		"a stranger of the name, years older": {somebody("梁紫琪", "", "1961-05-23", "female", "h7"), false},
		"nobody":                              {somebody("张伟", "", "2001-01-09", "male", "h9"), false},
	} {
		t.Run(name, func(t *testing.T) {
			app := testapp.New(t)
			meet(t, app, "p1", first)
			pairs := meet(t, app, "p2", c.said)
			if asked := len(pairs) == 1 && pairs[0].A == "p1" && pairs[0].B == "p2"; asked != c.asked || len(pairs) > 1 {
				t.Fatalf("%+v", pairs)
			}
			for _, p := range pairs {
				if p.Rule != identity.Alike || p.Weight <= 0 || p.Score < 0.3 || p.Model == "" || p.Evidence[0].ZH == "" || p.Evidence[0].EN == "" {
					t.Errorf("%+v", p)
				}
			}
		})
	}
}

// TestKeysFollowThePerson: the keys in the table are hashes, change with the person, come back by a backfill, and are gone
// with whoever is erased, not those of others.
func TestKeysFollowThePerson(t *testing.T) {
	app := testapp.New(t)
	count := func(id string) (n int) {
		t.Helper()
		if _, err := collections.One(collections.Read(app.TestApp), `SELECT COUNT(*) FROM blocking_keys WHERE who=?`, []any{id}, &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	meet(t, app, "p1", somebody("梁紫琪", "990000201503010017", "2015-03-01", "female", "h1"))
	meet(t, app, "p2", somebody("何东", "", "1980-03-01", "male", "h2"))
	one, two := count("p1"), count("p2")
	if one < 5 || two < 4 {
		t.Fatalf("%d and %d keys", one, two)
	}
	begin := func() {
		t.Helper()
		write(t, app, func(db collections.DB) error { return collections.SetMeta(db, "blocking.state", "0 earlier done") })
	}
	begin()
	for range 2 {
		if err := identity.Backfill(t.Context(), app.TestApp, func(int) {}); err != nil {
			t.Fatal(err)
		}
	}
	if count("p1") != one || count("p2") != two {
		t.Errorf("after the backfill %d and %d keys, not %d and %d", count("p1"), count("p2"), one, two)
	}
	begin()
	if err := identity.Backfill(t.Context(), app.TestApp, func(looked int) { // between the look at them and the writing of their keys
		if looked == 0 {
			return
		}
		write(t, app, func(db collections.DB) error {
			if _, err := db.Exec(`UPDATE persons SET active=FALSE WHERE id=?`, "p1"); err != nil {
				return err
			}
			if _, err := db.Exec(`UPDATE persons SET area=? WHERE id=?`, "990102001001001", "p2"); err != nil {
				return err
			}
			return identity.BlockAgain(db, "p2")
		})
	}); err != nil {
		t.Fatal(err)
	}
	if count("p1") != 0 || count("p2") != two {
		t.Errorf("after erasing %d and %d keys", count("p1"), count("p2"))
	}
	write(t, app, func(db collections.DB) error { // with the household
		return identity.MoveMembers(db, "h2", "990102001001001", "990101001001002", app.Doorstep.Now())
	})
	for what, query := range map[string]string{
		"keys of nobody":             `SELECT COUNT(*) FROM blocking_keys k LEFT JOIN blocking_of o ON o.who=k.who AND o.area=k.area WHERE o.who IS NULL OR k.key NOT IN (SELECT value FROM json_each(o.keys))`,
		"keys that are not in order": `SELECT COUNT(*) FROM blocking_of o, json_each(o.keys) j LEFT JOIN blocking_keys k ON k.key=j.value AND k.area=o.area AND k.who=o.who WHERE k.key IS NULL`,
		"people at an old place":     `SELECT COUNT(*) FROM blocking_of o JOIN persons p ON p.id=o.who WHERE p.area!=o.area`,
		"notes":                      `SELECT COUNT(*) FROM blocking_gone`,
	} {
		var n int
		if _, err := collections.One(collections.Read(app.TestApp), query, nil, &n); err != nil || n > 0 {
			t.Errorf("%d %s, %v", n, what, err)
		}
	}
}

// TestFullKeysAreReported: a key that too many people have opens nobody and is noted once, without what it stands for.
func TestFullKeysAreReported(t *testing.T) {
	app := testapp.New(t)
	for i := range 64 {
		meet(t, app, "p"+strings.Repeat("x", i+1), somebody("张伟", "", "1980-03-01", "male", ""))
	}
	full, err := identity.FullKeys(collections.Read(app.TestApp))
	if err != nil || len(full) != 3 || full["given name, sex and community"] != 1 || full["surname and day of birth"] != 1 || full["name and year of birth"] != 1 {
		t.Errorf("full keys %v, %v", full, err)
	}
}

// TestEachIsLikelyOnce: somebody found by number and by keys, and once more as who was merged into them, is told once.
func TestEachIsLikelyOnce(t *testing.T) {
	app := testapp.New(t)
	meet(t, app, "p1", somebody("梁紫琪", "990000201503010017", "2015-03-01", "female", "h1"))
	meet(t, app, "p2", somebody("梁子棋", "", "2015-03-01", "female", "h2"))
	meet(t, app, "p3", somebody("梁紫琪", "", "2015-03-01", "female", "h3"))
	for _, c := range []struct {
		first string
		want  []string
	}{{`SELECT 1`, []string{"p1", "p2", "p3"}}, {`UPDATE persons SET merged_into='p1' WHERE id='p2'`, []string{"p1", "p3"}}} {
		write(t, app, func(db collections.DB) error {
			if _, err := db.Exec(c.first); err != nil {
				return err
			}
			said := identity.Described{Person: somebody("梁紫琪", "990000201503010017", "2015-03-01", "female", "")}
			found, err := identity.Likely(db, said, func(string) bool { return true })
			var ids []string
			for _, l := range found {
				ids = append(ids, l.Person.ID)
			}
			if slices.Sort(ids); err != nil || !slices.Equal(ids, c.want) {
				t.Errorf("%s: %v, %v", c.first, ids, err)
			}
			return nil
		})
	}
}

// TestNamesake names who is known by name alone, where a list and the register tell the sex, one does, or neither.
func TestNamesake(t *testing.T) {
	app := testapp.New(t)
	meet(t, app, "p1", somebody("梁紫琪", "", "", "", "h1"))
	meet(t, app, "p2", somebody("何东", "", "", "male", "h1"))
	meet(t, app, "p3", somebody("何东", "", "", "male", "h2"))
	meet(t, app, "p4", somebody("何西", "", "", "male", "h2"))
	write(t, app, func(db collections.DB) error {
		_, err := db.Exec(`UPDATE persons SET merged_into='p3' WHERE id='p4'`)
		return err
	})
	for _, c := range []struct{ name, sex, household, want string }{
		{"梁紫琪", "", "h1", "p1"}, {"梁紫琪", "female", "h1", "p1"}, {"梁紫琪", "female", "h2", ""}, {"何东", "male", "h1", "p2"}, {"何东", "", "h1", "p2"},
		{"何东", "female", "h1", ""}, {"何东", "male", "h2", "p3"}, {"何西", "male", "h2", "p3"}, {"张伟", "male", "h2", ""},
	} {
		found, err := identity.Namesake(collections.Read(app.TestApp), somebody(c.name, "", "", c.sex, c.household))
		if err != nil || found.ID != c.want {
			t.Errorf("%+v: %q, %v", c, found.ID, err)
		}
	}
}

// TestWhoIsAskedAbout writes down the pairs that somebody new is asked about: the likeliest first, no more than three, with all that is kept of
// each.
func TestWhoIsAskedAbout(t *testing.T) {
	app := testapp.New(t)
	for _, p := range []struct{ id, name, birth, household, area string }{
		{"year", "梁紫琪", "2015", "h2", near}, {"day", "梁紫琪", "2015-03-02", "h3", away}, {"ear", "梁子棋", "2015-03-01", "h1", near}, {"same", "梁紫琪", "2015-03-01", "h1", near},
		{"moved", "梁紫琪", "2015-03-01", "h4", away}, {"stranger", "梁紫琪", "1961-05-23", "h7", near},
	} {
		said := somebody(p.name, "", p.birth, "female", p.household)
		said.Area = p.area
		write(t, app, func(db collections.DB) error {
			said.ID, said.Source = p.id, ""
			_, err := identity.Register{DB: db, Reach: identity.Reach{Over: func(string) bool { return false }, Made: identity.Everywhere.Made}, Now: now}.ResolvePerson(said, identity.Person{}, p.id)
			return err
		})
	}
	var out strings.Builder
	before := app.Picture(t)
	write(t, app, func(db collections.DB) error {
		said := somebody("梁紫琪", "", "2015-03-01", "female", "h9")
		said.ID = "new"
		keys, err := identity.KeysOf(db, said)
		if err != nil {
			return err
		}
		pairs, err := identity.Suggest(db, said, keys, now)
		for _, p := range pairs {
			if err == nil {
				_, err = p.Record(db, now)
			}
			fmt.Fprintf(&out, "%s: %s\n", p.A, identity.InWords(p.Evidence))
		}
		return err
	})
	out.WriteString(app.Told(t, before, testapp.Names{}))
	corpora.Golden(t, "testdata/asked.txt", out.String())
}

// TestAFillingIsWritten as the keys of everybody in it, and says how far it is; it is empty then. Whatever fails is said.
func TestAFillingIsWritten(t *testing.T) {
	app := testapp.New(t)
	fill := func() (shown []string, err error) {
		var f identity.Filling
		for _, k := range []identity.Keyed{{ID: "p2", Area: near, Keys: []int64{7, -3}}, {ID: "p1", Area: away, Keys: []int64{7}}, {ID: "p3", Area: near}} {
			f.Add(k)
		}
		err = f.Write(func(fn func(collections.DB) error) error { return collections.Write(t.Context(), app.TestApp, fn) },
			func(done, total int) { shown = append(shown, fmt.Sprint(done, "/", total)) })
		if f.Len() != 0 && err == nil {
			t.Errorf("%d are left", f.Len())
		}
		return shown, err
	}
	app.TellsEach(t, "write", func() error { _, err := fill(); return err }, func(string) {})
	if shown, err := fill(); err != nil || !slices.Equal(shown, []string{"0/2", "2/2"}) {
		t.Errorf("shown %q, %v", shown, err)
	}
	for query, want := range map[string][]string{`SELECT who||' '||area||' '||key FROM blocking_keys ORDER BY 1`: {"p1 " + away + " 7", "p2 " + near + " -3", "p2 " + near + " 7"},
		`SELECT who||' '||area||' '||keys FROM blocking_of ORDER BY 1`: {"p1 " + away + " [7]", "p2 " + near + " [7,-3]", "p3 " + near + " []"}} {
		if got, err := collections.Column[string](collections.Read(app.TestApp), query); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q, %v", got, err)
		}
	}
}
