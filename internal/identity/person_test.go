package identity_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/identity"
	"doorstep/internal/testapp"
)

var now = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

func somebody(name, number, birth, sex, household string) identity.Person {
	return identity.Person{
		Name: name, NameKey: identity.NameKey(name), IDNumber: number, IDKey: number, BirthDate: birth, Sex: sex, Household: household, Area: "990101001001001", Source: "child_visit_children/x",
	}
}

func write(t *testing.T, app *testapp.App, fn func(collections.DB) error) {
	t.Helper()
	if err := collections.Write(t.Context(), app.TestApp, fn); err != nil {
		t.Fatal(err)
	}
}

func TestDeterministicRules(t *testing.T) {
	const number, other = "990000201503010017", "990000201503010033"
	first := somebody("王小明", number, "2015-03-01", "male", "h1")
	for name, c := range map[string]struct {
		second identity.Person
		linked bool
		rule   string
		clash  bool
	}{
		"equal number and name":                    {somebody("王小明", number, "2015-03-02", "male", "h9"), true, identity.SameNumber, false},
		"equal number, a homophone, same birthday": {somebody("王晓明", number, "2015-03-01", "male", "h9"), true, identity.SameNumber, false},
		"equal number, all else differs":           {somebody("李四", number, "2012-01-01", "female", "h9"), false, "", true},
		"no number, same name, day and home":       {somebody("王小明", "", "2015-03-01", "male", "h1"), true, identity.SameInHouse, false},
		"another number, same name, day and home":  {somebody("王小明", other, "2015-03-01", "male", "h1"), false, "", false},
		"no number, same name and day elsewhere":   {somebody("王小明", "", "2015-03-01", "male", "h2"), false, "", false},
		"a twin: other name, same day and home":    {somebody("王小亮", "", "2015-03-01", "male", "h1"), false, "", false},
		"nothing but a name":                       {somebody("王小明", "", "", "", ""), false, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			app := testapp.New(t)
			write(t, app, func(db collections.DB) error {
				one, err := identity.Register{DB: db, Reach: identity.Everywhere, Now: now}.ResolvePerson(first, identity.Person{}, "p1")
				if err != nil || !one.New {
					return fmt.Errorf("first: %+v %w", one, err)
				}
				two, err := identity.Register{DB: db, Reach: identity.Everywhere, Now: now}.ResolvePerson(c.second, identity.Person{}, "p2")
				if err != nil {
					return err
				}
				if linked := two.ID == "p1"; linked != c.linked || two.Rule != c.rule || (two.Clash != nil) != c.clash {
					t.Errorf("got %+v", two)
				}
				if two.Clash != nil && (two.Clash.A != "p1" || two.Clash.B != "p2") {
					t.Errorf("clash between %s and %s", two.Clash.A, two.Clash.B)
				}
				return nil
			})
		})
	}
}

// What identifies a known person is proposed, whether a record names or matches them; what changes in life is written. A
// record changes all of whom it brought itself, and nothing of somebody out of reach.
func TestAVisitProposes(t *testing.T) {
	const number = "990000201503010017"
	here := func(string) bool { return true }
	for name, c := range map[string]struct {
		reach     identity.Reach
		named     bool
		as        string // name that the register holds in the end
		phone     string
		rev       int
		proposed  []string
		elsewhere bool
	}{
		"linked by number":     {identity.Everywhere, false, "王小明", "13800000001", 2, []string{"name", "household"}, false},
		"named":                {identity.Everywhere, true, "王小明", "13800000001", 2, []string{"name", "household"}, false},
		"brought by itself":    {identity.Reach{Over: here, Made: func(_, _, s string) bool { return s == "child_visit_children/x" }}, true, "王晓明", "13800000001", 2, nil, false},
		"linked, out of reach": {identity.Reach{Over: func(string) bool { return false }, Made: func(_, _, _ string) bool { return false }}, false, "王小明", "", 1, nil, true},
		"named, out of reach":  {identity.Reach{Over: func(string) bool { return false }, Made: func(_, _, _ string) bool { return false }}, true, "王小明", "", 1, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			app := testapp.New(t)
			write(t, app, func(db collections.DB) error {
				r := identity.Register{DB: db, Reach: identity.Everywhere, Now: now}
				if _, err := r.ResolvePerson(somebody("王小明", number, "2015-03-01", "male", ""), identity.Person{}, "p1"); err != nil {
					return err
				}
				said := somebody("王晓明", number, "2015-03-01", "male", "h7")
				said.Phone = "13800000001"
				known := identity.Person{}
				if c.named {
					var err error
					if known, err = identity.FindPerson(db, "p1"); err != nil {
						return err
					}
				}
				found, err := identity.Register{DB: db, Reach: c.reach, Now: now}.ResolvePerson(said, known, "p2")
				if err != nil {
					return err
				}
				var proposed []string
				for _, f := range found.Proposed {
					proposed = append(proposed, f.Column)
				}
				if !slices.Equal(proposed, c.proposed) || (found.Elsewhere != nil) != c.elsewhere || found.New != c.elsewhere {
					t.Errorf("found %+v", found)
				}
				expect(t, db, c.as, c.phone, c.rev)
				return nil
			})
		})
	}
}

// Who has the same name and birth date in the same household is one person; out of reach that is told to those there, as it is of a number.
func TestTheSameInOneHouse(t *testing.T) {
	nowhere := identity.Reach{Over: func(string) bool { return false }, Made: func(_, _, _ string) bool { return false }}
	for name, c := range map[string]struct {
		reach     identity.Reach
		household string
		id, rule  string // of whom is found; the pair that is told there
	}{
		"in reach":          {identity.Everywhere, "h7", "p1", ""},
		"out of reach":      {nowhere, "h7", "p2", identity.SameInHouse},
		"in another house":  {identity.Everywhere, "h8", "p2", ""},
		"there, in another": {nowhere, "h8", "p2", ""},
	} {
		app := testapp.New(t)
		write(t, app, func(db collections.DB) error {
			r := identity.Register{DB: db, Reach: identity.Everywhere, Now: now}
			if _, err := r.ResolvePerson(somebody("王小明", "", "2015-03-01", "male", "h7"), identity.Person{}, "p1"); err != nil {
				return err
			}
			r.Reach = c.reach
			found, err := r.ResolvePerson(somebody("王小明", "", "2015-03-01", "male", c.household), identity.Person{}, "p2")
			rule := ""
			if found.Elsewhere != nil {
				rule = found.Elsewhere.Rule
			}
			if found.ID != c.id || rule != c.rule {
				t.Errorf("%s: %+v", name, found)
			}
			return err
		})
	}
}

func expect(t *testing.T, db collections.DB, name, phone string, rev int) {
	t.Helper()
	p1, err := identity.FindPerson(db, "p1")
	if err != nil {
		t.Fatal(err)
	}
	if p1.Name != name || p1.Phone != phone || p1.Rev != int64(rev) {
		t.Errorf("p1 is %s, phone %q, at rev %d, want %s, %q at rev %d", p1.Name, p1.Phone, p1.Rev, name, phone, rev)
	}
}

// Merging points the later person at the earlier; an id that a tablet still holds leads to whom it is now; the merge can
// be undone.
func TestMergeAndItsUndoing(t *testing.T) {
	app := testapp.New(t)
	const number = "990000201503010017"
	boss := access.Actor{ID: "boss", Role: access.Supervisor, Territory: []string{"990101"}}
	var pair string
	write(t, app, func(db collections.DB) error {
		r := identity.Register{DB: db, Reach: identity.Everywhere, Now: now}
		if _, err := r.ResolvePerson(somebody("王小明", number, "2015-03-01", "male", ""), identity.Person{}, "p1"); err != nil {
			return err
		}
		found, err := identity.Register{DB: db, Reach: identity.Everywhere, Now: now}.ResolvePerson(somebody("李四", number, "2012-01-01", "female", ""), identity.Person{}, "p2")
		if err != nil {
			return err
		}
		_, err = found.Clash.Record(db, now)
		pair = found.Clash.ID
		return err
	})
	decide := func(actor access.Actor, status string) error {
		_, err := identity.Decide(t.Context(), app.TestApp, access.Act{Actor: actor, Now: now}, identity.Decision{Pair: pair, Status: status})
		return err
	}
	if err := decide(access.Actor{ID: "x", Role: access.Supervisor, Territory: []string{"990102"}}, "same"); err == nil {
		t.Error("a supervisor of another territory decided")
	}
	if err := decide(boss, "maybe"); err == nil {
		t.Error("a decision that is none was taken")
	}
	lookUp := func() (who string) {
		write(t, app, func(db collections.DB) error {
			found, err := identity.FindPerson(db, "p2")
			who = found.ID
			return err
		})
		return who
	}
	if err := decide(boss, "same"); err != nil || lookUp() != "p1" {
		t.Errorf("after merging p2 leads to %s (%v)", lookUp(), err)
	}
	if err := decide(boss, "different"); err != nil || lookUp() != "p2" {
		t.Errorf("after undoing p2 leads to %s (%v)", lookUp(), err)
	}
}
