package access

import "testing"

func TestCommon(t *testing.T) {
	for name, c := range map[string]struct {
		territory []string
		want      string
	}{
		"none":               {nil, ""},
		"one grid":           {[]string{"990101001001005"}, "990101001001005"},
		"grids of one place": {[]string{"990101001001001", "990101001001002"}, "990101001001"},
		"two streets":        {[]string{"990101001", "990101002"}, "990101"},
		"nested":             {[]string{"990101", "990101001"}, "990101"},
		"two provinces":      {[]string{"4403", "9901"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Common(c.territory); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestMay(t *testing.T) {
	for name, c := range map[string]struct {
		actor        Actor
		do           Action
		area, worker string
		want         bool
	}{
		"own territory":        {Actor{ID: "s", Role: Supervisor, Territory: []string{"990101"}}, ReviewRecord, "990101001001", "", true},
		"next door":            {Actor{ID: "s", Role: Supervisor, Territory: []string{"990101"}}, ReviewRecord, "990102001001", "", false},
		"the level above":      {Actor{ID: "s", Role: Supervisor, Territory: []string{"990101"}}, ReviewRecord, "9901", "", false},
		"no area":              {Actor{ID: "s", Role: Supervisor, Territory: []string{"990101"}}, ReviewRecord, "", "", false},
		"an empty prefix":      {Actor{ID: "s", Role: Supervisor, Territory: []string{""}}, ReviewRecord, "990101", "", false},
		"another role":         {Actor{ID: "a", Role: Analyst, Territory: []string{"9901"}}, ReviewRecord, "990101", "", false},
		"identified, analyst":  {Actor{ID: "a", Role: Analyst, Territory: []string{"9901"}}, ExportIdentified, "990101", "", false},
		"own record":           {Actor{ID: "f", Role: Field, Territory: nil}, Sync, "990101", "f", true},
		"someone else's":       {Actor{ID: "f", Role: Field, Territory: []string{"9901"}}, Sync, "990101", "g", false},
		"the operator":         {Actor{ID: "o", Role: Operator, Territory: nil}, ExportIdentified, "", "", true},
		"search next door":     {Actor{ID: "f", Role: Field, Territory: []string{"990101001001"}}, SearchPerson, "990102001", "", true},
		"search another city":  {Actor{ID: "f", Role: Field, Territory: []string{"990101001001"}}, SearchPerson, "440301001", "", false},
		"search, analyst":      {Actor{ID: "a", Role: Analyst, Territory: []string{"9901"}}, SearchPerson, "990101", "", false},
		"an action not listed": {Actor{ID: "m", Role: Manager, Territory: []string{"9901"}}, Action("new"), "990101", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.actor.May(c.do, c.area, c.worker); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// TestAMalformedTerritoryIsNone: a list that is good up to its second code gives neither of them.
func TestAMalformedTerritoryIsNone(t *testing.T) {
	for column, want := range map[string]int{`["990101","990102"]`: 2, `["990101",5]`: 0, `["990101"`: 0, `"990101"`: 0, `{"a":1}`: 0, ``: 0,
		`null`: 0} {
		if got := ParseTerritory(column); len(got) != want {
			t.Errorf("%s: %q", column, got)
		}
	}
}
