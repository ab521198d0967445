package identity_test

import (
	"cmp"
	"testing"

	"doorstep/collections"
	"doorstep/internal/identity"
	"doorstep/internal/testapp"
)

const (
	near = "990101001001001"
	away = "990102001001001"
)

// within is the reach of somebody who works in the near area, and brought what its source names.
var within = identity.Reach{Over: func(area string) bool { return area == near },
	Made: func(_, _, source string) bool { return source == "own" }}

// TestAHouseholdIsMetWithinReach looks for households beside others that lie elsewhere, are merged, erased, or say nothing.
func TestAHouseholdIsMetWithinReach(t *testing.T) {
	app := testapp.New(t)
	for id, said := range map[string]identity.Household{
		"1 far":     {Area: away, HouseCode: "c1", Address: "甲路 1 号"},
		"2 here":    {Area: near, HouseCode: "c1", Address: "甲路 2 号"},
		"3 far":     {Area: away, HouseCode: "c3", Address: "甲路 3 号"},
		"4 far":     {Area: away, HouseCode: "c4", Address: "甲路 2 号", Source: "own"},
		"5 silent":  {Area: near},
		"6 erased":  {},
		"7 twin":    {Area: near, HouseCode: "c7", Address: "甲路 7 号"},
		"8 merged":  {Area: near, HouseCode: "c8", Address: "甲路 8 号"},
		"9 leads":   {Area: away, HouseCode: "c9", Address: "甲路 9 号"},
		"10 second": {Area: near, HouseCode: "c7", Address: "甲路 2 号"},
	} {
		app.Plant(t, collections.Households, map[string]any{"id": id, "area": said.Area, "house_code": said.HouseCode, "address": said.Address,
			"address_key": identity.AddressKey(said.Address), "source": said.Source, "active": true, "rev": 1, "created": id,
			"merged_into": map[string]string{"8 merged": "9 leads"}[id]})
	}
	for name, c := range map[string]struct {
		said        identity.Household
		claimed     string
		found       string
		other, rule string
	}{
		"by house code, past one elsewhere":     {identity.Household{HouseCode: "c1"}, "", "2 here", "", ""},
		"by house code, elsewhere":              {identity.Household{HouseCode: "c3"}, "", "", "3 far", identity.SameHouseCode},
		"by house code, elsewhere, but its own": {identity.Household{HouseCode: "c4"}, "", "4 far", "", ""},
		"by house code, the first of two":       {identity.Household{HouseCode: "c7"}, "", "10 second", "", ""},
		"by house code before the address":      {identity.Household{HouseCode: "c1", Address: "甲路 7 号", Area: near}, "", "2 here", "", ""},
		"by address where the code is elsewhere": {identity.Household{HouseCode: "c3", Address: "甲路 7 号", Area: near}, "",
			"7 twin", "", ""},
		"by address":                       {identity.Household{Address: "甲路 7 号", Area: near}, "", "7 twin", "", ""},
		"by an address of another area":    {identity.Household{Address: "甲路 1 号", Area: near}, "", "", "", ""},
		"by an address elsewhere":          {identity.Household{Address: "甲路 1 号", Area: away}, "", "", "1 far", identity.SameAddress},
		"by an address without an area":    {identity.Household{Address: "甲路 7 号"}, "", "", "", ""},
		"by nothing":                       {identity.Household{Area: near}, "", "", "", ""},
		"what was merged":                  {identity.Household{HouseCode: "c8"}, "", "", "", ""},
		"named":                            {identity.Household{HouseCode: "c7"}, "2 here", "2 here", "", ""},
		"named, elsewhere":                 {identity.Household{}, "3 far", "", "3 far", identity.NamedByID},
		"named, elsewhere, found by code":  {identity.Household{HouseCode: "c1"}, "3 far", "2 here", "3 far", identity.NamedByID},
		"named, elsewhere, code elsewhere": {identity.Household{HouseCode: "c9"}, "3 far", "", "3 far", identity.NamedByID},
		"named, merged into one elsewhere": {identity.Household{}, "8 merged", "9 leads", "", ""},
		"named, erased":                    {identity.Household{}, "6 erased", "", "", ""},
		"named, not there":                 {identity.Household{HouseCode: "c7"}, "nobody", "10 second", "", ""},
	} {
		c.said.AddressKey = identity.AddressKey(c.said.Address)
		found, known, elsewhere, err := identity.MeetHousehold(collections.Read(app.TestApp), c.said, c.claimed, within)
		if err != nil || found.ID != c.found || known != (c.found != "") {
			t.Errorf("%s: %q %t, want %q: %v", name, found.ID, known, c.found, err)
		}
		if elsewhere == nil {
			elsewhere = &identity.Candidate{}
		}
		if elsewhere.ID != c.other || elsewhere.Rule != c.rule {
			t.Errorf("%s: elsewhere %q by %q, want %q by %q", name, elsewhere.ID, elsewhere.Rule, c.other, c.rule)
		}
	}
}

// TestAPersonIsFoundWithinReach resolves people beside others that have the same number or live in the same home, here and elsewhere.
func TestAPersonIsFoundWithinReach(t *testing.T) {
	app := testapp.New(t)
	for id, p := range map[string]identity.Person{
		"1 far":    {IDNumber: "n1", Name: "王一", Area: away},
		"2 here":   {IDNumber: "n1", Name: "王一", Area: near},
		"3 far":    {IDNumber: "n3", Name: "王三", Area: away},
		"4 far":    {IDNumber: "n3", Name: "王三", Area: away},
		"5 other":  {IDNumber: "n5", Name: "李五", Area: near},
		"6 home":   {Name: "王六", Area: away, Household: "h6"},
		"7 home":   {Name: "王七", Area: near, Household: "h7", IDNumber: "n7"},
		"8 clash":  {IDNumber: "n3", Name: "李八", Area: near},
		"9 far":    {IDNumber: "n9", Name: "王九", Area: away, Source: "own"},
		"91 home":  {Name: "王六", Area: away, Household: "h6"},
		"92 later": {IDNumber: "n5", Name: "赵五", Area: near},
	} {
		app.Plant(t, collections.Persons, map[string]any{"id": id, "area": p.Area, "id_key": p.IDNumber, "id_number": p.IDNumber, "name": p.Name,
			"name_key": identity.NameKey(p.Name), "birth_date": "2015-03-01", "sex": "male", "household": p.Household, "source": p.Source,
			"active": true, "rev": 1, "created": id})
	}
	said := func(name, number, household string) identity.Person {
		return identity.Person{Name: name, NameKey: identity.NameKey(name), IDNumber: number, IDKey: number, BirthDate: "2015-03-01",
			Sex: "female", Household: household, Area: near, Source: "new"}
	}
	type pair struct {
		a, rule, area string
		score         float64
	}
	for name, c := range map[string]struct {
		said             identity.Person
		found, rule      string
		elsewhere, clash pair
	}{
		"by number, past one elsewhere":      {said: said("王一", "n1", ""), found: "2 here", rule: identity.SameNumber},
		"by number, the first elsewhere":     {said: said("王三", "n3", ""), elsewhere: pair{"3 far", identity.SameNumber, away, 1}},
		"by number, elsewhere, but its own":  {said: said("王九", "n9", ""), found: "9 far", rule: identity.SameNumber},
		"a number of somebody else":          {said: said("王五", "n5", ""), clash: pair{"5 other", identity.NumberClash, near, .5}},
		"in the same home, elsewhere":        {said: said("王六", "", "h6"), elsewhere: pair{"6 home", identity.SameInHouse, away, 1}},
		"in the same home":                   {said: said("王七", "", "h7"), found: "7 home", rule: identity.SameInHouse},
		"in the same home, another number":   {said: said("王七", "n8", "h7")},
		"in the same home, number of others": {said: said("王六", "n5", "h6"), elsewhere: pair{"6 home", identity.SameInHouse, away, 1}},
		"nobody":                             {said: said("赵一", "", "")},
	} {
		write(t, app, func(db collections.DB) error {
			id := "new " + name
			found, err := identity.Register{DB: db, Reach: within, Now: now}.ResolvePerson(c.said, identity.Person{}, id)
			want := cmp.Or(c.found, id)
			if found.ID != want || found.Rule != c.rule || found.New != (c.found == "") {
				t.Errorf("%s: %+v, want %s by %q", name, found, want, c.rule)
			}
			for what, of := range map[string]struct {
				got  *identity.Pair
				want pair
			}{"elsewhere": {found.Elsewhere, c.elsewhere}, "a clash": {found.Clash, c.clash}} {
				if of.got == nil {
					of.got = &identity.Pair{B: id, AreaB: near}
				}
				got := pair{of.got.A, of.got.Rule, of.got.AreaA, of.got.Score}
				if got != of.want || of.got.B != id || of.got.AreaB != near {
					t.Errorf("%s: %s %+v, want %+v", name, what, *of.got, of.want)
				}
			}
			if _, undo := db.Exec(`DELETE FROM persons WHERE id=?`, id); undo != nil {
				return undo
			}
			return err
		})
	}
}

// TestAPersonIsNamedWithinReach follows ids to whom they lead: who lies elsewhere is away, unless both sides have merged somebody here into them.
func TestAPersonIsNamedWithinReach(t *testing.T) {
	app := testapp.New(t)
	for _, p := range []struct{ id, area, source, into string }{
		{"here", near, "", ""}, {"far", away, "", ""}, {"own", away, "own", ""}, {"led", near, "", "far"}, {"far led", away, "", "far"}, {"back", away, "", "here"}, {"own led", away, "own", "far"},
		{"long", near, "", "led"}, {"round", near, "", "about"}, {"about", near, "", "round"}, {"lost", near, "", "nobody"},
	} {
		app.Plant(t, collections.Persons, map[string]any{"id": p.id, "name": p.id, "area": p.area, "source": p.source, "merged_into": p.into, "active": true, "rev": 1})
	}
	for id, want := range map[string][2]string{"here": {"here", ""}, "far": {"", "far"}, "own": {"own", ""}, "led": {"far", ""}, "far led": {"", "far"}, "back": {"here", ""}, "own led": {"far", ""},
		"long": {"far", ""}, "round": {}, "lost": {}, "nobody": {}, "": {}} {
		known, beyond, err := identity.NamePerson(collections.Read(app.TestApp), id, within)
		if beyond == nil {
			beyond = &identity.Person{}
		}
		if err != nil || known.ID != want[0] || beyond.ID != want[1] {
			t.Errorf("%q: %q, away %q, %v", id, known.ID, beyond.ID, err)
		}
	}
}
