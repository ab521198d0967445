package validate

import (
	"fmt"
	"regexp"
	"strings"
)

const (
	defaultGridSuffix = `[0-9]{3}`
	houseCodeDigits   = 25
)

// valueTags are the tags that the engine gets, each a test of one non-empty answer.
func valueTags(gridSuffix string) (map[string]func(string) bool, error) {
	if gridSuffix == "" {
		gridSuffix = defaultGridSuffix
	}
	area, err := regexp.Compile(`^(?:[0-9]{6}|[0-9]{9}|[0-9]{12}(?:` + gridSuffix + `)?)$`)
	if err != nil {
		return nil, fmt.Errorf("grid suffix pattern: %w", err)
	}
	return map[string]func(string) bool{
		"cn_id":       func(s string) bool { _, err := ParseCNID(s); return err == nil },
		"cn_mobile":   isMobile,
		"cn_phone":    func(s string) bool { return isMobile(s) || isLandline(s) },
		"area_code":   area.MatchString,
		"house_code":  func(s string) bool { return len(s) == houseCodeDigits && allDigits(s) },
		"person_name": func(s string) bool { return nameFault(s) == "" },
	}, nil
}

// isMobile takes the eleven digits of a mainland number, with or without +86 and the spaces or hyphens people put in.
func isMobile(s string) bool {
	s = phoneDigits(s)
	return len(s) == 11 && allDigits(s) && s[0] == '1' && s[1] >= '3'
}

var landline = regexp.MustCompile(`^(?:0[0-9]{2,3}[0-9]{7,8}(?:#[0-9]{1,6})?|[48]00[0-9]{7}|\+?85[23][0-9]{8})$`)

// isLandline takes a number with its area code, a 400 or 800 number, and numbers of Hong Kong and Macao.
func isLandline(s string) bool {
	if landline.MatchString(phoneDigits(s)) {
		return true
	}
	number, extension, ok := cutExtension(s)
	return ok && landline.MatchString(phoneDigits(number)+"#"+extension)
}

// cutExtension splits 0755-12345678-101 and 075512345678转101.
func cutExtension(s string) (number, extension string, ok bool) {
	if number, extension, ok = strings.Cut(s, "转"); ok {
		return number, strings.TrimSpace(extension), true
	}
	if i := strings.LastIndexByte(s, '-'); i > 0 && strings.Count(s[:i], "-") > 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

func phoneDigits(s string) string {
	s = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '(', ')', '（', '）', '\u00A0':
			return -1
		}
		return asciiWidth(r)
	}, s)
	if rest, ok := strings.CutPrefix(s, "+86"); ok {
		return rest
	}
	if rest, ok := strings.CutPrefix(s, "0086"); ok {
		return rest
	}
	return s
}

// asciiWidth folds the full-width forms that Chinese input methods give for ASCII.
func asciiWidth(r rune) rune {
	if r >= '！' && r <= '～' {
		return r - '！' + '!'
	}
	return r
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
