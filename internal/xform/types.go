package xform

import "doorstep/internal/survey"

// typeInfo is how a question type is written: the tag of its control, "" for none, and the fixed attributes of its
// control and bind.
type typeInfo struct {
	tag, mediatype string
	bind           []survey.Pair
}

func bound(tag, bindType string, more ...survey.Pair) typeInfo {
	return typeInfo{tag: tag, bind: append([]survey.Pair{{Name: "type", Value: bindType}}, more...)}
}

func upload(mediatype string) typeInfo {
	return typeInfo{tag: "upload", mediatype: mediatype, bind: []survey.Pair{{Name: "type", Value: "binary"}}}
}

func preload(bindType, kind, params string) typeInfo {
	return bound("", bindType, survey.Pair{Name: "jr:preload", Value: kind}, survey.Pair{Name: "jr:preloadParams", Value: params})
}

func property(name string) typeInfo { return preload("string", "property", name) }

// types by canonical XLSForm type. Facts from the ODK XForms specification and the reference converter.
var types = map[string]typeInfo{
	"text":                bound("input", "string"),
	"integer":             bound("input", "int"),
	"decimal":             bound("input", "decimal"),
	"date":                bound("input", "date"),
	"time":                bound("input", "time"),
	"dateTime":            bound("input", "dateTime"),
	"note":                bound("input", "string", survey.Pair{Name: "readonly", Value: "true()"}),
	"barcode":             bound("input", "barcode"),
	"geopoint":            bound("input", "geopoint"),
	"geotrace":            bound("input", "geotrace"),
	"geoshape":            bound("input", "geoshape"),
	"image":               upload("image/*"),
	"audio":               upload("audio/*"),
	"video":               upload("video/*"),
	"file":                upload("application/*"),
	"osm":                 upload("osm/*"),
	"acknowledge":         bound("trigger", "string"),
	"trigger":             {tag: "trigger"},
	"range":               bound("range", "int"),
	"select one":          bound("select1", "string"),
	"select multiple":     bound("select", "string"),
	"select one external": bound("input", "string"),
	"rank":                bound("odk:rank", "odk:rank"),
	"calculate":           bound("", "string"),
	"hidden":              bound("", "string"),
	"start":               preload("dateTime", "timestamp", "start"),
	"end":                 preload("dateTime", "timestamp", "end"),
	"today":               preload("date", "date", "today"),
	"deviceid":            property("deviceid"),
	"subscriberid":        property("subscriberid"),
	"simserial":           property("simserial"),
	"phonenumber":         property("phonenumber"),
	"username":            property("username"),
	"email":               property("email"),
	"uri:subscriberid":    property("uri:subscriberid"),
	"uri:phonenumber":     property("uri:phonenumber"),
	"uri:simserial":       property("uri:simserial"),
	"uri:deviceid":        property("uri:deviceid"),
	"uri:username":        property("uri:username"),
	"uri:email":           property("uri:email"),
	"start-geopoint":      bound("", "geopoint"),
	"background-audio":    bound("", "binary"),
	"background-geopoint": bound("trigger", "geopoint"),
	"audit":               bound("", "binary"),
}

func container(q *survey.Question) bool {
	return q.Kind == survey.KindGroup || q.Kind == survey.KindRepeat
}

// external reports whether the question only brings a file along and has no node.
func external(q *survey.Question) bool { return q.Type == "csv-external" || q.Type == "xml-external" }

func selects(q *survey.Question) bool {
	return q.Type == "select one" || q.Type == "select multiple" || q.Type == "rank"
}

// shown reports whether the question has a control: its type has one, and it is not a calculation without any text.
func shown(q *survey.Question) bool {
	if types[q.Type].tag == "" {
		return false
	}
	return len(q.Label) > 0 || len(q.Hint) > 0 || q.Calculation == "" && q.Trigger == ""
}

func parameter(q *survey.Question, name string) string {
	for _, p := range q.Parameters {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}
