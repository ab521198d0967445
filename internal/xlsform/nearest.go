package xlsform

import (
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// nearest is the word that another one was probably meant to be, "" for none: one of the same letters, else one slip in a word
// of four or five letters, two in a longer one.
func nearest(typed string, words []string) string { return nearestOf(typed, slices.Values(words)) }

func nearestOf(typed string, words iter.Seq[string]) string {
	lower := []rune(strings.ToLower(typed))
	best, at := "", 3
	if len(lower) > 64 {
		return ""
	}
	for word := range words {
		if n := len(word) - len(typed); word == typed || n > 8 || n < -8 { // bytes of two letters
			continue
		}
		if d := distance(lower, []rune(strings.ToLower(word))); (d < at || d == at && word < best) && (d <= slips(word) || d == 0) {
			best, at = word, d
		}
	}
	return best
}

// mostNear is how many words of a workbook that are not known are compared with those that are.
const mostNear = 50

func (b *builder) mayCompare() bool {
	b.compared++
	return b.compared <= mostNear
}

// near is nearest among the keys of a map, for the first mistakes.
func near[V any](b *builder, typed string, words map[string]V) string {
	if !b.mayCompare() {
		return ""
	}
	return nearestOf(typed, maps.Keys(words))
}

// nearType is what a type that there is not was probably meant to be, with what follows a select; "" for none.
func nearType(kind string) string {
	word, rest, _ := strings.Cut(kind, " ")
	if s := nearest(word, slices.Collect(maps.Keys(selectWords))); s != "" && rest != "" {
		return s + " " + rest
	}
	words := []string{"begin_group", "begin_repeat", "end_group", "end_repeat"}
	for _, t := range typeWords {
		words = append(words, t.words[0])
	}
	return nearest(strings.Replace(kind, " ", "_", 1), words)
}

// wrongType reports a type that there is not, with what it was probably meant to be.
func (w *sheetWalk) wrongType(r *record, kind string) {
	at, near := r.header("type"), ""
	if w.mayCompare() {
		near = nearType(kind)
	}
	_, isSelect := selectWords[kind]
	switch {
	case isSelect:
		w.wrong(r, at, "select.no_name", kind, kind)
	case near != "":
		w.wrong(r, at, "type.near", kind, near)
	default:
		w.wrong(r, at, "type.unknown", kind)
	}
}

// bracket reads a row that was probably meant to begin or end a group, so that the rows in it are not misread too.
func (w *sheetWalk) bracket(r *record, kind string) string {
	_, known := lookType(kind)
	if known || reBegin.MatchString(kind) || reEnd.MatchString(kind) || reSelect.MatchString(kind) || !strings.ContainsAny(kind, " _") ||
		!w.mayCompare() {
		return kind
	}
	near := nearType(kind)
	if !strings.HasPrefix(near, "begin_") && !strings.HasPrefix(near, "end_") {
		return kind
	}
	w.wrong(r, r.header("type"), "type.near", kind, near)
	return near
}

// noList reports a list that there is not, with one of nearly the same name.
func (b *builder) noList(at place, list string) {
	if near := near(b, list, b.f.Lists); near != "" {
		b.report(at, "select.near_list", list, near)
		return
	}
	b.report(at, "select.no_list", list)
}

// noQuestion reports a reference to a question that there is not, with one of nearly the same name.
func (b *builder) noQuestion(at place, name string, known map[string]int) {
	if near := near(b, name, known); near != "" {
		b.report(at, "reference.near", name, near)
		return
	}
	b.report(at, "reference.unknown", name)
}

var (
	notNames   = regexp.MustCompile(`'[^']*'|"[^"]*"|\$\{[^}]*\}`)
	filterName = regexp.MustCompile(`(` + ncName + `)(\s*\()?`)
	operators  = set("and", "or", "div", "mod", "true", "false")
)

// filterColumns warns of a choice_filter that looks at a column which the choices do not have: it would offer none.
func (b *builder) filterColumns(at place, filter, list string) {
	l := b.f.Lists[list]
	rest := notNames.ReplaceAllString(filter, " ")
	if l == nil || strings.ContainsAny(rest, "/[.:@") {
		return
	}
	columns := []string{"name", "label"}
	for _, c := range b.columns[sheetChoices] {
		columns = append(columns, c.path[0])
	}
	for _, m := range filterName.FindAllStringSubmatch(rest, -1) {
		if m[2] != "" || operators[m[1]] || slices.Contains(columns, m[1]) {
			continue
		}
		if !b.mayCompare() {
			return
		}
		if near := nearest(m[1], columns); near != "" {
			b.report(at, "filter.near", m[1], near)
		} else {
			b.warn(at, "filter.column", m[1])
		}
	}
}
