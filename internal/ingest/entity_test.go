package ingest

import (
	"strings"
	"testing"

	"doorstep/internal/identity"
)

// TestAPropertyIsClearedAlone clears each property of a household and of a person that have them all.
func TestAPropertyIsClearedAlone(t *testing.T) {
	household := identity.Household{Address: "a", AddressKey: "a", HouseCode: "b", HeadName: "c", Phone: "d", Residents: 1}
	person := identity.Person{Name: "a", NameKey: "a", Sex: "b", BirthDate: "c", IDType: "d", IDNumber: "e", IDKey: "e", Phone: "f",
		Relation: "g"}
	for name, all := range map[string]func() (of []property, now func() []property, keys func() string){
		"household": func() ([]property, func() []property, func() string) {
			h := household
			return householdProperties(&h), func() []property { return householdProperties(&h) }, func() string { return h.AddressKey }
		},
		"person": func() ([]property, func() []property, func() string) {
			p := person
			return personProperties(&p), func() []property { return personProperties(&p) }, func() string { return p.NameKey + p.IDKey }
		},
	} {
		t.Run(name, func(t *testing.T) {
			whole, _, _ := all()
			for i, cleared := range whole {
				of, now, keys := all()
				had := keys()
				of[i].clear()
				for j, p := range now() {
					if want := whole[j].value; p.value != want && i != j || p.value != "" && i == j || want == "" {
						t.Errorf("%s is %q of %q once %s is cleared", p.name, p.value, want, cleared.name)
					}
				}
				keyed := cleared.name == "address" || cleared.name == "full_name" || cleared.name == "id_number"
				if got := keys(); keyed != (len(got) == len(had)-1) {
					t.Errorf("the keys are %q of %q once %s is cleared", got, had, cleared.name)
				}
			}
		})
	}
}

// TestAPropertyIsCalledByItsColumn has what an entity list shows of a household and a person.
func TestAPropertyIsCalledByItsColumn(t *testing.T) {
	for _, c := range []struct {
		all  []property
		want string
	}{
		{householdProperties(&identity.Household{Address: "a", HouseCode: "b", HeadName: "c", Phone: "d", Residents: 12}),
			"address=a house_code=b head_name=c phone=d residents=12"},
		{householdProperties(&identity.Household{}), "address= house_code= head_name= phone= residents="},
		{personProperties(&identity.Person{Name: "a", Sex: "b", BirthDate: "c", IDType: "d", IDNumber: "e", Phone: "f", Relation: "g"}),
			"full_name=a sex=b birth_date=c id_type=d id_number=e phone=f relation=g"},
	} {
		var got []string
		for _, p := range c.all {
			got = append(got, p.name+"="+p.value)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
