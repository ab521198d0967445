package lists_test

import (
	"errors"
	"testing"

	"doorstep/internal/lists"
)

func TestCheck(t *testing.T) {
	allowed := lists.Allowed{Filter: []string{"id", "area", "visit"}, Sort: []string{"id", "area"}, Expand: []string{"visit"}}
	for name, c := range map[string]struct {
		filter, sort, expand string
		taken                bool
	}{
		"nothing":                {"", "", "", true},
		"a column":               {`area >= '9901' && (id != "birth_date" || area = null)`, "-id,+area", "visit", true},
		"a moment":               {`area < @now`, "@rowid", "", true},
		"a value with a quote":   {`id != '\'' && area = "\""`, "", "", true},
		"escaped quotes":         {`id!='\'' && birth_date>'1800' && id!='\''`, "", "", false},
		"behind a comment":       {"// '\nbirth_date>'1800' // '\n", "", "", false},
		"nested":                 {`(id='a' && (area='b' || ((birth_date='c'))))`, "", "", false},
		"on the right":           {`'1800' < birth_date`, "", "", false},
		"a modifier":             {`area:lower = 'a'`, "", "", false},
		"each of a list":         {`area:each = 'a'`, "", "", false},
		"how long":               {`area:length > 3`, "", "", false},
		"through a relation":     {`visit.child_name = 'a'`, "", "", false},
		"back through one":       {`child_visits_via_area.id = 'a'`, "", "", false},
		"another collection":     {`@collection.persons.name = 'a'`, "", "", false},
		"an alias of it":         {`@collection.persons:p.name = 'a'`, "", "", false},
		"the request":            {`@request.auth.tokenKey ~ 'a'`, "", "", false},
		"a path into JSON":       {`area.0.code = 'a'`, "", "", false},
		"a function":             {`geoDistance(location.lon, location.lat, 1, 2) < 3`, "", "", false},
		"another function":       {`strftime('%Y', birth_date) = '2015'`, "", "", false},
		"in capitals":            {`BIRTH_DATE > '1'`, "", "", false},
		"in brackets":            {"[[birth_date]] > '1'", "", "", false},
		"in backticks":           {"`birth_date` > '1'", "", "", false},
		"a placeholder":          {`{:x} = 1`, "", "", false},
		"sort by another":        {"", "area,-birth_date", "", false},
		"sort by what filters":   {"", "visit", "", false},
		"sort at random":         {"", "@random", "", false},
		"sort through relations": {"", "visit.child_name", "", false},
		"expand back":            {"", "", "child_visit_children_via_visit", false},
		"expand deeper":          {"", "", "visit.worker", false},
		"does not parse":         {`area = `, "", "", false},
		"too long":               {`area = '` + string(make([]byte, 4000)) + `'`, "", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			err := allowed.Check(c.filter, c.sort, c.expand)
			if (err == nil) != c.taken {
				t.Errorf("%v, want taken %v", err, c.taken)
			}
		})
	}
	if err := allowed.Check(`birth_date = 1`, "", ""); !errors.Is(err, lists.ErrRefused) {
		t.Errorf("the error is %v", err)
	}
}
