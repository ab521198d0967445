package xpath

import (
	"strings"
	"testing"
)

func TestCollectLacks(t *testing.T) {
	for expression, want := range map[string]string{
		"floor(/data/n div 2)":                          "floor()",
		"ceiling(1.2) + substring('a', 1)":              "ceiling() substring()",
		"/data/n[last()]":                               "last()",
		"sum(/data/n | /data/k)":                        "|",
		"count(//n)":                                    "//n",
		"../preceding-sibling::n":                       "../preceding-sibling::n",
		"following::n":                                  "following::n",
		"/data/r/text()":                                "/data/r/text()",
		"self::n":                                       "self::n",
		"count(/data/@*)":                               "/data/@*",
		"(/data/r)[1]":                                  "(/data/r)[1]",
		"/data/r[position() = 2]/n":                     "",
		"../n + ./m + . + current()/../k":               "",
		"instance('l')/root/item[name = /data/n]/label": "",
		"/data/*":                                       "",
		"/data/@version":                                "",
		"int(/data/n div 2) + substr('a', 0, 1)":        "",
		"indexed-repeat(/data/r/n, /data/r, 1)":         "",
	} {
		e, err := Compile(expression, Env{})
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		if got := strings.Join(e.CollectLacks(), " "); got != want {
			t.Errorf("%s: lacks %q, want %q", expression, got, want)
		}
	}
}
