package xmltree_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"

	"doorstep/internal/survey"
	"doorstep/internal/xmltree"
)

func TestRoundTrip(t *testing.T) {
	for _, c := range []struct{ name, in, out string }{
		{"plain", `<a><b>1</b><b/></a>`, ""},
		{"attributes in order", `<a z="1" b="2" m="3"/>`, ""},
		{"namespaces with prefixes", `<h:a xmlns:h="u:h" xmlns="u:d" h:x="1"><b/><h:c xmlns:h="u:2"/></h:a>`, ""},
		{"default namespace taken back", `<a xmlns="u:d"><b xmlns=""/></a>`, ""},
		{"comments and instructions", `<?go now?><!-- one --><a><!--two--><?p q r?></a><!--three-->`, ""},
		{"special characters", `<a x="&lt;&quot;&#10;&amp;">&lt;&amp;&gt;</a>`, ""},
		{"character references", `<a>&#x6df1;&#22323;</a>`, `<a>深圳</a>`},
		{"carriage return kept", `<a>1&#13;2</a>`, ""},
		{"line ends", "<a>1\r\n2\r3</a>", "<a>1\n2\n3</a>"},
		{"CDATA", `<a>x<![CDATA[<b>&]]>y</a>`, `<a>x&lt;b&gt;&amp;y</a>`},
		{"white space kept", "<a>\n <b> </b>\n</a>", ""},
		{"declaration and doctype dropped", `<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE a><a/>`, `<a/>`},
		{"byte order mark", "\uFEFF<a>1</a>", "<a>1</a>"},
		{"xml prefix", `<a xml:lang="zh"/>`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.out == "" {
				c.out = c.in
			}
			doc, err := xmltree.ParseXML(strings.NewReader(c.in), xmltree.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			if err := xmltree.WriteXML(&out, doc); err != nil || out.String() != c.out {
				t.Errorf("got %s, %v; want %s", out.String(), err, c.out)
			}
		})
	}
}

func TestTree(t *testing.T) {
	doc, err := xmltree.ParseXML(strings.NewReader(`<h:a xmlns:h="u:h" xmlns="u:d" x="1" h:y="2"><b>t</b></h:a>`), xmltree.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	a := doc.Children[0]
	if a.Prefix != "h" || a.Name != "a" || a.Space != "u:h" || a.Parent != doc || len(a.Attrs) != 4 {
		t.Errorf("root is %+v", a)
	}
	if n := a.Attrs[0]; n.Kind != survey.Namespace || n.Name != "h" || n.Data != "u:h" || n.Parent != a {
		t.Errorf("declaration is %+v", n)
	}
	if x, y := a.Attrs[2], a.Attrs[3]; x.Space != "" || y.Space != "u:h" || y.Prefix != "h" || y.Data != "2" {
		t.Errorf("attributes are %+v and %+v", x, y)
	}
	if b := a.Children[0]; b.Space != "u:d" || b.Prefix != "" || b.Value() != "t" {
		t.Errorf("child is %+v", b)
	}
}

func TestEncodings(t *testing.T) {
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(`<?xml version="1.0" encoding="GBK"?><a>深圳</a>`)
	if err != nil {
		t.Fatal(err)
	}
	gb18030, err := simplifiedchinese.GB18030.NewEncoder().String(`<?xml version="1.0" encoding="gb18030"?><a>深圳𠮷</a>`)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, in, want string }{
		{"GBK", gbk, "深圳"},
		{"GB18030", gb18030, "深圳𠮷"},
		{"Latin-1", "<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>", "é"},
		{"UTF-16 little endian", toUTF16(`<?xml version="1.0" encoding="UTF-16"?><a>深圳</a>`, true), "深圳"},
		{"UTF-16 big endian", toUTF16(`<a>深圳𠮷</a>`, false), "深圳𠮷"},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc, err := xmltree.ParseXML(strings.NewReader(c.in), xmltree.Limits{})
			if err != nil || doc.Value() != c.want {
				t.Errorf("got %v, %v; want %s", doc, err, c.want)
			}
		})
	}
}

func toUTF16(s string, little bool) string {
	var b bytes.Buffer
	for _, u := range utf16.Encode([]rune("\uFEFF" + s)) {
		hi, lo := byte(u>>8), byte(u)
		if little {
			hi, lo = lo, hi
		}
		b.Write([]byte{hi, lo})
	}
	return b.String()
}

func TestRefusals(t *testing.T) {
	limits := xmltree.Limits{Bytes: 1000, Nodes: 20, Depth: 10}
	for _, c := range []struct{ name, in, code string }{
		{"nothing", "", xmltree.CodeSyntax},
		{"text only", "hello", xmltree.CodeSyntax},
		{"cut off", "<a><b>", xmltree.CodeSyntax},
		{"crossed tags", "<a><b></a></b>", xmltree.CodeSyntax},
		{"two roots", "<a/><b/>", xmltree.CodeSyntax},
		{"text after the root", "<a/>x", xmltree.CodeSyntax},
		{"attribute twice", `<a x="1" x="2"/>`, xmltree.CodeSyntax},
		{"attribute twice by namespace", `<a xmlns:p="u" xmlns:q="u" p:x="1" q:x="2"/>`, xmltree.CodeSyntax},
		{"late declaration", `<a/><?xml version="1.0"?>`, xmltree.CodeSyntax},
		{"unknown entity", "<a>&xxe;</a>", xmltree.CodeSyntax},
		{"undeclared prefix", "<p:a/>", xmltree.CodeNamespace},
		{"undeclared attribute prefix", `<a p:x="1"/>`, xmltree.CodeNamespace},
		{"prefix undeclared again", `<a xmlns:p=""/>`, xmltree.CodeNamespace},
		{"prefix out of scope", `<a><b xmlns:p="u"/><p:c/></a>`, xmltree.CodeNamespace},
		{"external entity", `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`, xmltree.CodeDoctype},
		{"a billion laughs", `<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><a>&y;</a>`, xmltree.CodeDoctype},
		{"unknown encoding", `<?xml version="1.0" encoding="EBCDIC"?><a/>`, xmltree.CodeEncoding},
		{"too deep", strings.Repeat("<a>", 11) + strings.Repeat("</a>", 11), xmltree.CodeTooDeep},
		{"too many elements", "<a>" + strings.Repeat("<b/>", 30) + "</a>", xmltree.CodeTooMany},
		{"too many attributes", "<a b1='' b2='' b3='' b4='' b5='' b6='' b7='' b8='' b9='' c1='' c2='' c3='' c4='' c5='' c6='' c7='' c8='' c9='' d1='' d2='' d3=''/>", xmltree.CodeTooMany},
		{"too large", "<a>" + strings.Repeat("x", 1000) + "</a>", xmltree.CodeTooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := xmltree.ParseXML(strings.NewReader(c.in), limits)
			var got *xmltree.Error
			if !errors.As(err, &got) || got.Code != c.code || got.ZH == "" {
				t.Errorf("got %v, want %s", err, c.code)
			}
		})
	}
}

func TestOneTagIsBounded(t *testing.T) {
	_, err := xmltree.ParseXML(strings.NewReader("<a "+strings.Repeat("b='' ", 1<<20)+"/>"), xmltree.Limits{})
	var got *xmltree.Error
	if !errors.As(err, &got) || got.Code != xmltree.CodeTooLarge {
		t.Errorf("got %v, want %s", err, xmltree.CodeTooLarge)
	}
	long := "<a>" + strings.Repeat("<b>12345678</b>", 150_000) + "</a>"
	if _, err := xmltree.ParseXML(strings.NewReader(long), xmltree.Limits{Nodes: 1 << 20}); err != nil {
		t.Errorf("many small tags: %v", err)
	}
	gbk := `<?xml version="1.0" encoding="GBK"?>` + long
	if _, err := xmltree.ParseXML(strings.NewReader(gbk), xmltree.Limits{Nodes: 1 << 20}); err != nil {
		t.Errorf("many small tags in GBK: %v", err)
	}
}

func TestWriteDeclaresWhatItNeeds(t *testing.T) {
	meta := &survey.Node{Kind: survey.Element, Prefix: "orx", Space: "http://openrosa.org/xforms", Name: "meta"}
	meta.Add(&survey.Node{Kind: survey.Element, Prefix: "orx", Space: "http://openrosa.org/xforms", Name: "instanceID"})
	root := survey.NewElement("data").Add(meta)
	root.Attrs = append(root.Attrs, &survey.Node{Kind: survey.Attribute, Name: "x", Space: "u:x", Data: "1", Parent: root})
	var out strings.Builder
	if err := xmltree.WriteXML(&out, root); err != nil {
		t.Fatal(err)
	}
	want := `<data xmlns:ns1="u:x" ns1:x="1"><orx:meta xmlns:orx="http://openrosa.org/xforms"><orx:instanceID/></orx:meta></data>`
	if out.String() != want {
		t.Errorf("got %s, want %s", out.String(), want)
	}
}

// TestWriteFindsAPrefix gives an attribute whose namespace has no prefix the one that stands for it there.
func TestWriteFindsAPrefix(t *testing.T) {
	element := func(prefix, space string) *survey.Node {
		n := &survey.Node{Kind: survey.Element, Prefix: prefix, Space: space, Name: "e"}
		n.Attrs = []*survey.Node{{Kind: survey.Attribute, Space: "u:x", Name: "x", Parent: n}}
		return n
	}
	for want, n := range map[string]*survey.Node{
		`<p:e xmlns:p="u:x" p:x=""/>`:                                                   element("p", "u:x"),
		`<e xmlns="u:x" xmlns:ns2="u:x" ns2:x=""/>`:                                     element("", "u:x"),
		`<p:e xmlns:p="u:x" p:x=""><p:e xmlns:p="u:y" xmlns:ns3="u:x" ns3:x=""/></p:e>`: element("p", "u:x").Add(element("p", "u:y")),
	} {
		var out strings.Builder
		if err := xmltree.WriteXML(&out, n); err != nil || out.String() != want {
			t.Errorf("got %s, want %s: %v", out.String(), want, err)
		}
	}
}

func TestWriteRefusesWhatXMLCannotHold(t *testing.T) {
	for _, n := range []*survey.Node{
		survey.NewElement("a").SetValue("\x00"),
		survey.NewElement("a").SetAttr("x", "\x0b"),
		{Kind: survey.Comment, Data: "a--b"}, {Kind: survey.Comment, Data: "a-"},
		{Kind: survey.ProcessingInstruction, Name: "p", Data: "a?>b"},
	} {
		if err := xmltree.WriteXML(io.Discard, n); err == nil {
			t.Errorf("%+v was written", n)
		}
	}
}

// FuzzParseXML holds that no bytes crash the parser, refusals are typed, and what was read reads the same once written.
func FuzzParseXML(f *testing.F) {
	for _, seed := range []string{`<a x="1"><b>t</b><!--c--><?p i?></a>`, `<?xml version="1.0" encoding="GBK"?><a>1</a>`,
		`<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>`, `<h:a xmlns:h="u:h" h:x="1"/>`, "\xff\xfe<\x00a\x00/\x00>\x00", `<a><![CDATA[<b>]]></a>`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := xmltree.ParseXML(bytes.NewReader(data), xmltree.Limits{Bytes: 1 << 16, Nodes: 1000, Depth: 50})
		if err != nil {
			var known *xmltree.Error
			if !errors.As(err, &known) {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		var once, twice bytes.Buffer
		if err := xmltree.WriteXML(&once, doc); err != nil {
			return // comments of "--" are lenient in the reader
		}
		again, err := xmltree.ParseXML(bytes.NewReader(once.Bytes()), xmltree.Limits{})
		if err != nil {
			t.Fatalf("wrote %q, which does not read: %v", once.String(), err)
		}
		if err := xmltree.WriteXML(&twice, again); err != nil || once.String() != twice.String() {
			t.Fatalf("wrote %q, then %q: %v", once.String(), twice.String(), err)
		}
	})
}
