package identity_test

import (
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/identity"
	"doorstep/internal/testapp"
)

// TestEachInStaysBetweenTwoCodes reads the people of a district who lie beside others: those before it, after it, merged, and gone.
func TestEachInStaysBetweenTwoCodes(t *testing.T) {
	app := testapp.New(t)
	plant := func(id, area, into string, active bool) {
		app.Plant(t, collections.Persons, map[string]any{"id": id, "name": id, "area": area, "merged_into": into, "active": active, "rev": 1,
			"created": "2026-01-01 00:00:00.000Z", "updated": "2026-01-01 00:00:00.000Z"})
	}
	plant("before", "990101001001001", "", true)
	plant("first", "990102001001001", "", true)
	plant("last", "990102999999999", "", true)
	plant("merged", "990102001001001", "first", true)
	plant("inactive", "990102001001001", "", false)
	plant("after", "990103001001001", "", true)
	plant("nowhere", "", "", true)
	var met []string
	if err := identity.EachIn(collections.Read(app.TestApp), "990102", "990103", func(p identity.Person) error {
		met = append(met, p.ID)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"first", "last"}; !slices.Equal(met, want) {
		t.Errorf("met %q, want %q", met, want)
	}
}

// TestAPairOfHouseholdsTellsNoAnswer names the facts that were compared, and says nothing of what stands in them.
func TestAPairOfHouseholdsTellsNoAnswer(t *testing.T) {
	c := identity.Candidate{Rule: "house_code", Household: identity.Household{ID: "a", HouseCode: "1", AddressKey: "示例路1号", HeadName: "甲", Phone: "2"}}
	p := c.Pair(identity.Household{ID: "b", HouseCode: "1", AddressKey: "示例路1号", HeadName: "乙"})
	var said []string
	for _, e := range p.Evidence {
		said = append(said, e.Field+" "+e.Level)
	}
	if got, want := strings.Join(said, ", "), "house_code equal, address equal, head_name differs, phone missing"; got != want || p.A != "a" || p.B != "b" {
		t.Errorf("%s and %s: %s, want %s", p.A, p.B, got, want)
	}
}
