package validate

import (
	"strings"
	"unicode"

	"doorstep/internal/survey"
)

const longestName = 50 // characters on an identity card

// Why a name is refused, and what makes one doubtful.
const (
	nameFormat      fault = "person_name.format"
	namePlaceholder fault = "person_name.placeholder"
	namePrivateUse  fault = "person_name.private_use"
)

// nameFault is "" for a name: two or more letters of any script, with rare characters beyond the basic plane, parts
// joined by a dot, blank, hyphen or apostrophe.
func nameFault(s string) fault {
	s = survey.NormalizeName(s)
	letters, before := 0, 'x'
	for _, r := range s {
		switch {
		case isNameLetter(r):
			letters++
		case unicode.Is(unicode.M, r) && letters > 0:
		case isNameJoint(r) && letters > 0 && !isNameJoint(before):
		case r == ' ' && before == '.': // an initial, as in J. Smith
		default:
			return nameFormat
		}
		before = r
	}
	if letters < 2 || letters > longestName || isNameJoint(before) && before != '.' {
		return nameFormat
	}
	return ""
}

// isNameLetter takes 〇 although Unicode counts it among the numbers, and private-use characters, which old registers
// gave to rare names.
func isNameLetter(r rune) bool {
	return unicode.IsLetter(r) || r == '〇' || unicode.Is(unicode.Co, r)
}

func isNameJoint(r rune) bool { return strings.ContainsRune("· -'’.", r) }

// nameDoubt is a warning about a name of the right form, "" for none.
func nameDoubt(s string) fault {
	s = survey.NormalizeName(s)
	switch {
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Co, r) }):
		return namePrivateUse
	case strings.Contains(s, "某") || strings.Contains(placeholderNames, " "+strings.ToLower(s)+" "):
		return namePlaceholder
	default:
		return ""
	}
}

const placeholderNames = " 不详 不知 未知 不知道 不清楚 没有 姓名 无名 无名氏 测试 匿名 保密 拒绝 xx xxx test unknown none "
