package xlsform

import (
	"regexp"
	"strconv"
	"strings"

	"doorstep/internal/survey"
)

var (
	reBegin = regexp.MustCompile(`^begin[\s_](group|lgroup|repeat|loop|looped group)(?: (?:over )?(\S+))?$`)
	reEnd   = regexp.MustCompile(`^end[\s_](group|lgroup|repeat|loop|looped group)$`)
	reOSM   = regexp.MustCompile(`osm (\S+)`)
)

// frame is an open group, repeat or loop.
type frame struct {
	q     *survey.Question
	names map[string]int  // row of each name among the children
	lower map[string]bool // the same in lower case
}

// tableList is a group that shows its selects as one table: all must use the same list.
type tableList struct{ list string }

// sheetWalk is the state of reading the survey sheet from top to bottom.
type sheetWalk struct {
	*builder
	stack  []frame
	table  *tableList
	params map[string]string
}

// survey reads the survey sheet.
func (b *builder) survey(s *sheet) {
	columns := b.headers(s, surveyWords, false)
	b.columns[sheetSurvey] = columns
	if !hasColumn(columns, "type") {
		b.report(place{s.name, 1, "type"}, "header.missing", "type")
		return
	}
	w := &sheetWalk{builder: b}
	w.push(b.f.Root)
	rows := records(s, columns, b.setting("clean_text_values", true))
	for _, r := range rows {
		w.row(&r)
	}
	if len(rows) == 0 {
		b.report(place{sheet: s.name}, "survey.empty")
	}
	for _, f := range w.stack[1:] {
		b.report(place{s.name, f.q.Row, "type"}, "end.missing", f.q.Type, f.q.Name)
	}
}

func hasColumn(columns []column, first string) bool {
	for _, c := range columns {
		if c.path[0] == first {
			return true
		}
	}
	return false
}

func (w *sheetWalk) push(q *survey.Question) {
	w.stack = append(w.stack, frame{q: q, names: map[string]int{}, lower: map[string]bool{}})
}

func (w *sheetWalk) top() *frame { return &w.stack[len(w.stack)-1] }

// add puts a question into the open group.
func (w *sheetWalk) add(q *survey.Question) {
	q.Parent = w.top().q
	q.Parent.Children = append(q.Parent.Children, q)
}

// row reads one row.
func (w *sheetWalk) row(r *record) {
	if r.has("disabled") {
		w.warn(place{r.sheet, r.row, "disabled"}, "disabled")
		if yes, _ := yesNo(r.text("disabled")); yes {
			return
		}
	}
	kind := r.text("type")
	switch {
	case len(r.fields) == 0 || len(r.fields) == 1 && r.has("disabled"):
	case kind == "" && (r.has("name") || r.has("label")):
		w.wrong(r, "type", "type.missing")
	case kind == "":
		w.warn(place{r.sheet, r.row, ""}, "row.skipped")
	case kind == "audit":
		w.audit(r)
	case settingWords.aliases[kind] != nil && kind != "title" && kind != "id_string", kind == "form_id", kind == "form_title":
		w.settingRow(kind, r.text("name"))
	default:
		w.named(r, kind)
	}
}

// settingRow takes a setting that an old form has on its survey sheet.
func (w *sheetWalk) settingRow(kind, value string) {
	path := settingWords.path(kind, true)
	w.f.Settings[path[0]] = value
	w.applySettings()
}

// named reads a row that begins or ends a group or asks a question.
func (w *sheetWalk) named(r *record, kind string) {
	kind = w.bracket(r, kind)
	if end := reEnd.FindStringSubmatch(kind); end != nil {
		w.entityRow(r, nil, false)
		w.end(r, controlWords[end[1]])
		return
	}
	begin := reBegin.FindStringSubmatch(kind)
	q := w.question(r, kind)
	w.checkName(r, q)
	w.entityRow(r, q, begin != nil)
	if begin != nil {
		w.begin(r, q, controlWords[begin[1]], begin[2])
		return
	}
	w.ask(r, q, kind)
}

// checkName checks the name of a row against XML and against its siblings; it returns whether it has one.
func (w *sheetWalk) checkName(r *record, q *survey.Question) {
	at := place{r.sheet, r.row, r.header("name")}
	switch {
	case q.Name == "" && r.text("type") == "note":
		q.Name = "generated_note_name_" + strconv.Itoa(r.row)
	case q.Name == "":
		w.report(at, "name.missing")
		return
	case !isName(q.Name):
		w.report(at, "name.invalid", q.Name)
		return
	}
	w.names[q.Name]++
	top := w.top()
	lower := strings.ToLower(q.Name)
	switch first := top.names[q.Name]; {
	case q.Name == "meta":
		w.report(at, "name.meta")
	case first > 0:
		w.report(at, "name.twice", q.Name, first)
	case top.lower[lower]:
		w.warn(at, "name.case", q.Name)
	}
	if top.names[q.Name] == 0 {
		top.names[q.Name] = r.row
	}
	top.lower[lower] = true
}
