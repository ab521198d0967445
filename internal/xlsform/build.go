package xlsform

import (
	"cmp"
	"strings"

	"doorstep/internal/survey"
)

// builder carries what is known of a form while its sheets are read.
type builder struct {
	opts     Options
	book     *book
	f        *survey.Form
	problems survey.Problems
	warnings []survey.Problem
	compared int // words that were compared with those that there are

	columns  map[string][]column // understood headers by sheet
	external map[string]bool     // list names of external_choices
	osmTags  map[string][]survey.Choice
	names    map[string]int // how often a name is in the name column
	rows     []triggerRow
	geo      []geoReference
	files    map[string]bool // secondary instances that selects and external rows bring along
	repeats  map[string]bool // names of repeats
	entities *entityPlan
	orOther  bool
}

// form reads the sheets of a workbook, in the order in which they depend on each other.
func (b *builder) form(book *book) (*survey.Form, error) {
	b.book = book
	b.f = &survey.Form{
		Settings: map[string]string{}, Lists: map[string]*survey.ChoiceList{}, Root: &survey.Question{Kind: survey.KindGroup},
	}
	b.columns, b.names = map[string][]column{}, map[string]int{}
	b.files, b.repeats = map[string]bool{}, map[string]bool{}
	sheet := book.sheet(sheetSurvey)
	if sheet == nil {
		b.absent(place{}, "sheet.survey", sheetSurvey)
		return nil, b.problems
	}
	b.settings()
	b.externalChoices()
	b.choices()
	b.osm()
	b.entitySheet()
	b.survey(sheet)
	b.checkForm()
	b.gaps()
	b.f.Warnings = b.warnings
	if len(b.problems) > 0 {
		return b.f, b.problems
	}
	return b.f, nil
}

// settings reads the one row of the settings sheet.
func (b *builder) settings() {
	f := b.f
	f.Name, f.ID = cmp.Or(b.opts.Name, "data"), cmp.Or(b.opts.ID, "data")
	s := b.book.sheet(sheetSettings)
	if s == nil || len(s.rows) == 0 {
		b.hintSheet(sheetSettings)
	} else {
		b.readSettings(s)
	}
	b.applySettings()
	if !isName(f.Name) {
		b.report(place{sheet: sheetSettings, column: "name"}, "name.invalid", f.Name)
	}
}

func (b *builder) readSettings(s *sheet) {
	s = oneID(s)
	if len(s.header) < len(b.book.sheet(sheetSettings).header) {
		b.warn(place{s.name, 1, "form_id"}, "settings.two_ids")
	}
	columns := b.headers(s, settingWords, false)
	for _, f := range records(s, columns, false)[0].fields {
		b.f.Settings[strings.Join(f.path, "::")] = f.value
	}
	b.columns[sheetSettings] = columns
}

// oneID drops id_string where form_id is there too.
func oneID(s *sheet) *sheet {
	has := map[string]bool{}
	for _, h := range s.header {
		has[h] = true
	}
	if !has["form_id"] || !has["id_string"] {
		return s
	}
	out := *s
	out.header = nil
	for _, h := range s.header {
		if h != "id_string" {
			out.header = append(out.header, h)
		}
	}
	return &out
}

// applySettings fills the fields of the form that have a setting. The converter takes the form id for the title.
func (b *builder) applySettings() {
	f, set := b.f, b.f.Settings
	f.Name = cmp.Or(set["name"], f.Name)
	f.ID = cmp.Or(set["form_id"], f.ID)
	f.Version, f.Table, f.DefaultLanguage = set["version"], set["table"], set["default_language"]
	f.Title = cmp.Or(set["form_title"], f.ID)
	f.Titles = survey.Translated{"": f.Title, "(zh)": set["title_zh"], "(en)": set["title_en"]}
	f.Namespaces = namespaces(set["namespaces"])
}

// namespaces reads prefix="uri" pairs.
func namespaces(text string) []survey.Pair {
	var out []survey.Pair
	for _, word := range strings.Fields(text) {
		prefix, uri, ok := strings.Cut(word, "=")
		if ok && prefix != "" && !strings.Contains(uri, "=") {
			out = append(out, survey.Pair{Name: prefix, Value: strings.NewReplacer(`"`, "", "'", "").Replace(uri)})
		}
	}
	return out
}

// setting reports whether a yes or no setting is on.
func (b *builder) setting(name string, otherwise bool) bool {
	if yes, known := yesNo(b.f.Settings[name]); known {
		return yes
	}
	return otherwise
}

// yesNo reads the words that stand for a truth value.
func yesNo(word string) (yes, known bool) {
	switch word {
	case "yes", "Yes", "YES", "true", "True", "TRUE", "true()":
		return true, true
	case "no", "No", "NO", "false", "False", "FALSE", "false()":
		return false, true
	}
	return false, false
}

// gaps tells of rows that were not read because they come after many blank ones.
func (b *builder) gaps() {
	for _, name := range b.book.names {
		if s := b.book.sheets[strings.ToLower(name)]; s != nil && s.gap > 0 {
			tell := b.warn
			if len(b.problems) > 0 {
				tell = b.report // the mistakes may come from what was not read
			}
			tell(place{s.name, s.gap, ""}, "sheet.gap", s.gap, blankRows)
		}
	}
}
