package linkage

import (
	"slices"
	"strings"
	"testing"
)

// TestHeardKeys: whoever sounds alike has a key in common with what is asked for, in characters or in pinyin; others have not.
func TestHeardKeys(t *testing.T) {
	for name, c := range map[string]struct {
		known, asked string
		found        bool
	}{
		"as written":                      {"李小明", "李小明", true},
		"homophones":                      {"李小明", "里晓铭", true},
		"traditional":                     {"刘伟东", "劉偉東", true},
		"sounds that are mixed up":        {"林思涵", "凌诗寒", true},
		"pinyin with blanks":              {"李小明", "li xiaoming", true},
		"pinyin in one word, capitals":    {"李小明", "LiXiaoMing", true},
		"pinyin with tones":               {"李小明", "Lǐ Xiǎo-míng", true},
		"pinyin with numbered tones":      {"李小明", "li3 xiao3 ming2", true},
		"a compound surname":              {"欧阳娜", "ouyang na", true},
		"two ways to read one word":       {"王西安", "wang xian", true},
		"surname with its own reading":    {"单雄信", "shan xiongxin", true},
		"a foreign name":                  {"John Smith", "Jon Smith", true},
		"another given name":              {"李小明", "李小红", false},
		"another surname":                 {"李小明", "zhao xiaoming", false},
		"one syllable":                    {"李小明", "li", false},
		"nothing":                         {"李小明", "", false},
		"a text that is no pinyin at all": {"李小明", "qqqq wwww", false},
		"many ways that lead nowhere":     {"李小明", strings.Repeat("an", 40) + "b", false},
	} {
		t.Run(name, func(t *testing.T) {
			known, err := Said{Name: c.known, Birth: "2015-03-01"}.Keys()
			if err != nil {
				t.Fatal(err)
			}
			asked, err := HeardKeys(c.asked, 2014, 2015)
			if err != nil {
				t.Fatal(err)
			}
			if found := slices.ContainsFunc(asked, func(k string) bool { return slices.Contains(known, k) }); found != c.found {
				t.Errorf("%v and %v", known, asked)
			}
		})
	}
	if other, err := HeardKeys("李小明", 2012); err != nil || len(other) == 0 || len(other) > 2 {
		t.Errorf("of another year %v, %v", other, err)
	}
}
