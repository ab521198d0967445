package xmltree

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"doorstep/internal/corpora"
	"doorstep/internal/survey"
)

// documents are at the edges of what is read: of what limits allow, of names and namespaces, of characters and of encodings.
var documents = []string{
	"", " ", "x", "<", "<a", "<a>", "<a/", "</a>", "<a></b>", "<a></x:a>", "<x:a xmlns:x='u'></a>", "<a/> \n<!--c--><?p?>", "<a/>x", "<a/>&#32;", "x<a/>", "<a/><b/>", "<a></a></a>", "<!-- --><a/>", "<?p i?><a/>", "<?xml?><a/>",
	"<?xml version='1.0'?><a/>", " <?xml version='1.0'?><a/>", "<?XML version='1.0'?><a/>", "<?xml version='1.1'?><a/>", "<a><?xml version='1.0'?></a>", "<a><?p?></a>", "<a><?p  i ?></a>", "<a><?p:q i?></a>", "<!DOCTYPE a><a/>", "<!DOCTYPE a [<!ELEMENT a ANY>]><a/>", "<a/><!DOCTYPE a>",
	"<!ELEMENT a><a/>", "<a><!DOCTYPE b></a>", "<a b='1' b='2'/>", "<a b='1' x:b='2' xmlns:x='u'/>", "<a x:b='1' y:b='2' xmlns:x='u' xmlns:y='u'/>", "<a xmlns:x='u' xmlns:x='v'/>", "<a xmlns='u' xmlns='v'/>", "<a xmlns='u' b='1'/>", "<a xmlns:b='u' b='1'/>", "<a b=1/>", "<a b/>", "<a b='<'/>",
	"<a xmlns:x=''/>", "<a xmlns=''/>", "<a xmlns:xmlns='u'/>", "<a xmlns:x='http://www.w3.org/2000/xmlns/'/>", "<a xmlns:xml='u'/>", "<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>", "<a xmlns:x='http://www.w3.org/XML/1998/namespace'/>", "<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
	"<a xml:b='1'/>", "<x:a/>", "<a x:b='1'/>", "<x:a xmlns:x='u'><y:b xmlns:y='v' x:c='1'/><y:d/></x:a>", "<a xmlns='u'><b xmlns='v'><c/></b><d/></a>", "<a xmlns='u'><b xmlns=''/></a>", "<x:y:a/>", "<:a/>", "<a:/>", "<a :b='1'/>", "<a x:y:b='1'/>", "<a xmlns:x:y='u'/>",
	"<1/>", "<年/>", "<a>1<![CDATA[]]>2</a>", "<a><![CDATA[<&]]></a>", "<a>]]></a>", "<a><!--1--2--></a>", "<a><!--1---></a>", "<a>&amp;&lt;&gt;&quot;&apos;</a>", "<a>&b;</a>", "<a>&</a>", "<a>&#65;&#x42;&#X43;</a>", "<a>&#1114111;&#1114112;</a>", "<a>&#0000000000000000000000000065;</a>",
	"<a>&#00000000000000000000000000065;</a>", "<a>&#xD83D;x&#xDE42;</a>", "<a>&#xD83D;&#xDE42;</a>", "<a>&#xDE42;&#xD83D;</a>", "<a>&#31;&#32;&#9;&#10;&#13;&#xFFFD;&#xFFFE;&#xFFFF;&#x10000;</a>", "<a>\x1f\x00\t\n\r\uFFFD\uFFFE\uFFFF\U00010000</a>", "<a>\x80\xed\xa0\x80\xf4\x90\x80\x80</a>",
	"<a b='&#13;&#10;\n\t&lt;&quot;\x01'/>", "<a\x01/>", "<a><!--\x01\xff--></a>", "<a><?p \x01\xff?></a>", "<a>1\r\n2\r3</a>", "\uFEFF<a/>", "\uFEFF\uFEFF<a/>", "\xFE\xFF\x00<\x00a\x00/\x00>", "\xFF\xFE<\x00a\x00/\x00>\x00", "\xFE\xFF\x00<\x00", "\xFE", "<?xml version='1.0' encoding='utf-8'?><a>é</a>",
	"<?xml version='1.0' encoding='UTF-16'?><a>é</a>", "<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>", "<?xml version='1.0' encoding='us-ascii'?><a>\xe9</a>", "<?xml version='1.0' encoding='Windows-1252'?><a>\x80</a>", "<?xml version='1.0' encoding='GBK'?><a>\xc9\xee</a>", "<?xml version='1.0' encoding=\"gb2312\"?><a>\xc9\xee</a>",
	"<?xml version='1.0' encoding = 'x'?><a/>", "<?xml version='1.0' encoding='x' standalone='yes'?><a/>", "<a encoding='x'/>", " <?xml version='1.0' encoding='x'?><a/>",
}

// sketch writes a tree with the kind, the names, the namespaces and the content of each node.
func sketch(b *strings.Builder, n *survey.Node) {
	fmt.Fprintf(b, "%d %s{%s}%s %q", n.Kind, n.Prefix, n.Space, n.Name, n.Data)
	for _, below := range append(append([]*survey.Node(nil), n.Attrs...), n.Children...) {
		if b.WriteString(" ("); below.Parent != n {
			b.WriteString("elsewhere ")
		}
		sketch(b, below)
		b.WriteString(")")
	}
}

func told(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return fmt.Sprint(err)
	}
	return fmt.Sprintf("%s at %d: %s · %s, exceeds %v", e.Code, e.Offset, e.EN, e.ZH, Exceeds(err))
}

// TestEachDocument holds what is read of each document, or what is said of it, and how it is written again.
func TestEachDocument(t *testing.T) {
	var b strings.Builder
	for _, document := range documents {
		fmt.Fprintf(&b, "%q\n  ", document)
		doc, mended, err := ReadXML(strings.NewReader(document), Limits{})
		if err != nil {
			b.WriteString(told(err))
		} else {
			sketch(&b, doc)
			fmt.Fprintf(&b, " mended %v\n  ", mended)
			if err := WriteXML(&b, doc); err != nil {
				b.WriteString(" " + told(err))
			}
		}
		if root, err := ParseRoot(strings.NewReader(document)); err == nil && doc == nil {
			fmt.Fprintf(&b, "\n  begins with %s", root.Name)
		} else if err != nil && doc != nil {
			t.Errorf("the root of %q: %v", document, err)
		}
		b.WriteString("\n")
	}
	corpora.Golden(t, "testdata/documents.txt", b.String())
}

// TestLimits: a document is read up to each limit, and refused from the next byte, node or element on.
func TestLimits(t *testing.T) {
	const document = "<a b='1'><c>t</c><!--x--><?p i?></a>"
	for _, c := range []struct {
		within, beyond Limits
		code           string
	}{
		{Limits{Bytes: int64(len(document))}, Limits{Bytes: int64(len(document)) - 1}, CodeTooLarge},
		{Limits{Nodes: 6}, Limits{Nodes: 5}, CodeTooMany}, {Limits{Depth: 2}, Limits{Depth: 1}, CodeTooDeep},
	} {
		if _, err := ParseXML(strings.NewReader(document), c.within); err != nil {
			t.Errorf("%+v: %v", c.within, err)
		}
		_, err := ParseXML(strings.NewReader(document), c.beyond)
		if e := new(Error); !errors.As(err, &e) || e.Code != c.code || !Exceeds(err) {
			t.Errorf("%+v: %v", c.beyond, err)
		}
	}
	for n, taken := range map[int]bool{1: false, 2: true} {
		if _, err := ParseXML(strings.NewReader("<a b='1'/>"), Limits{Nodes: n}); (err == nil) != taken {
			t.Errorf("an attribute within %d nodes: %v", n, err)
		}
	}
	for n, want := range map[int]string{survey.MostDepth: "", survey.MostDepth + 1: CodeTooDeep} {
		_, err := ParseXML(strings.NewReader(strings.Repeat("<a>", n)+strings.Repeat("</a>", n)), Limits{})
		if e := new(Error); (err == nil) != (want == "") || errors.As(err, &e) && e.Code != want {
			t.Errorf("%d deep: %v", n, err)
		}
	}
	for n, want := range map[int]string{defaultNodes - 1: "", defaultNodes: CodeTooMany} {
		_, err := ParseXML(strings.NewReader("<a>"+strings.Repeat("<b/>", n)+"</a>"), Limits{})
		if e := new(Error); (err == nil) != (want == "") || errors.As(err, &e) && e.Code != want {
			t.Errorf("%d elements: %v", n, err)
		}
	}
}

// TestFailingReader: what cannot be read is told as that, wherever it ends.
func TestFailingReader(t *testing.T) {
	for _, begun := range []string{"", "<a>", "<a", "<?xml version='1.0' encoding='GBK'?><a>", "\xFE\xFF\x00<"} {
		in := func() io.Reader {
			return io.MultiReader(strings.NewReader(begun), iotest.ErrReader(errors.New("torn")))
		}
		_, err := ParseXML(in(), Limits{})
		if e := new(Error); !errors.As(err, &e) || e.Code != CodeRead || !strings.Contains(e.EN, "torn") || e.ZH != "读取 XML 失败" || Exceeds(err) {
			t.Errorf("after %q: %v", begun, err)
		}
	}
}

// failing takes some bytes and no more.
type failing struct{ left int }

func (f *failing) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, errors.New("full")
	}
	return len(b), nil
}

// TestWriteFails where the writer does, and where a node deep inside cannot be written.
func TestWriteFails(t *testing.T) {
	long := survey.NewElement("a").SetValue(strings.Repeat("x", 10_000))
	if err := WriteXML(&failing{5_000}, long); err == nil {
		t.Error("a full disk is not told")
	}
	if err := WriteXML(&failing{20_000}, long); err != nil {
		t.Error(err)
	}
	for char, written := range map[string]bool{"\x00": false, "\x1f": false, "\uFFFE": false, "\uFFFF": false, "\xff": false, "\t": true, "\n": true, "\r": true, " ": true, "\uFFFD": true, "\U00010000": true} {
		n := (&survey.Node{Kind: survey.Document}).Add(survey.NewElement("a").Add(survey.NewElement("b").SetAttr("c", char)))
		if err := WriteXML(io.Discard, n); (err == nil) != written {
			t.Errorf("%q: %v", char, err)
		}
	}
}

// TestClean takes out of all that is below a node what cannot be written, and nothing else.
func TestClean(t *testing.T) {
	n := survey.NewElement("a").SetAttr("b", "\x001\t\xff").Add(survey.NewElement("c").SetAttr("d", "\uFFFE2").SetValue("\x1f3\n\r\uFFFF"))
	Clean(n)
	var b strings.Builder
	if sketch(&b, n); b.String() != `1 {}a "" (2 {}b "1\t`+"\uFFFD"+`") (1 {}c "" (2 {}d "2") (3 {} "3\n\r"))` {
		t.Error(b.String())
	}
}
