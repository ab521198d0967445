package linkage

import (
	"slices"
	"strings"

	"doorstep/internal/survey"
)

func (r *reader) given(s string) value     { return r.name(s, false) }
func (r *reader) surname(s string) value   { return r.name(s, true) }
func (r *reader) wholeName(s string) value { return r.name(s, false) }

// name reads a name or a part of one; its zero value is a name that is not known.
func (r *reader) name(s string, surname bool) value {
	s = survey.NormalizeName(s)
	if unknown(s) {
		return value{}
	}
	if isHan(s) {
		return r.hanName(s, surname)
	}
	v := value{makeup: &makeup{raw: fold(s)}}
	v.text = v.raw
	words := strings.Fields(v.text)
	if len(words) == 0 {
		return value{}
	}
	for _, w := range words {
		v.words = append(v.words, hash32(full(w)))
	}
	slices.Sort(v.words)
	v.words = slices.Compact(v.words)
	v.roman, v.first, v.alias = strings.Join(words, ""), words[0], full(words[0])
	v.grams, v.code, v.mask = grams(v.roman), sound(v.roman), letters(v.roman)
	v.sounds = r.spoken(v.roman)
	return v
}

func (r *reader) hanName(s string, surname bool) value {
	v := value{han: true, makeup: &makeup{raw: strings.ToLower(s)}}
	v.text = r.simplified(v.raw)
	parts := strings.Split(v.text, "·")
	v.first = parts[0]
	v.sounds = r.syllables(v.text, surname)
	var roman strings.Builder
	for i := range v.sounds {
		roman.WriteString(v.sounds[i].text)
	}
	v.roman = roman.String()
	if len(parts) > 1 {
		v.code = r.consonants(parts[0])
		for _, p := range parts {
			v.words = append(v.words, hash32(p))
		}
		slices.Sort(v.words)
	} else if !surname {
		v.alias = core(v.text)
	}
	return v
}

// consonants are the first letters of each syllable of a name from another language, voiced as unvoiced: what is left
// alike when it is written down by ear.
func (r *reader) consonants(s string) string {
	var b strings.Builder
	for _, c := range s {
		sound := r.syllable(c).text
		if sound == "" { // an accent by itself
			continue
		}
		letter := sound[:1]
		if at := strings.Index("dbgzjq", letter); at >= 0 {
			letter = "tpkccc"[at : at+1]
		}
		if strings.Contains("aeoyw", letter) && b.Len() > 0 {
			continue
		}
		b.WriteString(letter)
	}
	return b.String()
}

func unknown(s string) bool {
	return s == "" || strings.Contains(unknownNames, " "+strings.ToLower(s)+" ")
}

const unknownNames = " 不详 不知 未知 不知道 不清楚 没有 姓名 无名 无名氏 匿名 保密 拒绝 无 空 xx xxx unknown none null nan n/a na - -- . ? "

// compareNames is symmetric.
func compareNames(a, b *value) level {
	switch {
	case a.text == "" || b.text == "":
		return missing
	case a.raw == b.raw:
		return nameSame
	case a.text == b.text || a.roman == b.roman && !a.han && !b.han:
		return nameWritten
	case a.han && b.han:
		return compareHan(a, b)
	case a.han != b.han:
		return compareScripts(a, b)
	}
	return compareLatin(a, b)
}

func compareLatin(a, b *value) level {
	if len(a.words) == 1 && len(b.words) == 1 {
		return compareWords(a, b)
	}
	switch {
	case slices.Equal(a.words, b.words):
		return nameWritten
	case contained(a.words, b.words):
		return nameAlike
	}
	return min(compareWords(a, b), compareSets(a, b))
}

// compareSets compares names of several words, such as a whole name with titles.
func compareSets(a, b *value) level {
	switch d := dice(a.words, b.words); {
	case d >= 0.75:
		return nameSounds
	case d >= 0.5:
		return namePart
	}
	return nameOther
}

func compareWords(a, b *value) level {
	shorter := min(len(a.roman), len(b.roman))
	d, jw, common := 3, 0.0, dice(a.grams, b.grams)
	if !far(a.mask, b.mask, 2) {
		d = edits(a.roman, b.roman, 2)
	}
	if d > 1 && (common > 0 || a.roman[0] == b.roman[0]) {
		jw = winkler(a.roman, b.roman)
	}
	switch {
	case a.alias == b.alias:
		return nameWritten
	case d == 1 && shorter >= 3:
		return nameNear
	case d == 2 && shorter >= 5 || jw >= 0.92:
		return nameAlike
	case a.code == b.code || jw >= 0.87 || shorter >= 4 && common >= 0.7:
		return nameSounds
	case shorter >= 3 && (strings.HasPrefix(a.roman, b.roman) || strings.HasPrefix(b.roman, a.roman)) || shorter == 1 &&
		a.roman[0] == b.roman[0]:
		return namePart
	case jw >= 0.8 && shorter >= 3:
		return namePart
	}
	return nameOther
}
