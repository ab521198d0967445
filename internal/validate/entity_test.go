package validate_test

import (
	"testing"

	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

const homes = `
| survey |
| | type | name | label | calculation | save_to |
| | csv-external | homes | | | |
| | text | known | Known | | |
| | text | fresh | Fresh | | |
| | text | street | Street | | homes#street |
| | begin repeat | person | Person | | |
| | text | pid | Id | | |
| | text | name | Name | | people#full_name |
| | end repeat | | | | |
| entities |
| | list_name | label | entity_id | create_if | update_if |
| | homes | concat(${street}, ' ', count(${person})) | coalesce(${known}, ${fresh}) | ${known} = '' and ${street} != '' | ${known} != '' |
| | people | ${name} | | ${name} != '' | |
`

func TestEntity(t *testing.T) {
	f := markdown(t, homes)
	logic := compiled(t, f)
	root := xml(t, `<data><known/><fresh>uuid:ABC</fresh><street>Main</street><person><name>Li</name>
		<meta><entity dataset="people" id="uuid:P1" create="1"/></meta></person><person><pid/></person></data>`).Root
	var persons []*survey.Node
	for _, c := range root.Children {
		if c.Name == "person" {
			persons = append(persons, c)
		}
	}
	for _, test := range []struct {
		name string
		decl *survey.EntityDecl
		node *survey.Node
		want validate.EntityAction
	}{
		{"new home", f.Entities[0], root, validate.EntityAction{Create: true, ID: "abc", Label: "Main 2"}},
		{"new person", f.Entities[1], persons[0], validate.EntityAction{Create: true, ID: "p1", Label: "Li"}},
		{"nobody", f.Entities[1], persons[1], validate.EntityAction{}},
		{"no node", f.Entities[1], nil, validate.EntityAction{}},
		{"declaration of another form", &survey.EntityDecl{}, root, validate.EntityAction{}},
	} {
		if got := logic.Entity(test.decl, test.node, root); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
	root.Child("known").SetValue("uuid:K")
	if got := logic.Entity(f.Entities[0], root, root); got != (validate.EntityAction{Update: true, ID: "k", Label: "Main 2"}) {
		t.Errorf("known home: %+v", got)
	}
}

const updated = `
| survey |
| | type | name | label | save_to |
| | csv-external | homes | | |
| | text | home | Home | |
| | text | state | State | state |
| entities |
| | list_name | entity_id |
| | homes | ${home} |
`

func TestEntityOnlyUpdated(t *testing.T) {
	f := markdown(t, updated)
	root := xml(t, `<data><home>H</home></data>`).Root
	if got := compiled(t, f).Entity(f.Entities[0], root, root); got != (validate.EntityAction{Update: true, ID: "h"}) {
		t.Errorf("got %+v", got)
	}
}

const looked = `
| survey |
| | type | name | label | save_to |
| | csv-external | homes | | |
| | text | name | Name | n |
| entities |
| | list_name | label | entity_id | create_if | update_if |
| | homes | instance('homes')/root/item[name = ${name}]/label | once(uuid()) | random() > 0.5 | pulldata('homes', 'a', 'b', ${name}) = 1 |
`

func TestEntityByTheClientsWord(t *testing.T) {
	f := markdown(t, looked)
	root := xml(t, `<data><name>x</name><meta><entity dataset="homes" id="E" update="1"><label>Old</label></entity></meta></data>`).Root
	logic := compiled(t, f)
	if got := logic.Entity(f.Entities[0], root, root); got != (validate.EntityAction{Update: true, ID: "e", Label: "Old"}) {
		t.Errorf("got %+v", got)
	}
	if got := logic.Entity(f.Entities[0], xml(t, "<data/>").Root, root); got != (validate.EntityAction{}) {
		t.Errorf("said nothing: %+v", got)
	}
}

func TestEntitiesOfShippedForms(t *testing.T) {
	f := shipped(t, "child_visit.csv")
	inst := sample(t, f)
	logic := compiled(t, f)
	nodes := []*survey.Node{inst.Root.Child("household"), inst.Root.Child("children").Child("child_basic")}
	want := []validate.EntityAction{
		{Create: true, ID: "0b0e6bb2-2ad0-4d4a-9d3c-0d8c7f2a55f1", Label: "幸福路12号3栋502"},
		{Create: true, ID: "5d3c1d3e-7b57-4f6e-8a0b-f1f7c9f0a8d2", Label: "陈小雨"},
	}
	for i, d := range f.Entities {
		if got := logic.Entity(d, nodes[i], inst.Root); got != want[i] {
			t.Errorf("%s: %+v, want %+v", d.List, got, want[i])
		}
	}
}
