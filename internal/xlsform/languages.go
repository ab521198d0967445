package xlsform

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

var textColumns = set("label", "hint", "guidance_hint", "image", "big-image", "audio", "video", "jr:constraintMsg", "jr:requiredMsg")

// textColumn tells which text and which language a column holds.
func textColumn(c column) (text, lang string, ok bool) {
	path := c.path
	if len(path) > 1 && (path[0] == "media" || path[0] == "bind") {
		path = path[1:]
	}
	if !textColumns[path[0]] || len(path) > 2 {
		return "", "", false
	}
	if len(path) == 2 {
		lang = path[1]
	}
	return path[0], lang, true
}

// checkLanguages lists the languages of the form and warns, once each, of texts that only some of them have and of names without a code.
func (b *builder) checkLanguages() {
	translated := false
	var missing []string
	for _, sheet := range []string{sheetSurvey, sheetChoices} {
		has := map[string]map[string]bool{}
		for _, c := range b.columns[sheet] {
			if text, lang, ok := textColumn(c); ok {
				b.addLanguage(lang)
				if has[text] == nil {
					has[text] = map[string]bool{}
				}
				has[text][lang] = true
				translated = translated || lang != ""
			}
		}
		missing = append(missing, b.missingTexts(sheet, has)...)
	}
	if len(missing) > 0 {
		b.warn(place{}, "language.missing", strings.Join(missing, "; "))
	}
	var untagged []string
	for _, lang := range b.f.Languages {
		if lang == "" && translated {
			lang = b.f.DefaultLanguage
		}
		if !hasTag(lang) && !slices.Contains(untagged, lang) {
			untagged = append(untagged, lang)
		}
	}
	if len(untagged) > 0 {
		b.warn(place{}, "language.tag", strings.Join(untagged, ", "))
	}
	if translated && b.orOther {
		b.warn(place{sheet: sheetSurvey}, "other.translations")
	}
}

func (b *builder) addLanguage(lang string) {
	if slices.Contains(b.f.Languages, lang) {
		return
	}
	for _, other := range b.f.Languages {
		if alike(lang, other) {
			b.warn(place{}, "language.near", lang, other)
		}
	}
	b.f.Languages = append(b.f.Languages, lang)
}

// alike reports whether two languages are probably one, misspelt: nearly the same name, and no other code.
func alike(a, b string) bool {
	code := func(lang string) string { return reTag.FindString(lang) }
	x, y := strings.TrimSuffix(a, code(a)), strings.TrimSuffix(b, code(b))
	if x == "" || y == "" || code(a) != "" && code(b) != "" && code(a) != code(b) {
		return false
	}
	return nearest(strings.TrimSpace(x), []string{strings.TrimSpace(y)}) != ""
}

// missingTexts returns, for each language that a sheet uses, the columns that it lacks there.
func (b *builder) missingTexts(sheet string, has map[string]map[string]bool) (all []string) {
	for _, lang := range b.f.Languages {
		var missing []string
		used := false
		for text, langs := range has {
			used = used || langs[lang]
			if !langs[lang] {
				missing = append(missing, columnNames.Replace(text))
			}
		}
		if used && len(missing) > 0 {
			slices.Sort(missing)
			all = append(all, fmt.Sprintf("%s (%s): %s", sheet, languageName(lang), strings.Join(missing, ", ")))
		}
	}
	return all
}

// columnNames are the headers that people write for the columns of messages.
var columnNames = strings.NewReplacer("jr:constraintMsg", "constraint_message", "jr:requiredMsg", "required_message")

func languageName(lang string) string {
	if lang == "" {
		return "default"
	}
	return lang
}

var reTag = regexp.MustCompile(`\((.*)\)$`)

// hasTag reports whether a language name ends in a known code in brackets, as in "English (en)", or is such a code of two letters.
// The texts without a language need none.
func hasTag(lang string) bool {
	code := lang
	if m := reTag.FindStringSubmatch(lang); m != nil {
		code = m[1]
	} else if len(lang) != 2 {
		return lang == ""
	}
	_, err := language.Parse(code)
	return err == nil
}
