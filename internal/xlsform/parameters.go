package xlsform

import (
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"doorstep/internal/survey"
)

// readParameters reads key=value pairs. Values are lower case but for those that name a column or a question.
func (w *sheetWalk) readParameters(r *record) []survey.Pair {
	w.params = map[string]string{}
	words := parameterWords(r.text("parameters"))
	var out []survey.Pair
	for i := 0; i < len(words); i += 3 {
		if i+2 >= len(words) || words[i] == "=" || words[i+1] != "=" || words[i+2] == "=" {
			w.wrong(r, r.header("parameters"), "parameters.syntax")
			return nil
		}
		key, value := strings.ToLower(words[i]), words[i+2]
		if key != "label" && key != "value" && !strings.Contains(value, "${") {
			value = strings.ToLower(value)
		}
		if _, twice := w.params[key]; !twice {
			out = append(out, survey.Pair{Name: key})
		}
		w.params[key] = value
	}
	for i := range out {
		out[i].Value = w.params[out[i].Name]
	}
	return out
}

// parameterWords splits at spaces, commas and semicolons; = is a word of its own.
func parameterWords(text string) []string {
	return strings.FieldsFunc(strings.ReplaceAll(text, "=", " = "), func(c rune) bool {
		return unicode.IsSpace(c) || c == ',' || c == ';'
	})
}

// accept reports parameters that the type of the row does not have.
func (w *sheetWalk) accept(r *record, keys ...string) {
	for _, k := range slices.Sorted(maps.Keys(w.params)) {
		if !slices.Contains(keys, k) {
			w.wrong(r, r.header("parameters"), "parameter.unknown", k, strings.Join(keys, ", "))
		}
	}
}

func isInteger(text string) bool {
	_, err := strconv.ParseInt(text, 10, 64)
	return err == nil
}

func isNumber(text string) bool {
	f, err := strconv.ParseFloat(text, 64)
	return err == nil && !math.IsInf(f, 0)
}

func (w *sheetWalk) textRules(r *record) {
	w.accept(r, "rows")
	rows, ok := w.params["rows"]
	if ok && !isInteger(rows) {
		w.wrong(r, r.header("parameters"), "parameter.integer", "rows", rows)
	}
}

func (w *sheetWalk) audioRules(r *record, qualities map[string]bool) {
	w.accept(r, "quality")
	if v, ok := w.params["quality"]; ok && !qualities[v] {
		w.wrong(r, r.header("parameters"), "parameter.quality", v)
	}
}

func (w *sheetWalk) imageRules(r *record, q *survey.Question) {
	if q.Default != "" && !strings.Contains(q.Default, "jr://images/") {
		q.Default = "jr://images/" + q.Default
	}
	w.accept(r, "app", "max-pixels")
	pixels, ok := w.params["max-pixels"]
	switch {
	case !ok:
		w.warn(place{r.sheet, r.row, "parameters"}, "image.pixels")
	case !isInteger(pixels):
		w.wrong(r, r.header("parameters"), "parameter.integer", "max-pixels", pixels)
	}
	app, ok := w.params["app"]
	if ok && (q.Appearance == "" || q.Appearance == "annotate") && !isPackage(app) {
		w.wrong(r, r.header("parameters"), "parameter.app", app)
	}
}

var rePackage = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_]*(\.[a-zA-Z][a-zA-Z0-9_]*)+$`)

// isPackage reports whether the text can be the package name of an Android app.
func isPackage(text string) bool { return rePackage.MatchString(text) }

// geoReference is the parameter reference-geometry of a row: what the map shows beside the answer.
type geoReference struct {
	at     place
	target string
}

func (w *sheetWalk) geoRules(r *record, q *survey.Question) {
	column := r.header("parameters")
	if q.Kind == survey.KindGeopoint {
		w.accept(r, "allow-mock-accuracy", "capture-accuracy", "reference-geometry", "warning-accuracy")
		for _, k := range []string{"capture-accuracy", "warning-accuracy"} {
			if v, ok := w.params[k]; ok && !isNumber(v) {
				w.wrong(r, column, "parameter.number", k, v)
			}
		}
	} else {
		w.accept(r, "allow-mock-accuracy", "incremental", "reference-geometry")
		if v, ok := w.params["incremental"]; ok && truth(v) != "true()" {
			w.wrong(r, column, "parameter.incremental")
		}
	}
	if v, ok := w.params["allow-mock-accuracy"]; ok && v != "true" && v != "false" {
		w.wrong(r, column, "parameter.true_false", "allow-mock-accuracy", v)
	}
	if v, ok := w.params["reference-geometry"]; ok {
		w.geo = append(w.geo, geoReference{place{r.sheet, r.row, column}, v})
		switch {
		case hasReference(v):
			q.ItemsRepeat = v
		case fileExtensions[extension(v)]:
			q.ItemsFile = v
		default:
			q.List = v
		}
	}
}

// audit reads the row that asks for a log of the interview. It lives in the meta block.
func (w *sheetWalk) audit(r *record) {
	q := w.question(r, "audit")
	if q.Name != "" && q.Name != "audit" {
		w.wrong(r, r.header("name"), "audit.name")
	}
	q.Name, q.Kind = "audit", survey.KindFile
	column := r.header("parameters")
	w.accept(r, "identify-user", "location-max-age", "location-min-interval", "location-priority", "track-changes",
		"track-changes-reasons")
	for _, k := range []string{"track-changes", "identify-user"} {
		if v, ok := w.params[k]; ok && v != "true" && v != "false" {
			w.wrong(r, column, "parameter.true_false", k, v)
		}
	}
	if v, ok := w.params["track-changes-reasons"]; ok && v != "on-form-edit" {
		w.wrong(r, column, "audit.reasons", v)
	}
	w.auditLocation(r, column)
	if len(w.f.Meta) > 0 {
		w.wrong(r, r.header("type"), "audit.twice")
	}
	w.f.Meta = append(w.f.Meta, q)
}

// auditLocation checks the three parameters that go together: how exact, how often, how old (seconds).
func (w *sheetWalk) auditLocation(r *record, column string) {
	priority, a := w.params["location-priority"]
	interval, b := w.params["location-min-interval"]
	age, c := w.params["location-max-age"]
	if !a && !b && !c {
		return
	}
	if !a || !b || !c {
		w.wrong(r, column, "audit.location")
		return
	}
	if !slices.Contains([]string{"no-power", "low-power", "balanced", "high-accuracy"}, priority) {
		w.wrong(r, column, "audit.priority", priority)
	}
	every, err1 := strconv.ParseInt(interval, 10, 64)
	most, err2 := strconv.ParseInt(age, 10, 64)
	if err1 != nil || err2 != nil || every < 0 || most < every {
		w.wrong(r, column, "audit.seconds")
	}
}
