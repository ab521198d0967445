package xlsform

import "doorstep/internal/survey"

// typeDef is what a word in the type column means.
type typeDef struct {
	name       string // canonical type
	kind       survey.Kind
	visible    bool // has a control, so it needs a label or a hint
	constraint string
	hint       string
}

func input(name string, kind survey.Kind) typeDef {
	return typeDef{name: name, kind: kind, visible: true}
}
func data(name string, kind survey.Kind) typeDef { return typeDef{name: name, kind: kind} }
func bounded(most string) typeDef {
	d := input("integer", survey.KindInteger)
	d.constraint, d.hint = "0 <= . and . <= "+most, "Enter a number 0-"+most+"."
	return d
}

// typeWords are the words of each type; the first is the canonical one. Facts from the reference converter.
var typeWords = []struct {
	def   typeDef
	words []string
}{
	{input("text", survey.KindText), []string{"text", "string", "q string", "add text prompt"}},
	{input("integer", survey.KindInteger), []string{"integer", "int", "q int", "add integer prompt"}},
	{input("decimal", survey.KindDecimal), []string{"decimal", "q decimal", "add decimal prompt"}},
	{input("date", survey.KindDate), []string{"date", "q date", "add date prompt"}},
	{input("time", survey.KindTime), []string{"time"}},
	{input("dateTime", survey.KindDateTime), []string{"dateTime", "datetime", "date time", "q date time", "q dateTime",
		"add date time prompt", "add dateTime prompt"}},
	{input("note", survey.KindNote), []string{"note", "q note", "add note prompt"}},
	{input("barcode", survey.KindText), []string{"barcode", "q barcode", "add barcode prompt"}},
	{input("geopoint", survey.KindGeopoint), []string{"geopoint", "gps", "location", "q geopoint", "q location",
		"add location prompt"}},
	{input("geotrace", survey.KindGeotrace), []string{"geotrace", "q geotrace"}},
	{input("geoshape", survey.KindGeoshape), []string{"geoshape", "q geoshape"}},
	{input("image", survey.KindFile), []string{"image", "photo", "q picture", "q image", "add image prompt"}},
	{input("audio", survey.KindFile), []string{"audio", "q audio", "add audio prompt"}},
	{input("video", survey.KindFile), []string{"video", "q video", "add video prompt"}},
	{input("file", survey.KindFile), []string{"file", "add file prompt"}},
	{input("osm", survey.KindFile), []string{"osm"}},
	{input("acknowledge", survey.KindTrigger), []string{"acknowledge", "q acknowledge", "add acknowledge prompt"}},
	{input("trigger", survey.KindTrigger), []string{"trigger"}},
	{input("range", survey.KindInteger), []string{"range"}},
	{data("calculate", survey.KindText), []string{"calculate", "q calculate", "add calculate prompt"}},
	{data("hidden", survey.KindText), []string{"hidden"}},
	{data("start", survey.KindDateTime), []string{"start", "start time", "get start time"}},
	{data("end", survey.KindDateTime), []string{"end", "end time", "get end time"}},
	{data("today", survey.KindDate), []string{"today", "get today"}},
	{data("deviceid", survey.KindText), []string{"deviceid", "device id", "get device id", "imei"}},
	{data("subscriberid", survey.KindText), []string{"subscriberid", "subscriber id", "get subscriber id"}},
	{data("simserial", survey.KindText), []string{"simserial", "sim id", "get sim id"}},
	{data("phonenumber", survey.KindText), []string{"phonenumber", "get phone number"}},
	{data("username", survey.KindText), []string{"username"}},
	{data("email", survey.KindText), []string{"email"}},
	{data("uri:subscriberid", survey.KindText), []string{"uri:subscriberid"}},
	{data("uri:phonenumber", survey.KindText), []string{"uri:phonenumber"}},
	{data("uri:simserial", survey.KindText), []string{"uri:simserial"}},
	{data("uri:deviceid", survey.KindText), []string{"uri:deviceid"}},
	{data("uri:username", survey.KindText), []string{"uri:username"}},
	{data("uri:email", survey.KindText), []string{"uri:email"}},
	{data("start-geopoint", survey.KindGeopoint), []string{"start-geopoint"}},
	{data("background-audio", survey.KindFile), []string{"background-audio"}},
	{data("background-geopoint", survey.KindGeopoint), []string{"background-geopoint"}},
	{data("csv-external", survey.KindNone), []string{"csv-external"}},
	{data("xml-external", survey.KindNone), []string{"xml-external"}},
	{data("audit", survey.KindFile), []string{"audit"}},
	{bounded("31"), []string{"number of days in last month"}},
	{bounded("183"), []string{"number of days in last six months"}},
	{bounded("365"), []string{"number of days in last year"}},
	{typeDef{name: "integer", kind: survey.KindInteger, visible: true, constraint: "0 <= . and . <= 100"},
		[]string{"percentage"}},
	{typeDef{name: "text", kind: survey.KindText, visible: true, constraint: `regex(., '^\d*$')`,
		hint: "Enter numbers only."}, []string{"phone number"}},
}

// lookType finds a word of the type column.
func lookType(word string) (typeDef, bool) {
	for _, t := range typeWords {
		for _, w := range t.words {
			if w == word {
				return t.def, true
			}
		}
	}
	return typeDef{}, false
}

// The canonical types of selects and containers.
const (
	selectOne      = "select one"
	selectMultiple = "select multiple"
	selectExternal = "select one external"
	rank           = "rank"
	beginGroup     = "begin group"
	beginRepeat    = "begin repeat"
	beginLoop      = "begin loop"
)

var selectWords = map[string]string{
	"select_one": selectOne, "select one": selectOne, "select1": selectOne, "select one from": selectOne,
	"add select one prompt using": selectOne,
	"select_multiple":             selectMultiple, "select all that apply": selectMultiple,
	"select all that apply from": selectMultiple, "add select multiple prompt using": selectMultiple,
	"select_one_external":  selectExternal,
	"select_one_from_file": selectOne, "select one from file": selectOne,
	"select_multiple_from_file": selectMultiple, "select multiple from file": selectMultiple,
	"rank": rank,
}

var fromFileWords = set("select_one_from_file", "select one from file", "select_multiple_from_file",
	"select multiple from file")

var selectKinds = map[string]survey.Kind{
	selectOne: survey.KindSelectOne, selectMultiple: survey.KindSelectMultiple,
	selectExternal: survey.KindSelectOne, rank: survey.KindRank,
}

var controlWords = map[string]string{
	"group": beginGroup, "repeat": beginRepeat, "lgroup": beginRepeat, "looped group": beginRepeat, "loop": beginLoop,
}

// fileExtensions are the files that choices can come from.
var fileExtensions = set(".csv", ".xml", ".geojson")
