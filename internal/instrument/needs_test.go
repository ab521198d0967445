package instrument_test

import (
	"testing"

	"doorstep/internal/instrument"
	"doorstep/internal/testapp"
)

// telling is a workbook with one question that tells of a need or a fact, and a list whose second choice has this level.
func telling(kind, need, fact, level string) string {
	return "| survey |\n| | type | name | label | bind::doorstep:need | bind::doorstep:fact |\n| | " + kind + " | a | A | " + need + " | " + fact +
		" |\n| choices |\n| | list_name | name | label | need |\n| | grades | little | Little | none |\n| | grades | much | Much | " + level +
		" |\n| settings |\n| | form_id | version | namespaces |\n| | telling | 1 | doorstep=\"urn:doorstep:form\" |\n"
}

// What a workbook says of needs and facts, and no program could read, is told where it stands.
func TestNeedsAndFactsAreChecked(t *testing.T) {
	app := testapp.New(t)
	for name, c := range map[string]struct{ md, want string }{
		"a need of no list":              {telling("text", "child/meals", "", "serious"), "form.need survey:2"},
		"a need without an item":         {telling("select_one grades", "child/", "", "serious"), "form.need survey:2"},
		"an item in capitals":            {telling("select_one grades", "child/Meals", "", "serious"), "form.need survey:2"},
		"a need in capitals":             {telling("select_one grades", "Child", "", "serious"), "form.need survey:2"},
		"a need of no grade":             {telling("select_one grades", "child/meals", "", "none"), "form.need survey:2"},
		"no such grade":                  {telling("select_one grades", "child/meals", "", "huge"), "form.need survey:2, form.need_level choices:3"},
		"a fact with a blank":            {telling("select_one grades", "", "how much", "serious"), "form.fact survey:2"},
		"a fact in somebody's own words": {telling("text", "", "story", "serious"), "form.fact survey:2"},
	} {
		if _, err := publish(app, c.md, "published"); places(err) != c.want {
			t.Errorf("%s: %v, want %s", name, places(err), c.want)
		}
	}
	in := must(t, app, telling("select_one grades", "child/meals", "how_much", "serious"))
	var all []instrument.Telling
	for _, some := range in.Tellings {
		all = append(all, some...)
	}
	if len(all) != 1 || all[0].Domain != "child" || all[0].Item != "meals" || all[0].Fact != "how_much" || len(all[0].Levels) != 1 || all[0].Levels["much"] != "serious" {
		t.Errorf("%+v", all)
	}
}
