package identity_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/identity"
	"doorstep/internal/linkage"
	"doorstep/internal/testapp"
)

// neighbours plants people of two districts by the way of intake, so that they have their keys: a name, a birth date and an area each.
func neighbours(t *testing.T, app *testapp.App, people map[string][3]string) {
	t.Helper()
	for id, p := range people {
		said := somebody(p[0], "", p[1], "female", "h "+id)
		said.Area = p[2]
		meet(t, app, id, said)
	}
}

// TestHeard finds who sounds alike and is about as old, in the places and the reach that are asked for, each once: who is written so first, then
// by the year.
func TestHeard(t *testing.T) {
	app := testapp.New(t)
	people := map[string][3]string{
		"near": {"王小明", "2015-03-01", near}, "ear": {"汪晓鸣", "2014-03-01", near}, "older": {"王小明", "2012-03-01", near}, "much older": {"王小明", "2011-03-01", near},
		"younger": {"王小明", "2016-03-01", near}, "away": {"王小明", "2014-03-01", away}, "other": {"王小红", "2014-03-01", near}, "merged": {"王小明", "2014-03-01", near},
		"erased": {"王小明", "2014-03-01", near}, "damaged": {"王小明", "2014-03-01", near}, "barred": {"王小明", "2014-03-01", "990101001001002"},
		"left": {"王小明", "2014-03-01", near},
	}
	neighbours(t, app, people)
	write(t, app, func(db collections.DB) (err error) {
		for id, set := range map[string]string{"merged": "merged_into='near'", "erased": "active=FALSE", "damaged": "sealed='x'||sealed", "left": "area='990101001001002'"} {
			_, failed := db.Exec(`UPDATE persons SET `+set+` WHERE id=?`, id)
			err = errors.Join(err, failed)
		}
		return err
	})
	read := collections.Read(app.TestApp)
	find := func(name string, places ...territory.Range) (ids []string, more bool) {
		t.Helper()
		found, more, err := identity.FindHeard(read, identity.Heard{Name: name, Year: 2014, Places: places, Over: func(area string) bool { return within.Over(area) || area == away }})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range found {
			ids = append(ids, p.ID)
		}
		return ids, more
	}
	first, second := territory.Range{Lo: "990101", Hi: "990102"}, territory.Range{Lo: "990102", Hi: "990103"}
	for _, c := range []struct {
		name   string
		places []territory.Range
		want   []string
	}{
		{"王小明", []territory.Range{first}, []string{"near", "older", "younger", "ear"}},
		{"汪晓鸣", []territory.Range{first}, []string{"ear", "near", "older", "younger"}},
		{"王小明", []territory.Range{second}, []string{"away"}},
		{"王小明", []territory.Range{{Lo: "990102001", Hi: away}}, nil},
		{"王小明", []territory.Range{first, second}, []string{"away", "near", "older", "younger", "ear"}},
		{"王小明", nil, nil},
	} {
		if got, more := find(c.name, c.places...); !slices.Equal(got, c.want) || more {
			t.Errorf("%s in %v: %q, more %v, want %q", c.name, c.places, got, more, c.want)
		}
	}
	for i := 1; i <= 5; i++ {
		neighbours(t, app, map[string][3]string{fmt.Sprint("z", i): {"王小明", "2016-03-01", near}})
		got, more := find("王小明", first)
		if len(got) != min(8, 4+i) || more != (i > 4) {
			t.Errorf("of %d it tells %q, more %v", 4+i, got, more)
		}
	}
}

// TestExact finds who has a number, or a name and a birth date, wherever they are recorded; those who were merged are left out.
func TestExact(t *testing.T) {
	app := testapp.New(t)
	for id, p := range map[string]identity.Person{
		"1": {IDKey: "n1", Name: "王小明", BirthDate: "2015-03-01"}, "2": {Name: "王小明", BirthDate: "2015-03-01"}, "3": {IDKey: "n1", Name: "王小明", BirthDate: "2015-03-01"},
		"4": {Name: "王小明", BirthDate: "2015-03-02"}, "5": {Name: "王小红", BirthDate: "2015-03-01"}, "6": {Name: "王小明"}, "7": {BirthDate: "2015-03-01"},
	} {
		app.Plant(t, collections.Persons, map[string]any{"id": id, "id_key": p.IDKey, "name": p.Name, "name_key": identity.NameKey(p.Name), "birth_date": p.BirthDate,
			"area": near, "household": "h" + id, "active": true, "rev": 1, "merged_into": map[string]string{"3": "1"}[id]})
	}
	for _, c := range []struct{ number, name, birth, want string }{
		{"n1", "", "", "1"}, {"n1", "王小红", "2015-03-01", "1"}, {"n2", "王小明", "2015-03-01", ""}, {"", "王 小明", "2015-03-01", "1 2"}, {"", "王小明", "", ""}, {"", "", "2015-03-01", ""},
		{"", "", "", ""},
	} {
		found, err := identity.FindExact(collections.Read(app.TestApp), c.number, c.name, c.birth)
		var ids []string
		for _, k := range found {
			if ids = append(ids, k.ID); k.Area != near || k.Household != "h"+k.ID {
				t.Errorf("%+v", k)
			}
		}
		if got := strings.Join(ids, " "); err != nil || got != c.want {
			t.Errorf("%+v: %q, %v", c, got, err)
		}
	}
}

// TestHomes finds households of some places by house code, or by address alone, the oldest first; those elsewhere and those that were merged
// are left out.
func TestHomes(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	plant := func(id, area, code, address, created, into string) {
		app.Plant(t, collections.Households, map[string]any{"id": id, "area": area, "house_code": code, "address": address, "address_key": identity.AddressKey(address),
			"active": true, "rev": 1, "created": created, "merged_into": into})
	}
	plant("young", near, "c1", "甲路 1 号", "2026-01-03", "")
	plant("old", near, "c1", "甲路 1 号", "2026-01-01", "")
	plant("beside", "990101001002002", "c1", "甲路 1 号", "2026-01-02", "")
	plant("away", away, "c1", "甲路 1 号", "2026-01-01", "")
	plant("merged", near, "c1", "甲路 1 号", "2026-01-01", "old")
	plant("silent", near, "", "", "2026-01-01", "")
	plant("other", near, "c2", "甲路 2 号", "2026-01-01", "")
	one, two := territory.Range{Lo: "990101", Hi: "990102"}, territory.Range{Lo: "990102", Hi: "990103"}
	find := func(code, address string, places ...territory.Range) (ids []string) {
		t.Helper()
		homes, err := identity.FindHomes(collections.Read(app.TestApp), places, code, address)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range homes {
			if ids = append(ids, h.ID); (h.Area == away) != (h.ID == "away") {
				t.Errorf("%+v", h)
			}
		}
		return ids
	}
	for _, c := range []struct {
		code, address string
		places        []territory.Range
		want          string
	}{
		{"c1", "", []territory.Range{one}, "old beside young"}, {"", "甲路1号", []territory.Range{one}, "old beside young"}, {"c1", "甲路 2 号", []territory.Range{one}, "old beside young"},
		{"c1", "", []territory.Range{two}, "away"}, {"", "甲路1号", []territory.Range{two}, "away"}, {"c1", "", []territory.Range{one, two}, "away old beside young"},
		{"", "甲路1号", []territory.Range{two, one}, "away old beside young"}, {"", "", []territory.Range{one}, ""}, {"c1", "", []territory.Range{{Lo: "990101001002", Hi: "990101001002002"}}, ""},
		{"", "甲路1号", []territory.Range{{Lo: "990101001002", Hi: "990101001002002"}}, ""}, {"c1", "", []territory.Range{{Lo: near, Hi: "990101001001002"}}, "old young"},
		{"", "甲路1号", []territory.Range{{Lo: near, Hi: "990101001001002"}}, "old young"},
	} {
		if got := strings.Join(find(c.code, c.address, c.places...), " "); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
	for i := range 19 {
		plant(fmt.Sprint("many", i), near, "c2", "甲路 2 号", "2026-01-02", "")
	}
	if n := len(find("c2", "", one)); n != 20 {
		t.Errorf("%d homes", n)
	}
	if plant("one more", near, "c2", "甲路 2 号", "2026-01-02", ""); len(find("c2", "", one)) != 20 {
		t.Error("homes beyond the bound are told")
	}
}

// TestBands: only a number that agrees, or what is surely one person and needs no look, is linked.
func TestBands(t *testing.T) {
	for _, c := range []struct {
		of   identity.Likeness
		want linkage.Decision
	}{
		{identity.Likeness{Rule: identity.SameNumber, Sibling: true, Look: true}, linkage.Link}, {identity.Likeness{Rule: identity.NumberClash, Probability: 1}, linkage.Review},
		{identity.Likeness{Probability: 0.29}, linkage.No}, {identity.Likeness{Probability: 0.3}, linkage.Review}, {identity.Likeness{Probability: 0.89}, linkage.Review},
		{identity.Likeness{Probability: 0.9}, linkage.Link}, {identity.Likeness{Probability: 1, Look: true}, linkage.Review}, {identity.Likeness{Probability: 1, Sibling: true}, linkage.No},
	} {
		if got := c.of.Band(); got != c.want {
			t.Errorf("%+v: %s, want %s", c.of, got, c.want)
		}
	}
}

// TestLikely tells whom a description may mean, those to link before those to look at, with what speaks for it; who lies elsewhere, is erased or
// damaged is passed over.
func TestLikely(t *testing.T) {
	app := testapp.New(t)
	const number = "990000201503010017"
	for i, p := range []struct{ id, name, number, birth, area string }{
		{"ear", "梁子棋", "", "2015-03-01", near}, {"clash", "何东", number, "1980-03-01", near}, {"same", "梁紫琪", number, "2015-03-01", near},
		{"stranger", "梁紫琪", "", "1961-05-23", near}, {"away", "梁紫琪", "", "2015-03-01", away}, {"erased", "梁紫琪", "", "2015-03-01", near}, {"damaged", "梁紫琪", "", "2015-03-01", near},
	} {
		said := somebody(p.name, p.number, p.birth, "female", fmt.Sprint("h", i))
		said.Area = p.area
		meet(t, app, p.id, said)
		app.Plant(t, collections.Households, map[string]any{"id": fmt.Sprint("h", i), "area": p.area, "address": "示例路 5 号", "active": true, "rev": 1})
	}
	write(t, app, func(db collections.DB) error {
		_, erased := db.Exec(`UPDATE persons SET active=FALSE, area='' WHERE id='erased'`)
		_, damaged := db.Exec(`UPDATE persons SET sealed='x'||sealed WHERE id='damaged'`)
		return errors.Join(erased, damaged)
	})
	told := func(address string) (all []string, bits map[string]float64) {
		said := identity.Described{Person: somebody("梁紫琪", number, "2015-03-01", "female", "h9"), Address: address}
		found, err := identity.Likely(collections.Read(app.TestApp), said, within.Over)
		if err != nil {
			t.Fatal(err)
		}
		bits = map[string]float64{}
		for _, l := range found {
			all, bits[l.Person.ID] = append(all, fmt.Sprint(l.Person.ID, " ", l.Rule, " ", l.Band())), l.Bits
			if l.Address != "示例路 5 号" || len(l.Evidence) == 0 || l.Person.Name == "" {
				t.Errorf("%+v", l)
			}
		}
		return all, bits
	}
	want := []string{"same same_id_number link", "ear alike link", "clash id_number_conflict review", "stranger alike no"}
	got, there := told("示例市示例路 5 号")
	_, nowhere := told("乙路 1 号")
	if !slices.Equal(got, want) || there["stranger"] <= nowhere["stranger"] {
		t.Errorf("%q; %v at the address, %v at another", got, there, nowhere)
	}
}
