package console

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/problem"
	"doorstep/internal/sensitive"
	"doorstep/internal/survey"
)

// Pair is a candidate pair of duplicates: a was there first.
type Pair struct {
	ID         string     `json:"id"`
	Kind       string     `json:"kind"`
	Rule       string     `json:"rule"`
	Status     string     `json:"status"`
	Collection string     `json:"collection"`
	Created    string     `json:"created"`
	Weight     float64    `json:"weight"`      // of the evidence, in bits; 0 of a rule
	Chance     float64    `json:"probability"` // that it is one
	A          Side       `json:"a"`
	B          Side       `json:"b"`
	Rows       []Compared `json:"rows"` // of one pair that is looked at; empty in a list
	doubt      string
	Unsure     int      `json:"unsure"` // how many people looked at it and were not sure
	Can        []string `json:"can"`    // same, different and unsure; the other side has to agree where only one lies here
}

// Side is one row of a pair. Of one that lies elsewhere no more is shown than its district.
type Side struct {
	ID       string `json:"id"`
	Here     bool   `json:"here"`
	Area     string `json:"area"`
	AreaName string `json:"area_name"`
	Summary  string `json:"summary"` // masked
	Verdict  string `json:"verdict"` // what this side has said: same, different or nothing
	Comment  string `json:"comment"` // what it wrote, in one pair that is looked at
}

// Compared holds one field of the two rows. Equal reports whether they say the same, and is nil where a side says nothing.
type Compared struct {
	Field string       `json:"field"`
	Label survey.Words `json:"label"`
	A     string       `json:"a"` // masked; empty for a side that lies elsewhere
	B     string       `json:"b"`
	Equal *bool        `json:"equal"`
	Level survey.Words `json:"level"` // of pairs that were weighed: how the two agree, in words
	Bits  float64      `json:"bits"`  // and the weight of that: above 0 for one person, below against it
	Text  *Texts       `json:"text"`  // of answers that are codes: what they say; nil for any other

	column string // expression that reads it, where the field is no column of the table
}

// Texts are what the two sides say in words.
type Texts struct {
	A survey.Words `json:"a"`
	B survey.Words `json:"b"`
}

const pairColumns = `id, kind, rule, status, collection, created, doubt, weight, score, a, b, area, area_b, verdict_a, verdict_b, ` +
	`COALESCE(evidence,'[]'), unsure_by`

// toDecide is where the pairs are that wait for an actor, and its condition: those with a side in the territory, without those that the
// actor was unsure of, which wait for somebody else. What lies in some streets is found by its place; in a larger territory the pairs
// of the city are gone through along an index, by which a page is full soon.
func toDecide(actor access.Actor, index string) (from string, args []any) {
	ranges := actor.Ranges("")
	if !inStreets(ranges) {
		here, args := territory.Within(`+area`, ranges)
		there, argsB := territory.Within(`+area_b`, ranges)
		return `duplicates INDEXED BY ` + index + ` WHERE status='open' AND (` + here + ` OR ` + there + `) AND instr(unsure_by, ?)=0`,
			append(append(args, argsB...), actor.ID)
	}
	among, args := territory.Among(ranges)
	side := func(column string) string {
		return `SELECT d.rowid AS pair FROM ` + among + ` r CROSS JOIN duplicates d INDEXED BY idx_duplicates_` + column + `
			ON d.` + column + `>=r.lo AND d.` + column + `<r.hi WHERE d.status='open'`
	}
	return `(` + side(`area`) + ` UNION ` + side(`area_b`) + `) CROSS JOIN duplicates ON duplicates.rowid=pair
			WHERE status='open' AND instr(unsure_by, ?)=0`, append(slices.Concat(args, args), actor.ID)
}

// inStreets reports whether a territory is no larger than some streets.
func inStreets(ranges []territory.Range) bool {
	return !slices.ContainsFunc(ranges, func(r territory.Range) bool { return len(r.Lo) < collections.StreetDigits })
}

// PairsAsked are the pairs of one kind, "" for all, in the order of one of PairSorts, the first where none is said, after a cursor.
type PairsAsked struct {
	Kind, Sort, Cursor string
	Limit              int
}

// PairSorts are the orders of the pairs: what teaches most, what is likeliest, and by when they were found.
var PairSorts = []string{"doubt", "probability", Newest, Oldest}

// pairOrders are the indexes that hold the open pairs in each order.
var pairOrders = map[string]struct {
	index string
	order
}{
	"":            {"idx_duplicates_doubt", order{at: `doubt`, id: `id`}},
	"doubt":       {"idx_duplicates_doubt", order{at: `doubt`, id: `id`}},
	"probability": {"idx_duplicates_score", order{at: `score`, id: `id`}},
	Newest:        {"idx_duplicates_open", order{at: `created`, id: `id`}},
	Oldest:        {"idx_duplicates_open", order{at: `created`, id: `id`, rises: true}},
}

// Pairs lists the open pairs with a side in the actor's territory. Where no order is said, those whose decision teaches most stand
// first, then the newest; at the end those that others were unsure of.
func Pairs(db collections.DB, k Known, actor access.Actor, ask PairsAsked) (Page[Pair], error) {
	page := Page[Pair]{Items: []Pair{}}
	from, err := parsePosition(ask.Cursor)
	if err != nil {
		return page, err
	}
	limit := LimitOf(ask.Limit)
	by := pairOrders[ask.Sort]
	pairs, args := toDecide(actor, by.index)
	after, afterArgs := by.after(from)
	pairs, args = pairs+` AND `+after, append(args, afterArgs...)
	if ask.Kind != "" {
		pairs, args = pairs+` AND +kind=?`, append(args, ask.Kind)
	}
	page.Items, err = collections.All(db, `SELECT `+pairColumns+` FROM `+pairs+`
		ORDER BY `+by.by()+` LIMIT ?`, append(args, limit+1), func(rows *sql.Rows, p *Pair) (err error) {
		*p, _, err = scanPair(rows, k, actor)
		return err
	})
	if err != nil {
		return page, err
	}
	page.cut(limit, func(p Pair) position { return p.at(by.order) })
	for i := range page.Items {
		if _, err := page.Items[i].read(db, k); err != nil {
			return page, err
		}
	}
	return page, nil
}

// at is where the pair stands in an order.
func (p *Pair) at(by order) position {
	switch by.at {
	case `score`:
		return position{strconv.FormatFloat(p.Chance, 'g', -1, 64), p.ID}
	case `created`:
		return position{p.Created, p.ID}
	}
	return position{p.doubt, p.ID}
}

// ReadPair compares the two rows of a pair field by field.
func ReadPair(db collections.DB, k Known, actor access.Actor, id string) (p Pair, err error) {
	var evidence string
	err = collections.Each(db, `SELECT `+pairColumns+` FROM duplicates WHERE id=?`, []any{id}, func(rows *sql.Rows) (err error) {
		p, evidence, err = scanPair(rows, k, actor)
		return err
	})
	if err != nil {
		return p, err
	}
	if !p.A.Here && !p.B.Here {
		return p, problem.New(problem.NotFound, "")
	}
	said, err := p.read(db, k)
	if err != nil {
		return p, err
	}
	p.Rows = p.compare(k, said)
	p.explain(evidence)
	return p, p.comments(db)
}

// comments adds what the sides that lie here wrote.
func (p *Pair) comments(db collections.DB) error {
	wrote, err := inClear(db, collections.Duplicates, p.ID, []Compared{{Field: "comment"}, {Field: "comment_b"}})
	for s, column := range map[*Side]string{&p.A: "comment", &p.B: "comment_b"} {
		if s.Here {
			s.Comment = wrote[column]
		}
	}
	return err
}

// explain adds what the evidence says of each field. A column that somebody broke by hand adds nothing.
func (p *Pair) explain(evidence string) {
	var levels []struct {
		Field, Level, ZH, EN string
		Bits                 float64
	}
	if err := json.Unmarshal([]byte(evidence), &levels); err != nil {
		return
	}
	for _, l := range levels {
		at := slices.IndexFunc(p.Rows, func(f Compared) bool { return f.Field == l.Field })
		if at < 0 {
			f := Compared{Field: l.Field, Label: labelOf(l.Field)}
			if equal := l.Level == "equal"; l.Level != "missing" {
				f.Equal = &equal
			}
			at, p.Rows = len(p.Rows), append(p.Rows, f)
		}
		p.Rows[at].Level, p.Rows[at].Bits = survey.WordsOf(l.ZH, l.EN), l.Bits
	}
}

// labelOf names a field of the evidence that is no column.
func labelOf(field string) survey.Words {
	switch field {
	case "given_name":
		return survey.WordsOf("名", "Given name")
	case "surname":
		return survey.WordsOf("姓", "Surname")
	case "household":
		return survey.WordsOf("家庭户", "Household")
	case "area":
		return survey.WordsOf("区划", "Area")
	case "campaign":
		return survey.WordsOf("批次", "Campaign")
	}
	return survey.Untranslated(field)
}

func scanPair(rows *sql.Rows, k Known, actor access.Actor) (p Pair, evidence string, err error) {
	p = Pair{Rows: []Compared{}, Can: []string{"same", "different", "unsure"}}
	var unsure string
	err = rows.Scan(&p.ID, &p.Kind, &p.Rule, &p.Status, &p.Collection, &p.Created, &p.doubt, &p.Weight, &p.Chance, &p.A.ID, &p.B.ID, &p.A.Area,
		&p.B.Area, &p.A.Verdict, &p.B.Verdict, &evidence, &unsure)
	p.Unsure = len(strings.Fields(unsure))
	for _, s := range []*Side{&p.A, &p.B} {
		if s.Here = actor.May(access.DecideDuplicate, s.Area, ""); !s.Here {
			s.ID, s.Area = "", s.Area[:min(len(s.Area), collections.DistrictDigits)]
		}
		s.AreaName = nameOf(k.Areas, s.Area)
	}
	return p, evidence, err
}

// fieldsOf returns the fields that the rows of a collection are compared by.
func fieldsOf(k Known, collection string) []Compared {
	if _, survey := k.Library.ByTable(collection); survey {
		return fieldsOfRecords
	}
	return fieldsOfRegister[collection]
}

var fieldsOfRecords = []Compared{{Field: "finished_at", Label: survey.WordsOf("完成时间", "Finished")},
	{Field: "received_at", Label: survey.WordsOf("收到时间", "Received")},
	{Field: "worker", Label: survey.WordsOf("采集员", "Worker"), column: `(SELECT name FROM workers w WHERE w.id=worker)`},
	{Field: "outcome", Label: survey.WordsOf("结果", "Outcome")},
	{Field: "review_state", Label: survey.WordsOf("状态", "State")}}

var fieldsOfRegister = map[string][]Compared{
	collections.Persons: {{Field: "name", Label: survey.WordsOf("姓名", "Name")}, {Field: "sex", Label: survey.WordsOf("性别", "Sex")},
		{Field: "birth_date", Label: survey.WordsOf("出生日期", "Birth date")},
		{Field: "id_type", Label: survey.WordsOf("证件类型", "Type of document")},
		{Field: "id_number", Label: survey.WordsOf("证件号码", "Number of document")},
		{Field: "phone", Label: survey.WordsOf("电话", "Phone")}, {Field: "relation", Label: survey.WordsOf("与户主关系", "Relation to head")}},
	collections.Households: {{Field: "address", Label: survey.WordsOf("地址", "Address")},
		{Field: "house_code", Label: survey.WordsOf("房屋编码", "House code")},
		{Field: "head_name", Label: survey.WordsOf("户主", "Head")},
		{Field: "phone", Label: survey.WordsOf("电话", "Phone")}, {Field: "residents", Label: survey.WordsOf("常住人数", "Residents")}},
}

// read gives what the sides that lie here say, in clear, and writes their summaries.
func (p *Pair) read(db collections.DB, k Known) (said [2]map[string]string, err error) {
	fields := fieldsOf(k, p.Collection)
	for i, s := range []*Side{&p.A, &p.B} {
		if !s.Here || len(fields) == 0 {
			continue
		}
		if said[i], err = inClear(db, p.Collection, s.ID, fields); err != nil {
			return said, err
		}
		s.Summary = maskOf(p.Collection, fields[0].Field).Mask(said[i][fields[0].Field])
	}
	return said, nil
}

func inClear(db collections.DB, table, id string, fields []Compared) (map[string]string, error) {
	said := map[string]string{}
	query := `SELECT sealed`
	for _, f := range fields {
		query += `, COALESCE(` + cmp.Or(f.column, f.Field) + `,'')`
	}
	values := make([]string, len(fields)+1)
	dest := make([]any, len(values))
	for i := range values {
		dest[i] = &values[i]
	}
	found, err := collections.One(db, query+` FROM "`+table+`" WHERE id=?`, []any{id}, dest...)
	if err != nil || !found {
		return said, err
	}
	opened, _, err := collections.OpenWhole(db, table, id, values[0])
	for i, f := range fields {
		text := values[i+1]
		if s, sealed := collections.Registry[table].Find(f.Field); sealed && s.Indexed && values[0] != "" {
			text = "" // a keyed hash
		}
		opened.Fill(f.Field, &text)
		said[f.Field] = text
	}
	return said, err
}

// maskOf is the mask of a column of persons or households.
func maskOf(table, field string) sensitive.Shape {
	if s, sealed := collections.Registry[table].Find(field); sealed {
		return s.Shape
	}
	if table == collections.Persons && field == "birth_date" {
		return sensitive.Year
	}
	return sensitive.Whole
}

// compare compares the two sides. Of one that lies elsewhere nothing is read.
func (p *Pair) compare(k Known, said [2]map[string]string) []Compared {
	all := []Compared{}
	for _, f := range fieldsOf(k, p.Collection) {
		a, b := said[0][f.Field], said[1][f.Field]
		f.A, f.B = maskOf(p.Collection, f.Field).Mask(a), maskOf(p.Collection, f.Field).Mask(b)
		if equal := a == b; a != "" && b != "" {
			f.Equal = &equal
		}
		if f.Field == "outcome" {
			f.Text = &Texts{outcomeText(k.Library, p.Collection, "", a), outcomeText(k.Library, p.Collection, "", b)}
		}
		all = append(all, f)
	}
	return all
}
