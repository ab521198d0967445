package linkage

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// compareHan compares Chinese names by their characters, then by how these sound.
func compareHan(a, b *value) level {
	if len(a.words) > 0 || len(b.words) > 0 {
		return compareDotted(a, b)
	}
	if len(a.sounds) != len(b.sounds) {
		return shortened(a, b)
	}
	worst, off := bySound(a, b)
	switch {
	case off == 0:
		return []level{nameSame, nameNear, nameAlike, nameSounds}[worst]
	case nickname(a, b):
		return nameNick
	case off < len(a.sounds):
		return namePart
	case len(a.sounds) == 2 && mirrored(a.text, b.text):
		return namePart
	}
	return nameOther
}

// bySound is the least agreement of characters at the same place, and how many of them agree in no way.
func bySound(a, b *value) (worst, off int) {
	at := 0
	rest := b.text
	for _, c := range a.text {
		d, size := utf8.DecodeRuneInString(rest)
		rest = rest[size:]
		if c != d {
			n := a.sounds[at].agreement(b.sounds[at])
			if n == 0 {
				off++
			}
			worst = max(worst, n)
		}
		at++
	}
	return worst, off
}

func mirrored(a, b string) bool {
	x, y := []rune(a), []rune(b)
	return x[0] == y[1] && x[1] == y[0]
}

// compareDotted compares names of several parts, whose later ones may be left out.
func compareDotted(a, b *value) level {
	switch {
	case slices.Equal(a.words, b.words):
		return nameWritten
	case a.first == b.first && (len(a.words) == 0 || len(b.words) == 0):
		return nameNear
	case a.first == b.first:
		return nameSounds
	case a.code != "" && a.code == b.code:
		return nameAlike
	case contained(a.words, b.words):
		return namePart
	}
	return nameOther
}

// shortened compares names of which one has more characters.
func shortened(a, b *value) level {
	if len(a.sounds) > len(b.sounds) {
		a, b = b, a
	}
	switch {
	case nickname(a, b):
		return nameNick
	case strings.Contains(b.text, a.text):
		return namePart
	}
	return nameOther
}

// nickname reports whether one name may be a short form of the other: 阿明, 小明 or 明明 of 志明. It keeps the end of a
// name: brothers and sisters share the character before.
func nickname(a, b *value) bool { return isShortOf(a, b) || isShortOf(b, a) }

func isShortOf(short, long *value) bool {
	return short.alias != "" && strings.HasSuffix(long.text, short.alias)
}

// core is what a nickname keeps of the name; empty for other names. A name of one character is none: children of one
// family are called 霖 and 铭霖.
func core(s string) string {
	runes := []rune(s)
	switch {
	case len(runes) < 2:
		return ""
	case len(runes) == 2 && runes[0] == runes[1]:
		return string(runes[0])
	case len(runes) <= 3 && strings.ContainsRune("阿小老大", runes[0]):
		return string(runes[1:])
	case len(runes) == 2 && strings.ContainsRune("儿子仔娃", runes[1]):
		return string(runes[0])
	}
	return ""
}
