package collections_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/seal"
	"doorstep/internal/sensitive"
	"doorstep/internal/testapp"
)

// person holds the answers of a person of these tests, in clear.
var person = map[string]any{"id": "p", "name": "王小明", "name_key": "wangxiaoming", "id_number": "", "id_key": "", "phone": "0631-0000001", "relation": "子女", "area": "990101001001001"}

func stored(t *testing.T, app *testapp.App, id string) map[string]string {
	t.Helper()
	said, err := collections.Registry[collections.Persons].Stored(collections.Read(app.TestApp), collections.Persons, id)
	if err != nil {
		t.Fatal(err)
	}
	return said
}

// TestSealedColumnsGoTogether: an update of one of them keeps the others, one of another column leaves them alone, and an erasure takes
// those alone that it names; beside it a person who is the same stays.
func TestSealedColumnsGoTogether(t *testing.T) {
	app := testapp.New(t)
	said := map[string]string{"name": "王小明", "name_key": "wangxiaoming", "phone": "0631-0000001", "relation": "子女"}
	app.Plant(t, collections.Persons, person)
	app.PlantBeside(t, collections.Persons, person, map[string]any{"area": "990101001001002"})
	update := func(row ...collections.Field) func(db collections.DB) error {
		return func(db collections.DB) error { return collections.Update(db, collections.Persons, "p", row) }
	}
	for _, c := range []struct {
		name   string
		do     func(db collections.DB) error
		change map[string]string
		moved  string
	}{
		{"another column", update(collections.Field{Column: "area", Value: "990101001001003"}), nil, "area"},
		{"one", update(collections.Field{Column: "phone", Value: "0631-0000002"}), map[string]string{"phone": "0631-0000002"}, "sealed"},
		{"one to be found by", update(collections.Field{Column: "name_key", Value: "wang"}), map[string]string{"name_key": "wang"}, "name_key sealed"},
		{"one is emptied", update(collections.Field{Column: "relation", Value: ""}), map[string]string{"relation": ""}, "sealed"},
		{"erased, in part", func(db collections.DB) error {
			return collections.Forget(db, collections.Persons, "p", collections.Row{{Column: "phone"}, {Column: "area"}})
		}, map[string]string{"phone": ""}, "sealed"},
		{"nothing erased of nobody", func(db collections.DB) error {
			return collections.Forget(db, collections.Persons, "nobody", collections.Row{{Column: "name"}})
		}, nil, ""},
		{"erased", func(db collections.DB) error {
			blank := collections.Row{{Column: "name", Value: ""}, {Column: "name_key", Value: ""}}
			return errors.Join(collections.Forget(db, collections.Persons, "p", blank), collections.UpdateRaw(db, collections.Persons, "p", blank))
		}, map[string]string{"name": "", "name_key": ""}, "name_key sealed"},
	} {
		before := app.Picture(t)
		app.FailsAtEach(t, c.name, func() error { return collections.Write(t.Context(), app.TestApp, c.do) })
		maps.Copy(said, c.change)
		maps.DeleteFunc(said, func(_, text string) bool { return text == "" })
		if got := stored(t, app, "p"); !maps.Equal(got, said) {
			t.Errorf("%s: it says %v, want %v", c.name, got, said)
		}
		var moved []string
		if c.moved != "" {
			moved = []string{"persons p: " + c.moved}
		}
		if got := app.Moved(t, before); !slices.Equal(got, moved) {
			t.Errorf("%s: moved %q, want %q", c.name, got, moved)
		}
	}
	if got := stored(t, app, "p-area"); got["phone"] != "0631-0000001" || got["name"] != "王小明" {
		t.Errorf("beside it is said %v", got)
	}
	if got := stored(t, app, "nobody"); got != nil {
		t.Errorf("nobody says %v", got)
	}
	if err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		_, err := db.Exec(`UPDATE persons SET sealed=substr(sealed,1,length(sealed)-4)||'AAAA' WHERE id='p-area'`)
		return errors.Join(err, collections.Forget(db, collections.Persons, "p-area", collections.Row{{Column: "phone"}}))
	}); err != nil {
		t.Fatal(err)
	}
	if got := stored(t, app, "p-area"); len(got) > 1 || got["name"]+got["phone"] != "" { // what would come back with a mended row is erased too
		t.Errorf("of a damaged row is left %v", got)
	}
}

// TestWhatAnEditSays: what is blank was not touched unless it was cleared, a mask is no new text, nor is a hash to be found by.
func TestWhatAnEditSays(t *testing.T) {
	app := testapp.New(t)
	app.Plant(t, collections.Persons, person)
	db := collections.Read(app.TestApp)
	columns := collections.Registry[collections.Persons]
	hash := collections.IndexOf(db, collections.Persons, "name_key", "wangxiaoming")
	mask := sensitive.Name.Mask("王小明")
	for name, c := range map[string]struct {
		given   map[string]string
		cleared []string
		want    map[string]string
	}{
		"nothing":         {nil, nil, nil},
		"cleared":         {nil, []string{"phone", "name_key"}, map[string]string{"phone": "", "name_key": ""}},
		"masks and a key": {map[string]string{"name": mask, "name_key": hash}, nil, nil},
		"new texts":       {map[string]string{"name": "李小红", "relation": "其他", "id_number": "1"}, nil, map[string]string{"name": "李小红", "relation": "其他", "id_number": "1"}},
		"another's key":   {map[string]string{"name_key": "lixiaohong"}, nil, map[string]string{"name_key": "lixiaohong"}},
		"given, cleared":  {map[string]string{"phone": "1"}, []string{"phone"}, map[string]string{"phone": "1"}},
	} {
		row, err := columns.Edited(db, collections.Persons, "p", func(column string) string { return c.given[column] }, c.cleared)
		if err != nil || len(row) != len(columns) {
			t.Fatalf("%s: %v %v", name, row, err)
		}
		want := map[string]string{"name": "王小明", "name_key": "wangxiaoming", "phone": "0631-0000001", "relation": "子女", "id_number": "", "id_key": ""}
		maps.Copy(want, c.want)
		for _, f := range row {
			if f.Value != want[f.Column] {
				t.Errorf("%s: %s is %q, want %q", name, f.Column, f.Value, want[f.Column])
			}
		}
	}
	app.FailsAtEach(t, "edit", func() error {
		_, err := columns.Edited(db, collections.Persons, "p", func(string) string { return "" }, nil)
		return err
	})
	for _, c := range []struct {
		text, before string
		cleared      bool
		want         string
	}{{"", "a", false, "a"}, {"", "a", true, ""}, {"0", "a", false, "a"}, {"0", "a", true, "0"}, {"b", "a", false, "b"}, {"b", "", true, "b"}, {"", "", false, ""}} {
		if got := (collections.Sealed{Column: "c", Blank: "0"}).Kept(c.text, c.before, c.cleared); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

// TestARowSealedAgain, of which nothing, something or all was sealed, and something by a rule of before.
func TestARowSealedAgain(t *testing.T) {
	app := testapp.New(t)
	db := collections.Read(app.TestApp)
	columns := collections.Concealed{{Column: "name", Blank: ""}, {Column: "key", Indexed: true}, {Column: "n", Blank: nil}}
	hash := collections.IndexOf(db, "things", "key", "k")
	if hash == "k" || hash == collections.IndexOf(db, "things", "name", "k") || collections.IndexOf(db, "things", "key", "") != "" {
		t.Fatalf("%q is what k is found by", hash)
	}
	for name, c := range map[string]struct {
		stored map[string]any
		opened seal.Row
		want   string // columns, what is sealed, whether something lay in clear
	}{
		"in clear":             {map[string]any{"name": "a", "key": "k", "n": int64(7), "other": "o"}, nil, "name= key=" + hash + " n= | name=a key=k n=7 | true"},
		"nothing":              {map[string]any{"name": "", "key": "", "n": nil}, nil, " | | false"},
		"sealed":               {map[string]any{"name": "", "key": hash, "n": nil}, seal.Row{{Column: "name", Text: "a"}, {Column: "key", Text: "k"}}, "name= key=" + hash + " n= | name=a key=k | false"},
		"a key of nothing":     {map[string]any{"name": "", "key": "left", "n": nil}, seal.Row{{Column: "name", Text: "a"}}, "name= key= n= | name=a | false"},
		"partly in clear":      {map[string]any{"name": "", "key": "", "n": int64(7)}, seal.Row{{Column: "name", Text: "a"}}, "name= key= n= | name=a n=7 | true"},
		"by a rule of before":  {map[string]any{"name": "", "key": "", "n": nil, "old": "blank"}, seal.Row{{Column: "old", Text: "o"}}, "name= key= n= old=blank | old=o | false"},
		"without some columns": {map[string]any{"name": "a"}, nil, "name= | name=a | true"},
	} {
		before := fmt.Sprint(columns)
		change, clear, err := columns.Again(db, "things", "id", c.stored, c.opened)
		if err != nil {
			t.Fatal(err)
		}
		var wrote, sealed []string
		for _, f := range change {
			if f.Column != collections.SealedColumn {
				wrote = append(wrote, f.Column+"="+collections.AsText(f.Value))
				continue
			}
			opened, err := collections.Open(db, "things", "id", f.Value.(string))
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range opened {
				sealed = append(sealed, v.Column+"="+v.Text)
			}
		}
		if got := strings.ReplaceAll(fmt.Sprint(strings.Join(wrote, " "), " | ", strings.Join(sealed, " "), " | ", clear), "|  |", "| |"); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if fmt.Sprint(columns) != before {
			t.Errorf("%s changed what is sealed", name)
		}
	}
}

// TestKeysThatAreMissing: nothing that is sealed is read or written without; in an installation that seals nothing all lies in clear.
func TestKeysThatAreMissing(t *testing.T) {
	app := testapp.New(t)
	app.Plant(t, collections.Persons, person)
	keys := collections.KeysOf(app)
	sealedText := func() (text string) {
		if _, err := collections.One(collections.Read(app.TestApp), `SELECT sealed FROM persons WHERE id='p'`, nil, &text); err != nil || text == "" {
			t.Fatal(text, err)
		}
		return text
	}()
	text, err := collections.SealText(collections.Read(app.TestApp), "place", "secret")
	if err != nil || strings.Contains(text, "secret") {
		t.Fatal(text, err)
	}
	defer collections.UseKeys(app, keys)
	another := collections.Row{{Column: "id", Value: "q"}, {Column: "name", Value: "李"}}
	for name, c := range map[string]struct {
		keys  *seal.Keys
		works bool // what seals and what is in clear
		opens bool // what was sealed
		lies  string
	}{"none": {nil, false, false, ""}, "plain": {seal.Plain(), true, false, "李"}, "its own": {keys, true, true, ""}} {
		collections.UseKeys(app, c.keys)
		db := collections.Read(app.TestApp)
		undone := errors.New("undone")
		err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
			if err := collections.Insert(db, collections.Persons, another); (err == nil) != c.works {
				t.Errorf("%s: insert: %v", name, err)
			}
			var lies string
			if found, err := collections.One(db, `SELECT name FROM persons WHERE id='q'`, nil, &lies); err != nil || found != c.works || lies != c.lies {
				t.Errorf("%s: it lies as %q, %v", name, lies, err)
			}
			if err := collections.InsertRaw(db, collections.Persons, collections.Row{{Column: "id", Value: "raw"}, {Column: "name", Value: "x"}}); err != nil {
				t.Errorf("%s: raw: %v", name, err)
			}
			return undone
		})
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}
		_, openErr := collections.Open(db, collections.Persons, "p", sealedText)
		_, whole, wholeErr := collections.OpenWhole(db, collections.Persons, "p", sealedText)
		columnName := "in clear"
		fillErr := collections.Fill(db, collections.Persons, "p", sealedText, map[string]*string{"name": &columnName})
		plain, textErr := collections.OpenText(db, "place", text)
		again, againErr := collections.SealAgain(db, "place", text)
		for what, err := range map[string]error{"open": openErr, "text": textErr, "again": againErr} {
			if (err == nil) != c.opens {
				t.Errorf("%s: %s: %v", name, what, err)
			}
		}
		if (wholeErr == nil) != c.works || (fillErr == nil) != c.works || whole != c.opens { // what does not open is damaged
			t.Errorf("%s: whole %v, %v, %v", name, whole, wholeErr, fillErr)
		}
		if c.opens && (plain != "secret" || again != text || columnName != "王小明") || !c.opens && (plain != "" || columnName != "in clear") {
			t.Errorf("%s: %q, %q, %q", name, plain, again, columnName)
		}
		if none, err := collections.Open(db, collections.Persons, "p", ""); none != nil || err != nil {
			t.Errorf("%s: nothing sealed: %v", name, err)
		}
		if clear, err := collections.OpenText(db, "place", "clear"); clear != "clear" || err != nil {
			t.Errorf("%s: a text in clear: %q %v", name, clear, err)
		}
		sealed, err := collections.SealText(db, "place", "new")
		if (err == nil) != c.works || c.works && (sealed == "new") != (name == "plain") {
			t.Errorf("%s: %q %v", name, sealed, err)
		}
		if nothing, err := collections.SealText(db, "place", ""); nothing != "" || (err == nil) != c.works {
			t.Errorf("%s: nothing is sealed as %q, %v", name, nothing, err)
		}
		clear, err := collections.SealAgain(db, "place", "new")
		if (err == nil) != c.works || c.works && (clear == "new") != (name == "plain") {
			t.Errorf("%s: sealed again %q %v", name, clear, err)
		}
		if collections.IsDamaged(db, collections.Persons, "p") != (name == "plain") {
			t.Errorf("%s: said to be damaged, or not", name)
		}
	}
}

// TestADatabaseThatIsMade in a hurry is safe, and has its indexes, as soon as it is made; what goes wrong is told.
func TestADatabaseThatIsMade(t *testing.T) {
	app := testapp.New(t)
	indexes := func() []string {
		t.Helper()
		all, err := collections.Column[string](collections.Read(app.TestApp), `SELECT sql FROM sqlite_schema WHERE type='index' AND tbl_name IN ('persons','tasks') AND sql IS NOT NULL ORDER BY name`)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	safe := func() string {
		t.Helper()
		var mode, pages string
		if err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
			_, err := collections.One(db, `PRAGMA synchronous`, nil, &mode)
			_, err2 := collections.One(db, `PRAGMA cache_size`, nil, &pages)
			return errors.Join(err, err2)
		}); err != nil {
			t.Fatal(err)
		}
		return mode + " " + pages
	}
	before, made := indexes(), []string{}
	tables := []string{collections.Persons, collections.Tasks}
	fill := func(l collections.Loading) error {
		return l.Write(func(db collections.DB) error {
			var mode, n int
			_, err := collections.One(db, `PRAGMA synchronous`, nil, &mode)
			_, err2 := collections.One(db, `SELECT COUNT(*) FROM sqlite_schema WHERE type='index' AND tbl_name IN ('persons','tasks') AND sql IS NOT NULL`, nil, &n)
			if mode != 0 || n != 0 {
				t.Errorf("while it is filled: synchronous %d, %d indexes", mode, n)
			}
			return errors.Join(err, err2, collections.Insert(db, collections.Persons, collections.Row{{Column: "id", Value: "q"}, {Column: "name", Value: "李"}}))
		})
	}
	if err := collections.Load(t.Context(), app.TestApp, tables, fill, func(done, total int) { made = append(made, fmt.Sprint(done, "/", total)) }); err != nil {
		t.Fatal(err)
	}
	if got := indexes(); !slices.Equal(got, before) || len(before) < 4 || len(made) != len(before)+1 || made[0] != fmt.Sprint("0/", len(before)) || made[len(before)] != fmt.Sprintf("%[1]d/%[1]d", len(before)) {
		t.Errorf("%q are made, want %q; told %q", got, before, made)
	}
	if got := safe(); got != "2 -32000" || stored(t, app, "q")["name"] != "李" {
		t.Errorf("afterwards: %s, %v", got, stored(t, app, "q"))
	}
	full := errors.New("full")
	if err := collections.Hurry(t.Context(), app.TestApp, func() error {
		if got := safe(); got != "0 -256000" {
			t.Errorf("in a hurry: %s", got)
		}
		return nil
	}); err != nil || safe() != "2 -32000" {
		t.Errorf("after the hurry: %s, %v", safe(), err)
	}
	if err := collections.Hurry(t.Context(), app.TestApp, func() error { return full }); !errors.Is(err, full) {
		t.Errorf("what went wrong in the hurry: %v", err)
	}
	if err := collections.Load(t.Context(), app.TestApp, tables, func(collections.Loading) error { return full }, func(int, int) { t.Error("an index is made") }); !errors.Is(err, full) {
		t.Errorf("what went wrong while it was filled: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := collections.Hurry(ended, app.TestApp, func() error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits: %v", err)
	}
	if err := collections.Load(ended, app.TestApp, tables, fill, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits: %v", err)
	}
}

// TestAListThatEnds: a page ends at its length or at the bytes that it holds, and with an error what was read by then is given.
func TestAListThatEnds(t *testing.T) {
	torn := errors.New("torn")
	for _, c := range []struct{ n, size, fails, want int }{{3, 1, -1, 3}, {3, collections.PageBytes, -1, 1}, {3, collections.PageBytes - 1, -1, 2}, {0, 1, -1, 0}, {3, 1, 2, 2}} {
		page, err := collections.ReadPage(c.n, func(i int) (int, int, error) {
			if i == c.fails {
				return 0, 0, torn
			}
			return i, c.size, nil
		})
		if len(page) != c.want || page == nil || (err != nil) != (c.fails >= 0) {
			t.Errorf("%+v: %v %v", c, page, err)
		}
	}
	for want, values := range map[string][]string{"[]": nil, `["a","b"]`: {"a", "b"}} {
		if got := collections.JSONList(values); got != want {
			t.Errorf("%q is %s", values, got)
		}
	}
	for _, c := range []struct {
		days  collections.Days
		where string
		wrong string
	}{{collections.Days{}, "[]", ""}, {collections.Days{From: "2026-11-23"}, " AND at>=?[2026-11-22 16:00:00.000Z]", ""}, {collections.Days{To: "2026-11-23"}, " AND at<?[2026-11-23 16:00:00.000Z]", ""},
		{collections.Days{From: "2026-11-23", To: "2026-11-23"}, " AND at>=? AND at<?[2026-11-22 16:00:00.000Z 2026-11-23 16:00:00.000Z]", ""}, {collections.Days{From: "x"}, "[]", "from"}, {collections.Days{From: "2026-01-01", To: "x"}, "[]", "to"}} {
		where, args, wrong := c.days.Where("at")
		if got := fmt.Sprint(where, args); got != c.where || wrong != c.wrong {
			t.Errorf("%+v: %s, %q is wrong", c.days, got, wrong)
		}
	}
	for _, c := range []struct {
		lon, lat float64
		text     string
		known    bool
	}{{114.1, 22.5, `{"lat":22.5,"lon":114.1}`, true}, {0, 0, `{"lat":0,"lon":0}`, false}, {0, 1, `{"lat":1,"lon":0}`, true}, {1, 0, `{"lat":0,"lon":1}`, true}} {
		lon, lat, known := collections.PointOf(c.text)
		if got := collections.Location(c.lon, c.lat); got != c.text || known != c.known || lon != c.lon || lat != c.lat {
			t.Errorf("%+v: %s, %v %v %v", c, got, lon, lat, known)
		}
	}
	if _, _, known := collections.PointOf("x"); known {
		t.Error("x is a point")
	}
}

// TestReadsThatEndWithARequest: what a request reads ends with it, what it writes does not.
func TestReadsThatEndWithARequest(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	ctx, leave := context.WithCancel(t.Context())
	bound := collections.Within(ctx, app.TestApp)
	db := collections.Read(bound)
	app.FailsAtEach(t, "area", func() error {
		name, known, err := collections.AreaName(db, "990101")
		if err == nil && (!known || name == "") {
			return sql.ErrNoRows
		}
		return err
	})
	if _, known, err := collections.AreaName(db, "99010"); known || err != nil {
		t.Errorf("an area that is not there: %v", err)
	}
	if db.Keys() != collections.KeysOf(app) {
		t.Error("the keys are lost")
	}
	leave()
	if _, _, err := collections.AreaName(db, "990101"); !errors.Is(err, context.Canceled) {
		t.Errorf("a query goes on: %v", err)
	}
	if _, err := db.Exec(`SELECT 1`); !errors.Is(err, context.Canceled) {
		t.Errorf("a statement goes on: %v", err)
	}
	var rows []*core.Record
	if err := bound.RecordQuery(collections.Areas).Limit(1).All(&rows); !errors.Is(err, context.Canceled) {
		t.Errorf("a list goes on: %v", err)
	}
	if err := collections.Write(t.Context(), bound, func(db collections.DB) error { return collections.SetMeta(db, "k", "v") }); err != nil {
		t.Errorf("a write ends with its reader: %v", err)
	}
	pool, err := collections.Connect(filepath.Join(app.DataDir(), "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	named, err := collections.Map[string, string](collections.Of(pool, nil), `SELECT code, name FROM areas WHERE level='city'`)
	if err != nil || len(named) != 1 || named["9901"] == "" {
		t.Errorf("beside: %v %v", named, err)
	}
}
