package ingest

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/identity"
	"doorstep/internal/survey"
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

// TestWhichVersionAnAppHeld reads the entity elements of apps that made, changed, or only named an entity, at the server or before they had met it.
func TestWhichVersionAnAppHeld(t *testing.T) {
	for _, c := range []struct {
		says map[string]string
		want claim
	}{
		{map[string]string{}, claim{trunk: noTrunk}},
		{map[string]string{"id": "e"}, claim{trunk: noTrunk}},
		{map[string]string{"create": "1"}, claim{create: true, trunk: noTrunk}},
		{map[string]string{"id": "e", "create": "1"}, claim{made: true, create: true, trunk: noTrunk}},
		{map[string]string{"id": "e", "create": "true"}, claim{made: true, create: true, trunk: noTrunk}},
		{map[string]string{"id": "e", "create": "0", "update": "false"}, claim{trunk: noTrunk}},
		{map[string]string{"id": "e", "update": "1", "baseVersion": "3"}, claim{made: true, base: 3, trunk: noTrunk}},
		{map[string]string{"id": "e", "update": "1", "create": "1", "baseVersion": "1"}, claim{made: true, base: 1, trunk: noTrunk}},
		{map[string]string{"id": "e", "update": "1", "baseVersion": "4", "trunkVersion": "2", "branchId": "b"}, claim{made: true, base: 4, trunk: 2, branch: "b"}},
		{map[string]string{"id": "e", "update": "1", "baseVersion": "0", "trunkVersion": "0"}, claim{made: true, trunk: noTrunk}},
		{map[string]string{"id": "e", "update": "1", "baseVersion": "-1", "trunkVersion": "x"}, claim{made: true, trunk: noTrunk}},
	} {
		entity := survey.NewElement("entity")
		for _, name := range slices.Sorted(maps.Keys(c.says)) {
			entity.SetAttr(name, c.says[name])
		}
		if got := readClaim(entity); got != c.want {
			t.Errorf("%v: %+v, want %+v", c.says, got, c.want)
		}
	}
}

// TestChangesOfOneTabletFollowEachOther holds a change against one that came before it: of the same run of offline changes or not, made
// before it or not, and which revision of the server it built on.
func TestChangesOfOneTabletFollowEachOther(t *testing.T) {
	made, online := claim{create: true, trunk: noTrunk}, claim{base: 5, trunk: 5}
	third := claim{base: 3, trunk: 1, branch: "b"}
	for _, c := range []struct {
		name           string
		claim          claim
		other          version
		precedes, same bool
		rev            int64
		known          bool
	}{
		{"a creation that came after its change", made, version{base: 1, trunk: noTrunk, branch: "b"}, true, false, 0, true},
		{"a creation beside another", made, version{trunk: noTrunk}, false, true, 0, true},
		{"a creation beside a change online", made, version{base: 1, trunk: noTrunk}, false, false, 0, true},
		{"a creation beside another's branch", made, version{base: 2, trunk: 1, branch: "b"}, false, false, 0, true},
		{"a change online", online, version{rev: 5, base: 4, trunk: 4}, false, false, 5, true},
		{"the third on what came", third, version{rev: 7, base: 2, trunk: 1, branch: "b"}, false, true, 7, true},
		{"the third before what came", third, version{rev: 7, base: 4, trunk: 1, branch: "b"}, true, true, 0, false},
		{"the third again", third, version{rev: 7, base: 3, trunk: 1, branch: "b"}, false, true, 0, false},
		{"the third beside another tablet's", third, version{rev: 7, base: 2, trunk: 1, branch: "c"}, false, false, 0, false},
		{"the first of a branch", claim{base: 1, trunk: 1, branch: "b"}, version{rev: 9, base: 8, branch: "c"}, false, false, 1, true},
		{"the first since an offline creation", claim{base: 1, trunk: noTrunk, branch: "b"}, version{trunk: noTrunk}, false, true, 1, true},
		{"the second since an offline creation", claim{base: 2, trunk: noTrunk, branch: "b"}, version{rev: 4, base: 1, trunk: noTrunk, branch: "b"}, false, true, 4, true},
	} {
		rev, known := c.claim.serverBase([]version{c.other})
		if before, same := c.claim.precedes(c.other), c.claim.sameTablet(c.other); before != c.precedes || same != c.same || rev != c.rev || known != c.known {
			t.Errorf("%s: before it %t, the same tablet %t, on %d %t", c.name, before, same, rev, known)
		}
	}
}
