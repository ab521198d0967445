package xlsform

import (
	"strings"

	"doorstep/internal/survey"
)

// vocabulary is how the headers of a sheet are understood. Facts from the XLSForm reference table and from the aliases
// that the reference converter accepts.
type vocabulary struct {
	columns map[string]bool
	aliases map[string][]string
	other   map[string]bool // words that are understood elsewhere, as they stand
}

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}

var mediaAliases = map[string][]string{
	"image":     {"media", "image"},
	"big-image": {"media", "big-image"},
	"audio":     {"media", "audio"},
	"video":     {"media", "video"},
}

func withMedia(m map[string][]string) map[string][]string {
	for k, v := range mediaAliases {
		m[k] = v
	}
	return m
}

var surveyWords = vocabulary{
	other: set("intent", "disabled"),
	columns: set("name", "label", "default", "guidance_hint", "instance", "query", "sms_field", "trigger", "bind",
		"choice_filter", "control", "hint", "media", "parameters", "type", "choices", "itemset", "list_name", "actions"),
	aliases: withMedia(map[string][]string{
		"sms_field": {"sms_field"}, "sms_option": {"sms_option"}, "sms_separator": {"sms_separator"},
		"sms_allow_media": {"sms_allow_media"}, "sms_date_format": {"sms_date_format"},
		"sms_datetime_format": {"sms_datetime_format"}, "sms_response": {"sms_response"},
		"compact_tag":          {"instance", "odk:tag"},
		"read_only":            {"bind", "readonly"},
		"readonly":             {"bind", "readonly"},
		"relevant":             {"bind", "relevant"},
		"relevance":            {"bind", "relevant"},
		"required":             {"bind", "required"},
		"constraint":           {"bind", "constraint"},
		"constraining_message": {"bind", "jr:constraintMsg"},
		"constraint_message":   {"bind", "jr:constraintMsg"},
		"calculation":          {"bind", "calculate"},
		"calculate":            {"bind", "calculate"},
		"noapperrorstring":     {"bind", "jr:noAppErrorString"},
		"no_app_error_string":  {"bind", "jr:noAppErrorString"},
		"requiredmsg":          {"bind", "jr:requiredMsg"},
		"required_message":     {"bind", "jr:requiredMsg"},
		"save_to":              {"bind", "entities:saveto"},
		"appearance":           {"control", "appearance"},
		"count":                {"control", "jr:count"},
		"repeat_count":         {"control", "jr:count"},
		"jr:count":             {"control", "jr:count"},
		"autoplay":             {"control", "autoplay"},
		"rows":                 {"control", "rows"},
		"body":                 {"control"},
		"caption":              {"label"},
		"command":              {"type"},
		"tag":                  {"name"},
		"value":                {"name"},
	}),
}

var listWords = vocabulary{
	columns: set("name", "label", "media", "sms_option", survey.MissingColumn),
	aliases: withMedia(map[string][]string{"caption": {"label"}, "list_name": {"list name"}, "value": {"name"}}),
}

var entityWords = vocabulary{
	columns: set("dataset", "entity_id", "create_if", "update_if", "repeat", "label"),
	aliases: map[string][]string{"list_name": {"dataset"}},
}

var settingWords = vocabulary{
	columns: set("add_none_option", "clean_text_values", "attribute", "auto_delete", "auto_send", "default_language",
		"instance_name", "instance_xmlns", "namespaces", "omit_instanceID", "public_key", "style", "submission_url",
		"version", "allow_choice_duplicates", "client_editable", "delimiter", "name", "form_id", "form_title",
		"sms_allow_media", "sms_date_format", "sms_datetime_format", "sms_keyword", "sms_response", "sms_separator",
		"flat", "table", "clients", "title_zh", "title_en"),
	aliases: map[string][]string{
		"title": {"form_title"}, "set_form_title": {"form_title"},
		"id_string": {"form_id"}, "set_form_id": {"form_id"}, "prefix": {"prefix"},
	},
}

// column is a header and the path that it stands for: {"bind","jr:constraintMsg","中文 (zh)"}.
type column struct {
	header string
	path   []string
}

// path splits a header at "::", or at ":" in a sheet without any "::", and replaces its first word by the canonical
// one.
func (v vocabulary) path(header string, double bool) []string {
	snake := strings.ToLower(strings.Join(strings.Fields(header), "_"))
	for _, h := range []string{header, snake} {
		if _, alias := v.aliases[h]; v.columns[h] && !alias {
			return []string{h}
		}
	}
	sep := ":"
	if double || strings.Contains(header, "::") {
		sep = "::"
	}
	path := joinJR(strings.Split(header, sep), sep)
	first := strings.ToLower(strings.Join(strings.Fields(path[0]), "_"))
	if a, ok := v.aliases[first]; ok {
		return append(append([]string{}, a...), path[1:]...)
	}
	if v.columns[first] {
		return append([]string{first}, path[1:]...)
	}
	return path
}

// joinJR mends the prefix of a name such as jr:count that a split at single colons took apart.
func joinJR(words []string, sep string) []string {
	var out []string
	for i := 0; i < len(words); i++ {
		w := strings.TrimSpace(words[i])
		if sep == ":" && w == "jr" && i+1 < len(words) {
			i++
			w += ":" + strings.TrimSpace(words[i])
		}
		out = append(out, w)
	}
	return out
}

// headers reads the header row of a sheet and reports two headers that mean the same column, and what is
// spelt wrong.
// On a sheet that is free to have more columns, such as the lists of choices, unknown ones are data.
func (b *builder) headers(s *sheet, v vocabulary, free bool) []column {
	double := false
	for _, h := range s.header {
		double = double || strings.Contains(h, "::")
	}
	var columns []column
	seenHeader, seenPath := map[string]bool{}, map[string]string{}
	for _, h := range s.header {
		if seenHeader[h] {
			continue
		}
		seenHeader[h] = true
		path := v.path(h, double)
		key := strings.Join(path, "::")
		if other, ok := seenPath[key]; ok {
			b.report(place{s.name, 1, h}, "header.same", other, h)
		}
		seenPath[key] = h
		columns = append(columns, column{h, path})
		b.spelling(place{s.name, 1, h}, columns[len(columns)-1], v, free)
	}
	if s.untitled > 0 {
		b.report(place{s.name, s.untitled, ""}, "header.blank")
	}
	return columns
}
