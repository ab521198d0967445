package xlsform

import (
	"maps"
	"testing"

	"doorstep/internal/survey"
)

func find(f *survey.Form, name string) *survey.Question {
	var found *survey.Question
	f.Walk(func(q *survey.Question) bool {
		if q.Name == name {
			found = q
		}
		return true
	})
	return found
}

func TestTexts(t *testing.T) {
	f := accepted(t, `
	| settings |
	|          | default_language | form_title | title_en | version | allow_choice_duplicates |
	|          | 中文 (zh)        | 调查       | Survey   | 3       | yes |
	| survey   |
	|          | type | name | label | label::中文 (zh) | label::English (en) | Constraint Message::English (en) | media::image |
	|          | text | q1   | old   | 你好             | Hello               | Too  long                        | a.png        |
	|          | text | q2   | plain |                  |                     |                                  |              |
	|          | text | q3   | both  |                  | Both                |                                  |              |`)
	for name, want := range map[string]survey.Translated{
		"q1": {"": "你好", "中文 (zh)": "你好", "English (en)": "Hello"},
		"q2": {"": "plain"},
		"q3": {"": "both", "English (en)": "Both"},
	} {
		if got := find(f, name).Label; !maps.Equal(got, want) {
			t.Errorf("label of %s is %v, want %v", name, got, want)
		}
	}
	if got := find(f, "q1").ConstraintMsg["English (en)"]; got != "Too long" {
		t.Errorf("constraint message %q", got)
	}
	if got := find(f, "q1").Media["image"][""]; got != "a.png" {
		t.Errorf("image %q", got)
	}
	if f.Title != "调查" || f.Titles.Tagged("zh") != "调查" || f.Titles.Tagged("en") != "Survey" || f.Version != "3" || f.DefaultLanguage != "中文 (zh)" {
		t.Errorf("settings %q %q %q", f.Title, f.Version, f.DefaultLanguage)
	}
}

// A form in other languages is shown in its own, not in the first of them by the alphabet.
func TestTextsInOtherLanguages(t *testing.T) {
	f := accepted(t, `
	| settings |
	|          | default_language |
	|          | Français (fr)    |
	| survey   |
	|          | type         | name | label::Deutsch (de) | label::Français (fr) |
	|          | select_one c | q    | Beruf               | Métier               |
	|          | text         | only | Nur hier            |                      |
	| choices  |
	|          | list_name | name | label::Deutsch (de) | label::Français (fr) |
	|          | c         | 1    | Bäcker              | Boulanger            |`)
	for _, tag := range []string{"zh", "en"} {
		got := [3]string{find(f, "q").Label.Tagged(tag), f.Lists["c"].Choices[0].Label.Tagged(tag), find(f, "only").Label.Tagged(tag)}
		if got != [3]string{"Métier", "Boulanger", "Nur hier"} {
			t.Errorf("in %s: %q", tag, got)
		}
	}
}

func TestGeneratedQuestions(t *testing.T) {
	f := accepted(t, `
	| survey  |
	|         | type                 | name | label | repeat_count | appearance         | hint |
	|         | integer              | n    | N     |              |                    |      |
	|         | begin repeat         | r    | R     | ${n} + 1     |                    |      |
	|         | select_one c or_other| s    | S     |              |                    |      |
	|         | end repeat           |      |       |              |                    |      |
	|         | begin group          | g    | G     |              | table-list minimal | Look |
	|         | select_one c         | t    | T     |              |                    |      |
	|         | end group            |      |       |              |                    |      |
	|         | begin repeat         | d    | D     | ${n}         |                    |      |
	|         | note                 |      | Hi    |              |                    |      |
	|         | end repeat           |      |       |              |                    |      |
	| choices |
	|         | list_name | name | label |
	|         | c         | 1    | One   |`)
	if q := find(f, "r_count"); q == nil || q.Calculation != "${n} + 1" || find(f, "r").RepeatCount != "${r_count}" {
		t.Errorf("count of an expression: %+v", q)
	}
	if find(f, "d_count") != nil || find(f, "d").RepeatCount != "${n}" {
		t.Error("a plain reference needs no count of its own")
	}
	if q := find(f, "s_other"); q == nil || q.Relevant != "selected(../s, 'other')" || q.Repeat() != find(f, "r") {
		t.Errorf("question for the other choice: %+v", q)
	}
	if !f.Lists["c"].Has("other") {
		t.Error("the list lacks the other choice")
	}
	g := find(f, "g")
	if g.Appearance != "field-list minimal" || len(g.Label) > 0 || len(g.Children) != 3 {
		t.Errorf("table list: %+v", g)
	}
	if g.Children[0].Label[""] != "G" || g.Children[1].Appearance != "label" || g.Children[2].Appearance != "list-nolabel" {
		t.Errorf("rows of the table list: %+v %+v %+v", g.Children[0], g.Children[1], g.Children[2])
	}
	if find(f, "generated_note_name_10") == nil {
		t.Error("a note without a name gets one from its row")
	}
}

func TestLoop(t *testing.T) {
	f := accepted(t, `
	| survey  |
	|         | type                 | name | label                 |
	|         | begin loop over c    | l    | L                     |
	|         | integer              | n    | How many %(label)s?   |
	|         | end loop             |      |                       |
	| choices |
	|         | list_name | name | label |
	|         | c         | a    | Apples |
	|         | c         | none | None   |
	|         | c         | b    | Pears  |`)
	l := find(f, "l")
	if len(l.Children) != 2 || l.Children[1].Children[0].Label[""] != "How many Pears?" || f.Path(l.Children[1].Children[0]) != "/data/l/b/n" {
		t.Errorf("loop: %+v", l)
	}
}

func TestEntityContainer(t *testing.T) {
	f := accepted(t, `
	| survey   |
	|          | type         | name | label | save_to        |
	|          | text         | h    | H     | households#head|
	|          | begin repeat | p    | P     |                |
	|          | text         | n    | N     | persons#name_  |
	|          | end repeat   |      |       |                |
	| entities |
	|          | list_name  | label |
	|          | households | ${h}  |
	|          | persons    | ${n}  |`)
	home, person := f.Entities[0], f.Entities[1]
	if home.Container != nil || person.Container != find(f, "p") || person.Repeat != "${p}" {
		t.Errorf("containers: %+v %+v", home, person)
	}
	if q := find(f, "n"); q.SaveTo != "name_" {
		t.Errorf("save_to %q", q.SaveTo)
	}
}

func TestDynamicDefault(t *testing.T) {
	for text, want := range map[string]bool{
		"hello": false, "a-b": false, "2024-05-01": false, "1.5": false, "-1": false, "8 - 2": true, "2*3": true,
		"today()": true, "${q}": true, "${last-saved#q}": true, "a | b": true, "'x(y)'": false, "10 div 2": true,
		"jr://images/a.png": false, "a mod b": true, "": false,
	} {
		if got := dynamicDefault(text, "text"); got != want {
			t.Errorf("dynamicDefault(%q) is %v", text, got)
		}
	}
	if dynamicDefault("12 - 3", "geopoint") {
		t.Error("a hyphen in a place is no operator")
	}
}
