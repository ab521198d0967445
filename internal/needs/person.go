package needs

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
)

// Wording names a need: its domain, item and level, each by its code and in both languages.
type Wording struct {
	Domain     string       `json:"domain"`
	DomainName survey.Words `json:"domain_name"`
	Item       string       `json:"item"`
	ItemName   survey.Words `json:"item_name"`
	Level      string       `json:"level"`
	LevelName  survey.Words `json:"level_name"`
}

// wordingOf puts a need into words; the item is its code where no form calls it anything.
func wordingOf(n instrument.Need, item survey.Words) Wording {
	if item == (survey.Words{}) {
		item = survey.Untranslated(n.Item)
	}
	return Wording{n.Domain, DomainName(n.Domain), n.Item, item, n.Level, LevelNames[n.Level]}
}

// Need is what somebody needs, as one record says it. It is Current where no later record of the same form speaks of the person.
type Need struct {
	Person string `json:"person"`
	Wording
	Collection string `json:"collection"`
	Record     string `json:"record"`
	Form       string `json:"form"`
	Version    string `json:"form_version"`
	Area       string `json:"area"`
	Day        string `json:"day"` // of the visit
	Current    bool   `json:"current"`
}

// Person is what is known of one person's needs, and what that may entitle to.
type Person struct {
	ID           string        `json:"id"`
	Area         string        `json:"-"`
	Needs        []Need        `json:"needs"` // those that are current first, then by day, the newest first
	Entitlements []Entitlement `json:"entitlements"`
}

// row is a row of the collection, opened.
type row struct {
	id, collection, record, form, version, person, area, day string
	Said
}

const rowColumns = `n.id, n.collection, n.record, n.form, n.form_version, n.person, n.area, n.day, n.sealed, n.said`

// scan reads a row by rowColumns and what is read behind them; ok is false for one that is damaged.
func scan(db collections.DB, rows *sql.Rows, more ...any) (r row, ok bool, err error) {
	var sealed, said string
	own := []any{&r.id, &r.collection, &r.record, &r.form, &r.version, &r.person, &r.area, &r.day, &sealed, &said}
	if err := rows.Scan(append(own, more...)...); err != nil {
		return r, false, err
	}
	opened, whole, err := collections.OpenWhole(db, collections.Needs, r.id, sealed)
	if err != nil || !whole {
		return r, false, err
	}
	opened.Fill("said", &said)
	if said == "" {
		return r, true, nil
	}
	if err := json.Unmarshal([]byte(said), &r.Said); err != nil {
		return r, false, fmt.Errorf("needs %s: %w", r.id, err)
	}
	return r, true, nil
}

// mostRows is how many records about one person are read, the newest.
const mostRows = 100

// Of reads the needs of a person of the actor's territory, by all the entries of the register that were merged into one; a person
// elsewhere is as good as none. Records that lie elsewhere are left out.
func Of(db collections.DB, library *instrument.Library, actor access.Actor, id string, now time.Time) (Person, error) {
	out := Person{ID: id, Needs: []Need{}, Entitlements: []Entitlement{}}
	var birth, sex, merged string
	found, err := collections.One(db, `SELECT area, birth_date, sex, merged_into FROM persons WHERE id=?`, []any{id}, &out.Area, &birth,
		&sex, &merged)
	if err != nil {
		return out, err
	}
	if !found || !actor.May(access.ReviewRecord, out.Area, "") {
		return out, problem.New(problem.NotFound, "")
	}
	rows, err := rowsOf(db, actor, id)
	if err != nil {
		return out, err
	}
	facts := knownOf(rows)
	facts.add(birth, sex, now)
	seen := map[string]bool{}
	for _, r := range rows {
		for _, n := range r.Needs {
			one := worded(library, r, n)
			one.Current = !seen[r.collection]
			out.Needs = append(out.Needs, one)
		}
		seen[r.collection] = true
	}
	slices.SortStableFunc(out.Needs, func(a, b Need) int {
		return cmp.Or(-cmp.Compare(current(a), current(b)), cmp.Compare(b.Day, a.Day), -cmp.Compare(grade(a.Level), grade(b.Level)))
	})
	table, err := ReadServices(db)
	if err != nil {
		return out, err
	}
	out.Entitlements = table.suggest(library, facts)
	return out, nil
}

func current(n Need) int {
	if n.Current {
		return 1
	}
	return 0
}

// grade orders the levels, from the mildest.
func grade(level string) int { return slices.Index(survey.NeedLevels, level) }

// rowsOf reads what counts of a person, the newest first.
func rowsOf(db collections.DB, actor access.Actor, id string) (all []row, err error) {
	err = collections.Each(db, `WITH RECURSIVE same(id) AS (VALUES(?) UNION
		SELECT p.merged_into FROM same JOIN persons p ON p.id=same.id WHERE p.merged_into!='' UNION
		SELECT p.id FROM same JOIN persons p ON p.merged_into=same.id WHERE p.merged_into!='')
		SELECT `+rowColumns+` FROM same CROSS JOIN needs n ON n.person=same.id WHERE NOT n.rejected ORDER BY n.day DESC, n.id LIMIT ?`,
		[]any{id, mostRows}, func(rows *sql.Rows) error {
			r, ok, err := scan(db, rows)
			if ok && actor.May(access.ReviewRecord, r.area, "") {
				all = append(all, r)
			}
			return err
		})
	return all, err
}

// worded puts a need into the words of the version that the record names.
func worded(library *instrument.Library, r row, n instrument.Need) Need {
	var item survey.Words
	if in, ok := library.Get(r.form, r.version); ok {
		item = ItemName(in, n)
	}
	return Need{Person: r.person, Wording: wordingOf(n, item), Collection: r.collection, Record: r.record, Form: r.form, Version: r.version,
		Area: r.area, Day: r.day}
}

// ItemName is how a version of a form calls what somebody needs.
func ItemName(in *instrument.Instrument, n instrument.Need) survey.Words {
	words := in.Words(n.Domain, n.Item)
	return survey.WordsOf(cmp.Or(words.Tagged("zh"), n.Item), cmp.Or(words.Tagged("en"), n.Item))
}

// DomainName is what a domain is called; one of a bureau's own form by its code.
func DomainName(domain string) survey.Words {
	if known, ok := domainNames[domain]; ok {
		return known
	}
	return survey.Untranslated(domain)
}

// LevelNames are what the levels of a need are called.
var LevelNames = map[string]survey.Words{
	"stated": {ZH: "提出", EN: "stated"}, "mild": {ZH: "较轻", EN: "mild"}, "moderate": {ZH: "中等", EN: "moderate"},
	"serious": {ZH: "严重", EN: "serious"},
}

// domainNames are the domains of the forms that come with the program.
var domainNames = map[string]survey.Words{
	"service": {ZH: "养老服务", EN: "services for older people"}, "adaptation": {ZH: "居家适老化改造", EN: "home adaptation"},
	"carer": {ZH: "照护者支持", EN: "support for carers"}, "daily_care": {ZH: "生活照料", EN: "daily care"},
	"child": {ZH: "儿童帮扶", EN: "help for the child"}, "protection": {ZH: "儿童保护", EN: "protection of the child"},
}
