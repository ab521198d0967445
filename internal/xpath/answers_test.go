package xpath

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/corpora"
	"doorstep/internal/survey"
	"doorstep/internal/xmltree"
)

// record has an answer of each kind, some of which cannot be read as such, and every kind of node.
const record = `<d xmlns:x="urn:x" id="f" xml:lang="zh-CN"><?go on?><!--seen--><int is="integer">7</int><far is="integer">12345678901234567</far><odd is="integer">x</odd>` +
	`<dec is="decimal">2.5</dec><big is="decimal">1.5E3</big><yes is="boolean"> true </yes><t is="boolean">t</t><no is="boolean">false</no>` +
	`<blank is="boolean"/><day is="date">2026-09-05</day><noday is="date">soon</noday><at is="dateTime">2026-09-05T08:05:09.007+08:00</at>` +
	`<hour is="time">08:05:00.000-01:30</hour><nohour is="time"/><picked is="text">a b</picked><free>2026-09-05</free><zero>0</zero><none/>` +
	`<gone off="">9</gone><wide>深圳市一条很长的路旁边还有一条很长的路</wide>` +
	`<r><k>1</k><x:k>2</x:k><s><k>3</k></s><s><k>4</k><k>5</k></s></r><r a="1" b="2"><k>6</k>tail<s/><s><k>7</k></s></r></d>`

const towns = `<i><root><item><name>n1</name><label>南山</label><in>1</in></item><item><name>n2</name><label>福田</label><in>2</in></item><stray/></root></i>`

// steady is a source of one byte.
type steady byte

func (s steady) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(s) + byte(i)
	}
	return len(b), nil
}

func parsed(t *testing.T, s string) *survey.Node {
	t.Helper()
	doc, err := xmltree.ParseXML(strings.NewReader(s), xmltree.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// answered gives the nodes the kinds that their attributes name, numbers them all and returns a context that has everything.
func answered(t *testing.T, s string) (ctx *Context, numbers map[*survey.Node]int) {
	t.Helper()
	kinds := map[string]survey.Kind{"integer": survey.KindInteger, "decimal": survey.KindDecimal, "boolean": survey.KindBoolean,
		"date": survey.KindDate, "dateTime": survey.KindDateTime, "time": survey.KindTime, "text": survey.KindText}
	doc, list := parsed(t, s), parsed(t, towns).Children[0]
	numbers = map[*survey.Node]int{}
	var visit func(n *survey.Node)
	visit = func(n *survey.Node) {
		numbers[n] = len(numbers)
		n.Answer = kinds[n.Attr("is")]
		n.Off = slices.ContainsFunc(n.Attrs, func(a *survey.Node) bool { return a.Name == "off" })
		for _, below := range append(slices.Clone(n.Attrs), n.Children...) {
			visit(below)
		}
	}
	visit(doc)
	visit(list)
	return &Context{Node: doc.Children[0], Now: time.Date(2026, 9, 1, 7, 30, 15, 250e6, time.FixedZone("", 8*3600)), Random: steady(7),
		Instance: func(id string) *survey.Node { return map[string]*survey.Node{"towns": list}[id] },
		ChoiceLabel: func(value, path string, at *survey.Node) (string, bool) {
			return value + "@" + path + "@" + at.Name, true
		},
		Itext:    func(id string) Value { return textValue("text " + id) },
		Property: func(name string) string { return "<" + name + ">" }}, numbers
}

// told is a mistake with its code, place and words.
func told(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return fmt.Sprint(err)
	}
	return fmt.Sprintf("%s at %d: %s · %s", e.Code, e.Offset, e.EN, e.ZH)
}

// asEachType is what an expression gives as each type, with the steps that each takes, and what is known of it beforehand.
func asEachType(t *testing.T, source string, env Env, ctx *Context, numbers map[*survey.Node]int) string {
	t.Helper()
	e, err := Compile(source, env)
	if err != nil {
		return told(err)
	}
	text, err := e.Text(ctx)
	if err != nil {
		return told(err)
	}
	number, _ := e.Number(ctx)
	truth, _ := e.Truth(ctx)
	var b strings.Builder
	fmt.Fprintf(&b, "%.60q %v %v", text, number, truth)
	v, err := e.Value(ctx)
	fmt.Fprintf(&b, " %d", v.Kind)
	for _, n := range v.Nodes {
		fmt.Fprintf(&b, ".%d", numbers[n])
	}
	if err != nil {
		b.WriteString(told(err))
	}
	var steps []int
	for _, run := range []func(f *frame){
		func(f *frame) { e.code.text(f) }, func(f *frame) { e.code.number(f) }, func(f *frame) { e.code.truth(f) }, func(f *frame) { e.code.value(f) },
	} {
		f := e.frame(ctx)
		run(f)
		if steps = append(steps, defaultSteps-f.steps); len(steps) < 4 && len(f.arena) > 0 {
			t.Errorf("%s leaves %d nodes behind", source, len(f.arena))
		}
	}
	fmt.Fprintf(&b, " %v", slices.Compact(steps))
	fmt.Fprintf(&b, " %d%d %v", e.Info.Kind, e.Info.Uses, strings.Join(e.CollectLacks(), " "))
	return strings.TrimSpace(b.String())
}

// asAnswers are the answers that an expression gives to questions of each kind.
func asAnswers(t *testing.T, source string, ctx *Context) string {
	t.Helper()
	e, err := Compile(source, Env{})
	if err != nil {
		return told(err)
	}
	var all []string
	for _, kind := range []survey.Kind{survey.KindText, survey.KindInteger, survey.KindDecimal, survey.KindBoolean, survey.KindDate,
		survey.KindTime, survey.KindDateTime, survey.KindSelectOne} {
		s, held, err := e.Result(ctx, kind)
		if err != nil {
			return told(err)
		}
		all = append(all, fmt.Sprintf("%s.%d", s, held))
	}
	return strings.Join(all, " | ")
}

// product fills each pattern with each word.
func product(patterns, words []string) (all []string) {
	for _, p := range patterns {
		for _, w := range words {
			all = append(all, strings.ReplaceAll(p, "?", w))
		}
	}
	return all
}

var (
	axes     = slices.SortedFunc(maps.Keys(axisNames), func(a, b string) int { return cmp.Compare(axisNames[a], axisNames[b]) })
	operands = []string{"'7'", "''", "'x'", "7", "0", "0 div 0", "true()", "false()", "int", "dec", "odd", "none", "nothing", "yes", "no", "blank", "day", "noday",
		"at", "hour", "free", "picked", "//k", "//s/k", "today()", "date('x')", "if(1, 2, 'x')", "once(3)", "gone", "jr:itext('7')"}
	lookUps = []string{"instance('towns')/root/item[name = 'n2']/label", "instance('towns')/root/item['n1' = name]/label", "instance('towns')/root/item[in < 2]/label",
		"instance('towns')/root/item[in = int - 5]/label", "instance('towns')/root/*[1]/name", "instance('none')/root/item", "pulldata('towns', 'label', 'name', 'n2')",
		"pulldata('towns', 'nothing', 'name', 'n2')", "pulldata('towns', 'label', 'name', 'n3')", "pulldata('none', 'label', 'name', 'n2')",
		"instance('towns')/root/item[name = //none]/label", "instance('towns')/root/item[name = string(//k)]/label", "instance('towns')/root/item[in = //r[1]/k]/label", "instance('towns')/root/item[in = //s/k]/label", "instance('towns')/root/item[in = 2]/label", "instance('towns')/root/item[in = 2][name = 'n2']/label", "instance('towns')/root/item[name = 'n1' or in = 2]/label"}
	paths = []string{"/", "/*", "/d", "//k", "//s//k", "/d//k[1]", "(//k)[2]", "(//k)[. > 2][2]", "(/d/r)[2]/k", "(/d/r)//k", "(/d)//k[1]", "//k[last()]", "//k[position() = last()]", "//r/s[2]/k",
		"//k[. = 3 or . = 6]", "//k[. > 2 and position() = 1]", "//k[. > 2 and . < 6]", "//s[k = 4]/k", "//s[k[2]]", "//s['5' = k]/k", "//s[k = ../../int]", "//k[if(. > 3, 1, 0)]",
		"//k[if(true(), 1, 'x')]", "//k[count(.)]", "//k[-1]", "//k[1.5]", "//k[0]", "//k['x']", "//k | //s | //@a", "//@b | //@a", "//r | /d | //comment()", "//k | //k[1] | //s | //r | //int | //dec | //@*",
		"//*[@a]/@b", "//r[@a = '1']/k", "//x:k", "//x:*", "//xf:k", "//r/*/..", "//k/ancestor::r[1]", "//k/ancestor::*[last()]", "//k/preceding::k[1]", "//k/following::k[1]",
		"//s/preceding-sibling::k", "//s/following-sibling::*[1]", "count(//text())", "//comment()", "//processing-instruction()", "//processing-instruction('go')",
		"//processing-instruction('no')", "//r/node()", "//@*[name() = 'a']", "//namespace::x", "/d/namespace::*", "lang('zh')", "lang('zh-cn')", "lang('ZH')", "lang('z')", "lang('')",
		"name(//x:k)", "local-name(//x:k)", "namespace-uri(//x:k)", "name(//namespace::x)", "namespace-uri(//namespace::x)", "name(//@a)", "name(//text())", "id('f')", "id('g f')",
		"position(//s[2])", "position(/d/r[2])", "position(//nothing)", "position(/)", "position(//r[2]/s[2])", "position(//x:k)", "position(//@a)", "count-non-empty(//*)", "current()/int", "current()", "./int", "int/..", "int/../dec", "gone", "//gone", "wide",
		"indexed-repeat(//r/k, //r, 2)", "indexed-repeat(//s/k, //r, 1, //s, 2)", "indexed-repeat(//s/k, //s, 2, //r, 1)", "indexed-repeat(//k, //r, 0)", "indexed-repeat(//k, //r, 3)", "indexed-repeat(//k, //r, 'x')",
		"indexed-repeat(//k, //nothing, 1)", "indexed-repeat(//k, 'x', 1)", "indexed-repeat(//k, //r, 1.9)", "randomize(//k)", "randomize(//k, 7)", "randomize(//k, 'abc')", "randomize(//k, '')", "randomize(//k, int)",
		"randomize(//k, 99999999999999999999)", "randomize(//k, -99999999999999999999)", "randomize(//k, -1)", "randomize(//k, 2147483647)", "random()", "uuid()", "uuid(5)", "uuid(0)", "uuid(4096)", "uuid(4097)", "uuid(-1)", "uuid('x')",
		"format-date(day, '%a')", "format-date(day, '%b')", "format-date(day, '%d')", "format-date(day, picked)", "string()", "number()", "name()", "local-name()", "namespace-uri()", "string-length()", "normalize-space()", "position()", "last()"}
	texts = []string{"substr('abcdef', ?)", "substr('深圳𠮷市', ?)", "substring('abcdef', ?)", "substr('abcdef', 1, ?)", "substring('abcdef', 2, ?)", "selected-at('a b c', ?)", "round(2.345, ?)", "round(?)", "int(?)", "date(?)", "decimal-time(?)",
		"string(?)", "? div 3", "? mod 3", "-?", "pow(?, 2)", "pow(2, ?)", "pow(1, ?)", "abs(?)", "sqrt(?)", "format-date(?, '%Y-%m-%d')", "number(string(?))", "checklist(?, 2, 1, 1)", "checklist(0, ?, 1, 1)", "weighted-checklist(?, 2, 1, 2)"}
	numbersOfEachSize = []string{"0", "1", "2", "-1", "-2", "1.5", "2.5", "-2.5", "3", "4", "6", "7", "-7", "100", "0.0001", "0.001", "0.00099", "9999999", "10000000", "1234567.5", "12345678.5", "2147483646", "2147483647", "2147483648", "1e3",
		"99999999999999999999", "30", "31", "-30", "-31", "1 div 0", "-1 div 0", "0 div 0", "''", "'1,5'", "'.5'", "'5.'", "'.'", "'-'", "'--1'", "'1-'", "' 1 '", "'1.2.3'", "'999999999999999'", "'1234567890123456'"}
	moments = []string{"2026-09-05", "2026-9-5", "2026-09-05T08:05", "2026-09-05T08:05:09", "2026-09-05T08:05:09.5", "2026-09-05T08:05:09.0079Z", "2026-09-05T08:05.5", "2026-09-05T08:05:09.x", "2026-09-05T08:05:09.1234x", "2026-09-05T23:59:59.999-11:59",
		"2026-09-05T08:05:09+14:00", "2026-09-05T08:05:09+14", "2026-09-05T08:05:09+1459", "2026-09-05T08:05:09+15:00", "2026-09-05T08:05:09-0130", "2026-09-05T08:05:09+08:59", "2026-09-05T08:05:09+08:60", "2026-09-05T08:05:09+", "2026-09-05T08:05:09+8:",
		"2026-09-05T08", "2026-09-05T08:05:09:01", "2026-09-05T24:00", "2026-09-05T23:60", "2026-09-05T23:59:60", "2026-09-05T008:05", "2026-09-05T", "T08:05", "08:05", "8:05", "08:5", "00:00", "23:59:59.999", "0001-01-01", "9999-12-31", " 2026-09-05 ", "2026-09-05 08:05:09", "x", ""}
	patterns = []string{"%Y", "%y", "%m", "%n", "%b", "%d", "%e", "%a", "%H", "%h", "%M", "%S", "%3", "%%", "%x", "%", "a%", "%Y%m", "年"}
	places   = []string{"0 0", "0 1", "1 1 2 3", "1", "1 2 3 4 5", "90 180", "90.1 0", "-90 -180", "0 180.1", "x 1", "1 x", "", "0 0;", "0 0;0 1", "0 0;0 1;", "0 0;0 1;1 1", "0 0;0 1;1 1;0 0", "0 0;0 1;1 1;1 0;0 0", "0 0;1 1;1 0;0 1", "0 0;1 1;1 0;0 1;0 0", "0 0;0 2;0 1", "0 0;0 2;1 2;1 1;0 1",
		"0 0;2 0;1 1;1 -1", "0 0;0 1;x", "0 1;0 0", "89.9 0;89.9 180", "10 0;20 0;20 10;10 0", "0 0;2 0;2 2;1 2;1 0;0 0", "0 0;4 0;4 1;2 0;2 -1", "1 1;1 3;3 3;1 3", "0 0;1 0;0 0", "0 0;0 0"}
	regexes  = []string{`\u6df1`, `\u6df`, `\u6dfg`, `\uABCD`, `\uabcf`, `\/\"\@\#\%\<\>\=\!\,\:\;\ \&\~\` + "`", `\_`, `\d{3}`, `\w+\s\.`, `(`, `a\`, `^a`, `a$`, `(?:a|b)c`, `[一-龥]+`, `a|深圳`, `(?i)A`}
	mistakes = []string{"", " ", "1 1", "a b", "a and", "and a", "a or or b", "1 +", "+ 1", "- -1", "--1", "-(1)", "1 - - 1", "a-b", "a -b", "a - b", "a.b", "1.5.2", ".5", "5.", ".", "..", "...", "a..b", "a/", "/a/", "//", "a//", "///a", "/ /a", "a[", "a[]", "a[1", "a]", "(", ")", "(1", "1)", "f(", "concat(", "concat(1", "concat(1,", "concat(1,)",
		"concat(,1)", "concat(1 2)", "'a", "\"a", "'a\"", "\"it's\"", "$a", "${a}", "a:b", "a:", ":a", "a::b", "child::", "child::a", "child:: a", "child ::a", "sideways::a", "@", "@a", "@*", "@a/b", "@x:a", "x:*", "p:a", "p:*", "a:b:c", "*", "* * *", "2*3", "2 * 3", "a*b", "*/a", "a/*", "1 div 2", "1div 2", "1 div2", "1 divx", "div", "div div div", "a div b", "mod", "a mod b", "a and b or c", "a or b and c",
		"a and1", "1 and1", "1and 1", "1 andx", "1 = 2 = 3", "1 < 2 < 3", "1 < 2 = 3 > 2", "1 + 2 * 3", "(1 + 2) * 3", "1 - 2 - 3", "8 div 4 div 2", "7 mod 4 mod 2", "-2 * 3", "2 * -3", "-//k", "-//k | //s", "-1 + 2", "a | b", "a | 1", "1 | a", "a != b", "a ! b", "a =! b", "a == b", "a <> b", "a <= b", "a >= b", "a => b", "node()", "node", "node(", "node(1)", "text()", "text(1)", "comment()", "processing-instruction('a')",
		"processing-instruction(a)", "text('a')", "nodes()", "a(1)", "a:b(1)", "jr:itext('a')", "jr:choice-name('a', 'b')", "jr:unknown('a')", "true", "true()", "true ()", "a[1][2]", "a[b][c]/d[e]", "(a)[1]", "(a)/b", "(a)//b", "(1)/b", "('x')[1]", "1[1]", "concat('a')[1]", "concat('a')/b", "current()/a", "current()[1]", "instance('towns')", "instance('towns')/root", "instance()", "if(1, a, b)/c", "if(1, 'a', b)/c", "count(if(1, a, 'b'))",
		"count(if(0, a, 'b'))", "count(once(a))", "count(1)", "sum('a')", "sum(if(1, //k, 2))", "名字", "é", "a，b", "“a”", "a=1", "a＝1", "1e3", "0x10", "1 = 'a' or 2", "not(a) and not(b)", "f-g", "f - g", "a/b/c[d/e = 'x']/f", "regex('a', '(')", "regex('a', //none)", "digest('a', 'SHA-256')", "digest('a', 'MD5', 'hex')", "digest('a', 'SHA-1')", "digest('a', 'SHA-384')", "digest('a', 'SHA-512', 'hex')", "digest('a', 'SHA-3')", "digest('a', 'MD5', 'octal')",
		"base64-decode('5rex5Zyz')", "base64-decode('5rex 5Zyz==')", "base64-decode('-_8')", "base64-decode('!')", "base64-decode('/w==')", "version()", "property('a')", "once(1)", "now()", "today()", "depend(a, b)", "coalesce(none, int)", "coalesce(int, none)", "coalesce(0 div 0, 2)", "coalesce(//k, 2)", "weighted-checklist(1, 2, 3)", "weighted-checklist(0, 9, //k, //k)", "weighted-checklist(0, 99, //k, //r/k)", "weighted-checklist(0, 99, //r/k, //k)",
		"checklist(1, 2, //k)", "max()", "min()", "max(//k)", "min(//k, 0)", "max('x')", "max(//k, 'x', 99)", "join(',', //k)", "join(',', //k, //nothing, 'z')", "join(',', //nothing)", "join(//k, 'a', 'b')", "concat(//k, //nothing)", "translate('abc', 'abc', 'x')", "translate('深圳', '深', 'S')", "boolean-from-string('TRUE')", "boolean-from-string(yes)", "boolean-from-string('2')", "substring-before('abc', '')", "substring-after('abc', '')"}
)

// calls are uses of a function with each number of arguments, of texts and of nodes.
func calls(name string) (all []string) {
	for n := range 6 {
		for _, arg := range []string{"'1'", "//k"} {
			all = append(all, name+"("+strings.TrimSuffix(strings.Repeat(arg+", ", n), ", ")+")")
		}
	}
	return all
}

// inRow are the texts of expressions, of a wrong one its code.
func inRow(sources []string, ctx *Context) string {
	var row []string
	for _, source := range sources {
		var mistake *Error
		e, err := Compile(source, Env{})
		text := ""
		if err == nil {
			text, err = e.Text(ctx)
		}
		if errors.As(err, &mistake) {
			text = strings.TrimPrefix(mistake.Code, "xpath.")
		}
		row = append(row, text)
	}
	return strings.Join(row, " | ")
}

// TestEachAnswer holds all that expressions give, and what is said of those that are wrong. What they give was compared with the clients
// by TestCorpus; here nothing of it changes unnoticed, the steps included, which are what a form may cost a server.
func TestEachAnswer(t *testing.T) {
	ctx, numbers := answered(t, record)
	var b strings.Builder
	say := func(source, what string) { b.WriteString(strings.TrimRight(source+" → "+what, " ") + "\n") }
	each := func(sources []string) {
		for _, s := range sources {
			say(s, asEachType(t, s, Env{Namespaces: map[string]string{"x": "urn:x"}}, ctx, numbers))
		}
	}
	each(slices.Sorted(maps.Keys(values)))
	for _, axis := range axes {
		each(product([]string{"?::*", "//k/?::node()", "//s/?::k", "//@a/?::node()", "//r[2]/text()/?::*", "(//s)[3]/?::node()[2]"}, []string{axis}))
	}
	each(paths)
	each(lookUps)
	each(mistakes)
	for _, source := range mistakes {
		if e, err := Compile(source, Env{Lazy: true}); err == nil {
			_, asNumber := e.Number(ctx)
			truth, asTruth := e.Truth(ctx)
			if asNumber != nil || asTruth != nil {
				say("lazily: "+e.String(), fmt.Sprintf("%s, %v %s", told(asNumber), truth, told(asTruth)))
			}
		}
	}
	for _, source := range lookUps {
		indexed := *ctx
		indexed.Index = NewIndex(ctx.Instance("towns"))
		say("indexed: "+source, asEachType(t, source, Env{}, &indexed, numbers))
	}
	rows := func(patterns, words []string) {
		for _, p := range patterns {
			say(p, inRow(product([]string{p}, words), ctx))
		}
	}
	rows(texts, numbersOfEachSize)
	rows([]string{"string(date('?'))", "decimal-date-time('?')", "decimal-time('?')", "'?' = today()", "format-date-time('?', '%Y-%m-%d %H:%M:%S.%3')"}, moments)
	rows([]string{"format-date(at, '?')", "format-date-time(now(), '?')"}, patterns)
	rows([]string{"area('?')", "distance('?')", "intersects('?')", "geofence('0.5 0.5', '?')", "geofence('?', '0 0;0 2;2 2;2 0;0 0')", "distance('0 0', '?')"}, places)
	for _, p := range regexes {
		say("whole: "+p, asEachType(t, "regex('a', '"+p+"')", Env{WholeRegex: true}, ctx, numbers))
	}
	rows([]string{"regex('深圳 a.b/\"@#%<>=!,:;&~`_123', '?')"}, regexes)
	for _, op := range []string{"=", "!=", "<", "<=", ">", ">=", "+", "and", "or"} {
		for _, l := range operands {
			rows([]string{l + " " + op + " ?"}, operands)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(library)) {
		say(name, inRow(calls(name), ctx))
	}
	for _, s := range slices.Concat(operands, numbersOfEachSize, product([]string{"'?'"}, moments)) {
		say("as answers: "+s, asAnswers(t, s, ctx))
	}
	each(operands)
	corpora.Golden(t, "testdata/answers.txt", b.String())
}
