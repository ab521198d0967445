package xpath

import (
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/survey"
	"doorstep/internal/xmltree"
)

const leaves = `<d id="top"><a id="i">x y</a><g><b id="j">2</b><g><b>3</b><c z="9"/></g><b>5</b></g><e> p  q </e><none/><t>1</t></d>`

// values are expressions with their texts, at the edges of each function: the node is d of leaves, the time 2026-09-01 07:30 in
// Shanghai.
var values = map[string]string{
	"/d/t/text()/.. * 2": "2", "count(/d/t[. * 2 = 2])": "1", "(2) * 3": "6", "//t[1] * 3": "3", "/d/t/text()/.. div 2": "0.5",
	"(//b)[position() = 2]": "3", "//g[b = '3']/c/@z": "9", "/d/g[b[1] = '2']/b[2]": "5", "abs(-2)": "2", "abs(2)": "2",
	"acos(1)": "0", "area('0 0;0 1')": "0", "asin(0)": "0", "atan(0)": "0", "atan2(0, 1)": "0", "base64-decode('YQ==')": "a",
	"boolean('')": "false", "boolean('0')": "true", "boolean(//b)": "true", "boolean(/d/none)": "false", "boolean(/d/t)": "true",
	"boolean(/d/z)": "false", "boolean(0)": "false", "boolean(0.1)": "true", "boolean(today())": "true",
	"boolean(true())": "true", "boolean-from-string('0')": "false", "boolean-from-string('1')": "true",
	"boolean-from-string('true')": "true", "ceiling(-1.5)": "-1", "ceiling(1.2)": "2", "checklist(-1, 0, false())": "true",
	"checklist(-1, 0, true())": "false", "checklist(1, 1, //b)": "false", "checklist(1, 2, true(), false(), true())": "true",
	"checklist(1, 2, true(), true(), true())": "false", "checklist(2, -1, true(), false())": "false", "coalesce('', '')": "",
	"coalesce('', 'b')": "b", "coalesce('a', 'b')": "a", "concat('a', //b, 'c')": "a235c", "concat()": "",
	"contains('abc', 'b')": "true", "contains('abc', 'd')": "false", "cos(0)": "1", "count(//b)": "3",
	"count(//c/@z/following-sibling::b)": "0", "count(//g/ancestor-or-self::g)": "2", "count(/d/*[. = '1'])": "1",
	"count(/d/g['3' = g/b])": "1", "count(/d/g[b[2] = '5'])": "1", "count(/d/g[g/b = '3'])": "1", "count(/d/z)": "0",
	"count(id(''))": "0", "count(id('i j i'))": "2", "count(id('k'))": "0", "count(instance('z'))": "0",
	"count-non-empty(/d/*)": "4", "count-non-empty(/d/none)": "0", "count-selected('')": "0", "count-selected('a  b')": "2",
	"current()/a": "x y", "date('2023-02-29')": "Invalid Date", "date('2024-02-29')": "2024-02-29",
	"date('2026-01-00')": "Invalid Date", "date('2026-12-31')": "2026-12-31", "date('2026-13-01')": "Invalid Date",
	"date('9999-12-31') + 0 > 0": "true", "date(1)": "1970-01-02", "date-time('2026-09-01T00:00:00+0130:00')": "Invalid Date",
	"date-time('2026-09-01T00:00:00+08:')": "Invalid Date", "date-time('2026-09-01T00:00:00+08:60')": "Invalid Date",
	"date-time('2026-09-01T00:00:00+15:00')": "Invalid Date", "date-time('2026-09-01T24:00:00Z')": "Invalid Date",
	"decimal-date-time('1970-01-02T00:00:00Z')": "1", "decimal-time('12:00:00.000+08:00')": "0.5", "depend(1, 2)": "1",
	"distance('0 0', '0 0')": "0", "ends-with('abc', 'b')": "false", "ends-with('abc', 'bc')": "true", "exp(0)": "1",
	"exp10(2)": "100", "false()": "false", "floor(-1.5)": "-2", "floor(2)": "2",
	"format-date('2026-01-02', '%e/%n/%y')": "2/1/26", "format-date-time('2026-09-01T00:00:00+14:00', '%e %H:%M')": "31 18:00",
	"format-date-time('2026-09-01T23:59:59.999+08:00', '%H:%M:%S.%3')": "23:59:59.999",
	"format-date-time(date-time('2026-09-01T00:00:00+0930'), '%H:%M')": "22:30",
	"geofence('0.5 0.5', '0 0;0 1;1 1;1 0;0 0')":                       "true", "geofence('2 0.5', '0 0;0 1;1 1;1 0;0 0')": "false", "id('i')": "x y",
	"if('' = '', 1, 2)": "1", "if(/d/none, 1, 2)": "2", "int('x')": "NaN", "int(-1.7)": "-1",
	"intersects('0 0;0 2;0 1')": "true", "intersects('0 0;0 2;1 1;-1 1')": "true", "intersects('0 0;0 2;1 3;2 3')": "false",
	"intersects('0 0;0 4;3 4;0 2')": "true", "intersects('0 0;1 0;1 1;0 1;0 0')": "false",
	"intersects('0 2;3 4;0 4;0 0')": "true", "is-selected('a b', 'a')": "true", "join('', randomize(/d/none))": "",
	"join(',', //b/..//b)": "2,3,5", "join(',', //c/@z/following::b)": "5", "join(',', //c/@z/preceding::b)": "2,3",
	"join(',', //g//b/preceding::b)": "2,3", "join(',', //g/b)": "2,3,5", "join(',', //g/descendant-or-self::b)": "2,3,5",
	"join(',', /d/g/b[1]/following-sibling::b)": "5", "join(',', /d/g/g/following::b)": "5", "join('-')": "",
	"join('-', //b, 'z')": "2-3-5-z", "lang('zh')": "false", "last()": "1", "local-name()": "d", "local-name(/d/g)": "g",
	"log(1)": "0", "log10(1000)": "3", "max(//b)": "5", "max(1, //b, 7)": "7", "min(//b)": "2", "min(1, //b)": "1",
	"name(//c/ancestor-or-self::*[1])": "c", "name(//c/ancestor::*[1])": "g", "name(//c/ancestor::*[last()])": "d",
	"name(/d/z)": "", "namespace-uri(/d)": "", "normalize-space(' a ')": "a", "normalize-space('a\t\nb')": "a b",
	"normalize-space('ab')": "ab", "normalize-space('　a')": "　a", "normalize-space(/d/e)": "p q", "not('')": "true",
	"not(1)": "false", "now()": "2026-09-01", "number(' 7 ')": "7", "number('')": "NaN", "number('1e3')": "NaN",
	"once('z')": "x y235 p  q 1", "position()": "1", "pow(2, -1)": "0.5", "pow(2, 10)": "1024", "random() < 1": "true",
	"random() >= 0": "true", `regex("/'@#%<>=!,:; &~", '\/.\@\#\%\<\>\=\!\,\:\;\ \&\~')`: "true", `regex('a_b', 'a\_b')`: "true",
	"regex('ab', 'a.')": "true", `regex('a~b', 'a\~b')`: "true", "regex('xab', 'a.')": "true", `regex('深', '\u6df1')`: "true",
	"round(-2.5)": "-2", "round(1.255, 1)": "1.3", "round(125, -1)": "130", "round(2.5)": "3",
	"round(distance('0 0', '0 1'))": "111319", "round(pi(), 5)": "3.14159", "selected('', '')": "true",
	"selected('a b', 'b')": "true", "selected('ab', 'b')": "false", "selected-at('a b c', -1)": "",
	"selected-at('a b c', 0)": "a", "selected-at('a b c', 2)": "c", "selected-at('a b c', 3)": "", "sin(0)": "0",
	"sqrt(-1)": "NaN", "sqrt(9)": "3", "starts-with('a', '')": "true", "starts-with('abc', 'ab')": "true",
	"starts-with('abc', 'b')": "false", "string()": "x y235 p  q 1", "string(//b[3])": "", "string(//b[last()])": "3",
	"string(/d/z)": "", "string(1.50)": "1.5", "string-length('abc')": "3", "string-length()": "13", "substr('abcd', -2)": "cd",
	"substr('abcd', 1)": "bcd", "substr('abcd', 1, 3)": "bc", "substr('abcd', 3, 2)": "", "substring('abcd', 0, 2)": "a",
	"substring('abcd', 2)": "bcd", "substring('abcd', 2, 2)": "bc", "substring-after('a-b-c', '-')": "b-c",
	"substring-after('abc', '-')": "", "substring-before('a-b-c', '-')": "a", "substring-before('abc', '-')": "",
	"sum(//b)": "10", "sum(/d/z)": "0", "tan(0)": "0", "today()": "2026-09-01", "translate('abc', 'aa', 'xy')": "xbc",
	"translate('abca', 'ac', 'x')": "xbx", "true()": "true", "weighted-checklist(0, 2, true(), 3)": "false",
	"weighted-checklist(2, 2, 'x', 1, 1, 1)": "true", "weighted-checklist(3, 3, true(), 3, false(), 5)": "true",
	"weighted-checklist(3, 9, true(), 2, '', 5)": "false",
}

// TestValues holds that each function gives what it should, at its edges too; those that ask who calls have tests of their own.
func TestValues(t *testing.T) {
	doc, err := xmltree.ParseXML(strings.NewReader(leaves), xmltree.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	shanghai := time.FixedZone("CST", 8*3600)
	ctx := Context{Node: doc.Children[0], Now: time.Date(2026, 9, 1, 7, 30, 0, 0, shanghai),
		Random: strings.NewReader(strings.Repeat("r", 64)), Instance: func(string) *survey.Node { return nil }}
	tried := map[string]bool{}
	for source, want := range values {
		expr, err := Compile(source, Env{})
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		for _, name := range expr.Info.Functions {
			tried[name] = true
		}
		if got, err := expr.Text(&ctx); err != nil || got != want {
			t.Errorf("%s = %q, %v; want %q", source, got, err, want)
		}
	}
	elsewhere := []string{"uuid", "indexed-repeat", "digest", "extract-signed", "version", "property", "pulldata",
		"jr:choice-name", "jr:itext", "enclosed-area"}
	for name := range library {
		if !tried[name] && !slices.Contains(elsewhere, name) {
			t.Errorf("no value of %s is held", name)
		}
	}
}
