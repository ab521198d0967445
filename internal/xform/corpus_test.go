package xform_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/antchfx/xmlquery"
	"github.com/antchfx/xpath"

	"doorstep/internal/corpora"
	"doorstep/internal/xform"
	"doorstep/internal/xlsform"
)

// conversion is a case of the reference converter's own tests: a workbook, what came out, and what was asserted of it.
type conversion struct {
	Test      string
	MD        string
	Structure map[string]json.RawMessage `json:"ss_structure"`
	Name      string
	Passed    bool
	Errored   bool
	Raised    *string

	Match            []string            `json:"xml__xpath_match"`
	Exact            [][]json.RawMessage `json:"xml__xpath_exact"`
	Count            [][]json.RawMessage `json:"xml__xpath_count"`
	Contains         []string            `json:"xml__contains"`
	Excludes         []string            `json:"xml__excludes"`
	ModelContains    []string            `json:"model__contains"`
	ModelExcludes    []string            `json:"model__excludes"`
	ItextContains    []string            `json:"itext__contains"`
	ItextExcludes    []string            `json:"itext__excludes"`
	InstanceContains []string            `json:"instance__contains"`
}

func readConversions(t *testing.T) []conversion {
	all := corpora.Lines[conversion](t, "xlsform_cases.jsonl")
	return slices.DeleteFunc(all, func(c conversion) bool { return !c.Passed })
}

// workbook is the case's workbook in Markdown; "" for a case that has none.
func (c *conversion) workbook() string {
	if c.MD != "" || c.Structure == nil {
		return c.MD
	}
	var md strings.Builder
	for _, sheet := range slices.Sorted(maps.Keys(c.Structure)) {
		raw := c.Structure[sheet]
		var rows []map[string]any
		if json.Unmarshal(raw, &rows) != nil {
			continue
		}
		var header []string
		for _, row := range rows {
			for name := range row {
				if !slices.Contains(header, name) {
					header = append(header, name)
				}
			}
		}
		slices.Sort(header)
		fmt.Fprintf(&md, "| %s |\n| | %s |\n", sheet, strings.Join(header, " | "))
		for _, row := range rows {
			md.WriteString("|")
			for _, name := range header {
				cell := ""
				if v := row[name]; v != nil {
					cell = fmt.Sprint(v)
				}
				md.WriteString(" | " + strings.ReplaceAll(cell, "|", `\|`))
			}
			md.WriteString(" |\n")
		}
	}
	return md.String()
}

func (c *conversion) convert() ([]byte, error) {
	name := c.Name
	if name == "" {
		name = "test_name"
	}
	f, err := xlsform.ReadMarkdown(c.workbook(), xlsform.Options{Name: name})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = xform.Write(&b, f)
	return b.Bytes(), err
}

// check returns why what came of a case does not agree with the recording, "" when it does.
func (c *conversion) check(out []byte, err error) string {
	refused := c.Errored || c.Raised != nil
	switch {
	case c.workbook() == "":
		return "no workbook"
	case refused && err == nil:
		return "should be refused"
	case refused:
		return ""
	case err != nil:
		return "refused: " + strings.Split(err.Error(), "\n")[0]
	}
	doc, err := xmlquery.Parse(bytes.NewReader(out))
	if err != nil {
		return "not XML: " + err.Error()
	}
	if why := c.checkText(string(out)); why != "" {
		return why
	}
	return c.checkPaths(doc)
}

func (c *conversion) checkText(out string) string {
	part := func(name string) string { // with the declarations that a part written alone needs
		start, end, head := strings.Index(out, "<"+name), strings.Index(out, "</"+name+">"), strings.Index(out, "<h:head")
		if start < 0 || end < start {
			return ""
		}
		return out[:head] + out[start:end]
	}
	for _, s := range []struct {
		in      string
		strings []string
		want    bool
	}{
		{out, c.Contains, true}, {out, c.Excludes, false}, {part("model"), c.ModelContains, true},
		{part("model"), c.ModelExcludes, false}, {part("itext"), c.ItextContains, true},
		{part("itext"), c.ItextExcludes, false}, {part("instance"), c.InstanceContains, true},
	} {
		for _, one := range s.strings {
			if strings.Contains(s.in, one) != s.want {
				return fmt.Sprintf("contains %v: %s", s.want, one)
			}
		}
	}
	return ""
}

func (c *conversion) checkPaths(doc *xmlquery.Node) string {
	for _, path := range c.Match {
		if got, err := find(doc, path); err != nil || len(got) != 1 {
			return fmt.Sprintf("%d matches (%v): %s", len(got), err, path)
		}
	}
	for _, pair := range c.Count {
		path, want := "", 0
		if json.Unmarshal(pair[0], &path) != nil || json.Unmarshal(pair[1], &want) != nil {
			return "unreadable count"
		}
		if got, err := find(doc, path); err != nil || len(got) != want {
			return fmt.Sprintf("%d matches, want %d (%v): %s", len(got), want, err, path)
		}
	}
	for _, pair := range c.Exact {
		path, want := "", []string(nil)
		if json.Unmarshal(pair[0], &path) != nil || json.Unmarshal(pair[1], &want) != nil {
			return "unreadable fragments"
		}
		got, err := find(doc, path)
		if fragments := exact(got); err != nil || !slices.Equal(sorted(fragments), sorted(want)) {
			return fmt.Sprintf("%q (%v), want %q: %s", fragments, err, want, path)
		}
	}
	return ""
}

// find evaluates a path as the recordings do: names without a prefix are in no namespace. It uses XPath 1.0 of a
// library, because our own engine gives what ODK Collect gives, where a bare path is true by its answer.
func find(doc *xmlquery.Node, path string) (found []*xmlquery.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the library cannot evaluate it: %v", p)
		}
	}()
	e, err := xpath.CompileWithNS(path, map[string]string{
		"x": "http://www.w3.org/2002/xforms", "h": "http://www.w3.org/1999/xhtml", "ev": "http://www.w3.org/2001/xml-events",
		"xsd": "http://www.w3.org/2001/XMLSchema", "jr": "http://openrosa.org/javarosa",
		"orx": "http://openrosa.org/xforms", "odk": "http://www.opendatakit.org/xforms",
		"entities": "http://www.opendatakit.org/xforms/entities",
	})
	if err != nil {
		return nil, err
	}
	return xmlquery.QuerySelectorAll(doc, e), nil
}

// exact writes nodes as the recordings do: as indented in the form, without namespace declarations.
func exact(nodes []*xmlquery.Node) []string {
	var out []string
	for _, n := range nodes {
		s := n.Data
		if n.Type == xmlquery.ElementNode {
			s = fragment(n)
		}
		if n.Type == xmlquery.AttributeNode {
			s = n.InnerText()
		}
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func fragment(n *xmlquery.Node) string {
	var b strings.Builder
	writeFragment(&b, n)
	return b.String()
}

func writeFragment(b *strings.Builder, n *xmlquery.Node) {
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	switch n.Type {
	case xmlquery.TextNode:
		b.WriteString(escape.Replace(n.Data))
	case xmlquery.ElementNode:
		name := n.Data
		if n.Prefix != "" {
			name = n.Prefix + ":" + name
		}
		b.WriteString("<" + name)
		for _, a := range n.Attr {
			if a.Name.Local == "xmlns" || a.Name.Space == "xmlns" {
				continue
			}
			b.WriteString(" ")
			if a.Name.Space != "" {
				b.WriteString(a.Name.Space + ":")
			}
			b.WriteString(a.Name.Local + `="` + strings.ReplaceAll(escape.Replace(a.Value), `"`, "&quot;") + `"`)
		}
		if n.FirstChild == nil {
			b.WriteString("/>")
			return
		}
		b.WriteString(">")
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			writeFragment(b, c)
		}
		b.WriteString("</" + name + ">")
	}
}

func sorted(s []string) []string { return slices.Sorted(slices.Values(s)) }

// TestRecordedConversions compares what we write with what the reference converter's tests assert of its output.
func TestRecordedConversions(t *testing.T) {
	const reached = 98
	cases, known := readConversions(t), reasons(t)
	agree := 0
	came := map[string]string{}
	for _, c := range cases {
		out, err := c.convert()
		came[c.Test+" "+c.Name+c.workbook()] = fmt.Sprintf("%s%v", out, err)
		switch why := c.check(out, err); {
		case why == "":
			agree++
		case known[c.Test] != "":
			t.Logf("%s cannot agree: %s", c.Test, known[c.Test])
		default:
			t.Logf("%s: %s", c.Test, why)
		}
	}
	corpora.Kept(t, "testdata/cases.txt", came)
	fmt.Printf("xlsform: %d of %d cases agree\n", agree, len(cases))
	if agree*100 < len(cases)*reached {
		t.Errorf("%d of %d cases agree, want %d%%", agree, len(cases), reached)
	}
}
