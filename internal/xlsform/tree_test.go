package xlsform

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/survey"
)

// element is a node of a recorded XForm.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Children []element  `xml:",any"`
	Text     string     `xml:",chardata"`
}

func (e *element) find(name string) *element {
	for i := range e.Children {
		if e.Children[i].XMLName.Local == name {
			return &e.Children[i]
		}
	}
	return &element{}
}

func (e *element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// recordedPaths lists the nodes of the primary instance below the root, without templates and meta blocks.
func recordedPaths(e *element, prefix string) []string {
	var out []string
	seen := map[string]bool{}
	for _, c := range e.Children {
		name := c.XMLName.Local
		path := prefix + "/" + name
		if name == "meta" || seen[path] {
			continue // a repeat is written twice: its template and its first round
		}
		seen[path] = true
		out = append(out, path)
		out = append(out, recordedPaths(&c, path)...)
	}
	return out
}

func formPaths(f *survey.Form) []string {
	var out []string
	f.Walk(func(q *survey.Question) bool {
		if q.Type != "csv-external" && q.Type != "xml-external" {
			out = append(out, strings.TrimPrefix(f.Path(q), "/"+f.Name))
		}
		return true
	})
	return out
}

// TestRecordedCasesTree compares the nodes of each form, those the converter adds included, with the recorded instance.
func TestRecordedCasesTree(t *testing.T) {
	agree, total := 0, 0
	for _, c := range readCases(t) {
		form, err := c.read()
		if err != nil || c.XForm == "" {
			continue
		}
		total++
		var doc element
		if err := xml.Unmarshal([]byte(c.XForm), &doc); err != nil {
			t.Fatal(err)
		}
		root := doc.find("head").find("model").find("instance").Children[0]
		want, got := recordedPaths(&root, ""), formPaths(form)
		if slices.Equal(want, got) && root.attr("id") == form.ID && root.attr("version") == form.Version && doc.find("head").find("title").Text == form.Title {
			agree++
			continue
		}
		t.Logf("%s\n want %v %s %s\n got  %v %s %s", c.Test, want, root.attr("id"), root.attr("version"), got, form.ID, form.Version)
	}
	fmt.Printf("xlsform tree: %d of %d cases agree\n", agree, total)
	if agree < total*98/100 {
		t.Errorf("%d of %d trees agree, want 98%%", agree, total)
	}
}
