package linkage

import (
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"
)

// syllable is how a character may be read: with tone, without, and with the sounds as one that many dialects mix up.
// Readings that there are not are 0.
type syllable struct {
	toned, plain, loose [4]uint32
	text                string // the first reading without tone
}

// variants are characters of names that stand for one another and that no list of traditional characters has.
var variants = strings.NewReplacer("锺", "钟", "喆", "哲", "堃", "坤", "峯", "峰", "珮", "佩", "甦", "苏", "邨", "村", "菓", "果", "淼", "淼", "昇", "升",
	"陞", "升", "祕", "秘", "嶽", "岳", "傑", "杰", "彥", "彦", "緁", "婕", "煇", "辉", "暉", "晖", "勳", "勋", "勛", "勋", "衞", "卫", "閆", "闫", "閻", "阎", "薩", "萨")

// simplified is a text with simplified characters for traditional ones. A text that cannot be converted stays.
func (r *reader) simplified(s string) string {
	if out, err := r.simple.Convert(s); err == nil {
		s = out
	}
	return variants.Replace(s)
}

// syllables are the readings of each Chinese character; as is the reading in front of a name, where surnames have
// readings of their own.
func (r *reader) syllables(s string, surname bool) (out []*syllable) {
	if readings := r.special[s]; surname && readings != nil {
		return surnameSyllables(readings)
	}
	for _, c := range s {
		out = append(out, r.syllable(c))
	}
	return out
}

func (r *reader) syllable(c rune) *syllable {
	if s, ok := r.known[c]; ok {
		return s
	}
	var s *syllable
	if readings := pinyin.PinyinDict[int(c)]; readings != "" {
		s = newSyllable(strings.Split(readings, ","))
	} else {
		s = newSyllable([]string{string(c)})
	}
	r.known[c] = s
	return s
}

func newSyllable(readings []string) *syllable {
	s := &syllable{}
	for i, toned := range readings[:min(len(readings), len(s.toned))] {
		plain := withoutTone(toned)
		if i == 0 {
			s.text = plain
		}
		s.toned[i], s.plain[i], s.loose[i] = hash32(toned), hash32(plain), hash32(loosened(plain))
	}
	return s
}

func withoutTone(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(strings.ReplaceAll(s, "ü", "v")))
}

// loosened gives sounds that speakers of the south mix up one spelling: zh and z, n and l and r, f and h, ang and an.
func loosened(plain string) string {
	for _, p := range [][2]string{{"zh", "z"}, {"ch", "c"}, {"sh", "s"}, {"hu", "f"}, {"h", "f"}, {"n", "l"}, {"r", "l"}} {
		if strings.HasPrefix(plain, p[0]) {
			plain = p[1] + plain[len(p[0]):]
			break
		}
	}
	for _, p := range [][2]string{{"ang", "an"}, {"eng", "en"}, {"ing", "in"}, {"ong", "on"}} {
		if strings.HasSuffix(plain, p[0]) {
			return strings.TrimSuffix(plain, "g")
		}
	}
	return plain
}

// agreement of two characters by their readings: 1 with tone, 2 without, 3 by the sounds that are mixed up, 0 for none.
func (s *syllable) agreement(o *syllable) int {
	switch {
	case meet(&s.toned, &o.toned):
		return 1
	case meet(&s.plain, &o.plain):
		return 2
	case meet(&s.loose, &o.loose):
		return 3
	}
	return 0
}

func meet(a, b *[4]uint32) bool {
	for _, x := range a {
		if x == 0 {
			return false
		}
		for _, y := range b {
			if x == y {
				return true
			}
		}
	}
	return false
}
