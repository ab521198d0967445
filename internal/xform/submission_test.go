package xform

import (
	"bytes"
	"encoding/xml"
	"errors"
	"reflect"
	"strings"
	"testing"

	"doorstep/internal/survey"
)

// parse reads XML with the standard library: namespaces as attributes, everything kept.
func parse(t interface{ Fatal(...any) }, s string) *survey.Node {
	doc := &survey.Node{Kind: survey.Document}
	at := doc
	d := xml.NewDecoder(strings.NewReader(s))
	for {
		token, err := d.Token()
		if token == nil {
			return doc
		}
		switch k := token.(type) {
		case xml.StartElement:
			n := &survey.Node{Kind: survey.Element, Name: k.Name.Local, Space: k.Name.Space}
			for _, a := range k.Attr {
				n.Attrs = append(n.Attrs, &survey.Node{Kind: survey.Attribute, Prefix: a.Name.Space, Name: a.Name.Local, Data: a.Value})
			}
			at.Add(n)
			at = n
		case xml.EndElement:
			at = at.Parent
		case xml.CharData:
			if at != doc {
				at.Add(&survey.Node{Kind: survey.Text, Data: string(k)})
			}
		case xml.Comment:
			at.Add(&survey.Node{Kind: survey.Comment, Data: string(k)})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestParseSubmission(t *testing.T) {
	for name, c := range map[string]struct {
		xml  string
		want survey.Instance
		tree string
		err  error
	}{
		"collect": {`<data xmlns:orx="http://openrosa.org/xforms" id="visit" version="3"><name>A</name>
			<orx:meta><orx:instanceID>uuid:AB-1</orx:instanceID><orx:deprecatedID>uuid:ab-0</orx:deprecatedID></orx:meta></data>`,
			survey.Instance{FormID: "visit", Version: "3", ID: "ab-1", DeprecatedID: "ab-0"},
			"name=A meta(instanceID=uuid:AB-1 deprecatedID=uuid:ab-0)", nil},
		"default namespace": {`<data xmlns="http://www.w3.org/2002/xforms" id="visit"><meta><instanceID>uuid:1</instanceID></meta></data>`,
			survey.Instance{FormID: "visit", ID: "1"}, "meta(instanceID=uuid:1)", nil},
		"bare instanceID": {`<data id="visit"><instanceID> 1 </instanceID><g> <a> x </a><!-- c --> </g></data>`,
			survey.Instance{FormID: "visit", ID: "1"}, "instanceID= 1  g(a= x )", nil},
		"as an attribute":   {`<data id="visit" instanceID="uuid:1"><a/></data>`, survey.Instance{FormID: "visit", ID: "1"}, "a", nil},
		"without instance":  {`<data id="visit"><a/></data>`, survey.Instance{FormID: "visit"}, "a", nil},
		"without form":      {`<data><a/></data>`, survey.Instance{}, "", ErrNoFormID},
		"an empty document": {``, survey.Instance{}, "", errNoRoot},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ParseSubmission(parse(t, c.xml))
			if !errors.Is(err, c.err) {
				t.Fatalf("error %v, want %v", err, c.err)
			}
			if err != nil {
				return
			}
			got.Root.Attrs = nil
			if tree := sketch(got.Root); tree != "data("+c.tree+")" {
				t.Errorf("tree %s", tree)
			}
			got.Root = nil
			if !reflect.DeepEqual(*got, c.want) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestWriteInstance(t *testing.T) {
	root, _, _ := FromJSON(visitForm(), []byte(`{"child":[{"weight":3}],"name":"a<b&\"c\"",
		"meta":{"instanceName":"N","instanceID":"uuid:other","entity":{"@dataset":"p","label":"L"}}}`))
	root.Add(survey.NewElement("silent"), survey.NewElement("foreign"))
	root.Child("child").Add(survey.NewElement("meta").Add(survey.NewElement("entity").SetAttr("dataset", "q"))) // somebody told of in a row
	inst := &survey.Instance{FormID: `v"1`, Version: "3", ID: "1", DeprecatedID: "0", Root: root}
	const want = `<?xml version="1.0" encoding="UTF-8"?>
<data xmlns:orx="http://openrosa.org/xforms" id="v&quot;1" version="3"><name>a&lt;b&amp;"c"</name><age/>` +
		`<home><place/><aids/></home><child><id_number/><weight>3</weight><meta><entity dataset="q"></entity></meta></child><agreed/>` +
		`<orx:meta><orx:instanceID>uuid:1</orx:instanceID><orx:deprecatedID>uuid:0</orx:deprecatedID>` +
		`<orx:instanceName>N</orx:instanceName><entity dataset="p"><label>L</label></entity></orx:meta></data>
`
	var b bytes.Buffer
	if err := WriteInstance(&b, visitForm(), inst); err != nil || b.String() != want {
		t.Errorf("%v\n got %s\nwant %s", err, b.String(), want)
	}
	if err := WriteInstance(&b, visitForm(), &survey.Instance{}); !errors.Is(err, errNoRoot) {
		t.Errorf("without a tree: %v", err)
	}
}
