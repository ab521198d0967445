package xform_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"doorstep/internal/corpora"
	"doorstep/internal/survey"
	"doorstep/internal/xform"
	"doorstep/internal/xmltree"

	"pgregory.net/rapid"
)

func write(t interface{ Fatal(...any) }, f *survey.Form) []byte {
	var b bytes.Buffer
	if err := xform.Write(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestWrite compares a form that uses most of what there is with its XForm, which was checked by eye.
func TestWrite(t *testing.T) {
	md, err := os.ReadFile("testdata/visit.md")
	if err != nil {
		t.Fatal(err)
	}
	got := write(t, read(t, string(md)))
	corpora.Golden(t, "testdata/visit.xml", string(got))
	for range 5 {
		if again := write(t, read(t, string(md))); !bytes.Equal(again, got) {
			t.Fatal("the same form gave other bytes")
		}
	}
}

// TestSubmission: each setting about sending alone is told to the client.
func TestSubmission(t *testing.T) {
	for setting, want := range map[string]string{
		"submission_url": `<submission action="yes" method="post"/>`, "public_key": `<submission base64RsaPublicKey="yes"/>`,
		"auto_send": `<submission orx:auto-send="yes"/>`, "auto_delete": `<submission orx:auto-delete="yes"/>`,
		"client_editable": `<submission odk:client-editable="true"/>`, "style": "",
	} {
		f := &survey.Form{ID: "f", Name: "data", Root: &survey.Question{Kind: survey.KindGroup}, Settings: map[string]string{setting: "yes"}}
		out := string(write(t, f))
		if _, line, found := strings.Cut(out, "<submission"); found != (want != "") || found && !strings.HasPrefix("<submission"+line, want) {
			t.Errorf("%s: %s", setting, out)
		}
	}
}

func TestEntitiesVersion(t *testing.T) {
	repeat := &survey.Question{Name: "person", Kind: survey.KindRepeat}
	group := &survey.Question{Name: "home", Kind: survey.KindGroup}
	for name, c := range map[string]struct {
		in   []*survey.Question
		want string
	}{
		"one":             {[]*survey.Question{nil}, "2024.1.0"},
		"one in a group":  {[]*survey.Question{group}, "2024.1.0"},
		"one in a repeat": {[]*survey.Question{repeat}, "2025.1.0"},
		"two":             {[]*survey.Question{nil, group}, "2025.1.0"},
	} {
		t.Run(name, func(t *testing.T) {
			f := &survey.Form{ID: "f", Name: "data", Root: &survey.Question{Kind: survey.KindGroup}}
			for _, at := range c.in {
				if at != nil {
					at.Parent = f.Root
					f.Root.Children = append(f.Root.Children, at)
				}
				f.Entities = append(f.Entities, &survey.EntityDecl{List: "e", Label: "1", Container: at})
			}
			if out := string(write(t, f)); !strings.Contains(out, `entities:entities-version="`+c.want+`"`) {
				t.Errorf("not version %s:\n%s", c.want, out)
			}
		})
	}
}

func TestWriteRefusesNames(t *testing.T) {
	q := &survey.Question{Name: "a", Type: "text", Kind: survey.KindText, Label: survey.Translated{"": "A"}}
	for name, spoil := range map[string]func(f *survey.Form){
		"undeclared prefix": func(*survey.Form) { q.Bind = []survey.Pair{{Name: "y:z", Value: "1"}} },
		"no name":           func(*survey.Form) { q.Bind = []survey.Pair{{Name: "1 2", Value: "1"}} },
		"no name behind a prefix": func(f *survey.Form) {
			q.Bind, f.Namespaces = []survey.Pair{{Name: "y:1 2", Value: "1"}}, []survey.Pair{{Name: "y", Value: "urn:y"}}
		},
		"a prefix without a name": func(f *survey.Form) {
			q.Bind, f.Namespaces = []survey.Pair{{Name: "y:", Value: "1"}}, []survey.Pair{{Name: "y", Value: "urn:y"}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := &survey.Form{ID: "f", Name: "data", Root: &survey.Question{Kind: survey.KindGroup, Children: []*survey.Question{q}}}
			q.Parent = f.Root
			spoil(f)
			var p survey.Problems
			if err := xform.Write(&bytes.Buffer{}, f); !errors.As(err, &p) || p[0].Code != "xml.name" {
				t.Errorf("error %v", err)
			}
		})
	}
}

// Line breaks and tabs of an attribute are written as the spaces that a parser makes of them.
func TestWriteAttributesInOneLine(t *testing.T) {
	root := &survey.Question{Kind: survey.KindGroup}
	root.Children = []*survey.Question{{Name: "a", Type: "text", Kind: survey.KindText, Parent: root,
		Label: survey.Translated{"": "A"}, Appearance: "a\nb\tc\r\nd\re"}}
	if out := string(write(t, &survey.Form{ID: "f", Name: "data", Root: root})); !strings.Contains(out, `appearance="a b c d e"`) {
		t.Error(out)
	}
}

// TestWriteKeepsTexts: whatever a workbook holds, the form is XML and shows the text as it was, but for characters that
// XML cannot carry.
func TestWriteKeepsTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		label := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"<b>&amp;", "a\r\nb", "]]>", `"'`})).Draw(t, "label")
		if strings.Contains(label, "${") || strings.Contains(label, "instance(") {
			return
		}
		root := &survey.Question{Kind: survey.KindGroup}
		q := &survey.Question{Name: "a", Type: "text", Kind: survey.KindText, Parent: root,
			Label: survey.Translated{"": "." + label}, Appearance: label}
		root.Children = []*survey.Question{q}
		doc, err := xmltree.ParseXML(bytes.NewReader(write(t, &survey.Form{ID: "f", Name: "data", Root: root})), xmltree.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		got := rootOf(doc).Child("body").Child("input").Child("label")
		want := strings.Map(func(c rune) rune {
			if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0xFFFE || c == 0xFFFF {
				return -1
			}
			return c
		}, strings.ToValidUTF8("."+label, ""))
		if got == nil || got.Value() != want {
			t.Fatalf("got %v, want %q", got, want)
		}
	})
}
