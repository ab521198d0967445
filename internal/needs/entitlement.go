package needs

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"doorstep/internal/instrument"
	"doorstep/internal/survey"
	"doorstep/internal/xpath"
)

// What a rule suggests. It is never a decision: somebody looks it up.
const (
	Likely   = "likely"
	Unlikely = "not"
	Open     = "missing" // a fact that decides it is not known
	NoRule   = "no_rule" // the bureau has not said who is entitled
)

// Entitlement is what the facts suggest about one service, with the facts that it rests on.
type Entitlement struct {
	Code       string       `json:"code"`
	Name       survey.Words `json:"name"`
	Suggestion string       `json:"suggestion"`
	Reason     survey.Words `json:"reason"`
	Band       string       `json:"band"`     // such as the amount by age; "" where none is suggested
	Received   *bool        `json:"received"` // nil where nobody has said so
	Basis      string       `json:"basis"`
	Facts      []Fact       `json:"facts"` // that were read
	Missing    []Named      `json:"missing"`
}

// Fact is something that is known of a person, and the record that says so; the register itself has no record.
type Fact struct {
	Named
	Value  string       `json:"value"`
	Shown  survey.Words `json:"shown"`
	Record string       `json:"record"`
	Day    string       `json:"day"`
}

// Named is a fact by its name, and as a form asks for it.
type Named struct {
	Name  string       `json:"name"`
	Asked survey.Words `json:"asked"`
}

// words is where versions of forms are looked up, for what they call things.
type words interface {
	Get(form, version string) (*instrument.Instrument, bool)
	Current() map[string]*instrument.Instrument
}

// known are the facts of a person: of each the newest that a record tells.
type known struct {
	values map[string]string
	from   map[string]row
	forms  []row // the newest row of each form, whose words are used
	now    time.Time
}

// knownOf takes the facts of rows, the newest first.
func knownOf(rows []row) known {
	k := known{values: map[string]string{}, from: map[string]row{}}
	seen := map[string]bool{}
	for _, r := range rows {
		if !seen[r.form] {
			seen[r.form], k.forms = true, append(k.forms, r)
		}
		for name, value := range r.Facts {
			if _, newer := k.values[name]; !newer {
				k.values[name], k.from[name] = value, r
			}
		}
	}
	return k
}

// Facts of the register, which every rule may read: the age today stands before the age at a visit.
const (
	ageFact = "age"
	sexFact = "sex"
)

// add takes in what the register knows.
func (k *known) add(birth, sex string, now time.Time) {
	k.now = now
	k.onDay(birth, sex, now.In(survey.Zone).Format(time.DateOnly))
}

// onDay takes in what the register knows, as it was on a day.
func (k *known) onDay(birth, sex, day string) {
	if k.now.IsZero() {
		k.now, _ = time.ParseInLocation(time.DateOnly, day, survey.Zone) // a day that is none leaves today() unknown
	}
	if years, ok := survey.Age(birth, day); ok {
		k.values[ageFact] = strconv.Itoa(years)
		delete(k.from, ageFact)
	}
	if sex != "" {
		k.values[sexFact] = sex
		delete(k.from, sexFact)
	}
}

// node is the facts as an expression reads them.
func (k *known) node() *survey.Node {
	root := survey.NewElement("facts")
	for _, name := range slices.Sorted(maps.Keys(k.values)) {
		root.Add(survey.NewElement(name).SetValue(k.values[name]))
	}
	return root
}

// suggest goes through the table in its order.
func (all Services) suggest(library words, k known) []Entitlement {
	ctx := &xpath.Context{Node: k.node(), Now: k.now, Zone: survey.Zone, Steps: mostSteps}
	out := make([]Entitlement, 0, len(all))
	for i := range all {
		out = append(out, all[i].suggest(ctx, library, &k))
	}
	return out
}

// mostSteps bounds one expression of the table, which a manager wrote.
const mostSteps = 20_000

// suggest judges one service. A rule that cannot be evaluated suggests nothing.
func (s *compiled) suggest(ctx *xpath.Context, library words, k *known) Entitlement {
	e := Entitlement{Code: s.Code, Name: survey.WordsOf(s.NameZH, cmp.Or(s.NameEN, s.NameZH)), Suggestion: NoRule, Basis: s.Basis,
		Facts: []Fact{}, Missing: []Named{}}
	if s.received != nil {
		if got, _, err := s.received.Judge(ctx); err == nil && got != xpath.Unknown {
			yes := got == xpath.Yes
			e.Received = &yes
		}
	}
	if s.rule == nil {
		e.Reason = survey.WordsOf("尚未写明条件，由民政部门填写。", "No rule yet; the bureau has to say who is entitled.")
		return e
	}
	found, missing, err := s.rule.Judge(ctx)
	if err != nil {
		e.Reason = survey.WordsOf("条件无法计算，请检查这一行。", "The rule cannot be evaluated; look at this row of the table.")
		return e
	}
	e.Suggestion = []string{Open, Unlikely, Likely}[found]
	for _, name := range s.rule.Reads() {
		if fact, ok := k.fact(library, name); ok {
			e.Facts = append(e.Facts, fact)
		}
	}
	for _, name := range missing {
		e.Missing = append(e.Missing, k.named(library, name))
	}
	if found == xpath.Yes && s.band != nil {
		if text, err := s.band.Text(ctx); err == nil {
			e.Band = text
		}
	}
	e.Reason = s.reason(&e)
	return e
}

// reason says in words what was suggested and why.
func (s *compiled) reason(e *Entitlement) survey.Words {
	zh, en := []string{}, []string{}
	for _, f := range e.Facts {
		zh, en = append(zh, f.Asked.ZH+"："+f.Shown.ZH), append(en, f.Asked.EN+": "+f.Shown.EN)
	}
	lacking := survey.Words{}
	for i, m := range e.Missing {
		if i > 0 {
			lacking.ZH, lacking.EN = lacking.ZH+"、", lacking.EN+", "
		}
		lacking.ZH, lacking.EN = lacking.ZH+m.Asked.ZH, lacking.EN+m.Asked.EN
	}
	head := map[string]survey.Words{
		Likely: {ZH: "似乎符合", EN: "Seems entitled"}, Unlikely: {ZH: "似乎不符合", EN: "Seems not entitled"},
		Open: {ZH: "还不能判断，缺少：" + lacking.ZH, EN: "Not known yet, lacking: " + lacking.EN},
	}[e.Suggestion]
	return survey.WordsOf(joined(head.ZH, "（"+cmp.Or(s.WordsZH, s.Rule)+"）。", strings.Join(zh, "；")),
		joined(head.EN+" ", "("+cmp.Or(s.WordsEN, s.WordsZH, s.Rule)+"). ", strings.Join(en, "; ")))
}

func joined(parts ...string) string { return strings.TrimSpace(strings.Join(parts, "")) }

func (k *known) fact(library words, name string) (Fact, bool) {
	value, ok := k.values[name]
	if !ok {
		return Fact{}, false
	}
	from := k.from[name]
	f := Fact{Named: k.named(library, name), Value: value, Shown: survey.Untranslated(value), Record: from.record, Day: from.day}
	for _, in := range k.instruments(library, name) {
		if _, meant := in.FactWords(name, value); len(meant) > 0 {
			f.Shown = survey.Words{}
			for i, label := range meant {
				if i > 0 {
					f.Shown.ZH, f.Shown.EN = f.Shown.ZH+"、", f.Shown.EN+", "
				}
				f.Shown.ZH, f.Shown.EN = f.Shown.ZH+label.Tagged("zh"), f.Shown.EN+label.Tagged("en")
			}
			break
		}
	}
	return f, true
}

// named is how the forms ask for a fact; one that none asks for goes by its name.
func (k *known) named(library words, name string) Named {
	if asked, ok := registerWords[name]; ok {
		return Named{name, asked}
	}
	for _, in := range k.instruments(library, name) {
		if asked, _ := in.FactWords(name, ""); asked != nil {
			return Named{name, survey.WordsOf(cmp.Or(asked.Tagged("zh"), name), cmp.Or(asked.Tagged("en"), name))}
		}
	}
	return Named{name, survey.Untranslated(name)}
}

var registerWords = map[string]survey.Words{ageFact: {ZH: "年龄", EN: "age"}, sexFact: {ZH: "性别", EN: "sex"}}

// instruments are the versions whose words tell of a fact: the one that the fact comes from, then those of the person's records, then
// every current one, by its form's id.
func (k *known) instruments(library words, name string) (all []*instrument.Instrument) {
	from := append([]row{k.from[name]}, k.forms...)
	for _, r := range from {
		if in, ok := library.Get(r.form, r.version); ok && r.form != "" {
			all = append(all, in)
		}
	}
	current := library.Current()
	for _, id := range slices.Sorted(maps.Keys(current)) {
		all = append(all, current[id])
	}
	return all
}
