package xmltree

import (
	"strings"
	"testing"
	"testing/iotest"
)

func TestReadXMLMendsWhatPhonesSend(t *testing.T) {
	for name, c := range map[string]struct {
		in, want string
		mended   bool
	}{
		"plain":                           {"李明 a-b]c&amp;&#65;", "李明 a-b]c&A", false},
		"a pair of decimal references":    {"李&#55402;&#57047;", "李\U0002AAD7", false},
		"a pair of hexadecimal ones":      {"&#xD83D;&#xDE42;", "🙂", false},
		"two pairs":                       {"&#xD83D;&#xDE42;&#xD83D;&#xDE42;", "🙂🙂", false},
		"a lone high surrogate":           {"a&#55357;b", "a\uFFFDb", true},
		"a lone low surrogate":            {"a&#xDE42;b", "a\uFFFDb", true},
		"a high surrogate and a letter":   {"&#xD83D;&#65;", "\uFFFDA", true},
		"two high surrogates":             {"&#xD83D;&#xD83D;&#xDE42;", "\uFFFD🙂", true},
		"a control character":             {"a\x0bb\x1dc", "abc", true},
		"a reference to one":              {"a&#11;b&#x1D;c", "abc", true},
		"NUL":                             {"a&#0;b\x00c", "abc", true},
		"no characters":                   {"a&#xFFFE;b\uFFFFc", "abc", true},
		"bytes that are no UTF-8":         {"a\xffb\xe6\x9d", "a\uFFFDb\uFFFD\uFFFD", true},
		"an encoded surrogate":            {"a\xed\xa0\xbdb", "a\uFFFD\uFFFD\uFFFDb", true},
		"CDATA keeps what looks like one": {"<![CDATA[&#11;&#xD83D;]]]>", "&#11;&#xD83D;]", false},
		"CDATA, and a reference behind":   {"<![CDATA[x]]>&#11;", "x", true},
		"a comment too":                   {"<!-- &#11; - -->y", "y", false},
		"leading zeros":                   {"&#000000065;", "A", false},
		"white space":                     {"a&#13;&#10;&#9;b", "a\r\n\tb", false},
		"an attribute's value goes too":   {`<i v="&#11;"/>`, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			document := `<?xml version='1.0'?><a>` + c.in + `</a>`
			for way, r := range map[string]*strings.Reader{"whole": strings.NewReader(document), "byte by byte": strings.NewReader(document)} {
				in := iotest.OneByteReader(r)
				if way == "whole" {
					in = r
				}
				doc, mended, err := ReadXML(in, Limits{})
				if err != nil {
					t.Fatalf("%s: %v", way, err)
				}
				if got := doc.Child("a").Value(); got != c.want || mended != c.mended {
					t.Errorf("%s: got %q, mended %v; want %q, %v", way, got, mended, c.want, c.mended)
				}
			}
		})
	}
}

func TestReferencesThatAreNoneAreRefused(t *testing.T) {
	for _, in := range []string{"&#;", "&#x;", "&#12", "&#xZZ;", "&#1114112;", "&#99999999999;", "&# 65;"} {
		if _, _, err := ReadXML(strings.NewReader("<a>"+in+"</a>"), Limits{}); err == nil {
			t.Errorf("%s was read", in)
		}
	}
}

func TestLongTextsPassTheCleaner(t *testing.T) {
	for in, want := range map[string]string{"李&#55402;&#57047;x": "李\U0002AAD7x", "\xff": "\uFFFD", "\xff more of it": "\uFFFD more of it"} {
		doc, mended, err := ReadXML(strings.NewReader("<a>"+strings.Repeat(in, 10_000)+"</a>"), Limits{})
		if err != nil || mended != strings.Contains(want, "\uFFFD") || doc.Child("a").Value() != strings.Repeat(want, 10_000) {
			t.Errorf("%q: mended %v, %v", in, mended, err)
		}
	}
}
