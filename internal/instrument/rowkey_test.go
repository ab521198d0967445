package instrument_test

import (
	"maps"
	"reflect"
	"testing"

	"doorstep/internal/instrument"
	"doorstep/internal/testapp"
)

// TestWhatTellsRowsApart: a repeat's rows are matched by what the form declares, by the entity that they name, or by the questions that
// are checked as a person's name and day of birth; another question of the same repeat, or of another one, is none of these.
func TestWhatTellsRowsApart(t *testing.T) {
	app := testapp.New(t)
	md := `| survey |
| | type | name | label | bind::doorstep:rule | bind::doorstep:key | save_to |
| | begin_repeat | declared | R | | |
| | text | room | A | | Yes |
| | text | note | A | | no |
| | integer | bed | A | | true() |
| | end_repeat | | | | |
| | begin_repeat | number | R | | |
| | date | moved | A | | |
| | text | called | A | person_name | |
| | text | aka | A | person_name | |
| | text | card | A | cn_id(born, sex_code) | |
| | text | sex_code | A | | |
| | date | born | A | age_under(18) | |
| | end_repeat | | | | |
| | begin_repeat | aged | R | | |
| | date | seen | A | | |
| | date | of_birth | A | age_from(60) | |
| | date | of_another | A | age_under(18) | |
| | end_repeat | | | | |
| | begin_repeat | young | R | | |
| | date | of_child | A | age_under(18) | |
| | end_repeat | | | | |
| | begin_repeat | spelt | R | | |
| | text | card2 | A | cn_id(day_text) | |
| | text | day_text | A | | |
| | end_repeat | | | | |
| | begin_repeat | known | R | | | |
| | text | who | A | | | |
| | text | short | A | | | called |
| | text | whole | A | person_name | | full_name |
| | date | day | A | | | birth_date |
| | end_repeat | | | | | |
| entities |
| | list_name | label | entity_id | create_if | update_if | repeat |
| | persons | a | ${who} | 1=0 | 1=1 | ${known} |
| settings |
| | form_id | version | namespaces |
| | rows | 1 | doorstep="http://doorstep.example/xforms" |
`
	in := must(t, app, md)
	got := map[string]instrument.RowKey{}
	for _, table := range in.Layout.Tables[1:] {
		got[table.Path[len(table.Path)-1]] = in.Keys[table.Name]
	}
	want := map[string]instrument.RowKey{
		"declared": {Key: []string{"room", "bed"}},
		"number":   {Name: "called", Birth: "born"},
		"aged":     {Birth: "of_birth"},
		"young":    {Birth: "of_child"},
		"known":    {Entity: []string{"who"}, Name: "whole", Birth: "day"},
		"spelt":    {}, // a day that is no date cannot be compared
	}
	if !maps.EqualFunc(got, want, func(a, b instrument.RowKey) bool { return reflect.DeepEqual(a, b) }) {
		t.Errorf("%+v, want %+v", got, want)
	}
}
