package needs

import (
	"cmp"
	"database/sql"
	"maps"
	"slices"
	"sync"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/coverage"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
)

// Counts are the needs of communities as they were counted last. A community is counted again when its needs have changed, which the
// database notes, or when somebody there was merged with another or taken apart.
type Counts struct {
	mu        sync.Mutex
	known     map[string]counted
	numbers   map[instrument.Need]int // of the needs that were met
	words     []survey.Words          // of their items, by number
	survivors coverage.Survivors
	counting  sync.Mutex // held while a community is counted, so that two who ask at once do not both count it
}

// NewCounts makes an empty Counts.
func NewCounts() *Counts {
	return &Counts{known: map[string]counted{}, numbers: map[instrument.Need]int{}}
}

// counted are the people of one community, or of several, with some need, and all of whom a record tells.
type counted struct {
	version int64
	people  int
	by      []int // by the number of the need
}

// Count is how many people need something. For an actor who may not read records N is the nearest multiple of Least, and nil
// where they are too few.
type Count struct {
	Wording
	N *int `json:"n"`
}

// Line is one area with what is needed there.
type Line struct {
	Area   string  `json:"area"`
	Name   string  `json:"name"`
	People *int    `json:"people"` // of whom a record tells anything; nil as in Count
	Needs  []Count `json:"needs"`
}

// Report is what is needed in an area, in all and by the areas directly below.
type Report struct {
	Total Line   `json:"total"`
	Items []Line `json:"items"`
	Least int    `json:"least"` // smaller counts than this are not told, others rounded to a multiple of it; 0 where all are told
}

// Least is the smallest count that an actor who may not read records is told, and the step of such counts: a total less its parts
// then tells nothing of few people.
const Least = 5

// Read counts the people of each level of need in the actor's territory, or in an area of it. A person counts once in a community, by
// the newest record of each form. It costs what has changed since it was asked for last.
func (c *Counts) Read(db collections.DB, library *instrument.Library, actor access.Actor, area string) (Report, error) {
	out := Report{Items: []Line{}}
	if actor.Where(access.ReviewRecord) == access.Nowhere {
		out.Least = Least
	}
	survivors, err := c.merged(db)
	if err != nil {
		return out, err
	}
	lines, err := linesOf(db, actor, area)
	if err != nil {
		return out, err
	}
	for _, line := range append(lines, Line{Area: area}) { // the last is all together
		var sum counted
		for _, r := range actor.Ranges(line.Area) {
			if err := c.within(db, library, survivors, r, &sum); err != nil {
				return out, err
			}
		}
		out.Items = append(out.Items, c.line(sum, line, out.Least))
	}
	last := len(out.Items) - 1
	out.Total, out.Items = out.Items[last], out.Items[:last]
	return out, nil
}

// linesOf are the areas that an answer is about: those directly below one, which is a community itself where nothing larger than a
// grid lies below; without one, those of the territory.
func linesOf(db collections.DB, actor access.Actor, area string) (lines []Line, err error) {
	// That anybody in a grid needs something tells of a few houses, however the count is rounded.
	tooNear := len(area) > territory.CommunityDigits && actor.Where(access.ReviewRecord) == access.Nowhere
	if tooNear || area != "" && len(actor.Ranges(area)) == 0 {
		return nil, problem.New(problem.NotFound, "area")
	}
	if area != "" || actor.Role == access.Operator {
		lines, err = collections.All(db, `SELECT code, name FROM areas WHERE parent=? AND active AND length(code)<=? ORDER BY code`,
			[]any{area, territory.CommunityDigits}, func(rows *sql.Rows, l *Line) error { return rows.Scan(&l.Area, &l.Name) })
		lines = slices.DeleteFunc(lines, func(l Line) bool { return len(actor.Ranges(l.Area)) == 0 })
		if err != nil || len(lines) > 0 || area == "" {
			return lines, err
		}
	}
	own := actor.Territory
	if area != "" {
		own = []string{area}
	}
	for _, code := range own {
		name, known, err := collections.AreaName(db, code)
		if err != nil {
			return nil, err
		}
		if known {
			lines = append(lines, Line{Area: code, Name: name})
		}
	}
	return lines, nil
}

// merged reads who turned out to be whom, and forgets the communities of those of whom that has changed.
func (c *Counts) merged(db collections.DB) (coverage.Survivors, error) {
	now, err := coverage.LoadSurvivors(db)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	before := c.survivors
	c.mu.Unlock()
	moved := map[string]bool{}
	for _, some := range []coverage.Survivors{before, now} {
		for id := range some {
			if before.Of(id) != now.Of(id) {
				moved[id] = true
			}
		}
	}
	stale := []string{}
	for id := range moved {
		communities, err := collections.Column[string](db, `SELECT substr(area,1,?) FROM needs WHERE person=?`, territory.CommunityDigits, id)
		if err != nil {
			return nil, err
		}
		stale = append(stale, communities...)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, community := range stale {
		delete(c.known, community)
	}
	c.survivors = now
	return now, nil
}

// within adds up the communities of a range; of one that lies in it in part, that part.
func (c *Counts) within(db collections.DB, library *instrument.Library, survivors coverage.Survivors, r territory.Range,
	sum *counted) error {
	versions, err := collections.Map[string, int64](db, `SELECT area, version FROM need_versions WHERE area>=? AND area<?`,
		territory.InCommunity(r.Lo), r.Hi)
	if err != nil {
		return err
	}
	for _, community := range slices.Sorted(maps.Keys(versions)) {
		one, err := c.community(db, library, survivors, place{community, versions[community], r})
		if err != nil {
			return err
		}
		sum.add(one)
	}
	return nil
}

// community counts one community, or takes what was counted where nothing has changed. Of one that lies in the range in part, that
// part is counted, and not remembered.
func (c *Counts) community(db collections.DB, library *instrument.Library, survivors coverage.Survivors, at place) (counted, error) {
	if !at.whole() {
		return c.count(db, library, survivors, at.rows())
	}
	if have, ok := c.have(at); ok {
		return have, nil
	}
	c.counting.Lock()
	defer c.counting.Unlock()
	if have, ok := c.have(at); ok {
		return have, nil
	}
	fresh, err := c.count(db, library, survivors, at.rows())
	if err != nil {
		return fresh, err
	}
	fresh.version = at.version
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[at.community] = fresh
	return fresh, nil
}

// have returns what was counted of a community, where nothing has changed since.
func (c *Counts) have(at place) (counted, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	have, ok := c.known[at.community]
	return have, ok && have.version == at.version
}

// place is a community, its version, and the range that it is asked for in.
type place struct {
	community string
	version   int64
	in        territory.Range
}

// whole reports whether all of the community lies in the range.
func (p place) whole() bool { return p.in.Lo <= p.community }

// rows are the places of the rows that count. A code that is shorter than a community's is where records lie that have no place yet.
func (p place) rows() territory.Range {
	if len(p.community) < territory.CommunityDigits {
		return territory.Range{Lo: p.community, Hi: p.community + "!"}
	}
	own := territory.Of([]string{p.community})[0]
	return territory.Range{Lo: max(own.Lo, p.in.Lo), Hi: min(own.Hi, p.in.Hi)}
}

// count reads the rows of one place.
func (c *Counts) count(db collections.DB, library *instrument.Library, survivors coverage.Survivors, in territory.Range) (counted, error) {
	newest := map[[2]string]row{} // by person and collection
	people := map[string]bool{}
	q := territory.Rows{Columns: rowColumns + `, n.rejected`, From: `needs n`, Place: `n.area`, ID: `n.id`, Ranges: []territory.Range{in}}
	err := q.Each(db, func(rows *sql.Rows) error {
		var rejected bool
		r, ok, err := scan(db, rows, &rejected)
		if err != nil || !ok || rejected {
			return err
		}
		person := survivors.Of(r.person)
		people[person] = true
		at := [2]string{person, r.collection}
		if before, met := newest[at]; !met || cmp.Or(cmp.Compare(r.day, before.day), cmp.Compare(r.id, before.id)) > 0 {
			newest[at] = r
		}
		return nil
	})
	sum, named := counted{people: len(people)}, map[int]bool{}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range newest {
		in, known := library.Get(r.form, r.version)
		for _, n := range r.Needs {
			number := c.number(n)
			if known && !named[number] {
				named[number], c.words[number] = true, ItemName(in, n)
			}
			sum.room(number + 1)
			sum.by[number]++
		}
	}
	return sum, err
}

// number is the place of a need in the sums. The caller holds mu.
func (c *Counts) number(n instrument.Need) int {
	number, met := c.numbers[n]
	if !met {
		number = len(c.words)
		c.numbers[n], c.words = number, append(c.words, survey.Words{})
	}
	return number
}

// room lets the sums hold n needs.
func (c *counted) room(n int) {
	if more := n - len(c.by); more > 0 {
		c.by = append(c.by, make([]int, more)...)
	}
}

func (c *counted) add(other counted) {
	c.people += other.people
	c.room(len(other.by))
	for number, people := range other.by {
		c.by[number] += people
	}
}

// line writes the counts of one area, in the order of domains and items, the gravest first.
func (c *Counts) line(sum counted, l Line, least int) Line {
	l.People, l.Needs = told(sum.people, least), []Count{}
	c.mu.Lock()
	defer c.mu.Unlock()
	for n, number := range c.numbers {
		if number >= len(sum.by) || sum.by[number] == 0 {
			continue
		}
		l.Needs = append(l.Needs, Count{wordingOf(n, c.words[number]), told(sum.by[number], least)})
	}
	slices.SortFunc(l.Needs, func(a, b Count) int {
		return cmp.Or(cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.Item, b.Item), cmp.Compare(grade(b.Level), grade(a.Level)))
	})
	return l
}

// told is a count as it may be told; least is 0 where all are told as they are.
func told(n, least int) *int {
	if n < least {
		return nil
	}
	if least > 0 {
		n = (n + least/2) / least * least
	}
	return &n
}
