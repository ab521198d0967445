// Package survey holds the words that every stage speaks: Form, Question, Instance, Issue, Receipt, Scope.
package survey

import (
	"slices"
	"strings"
)

// Kind is what an answer is, whatever widget asked for it.
type Kind uint8

const (
	KindNone     Kind = iota // nothing is stored (a note without a value, a control without a node)
	KindText                 // string
	KindInteger              // whole number
	KindDecimal              // decimal number
	KindBoolean              // "true" or "false"
	KindDate                 // YYYY-MM-DD
	KindTime                 // hh:mm:ss with an optional zone
	KindDateTime             // ISO 8601 with an optional zone
	KindSelectOne
	KindSelectMultiple // space-separated choice names
	KindRank           // space-separated choice names, ordered
	KindGeopoint       // "lat lon alt accuracy"
	KindGeotrace       // geopoints joined by ;
	KindGeoshape       // geotrace whose last point is the first
	KindFile           // name of an attachment
	KindNote           // read-only text shown to the worker, kept as an empty or computed node
	KindTrigger        // "OK" once acknowledged
	KindGroup
	KindRepeat
)

// Translated is one text by language name as the XLSForm writes it ("中文 (zh)"); "" is the text in the form's
// default language, or without one.
type Translated map[string]string

// In returns the text in lang, else in the form's default language, else any text in a stable order, else "".
func (t Translated) In(lang string) string {
	if s, ok := t[lang]; ok && s != "" {
		return s
	}
	if s := t[""]; s != "" {
		return s
	}
	best, text := "", ""
	for l, s := range t {
		if s != "" && (text == "" || l < best) {
			best, text = l, s
		}
	}
	return text
}

// Tagged returns the text whose language carries the BCP 47 tag in brackets, as in "English (en)", else In("").
func (t Translated) Tagged(tag string) string {
	for l, s := range t {
		if s != "" && strings.HasSuffix(l, "("+tag+")") {
			return s
		}
	}
	return t.In("")
}

// Words returns what is tagged as Chinese and what is tagged as English.
func (t Translated) Words() Words { return Words{t.Tagged("zh"), t.Tagged("en")} }

// Words are something to read, in both languages.
type Words struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// WordsOf returns words in Chinese and in English.
func WordsOf(zh, en string) Words { return Words{zh, en} }

// Untranslated returns words that are the same in both languages.
func Untranslated(s string) Words { return Words{s, s} }

// Both returns the words in both languages, or once where they do not differ.
func (w Words) Both() string {
	if w.ZH == w.EN {
		return w.ZH
	}
	return w.ZH + " · " + w.EN
}

// Pair is a name and a value whose order in the workbook matters.
type Pair struct{ Name, Value string }

// Form is one version of a questionnaire as read from an XLSForm.
type Form struct {
	ID              string // form_id
	Version         string
	Title           string            // in the form's own language, which stands in the XForm
	Titles          Translated        // Title under "", and the title in other languages
	Name            string            // name of the instance's root element, "data" unless the settings sheet has a name
	Table           string            // settings column "table": the collection of its records; "" means named after ID
	DefaultLanguage string            // of texts under ""; itself "" when the settings name none, which XForms call "default"
	Languages       []string          // in order of first appearance, "" where texts have no language
	Settings        map[string]string // every settings cell by canonical column name (snake case; attribute::x as written)
	Namespaces      []Pair            // extra prefix → URI of the settings sheet
	Root            *Question         // KindGroup without a name; its Children are the form
	Lists           map[string]*ChoiceList
	ListOrder       []string
	Entities        []*EntityDecl
	Meta            []*Question // rows that live in the meta block: audit; instanceID and instanceName follow from Settings
	Itemsets        [][]string  // the external_choices sheet as written, header first; the content of itemsets.csv
	Warnings        []Problem   // what a survey officer should look at although the form works
}

// Question is a row of the survey sheet: a question, a group or a repeat. Expressions are kept as written, with ${name}.
type Question struct {
	Name string
	Type string // canonical XLSForm type: "integer", "select one", "select multiple", "begin group", "begin repeat", …
	Kind Kind
	Row  int // row in the survey sheet, 1-based with the header as row 1; 0 for questions the converter added

	Label, Hint, GuidanceHint   Translated
	ConstraintMsg, RequiredMsg  Translated
	NoAppErrorMsg               Translated            // told when the app named by the appearance is absent
	Media                       map[string]Translated // image, big-image, audio, video
	Relevant, Constraint        string
	Required, ReadOnly          string // expressions; "" never, "true()" always
	Calculation, Default        string
	DynamicDefault              bool   // Default is an expression to run when the form or the repeat is new, not a text
	Trigger                     string // ${name} whose change runs Calculation
	ChoiceFilter, RepeatCount   string
	Appearance                  string
	Parameters                  []Pair   // as written, keys and values in lower case; a range always has start, end and step
	List                        string   // choice list of a select, of the tick labels of a range
	ItemsFile                   string   // file of select_…_from_file
	ItemsRepeat                 string   // ${name} of a select from repeat answers
	SaveTo                      string   // entity property
	Tags                        []Choice // tags of an osm question: Name is the key
	Bind, Control, InstanceAttr []Pair   // bind::x, body::x and instance::x columns passed through
	Extra                       map[string]string
	Children                    []*Question
	Parent                      *Question
}

// Choice is a row of the choices sheet; Extra are its other columns, which choice filters may read.
type Choice struct {
	Name  string
	Label Translated
	Media map[string]Translated
	Extra []Pair
	Row   int
}

// MissingColumn is the column of the choices sheet that says of a choice that it is no answer, and why.
const MissingColumn = "missing"

// MissingChoices are what that column may say.
var MissingChoices = []string{"refused", "dont_know", "not_applicable"}

// Missing is which of MissingChoices a choice stands for; "" for an answer.
func (c *Choice) Missing() string {
	if said := c.extra(MissingColumn); slices.Contains(MissingChoices, said) {
		return said
	}
	return ""
}

// NeedColumn is the column of the choices sheet that says how grave the need is that a choice tells of.
const NeedColumn = "need"

// NeedLevels are what that column may say, from the mildest: stated is a need of which nobody said how grave it is.
var NeedLevels = []string{"stated", "mild", "moderate", "serious"}

// Need is what the column says of a choice, in lower case; "" for a choice that tells of no need.
func (c *Choice) Need() string { return strings.ToLower(strings.TrimSpace(c.extra(NeedColumn))) }

// ChoiceList is a named list of choices in sheet order.
type ChoiceList struct {
	Name    string
	Choices []Choice
}

// Has reports whether name is a choice of the list.
func (l *ChoiceList) Has(name string) bool {
	for i := range l.Choices {
		if l.Choices[i].Name == name {
			return true
		}
	}
	return false
}

// EntityDecl is a row of the entities sheet: which entity a record creates or updates.
type EntityDecl struct {
	List                   string // "households", "persons" or any list name
	Label                  string // expressions, with ${name}
	ID, CreateIf, UpdateIf string
	Repeat                 string // ${name} of the repeat that it lives in, "" for the form itself
	Row                    int
	Container              *Question // the question whose meta carries the entity; nil for the root
}

// Problem is a mistake in a workbook, told so that a survey officer can mend it.
type Problem struct {
	Code   string `json:"code"` // stable, e.g. "form.unknown_type"
	Sheet  string `json:"sheet,omitempty"`
	Row    int    `json:"row,omitempty"`    // 1-based, the header is row 1; 0 where the sheet as a whole is meant
	Column string `json:"column,omitempty"` // header text
	ZH     string `json:"zh"`
	EN     string `json:"en"`
}

// MostProblems is how many mistakes of a workbook are told: nobody reads more, and a form may have as many as it has
// expressions times questions.
const MostProblems = 500

// Problems is the error of a workbook: all its mistakes at once.
type Problems []Problem

func (p Problems) Error() string {
	var b strings.Builder
	for i, one := range p {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(one.EN)
	}
	return b.String()
}

// Walk calls visit for every question below root in form order, parents first; visit returns false to skip children.
func (f *Form) Walk(visit func(*Question) bool) {
	if f.Root != nil {
		walk(f.Root.Children, visit)
	}
}

func walk(qs []*Question, visit func(*Question) bool) {
	for _, q := range qs {
		if visit(q) {
			walk(q.Children, visit)
		}
	}
}

// Repeat returns the innermost repeat that q is in, or nil.
func (q *Question) Repeat() *Question {
	for p := q.Parent; p != nil; p = p.Parent {
		if p.Kind == KindRepeat {
			return p
		}
	}
	return nil
}

// Path is the absolute path of the question in an instance of f, e.g. /data/household/size.
func (f *Form) Path(q *Question) string {
	if q == nil || q.Parent == nil {
		return "/" + f.Name
	}
	return f.Path(q.Parent) + "/" + q.Name
}

// bindKinds are the types that a bind may give a calculation.
var bindKinds = map[string]Kind{
	"int": KindInteger, "integer": KindInteger, "decimal": KindDecimal, "boolean": KindBoolean,
	"date": KindDate, "time": KindTime, "dateTime": KindDateTime, "string": KindText,
}

// Holds is the kind of an answer's value: that of the question, or of its bind where the form gives it one.
func (q *Question) Holds() Kind {
	for _, p := range q.Bind {
		if kind, known := bindKinds[p.Value]; known && p.Name == "type" {
			return kind
		}
	}
	return q.Kind
}
