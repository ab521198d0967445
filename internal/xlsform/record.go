package xlsform

import (
	"strings"

	"doorstep/internal/survey"
)

// record is a row of a sheet with its columns understood.
type record struct {
	sheet  string
	row    int
	fields []field
}

type field struct {
	column
	value string
}

var straightQuotes = strings.NewReplacer("‘", "'", "’", "'", "“", `"`, "”", `"`)

// records reads the rows of a sheet. Curly quotes become straight ones, which expressions need; clean also makes one
// space of many.
func records(s *sheet, columns []column, clean bool) []record {
	out := make([]record, len(s.rows))
	for i, cells := range s.rows {
		out[i] = record{sheet: s.name, row: i + 2}
		for _, c := range columns {
			v := cells[c.header]
			if clean {
				v = collapse(strings.TrimSpace(v))
			}
			if v != "" {
				out[i].fields = append(out[i].fields, field{c, straightQuotes.Replace(v)})
			}
		}
	}
	return out
}

// has reports whether any column of that group is filled.
func (r *record) has(first string) bool {
	for _, f := range r.fields {
		if f.path[0] == first {
			return true
		}
	}
	return false
}

// text returns the cell of exactly that column, "" where it is blank.
func (r *record) text(path ...string) string {
	v := ""
	for _, f := range r.fields {
		if samePath(f.path, path) {
			v = f.value
		}
	}
	return v
}

// header is how the sheet calls the column, for messages.
func (r *record) header(path ...string) string {
	for _, f := range r.fields {
		if len(f.path) >= len(path) && samePath(f.path[:len(path)], path) {
			return f.column.header
		}
	}
	return path[len(path)-1]
}

// translated gathers the languages of a column. The text without a language is that in the default language, where there is one.
func (r *record) translated(defaultLanguage string, path ...string) survey.Translated {
	var t survey.Translated
	for _, f := range r.fields {
		if len(f.path) < len(path) || !samePath(f.path[:len(path)], path) {
			continue
		}
		if t == nil {
			t = survey.Translated{}
		}
		t[strings.Join(f.path[len(path):], "::")] = f.value
	}
	if text, ok := t[defaultLanguage]; ok {
		t[""] = text
	}
	return t
}

// media gathers media::image and its like, by kind.
func (r *record) media(defaultLanguage string) map[string]survey.Translated {
	var m map[string]survey.Translated
	for _, f := range r.fields {
		if f.path[0] != "media" || len(f.path) < 2 || m[f.path[1]] != nil {
			continue
		}
		if m == nil {
			m = map[string]survey.Translated{}
		}
		m[f.path[1]] = r.translated(defaultLanguage, "media", f.path[1])
	}
	return m
}

func samePath(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
