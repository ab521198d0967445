package xform_test

import (
	"errors"
	"testing"

	"doorstep/internal/survey"
	"doorstep/internal/xform"
	"doorstep/internal/xlsform"
)

func read(t *testing.T, md string) *survey.Form {
	t.Helper()
	f, err := xlsform.ReadMarkdown(md, xlsform.Options{Name: "data", ID: "visit"})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func questionIn(t *testing.T, f *survey.Form, name string) (found *survey.Question) {
	t.Helper()
	f.Walk(func(q *survey.Question) bool {
		if q.Name == name {
			found = q
		}
		return true
	})
	if found == nil {
		t.Fatalf("no question %s", name)
	}
	return found
}

const household = `
| survey | | | | |
| | type | name | label | choice_filter |
| | text | area | A | |
| | begin repeat | person | P | |
| | text | name | N | |
| | begin group | body | B | |
| | integer | age | G | |
| | integer | height | H | |
| | end group | | | |
| | begin repeat | dose | D | |
| | date | given | O | |
| | select_one ${given} | earlier | E | ${given} < ${given} |
| | end repeat | | | |
| | select_one town | place | L | t = ${name} and s = ${area} |
| | select_one ${name} | friend | F | ${age} > 3 |
| | end repeat | | | |
| | begin repeat | animal | P | |
| | text | kind | N | |
| | end repeat | | | |
| | select_one ${name} | eldest | F | ${age} > 60 |
| choices | | | | |
| | list_name | name | label | t |
| | town | a | A | 1 |`

func TestExpression(t *testing.T) {
	f := read(t, household)
	for name, c := range map[string]struct{ at, in, want string }{
		"without references":       {"age", ". > 0", ". > 0"},
		"outside of repeats":       {"area", "${area} = 1", " /data/area  = 1"},
		"into a repeat":            {"area", "count(${age})", "count( /data/person/body/age )"},
		"same repeat":              {"name", "${age}", " ../body/age "},
		"same group":               {"height", "${age}", " ../age "},
		"out of a group":           {"age", "${name}", " ../../name "},
		"from a nested repeat":     {"given", "${name}", " ../../name "},
		"into a nested repeat":     {"name", "${given}", " ../dose/given "},
		"out of all repeats":       {"given", "${area}", " /data/area "},
		"between repeats":          {"kind", "${name}", " /data/person/name "},
		"the repeat itself":        {"name", "position(${person})", "position( /data/person )"},
		"a nested repeat":          {"name", "count(${dose})", "count( ../dose )"},
		"logic of the repeat":      {"dose", "${name}", " ../name "},
		"answers saved before":     {"name", "${last-saved#age}", " instance('__last-saved')/data/person/body/age "},
		"predicate of an instance": {"name", "instance('t')/root/item[n = ${age}]/x", "instance('t')/root/item[n =  current()/../body/age ]/x"},
		"beside such a predicate":  {"name", "instance('t')/root/item[1] + ${age}", "instance('t')/root/item[1] +  ../body/age "},
		"other predicate":          {"area", "${person}[${age} = 1]", " /data/person [ /data/person/body/age  = 1]"},
		"indexed-repeat": {"name", "indexed-repeat(${age}, ${person}, ${height}) + ${age}",
			"indexed-repeat( /data/person/body/age ,  /data/person ,  ../body/height ) +  ../body/age "},
		"second indexed-repeat": {"name", "indexed-repeat(${age}, ${person}, f(1, 2)) + indexed-repeat(${age}, ${person}, ${height})",
			"indexed-repeat( /data/person/body/age ,  /data/person , f(1, 2)) + indexed-repeat( /data/person/body/age ,  /data/person ,  ../body/height )"},
		"repeats of indexed-repeat": {"name", "indexed-repeat(${given}, ${person}, 1, ${dose}, ${height})",
			"indexed-repeat( /data/person/dose/given ,  /data/person , 1,  /data/person/dose ,  ../body/height )"},
		"metadata":           {"name", "${instanceID}", " /data/meta/instanceID "},
		"within quotes, too": {"name", "'[' + ${age}", "'[' +  ../body/age "},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := xform.Expression(f, questionIn(t, f, c.at), c.in)
			if err != nil || got != c.want {
				t.Errorf("%s\n got %q, %v\nwant %q", c.in, got, err, c.want)
			}
		})
	}
}

func TestExpressionErrors(t *testing.T) {
	f := &survey.Form{Name: "data", Root: &survey.Question{Kind: survey.KindGroup}}
	for _, name := range []string{"a", "b", "b"} {
		f.Root.Children = append(f.Root.Children, &survey.Question{Name: name, Kind: survey.KindText, Parent: f.Root})
	}
	if _, err := xform.Expression(f, f.Root.Children[0], "${c}"); !errors.Is(err, xform.ErrUnknownName) {
		t.Errorf("unknown name: %v", err)
	}
	if _, err := xform.Expression(f, f.Root.Children[0], "${b}"); !errors.Is(err, xform.ErrAmbiguousName) {
		t.Errorf("ambiguous name: %v", err)
	}
}

func TestChoiceFilter(t *testing.T) {
	f := read(t, household)
	names := xform.NewNames(f)
	for at, want := range map[string]string{
		"area":    "",
		"place":   "t =  current()/../name  and s =  /data/area ",
		"eldest":  " ./body/age  > 60",
		"friend":  " ./body/age  > 3",
		"earlier": " ./given  <  ./given ",
	} {
		got, err := names.ChoiceFilter(questionIn(t, f, at))
		if err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", at, got, err, want)
		}
	}
}
