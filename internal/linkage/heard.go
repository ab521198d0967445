package linkage

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// nameKey is the blocking key of how surname and given name sound, with the year of birth.
func nameKey(surname, given uint32, year string) string {
	return "n" + fmt.Sprint(surname, " ", given, " ", year)
}

// HeardKeys are the blocking keys of everybody who was born in one of some years and whose name sounds like this one, which may be
// written in characters or in pinyin, with blanks and tones or without. A name of one syllable has none.
func HeardKeys(name string, years ...int) ([]string, error) {
	t, err := NewTable(IntakeFields())
	if err != nil {
		return nil, err
	}
	t.Add(Said{Name: name}.Cells())
	sounds := append(pinyinSounds(name), [2]uint32{surnameFeatures(t.known(Surname))[0], givenFeatures(t.known(GivenName))[0]})
	var keys []string
	for _, s := range sounds {
		if s[0] == 0 || s[1] == 0 {
			continue
		}
		for _, year := range years {
			keys = append(keys, nameKey(s[0], s[1], strconv.Itoa(year)))
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys), nil
}

// Bounds of reading a word of pinyin: how many ways are tried, and of how many syllables. A name has five at most.
const mostSplits, mostSyllables = 6, 5

// pinyinSounds are the sounds of surname and given name that a text in pinyin may stand for: the surname is the first
// syllable, or the first two. Characters stand for their first reading, also where nobody has them as a surname.
func pinyinSounds(name string) (all [][2]uint32) {
	words := strings.FieldsFunc(strings.ToLower(withoutTone(readOut(name))), func(r rune) bool { return !unicode.IsLetter(r) })
	readings := [][]string{nil}
	if strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		readings, words = [][]string{words}, nil
	}
	for _, w := range words {
		var longer [][]string
		for _, r := range readings {
			for _, s := range split(w, mostSyllables) {
				longer = append(longer, append(slices.Clone(r), s...))
			}
		}
		readings = longer[:min(len(longer), mostSplits)]
	}
	for _, r := range readings {
		for surname := 1; surname <= 2 && surname < len(r) && len(r) <= mostSyllables; surname++ {
			all = append(all, [2]uint32{earOf(r[:surname]), earOf(r[surname:])})
		}
	}
	return all
}

// readOut is a text with the first reading of each Chinese character.
func readOut(name string) string {
	var b strings.Builder
	for _, c := range name {
		if reading, _, _ := strings.Cut(pinyin.PinyinDict[int(c)], ","); reading != "" {
			b.WriteString(" " + reading + " ")
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}

// earOf is byEar of syllables that are spelled.
func earOf(syllables []string) uint32 {
	h := uint32(1)
	for _, s := range syllables {
		h = both(h, hash32(loosened(s)))
	}
	return h
}

var spelled = regexp.MustCompile(`^(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|` +
	`in|un|ia|ie|iu|ua|uo|ui|ue|ve|er|a|o|e|i|u|v)$`)

// longestSyllable is zhuang.
const longestSyllable = 6

// split gives the ways to read a word as syllables of pinyin, at most so many, those with the longest syllables first.
func split(word string, most int) (ways [][]string) {
	if word == "" {
		return [][]string{nil}
	}
	if most == 0 {
		return nil
	}
	for n := min(len(word), longestSyllable); n > 0 && len(ways) < mostSplits; n-- {
		if !spelled.MatchString(word[:n]) {
			continue
		}
		for _, rest := range split(word[n:], most-1) {
			ways = append(ways, append([]string{word[:n]}, rest...))
		}
	}
	return ways
}
