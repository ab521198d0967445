package xpath_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"doorstep/internal/survey"
	"doorstep/internal/xmltree"
	"doorstep/internal/xpath"
)

func mustParse(t testing.TB, s string) *survey.Node {
	t.Helper()
	doc, err := xmltree.ParseXML(strings.NewReader(s), xmltree.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func mustCompile(t testing.TB, s string) *xpath.Expr {
	t.Helper()
	expr, err := xpath.Compile(s, xpath.Env{})
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return expr
}

const form = `<data id="f"><a>x</a><b>p y q</b><n>7</n><empty/>
<person><name>张三</name><age>70</age></person><person><name>李四</name><age>81</age></person>
<letters><l>A</l><l>B</l><l>C</l><l>D</l><l>E</l><l>F</l></letters>
<trace>0 0;0 1;1 1;1 0;0 0</trace><eight>0 0;1 1;1 0;0 1;0 0</eight></data>`

const choices = `<instance id="towns"><root><item><name>n1</name><label>南山</label></item>
<item><name>n2</name><label>福田</label></item></root></instance>`

func testContext(t testing.TB) *xpath.Context {
	doc := mustParse(t, form)
	towns := mustParse(t, choices).Children[0]
	shanghai := time.FixedZone("CST", 8*3600)
	return &xpath.Context{
		Node: doc.Children[0], Now: time.Date(2026, 9, 1, 7, 30, 15, 250e6, shanghai), Random: noise{},
		Instance: func(id string) *survey.Node {
			if id == "towns" {
				return towns
			}
			return nil
		},
		ChoiceLabel: func(value, path string, at *survey.Node) (string, bool) {
			return value + "@" + path + "@" + at.Name, true
		},
		Itext:    func(id string) xpath.Value { return xpath.Value{Kind: xpath.String, Str: "text " + id} },
		Property: func(name string) string { return "<" + name + ">" },
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{"absolute path", "/data/a", "x"},
		{"root element without a document", "name(/data)", "data"},
		{"predicate on a repeat", "/data/person[age > 75]/name", "李四"},
		{"predicate with a conjunction", "/data/person[age > 75 and name = '李四']/age", "81"},
		{"position in a repeat", "/data/person[2]/name", "李四"},
		{"position after a step with a condition of its own", "/data/person[name[string-length(.) > 1] and position() = 2]/age", "81"},
		{"last after a step with two", "/data/letters/l[../l[. != 'A'][position() < 3] and position() = last()]", "F"},
		{"a node after a step with a condition", "/data/person[count(age[. > 75]) = 1 and name = '李四']/age", "81"},
		{"position in a conjunction", "/data/person[position() = 1 and age = 70]/name", "张三"},
		{"descendants", "count(//l)", "6"},
		{"filter expression", "(//l)[last()]", "F"},
		{"reverse axis counts backwards", "//l[4]/preceding-sibling::l[1]", "C"},
		{"parent of many", "count(//l/..)", "1"},
		{"union in document order", "string(//l[3] | /data/a)", "x"},
		{"nested descendants once", "count(//*//name)", "2"},
		{"sets of which two differ", "string(/data/person/age != /data/person/age)", "true"},
		{"sets of which all differ", "string(/data/person/age != /data/person/name)", "true"},
		{"a union of two documents", "count(/data/a | instance('towns')/root/item/name | /data/b | instance('towns')/root/item/name)", "4"},
		{"Chinese length", "string-length(/data/person/name)", "2"},
		{"length of a rare character is that of the clients", "string-length('𠮷')", "2"},
		{"substr of Chinese", "substr('深圳市南山区', 3, 5)", "南山"},
		{"missing answer is no number", "/data/nothing + 1", "NaN"},
		{"if takes one branch", "if(/data/n > 5, 'many', uuid(-1))", "many"},
		{"once keeps an answer", "once('new')", "x"},
		{"instance look-up", "instance('towns')/root/item[name = 'n2']/label", "福田"},
		{"instance look-up with current", "instance('towns')/root/item[name = concat('n', current()/../n - 5)]/label", "福田"},
		{"unknown instance", "instance('none')/root/item/label", ""},
		{"pulldata", "pulldata('towns', 'label', 'name', 'n1')", "南山"},
		{"pulldata does not quote", `pulldata('towns', 'label', 'name', "x' or '1'='1")`, ""},
		{"choice label", "jr:choice-name('n1', '/data/a')", "n1@/data/a@a"},
		{"itext", "jr:itext('q1')", "text q1"},
		{"property", "property('deviceid')", "<deviceid>"},
		{"version", "version()", "<version>"},
		{"today is local", "today()", "2026-09-01"},
		{"text of a moment is its day", "now()", "2026-09-01"},
		{"format-date", "format-date('2026-09-05', '%Y年%n月%e日 %a %b %d %y')", "2026年9月5日 Sat Sep 05 26"},
		{"format-date of a number", "format-date(today() + 30, '%Y-%m-%d')", "2026-10-01"},
		{"format-date-time", "format-date-time('2026-09-05T08:05:09.007+08:00', '%H:%h:%M:%S.%3')", "08:8:05:09.007"},
		{"date arithmetic", "date('2026-09-05') - date('2026-09-01')", "4"},
		{"age in years", "int((today() - date('1956-09-02')) div 365.25)", "69"},
		{"date from another zone", "date('2026-09-01T23:00:00Z')", "2026-09-02"},
		{"leap day", "date('2024-02-29') + 0 > 0", "true"},
		{"no leap day", "date('2023-02-29')", "Invalid Date"},
		{"decimal-time", "decimal-time('06:00:00.000+08:00')", "0.25"},
		{"seeded order", "join('', randomize(/data/letters/l, 42))", "AFCBDE"},
		{"seeded order, negative", "join('', randomize(/data/letters/l, -42))", "EDAFBC"},
		{"seeded order, one", "join('', randomize(/data/letters/l, 1))", "BFEACD"},
		{"seed loses its fraction", "join('', randomize(/data/letters/l, '1.9'))", "BFEACD"},
		{"digest", "digest('abc', 'SHA-256', 'hex')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"base64 of Chinese", "base64-decode('5rex5Zyz')", "深圳"},
		{"uuid version and variant", "regex(uuid(), '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$')", "true"},
		{"regex of Java and JavaScript", `regex('a/b深', '^a\/b\u6df1$')`, "true"},
		{"selected is whole words", "selected('ab a-b abc', 'b')", "false"},
		{"selected after a longer word", "selected('abc ab', 'ab')", "true"},
		{"selected two words", "selected('a b c', 'b c ')", "true"},
		{"closed trace does not cross itself", "intersects(/data/trace)", "false"},
		{"figure eight crosses itself", "intersects(/data/eight)", "true"},
		{"trace that goes back", "intersects('0 0;0 2;0 1')", "true"},
		{"indexed-repeat", "indexed-repeat(/data/person/name, /data/person, 2)", "李四"},
		{"big number has the exponent of Java", "1000000 * 1000000 * 1000000 * 10000", "1.0E22"},
		{"small number has the exponent of Java", "1 div 10000000", "1.0E-7"},
		{"depend", "depend(/data/a, /data/b)", "x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := testContext(t)
			ctx.Node = ctx.Node.Child("a")
			got, err := mustCompile(t, c.source).Text(ctx)
			if err != nil || got != c.want {
				t.Errorf("%s = %q, %v; want %q", c.source, got, err, c.want)
			}
		})
	}
}

func TestRootlessElement(t *testing.T) {
	root := survey.NewElement("data").Add(survey.NewElement("q").SetValue("1"))
	nodes, err := mustCompile(t, "/data/q/../q/ancestor::node()").Nodes(&xpath.Context{Node: root})
	if err != nil || len(nodes) != 2 || nodes[0].Kind != survey.Document || nodes[1] != root {
		t.Errorf("ancestors are %v, %v; want an unseen document and the root", nodes, err)
	}
}

func TestNamespaces(t *testing.T) {
	doc := mustParse(t, `<data xmlns="http://example.org/form" xmlns:orx="http://openrosa.org/xforms"><orx:meta><orx:instanceID>1</orx:instanceID></orx:meta><a>2</a></data>`)
	ctx := &xpath.Context{Node: doc}
	for _, c := range []struct {
		name, source, want string
		env                xpath.Env
	}{
		{"prefix known from forms", "//orx:instanceID", "1", xpath.Env{}},
		{"foreign default namespace", "/data/a", "", xpath.Env{}},
		{"form's namespace", "/data/a", "2", xpath.Env{DefaultSpace: "http://example.org/form"}},
		{"any namespace", "/data/meta/instanceID", "1", xpath.Env{DefaultSpace: "*"}},
		{"own prefix", "/f:data/f:a", "2", xpath.Env{Namespaces: map[string]string{"f": "http://example.org/form"}}},
		{"namespace axis", "count(/*/namespace::*)", "3", xpath.Env{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			expr, err := xpath.Compile(c.source, c.env)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := expr.Text(ctx); err != nil || got != c.want {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestMistakes(t *testing.T) {
	for _, c := range []struct {
		name, source, code string
		offset             int
	}{
		{"nothing", "", xpath.CodeSyntax, 0},
		{"open bracket", "(1 + 2", xpath.CodeSyntax, 6},
		{"open quotation", "concat('a, 'b')", xpath.CodeSyntax, 12},
		{"unknown function", "/data/a = frobnicate(1)", xpath.CodeUnknownFunction, 10},
		{"arity", "1 + substr('a')", xpath.CodeArity, 4},
		{"arity of no arguments", "true(1)", xpath.CodeArity, 0},
		{"an empty predicate", "/data/a[]", xpath.CodeSyntax, 8},
		{"half a predicate", "/data/a[1 +]", xpath.CodeSyntax, 11},
		{"odd indexed-repeat", "indexed-repeat(/a/b, /a, 1, /b)", xpath.CodeArity, 0},
		{"count of text", "count('a')", xpath.CodeNeedsNodes, 6},
		{"union with a number", "/data/a | 2", xpath.CodeNeedsNodes, 8},
		{"step from a number", "(1)/a", xpath.CodeNeedsNodes, 0},
		{"prefix", "/foo:data", xpath.CodeUnknownPrefix, 1},
		{"reference left from the workbook", "${age} > 1", xpath.CodeVariable, 0},
		{"pattern", "regex(., '(?=a)')", xpath.CodeBadRegex, 0},
		{"axis", "sideways::a", xpath.CodeSyntax, 0},
		{"no operator", "/data/a data", xpath.CodeSyntax, 8},
		{"full-width bracket", "count（/data/a）", xpath.CodeSyntax, 5},
		{"depth", strings.Repeat("(", 1000) + "1" + strings.Repeat(")", 1000), xpath.CodeTooLarge, 200},
		{"length", strings.Repeat(" ", 1<<17), xpath.CodeTooLarge, 1 << 16},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := xpath.Compile(c.source, xpath.Env{})
			var got *xpath.Error
			if !errors.As(err, &got) || got.Code != c.code || got.Offset != c.offset || got.EN == "" || got.ZH == "" {
				t.Errorf("got %v; want %s at %d in both languages", err, c.code, c.offset)
			}
		})
	}
}

func TestLazyMistakesShowWhenEvaluated(t *testing.T) {
	ctx := testContext(t)
	for source, ok := range map[string]bool{"true() or frob()": true, "false() or frob()": false, "if(true(), 1, count('a'))": true} {
		expr, err := xpath.Compile(source, xpath.Env{Lazy: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := expr.Text(ctx); (err == nil) != ok {
			t.Errorf("%s: %v", source, err)
		}
	}
}

func TestHostileExpressionsEnd(t *testing.T) {
	wide := survey.NewElement("data")
	for range 2000 {
		wide.Add(survey.NewElement("a").SetValue(strings.Repeat("x", 100)))
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for _, c := range []struct {
		name, source string
		ctx          xpath.Context
	}{
		{"nested scans", "count(//*[count(//*[count(//*) > 1]) > 1])", xpath.Context{Node: wide}},
		{"pairs of nodes", "//a[. != //a]", xpath.Context{Node: wide}},
		{"long texts", "//*[string-length(concat(//a, //a, //a, //a)) = 1]", xpath.Context{Node: wide}},
		{"a long text many times", "//a[. = /data]", xpath.Context{Node: wide}},
		{"few steps", "count(//a)", xpath.Context{Node: wide, Steps: 100}},
		{"cancelled", "count(//a[. = 'y'])", xpath.Context{Node: wide, Done: cancelled}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := mustCompile(t, c.source).Text(&c.ctx)
			var got *xpath.Error
			if !errors.As(err, &got) || got.Code != xpath.CodeTooLong {
				t.Errorf("got %v, want %s", err, xpath.CodeTooLong)
			}
		})
	}
}

func TestUnavailable(t *testing.T) {
	for _, source := range []string{"today()", "random()", "uuid()", "instance('x')/root", "jr:itext('x')", "property('x')"} {
		_, err := mustCompile(t, source).Text(&xpath.Context{Node: survey.NewElement("a")})
		var got *xpath.Error
		if !errors.As(err, &got) || got.Code != xpath.CodeUnavailable {
			t.Errorf("%s: got %v, want %s", source, err, xpath.CodeUnavailable)
		}
	}
}

func TestExtractSigned(t *testing.T) {
	private := ed25519.NewKeyFromSeed(make([]byte, 32))
	message := []byte("household 17")
	signed := base64.StdEncoding.EncodeToString(append(ed25519.Sign(private, message), message...))
	key := base64.StdEncoding.EncodeToString(private.Public().(ed25519.PublicKey))
	for source, want := range map[string]string{
		"extract-signed('" + signed + "', '" + key + "')":         "household 17",
		"extract-signed('" + signed[4:] + "', '" + key + "')":     "",
		"extract-signed('" + signed + "', '" + signed[:44] + "')": "",
	} {
		if got, err := mustCompile(t, source).Text(&xpath.Context{}); err != nil || got != want {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
}

func TestIndexFindsWhatAScanFinds(t *testing.T) {
	ctx := testContext(t)
	plain := *ctx
	ctx.Index = xpath.NewIndex(ctx.Instance("towns"))
	for _, source := range []string{
		"instance('towns')/root/item[name = 'n2']/label", "instance('towns')/root/item['n1' = name][1]/label",
		"instance('towns')/root/item[name = 'none']/label", "instance('towns')/root/item[name = /data/a]/label",
		"instance('towns')/root/item[name = 'n2' and label = '福田']/label", "count(instance('towns')/root/item[name = //l])",
		"count(instance('towns')/root/item[name = instance('towns')//name])", "count(instance('towns')/root/item[name = /data/none])", "count(instance('towns')/root/item[name = 1])",
		"count(instance('towns')/root/item[name = instance('towns')/root/item[2]/name])", "count(instance('towns')/root/item[name = true()])",
		"instance('towns')/root/item[name = 'n2'][label = 'x']/label",
	} {
		expr := mustCompile(t, source)
		want, err := expr.Text(&plain)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if got, err := expr.Text(ctx); err != nil || got != want {
				t.Errorf("%s = %q, %v; want %q", source, got, err, want)
			}
		}
	}
}

func TestOneExpressionManyGoroutines(t *testing.T) {
	ctx := testContext(t)
	expr := mustCompile(t, "count(//l | //age) + count(/data/person[age > 75])")
	done := make(chan string)
	for range 8 {
		go func() {
			s, err := expr.Text(ctx)
			if err != nil {
				s = err.Error()
			}
			done <- s
		}()
	}
	for range 8 {
		if got := <-done; got != "9" {
			t.Errorf("got %s, want 9", got)
		}
	}
}
