package xlsform

import (
	"strings"

	"doorstep/internal/survey"
)

// The columns of a group that have a field of their own in survey.Question.
var (
	knownBind = set("readonly", "relevant", "required", "constraint", "calculate", "jr:constraintMsg", "jr:requiredMsg",
		"jr:noAppErrorString", "entities:saveto")
	knownControl = set("appearance", "jr:count")
	knownColumns = set("type", "name", "label", "hint", "guidance_hint", "media", "bind", "control", "instance", "default",
		"trigger", "choice_filter", "parameters", "intent", "disabled")
)

// question fills what every row of the survey sheet can have.
func (w *sheetWalk) question(r *record, kind string) *survey.Question {
	lang := w.f.DefaultLanguage
	q := &survey.Question{
		Name: r.text("name"), Type: kind, Row: r.row,
		Label: r.translated(lang, "label"), Hint: r.translated(lang, "hint"),
		GuidanceHint:  r.translated(lang, "guidance_hint"),
		ConstraintMsg: r.translated(lang, "bind", "jr:constraintMsg"),
		RequiredMsg:   r.translated(lang, "bind", "jr:requiredMsg"),
		NoAppErrorMsg: r.translated(lang, "bind", "jr:noAppErrorString"),
		Media:         r.media(lang),
		Relevant:      truth(r.text("bind", "relevant")),
		Constraint:    truth(r.text("bind", "constraint")),
		Required:      truth(r.text("bind", "required")),
		ReadOnly:      truth(r.text("bind", "readonly")),
		Calculation:   truth(r.text("bind", "calculate")),
		Default:       r.text("default"),
		Trigger:       r.text("trigger"),
		ChoiceFilter:  r.text("choice_filter"),
		RepeatCount:   r.text("control", "jr:count"),
		Appearance:    r.text("control", "appearance"),
		SaveTo:        r.text("bind", "entities:saveto"),
		Bind:          w.attributes(r, kind, "bind", knownBind),
		Control:       w.attributes(r, kind, "control", knownControl),
		InstanceAttr:  w.attributes(r, kind, "instance", nil),
		Extra:         r.extra(),
	}
	q.DynamicDefault = dynamicDefault(q.Default, kind)
	q.Parameters = w.readParameters(r)
	w.checkTrigger(r, q)
	w.checkMedia(r, q)
	if q.Appearance == "label" && len(q.Label) == 0 {
		q.Label = survey.Translated{"": " "} // the row above a table of selects: its own text may be blank
	}
	return q
}

// truth writes a yes or no as the expression that it stands for.
func truth(text string) string {
	switch yes, known := yesNo(text); {
	case !known:
		return text
	case yes:
		return "true()"
	}
	return "false()"
}

// extra are the columns that we do not know.
func (r *record) extra() map[string]string {
	var m map[string]string
	for _, f := range r.fields {
		if knownColumns[f.path[0]] {
			continue
		}
		if m == nil {
			m = map[string]string{}
		}
		m[strings.Join(f.path, "::")] = f.value
	}
	return m
}

var mediaKinds = set("image", "big-image", "audio", "video")

func (w *sheetWalk) checkMedia(r *record, q *survey.Question) {
	for kind := range q.Media {
		if !mediaKinds[kind] {
			w.wrong(r, r.header("media", kind), "media.kind", kind)
		}
	}
	if q.Media["big-image"] != nil && q.Media["image"] == nil {
		w.wrong(r, r.header("media", "big-image"), "media.big")
	}
}

// attributes lists the columns that pass an attribute on, as bind::x, by what follows the group.
func (w *sheetWalk) attributes(r *record, kind, group string, known map[string]bool) []survey.Pair {
	var out []survey.Pair
	for _, f := range r.fields {
		if len(f.path) < 2 || f.path[0] != group || known[f.path[1]] {
			continue
		}
		name := strings.Join(f.path[1:], "::")
		container := strings.HasPrefix(kind, "begin")
		switch {
		case !isName(name):
			w.warn(place{r.sheet, r.row, f.header}, "attribute.invalid", name)
			continue
		case group == "bind" && name == "nodeset", container && group == "control" && name == "nodeset",
			name == "tag" && (group == "bind" || container):
			w.wrong(r, f.header, "attribute.reserved", f.header)
		}
		out = append(out, survey.Pair{Name: name, Value: f.value})
	}
	return out
}

// ask reads a row that is neither the begin nor the end of a group.
func (w *sheetWalk) ask(r *record, q *survey.Question, kind string) {
	if m := reSelect.FindStringSubmatch(kind); m != nil {
		w.selectRow(r, q, m[1], m[2], m[3] != "")
		return
	}
	if m := reOSM.FindStringSubmatch(kind); m != nil {
		kind, q.Tags = "osm", w.osmTags[m[1]]
	}
	def, ok := lookType(kind)
	if !ok {
		w.wrongType(r, kind)
		w.add(q)
		return
	}
	q.Type, q.Kind = def.name, def.kind
	if def.name == "csv-external" || def.name == "xml-external" { // a file, and no question: nothing else of the row counts
		*q = survey.Question{Name: q.Name, Type: q.Type, Kind: q.Kind, Row: q.Row}
		w.files[strings.TrimSuffix(q.Name, extension(q.Name))] = true
	}
	w.typeDefaults(q, def)
	w.typeRules(r, q, kind)
	w.add(q)
	w.needLabel(r, q, def)
}

func (w *sheetWalk) typeDefaults(q *survey.Question, def typeDef) {
	if q.Constraint == "" {
		q.Constraint = def.constraint
	}
	if len(q.Hint) == 0 && def.hint != "" {
		q.Hint = survey.Translated{"": def.hint}
	}
}

// needLabel checks that a question with a control has something to show. A calculated question without any text has
// no control.
func (w *sheetWalk) needLabel(r *record, q *survey.Question, def typeDef) {
	text := len(q.Label) > 0 || len(q.Hint) > 0
	if !def.visible || !text && calculated(q) || text || r.has("media") {
		return
	}
	w.wrong(r, "label", "label.missing", q.Name)
}

// calculated reports whether the question gets its value without a person.
func calculated(q *survey.Question) bool {
	return q.Type == "calculate" || q.Calculation != "" || q.Trigger != ""
}

// typeRules are the checks that one type has. kind is the word as written.
func (w *sheetWalk) typeRules(r *record, q *survey.Question, kind string) {
	switch kind {
	case "calculate":
		if q.Calculation == "" && !q.DynamicDefault {
			w.wrong(r, "calculation", "calculation.missing")
		}
	case "subscriberid", "simserial":
		w.warn(place{r.sheet, r.row, "type"}, "type.legacy", kind)
	case "text":
		w.textRules(r)
	case "range":
		w.rangeRules(r, q)
	case "geopoint", "geoshape", "geotrace":
		w.geoRules(r, q)
	case "audio":
		w.audioRules(r, set("voice-only", "low", "normal", "external"))
	case "background-audio":
		w.audioRules(r, set("voice-only", "low", "normal"))
	case "background-geopoint":
		w.backgroundRules(r, q)
	case "image", "photo", "add image prompt", "add photo prompt":
		w.imageRules(r, q)
	}
}

func (w *sheetWalk) backgroundRules(r *record, q *survey.Question) {
	if q.Trigger == "" {
		w.wrong(r, "trigger", "background.trigger")
	}
	if q.Calculation != "" {
		w.wrong(r, r.header("bind", "calculate"), "background.calculation")
	}
}
