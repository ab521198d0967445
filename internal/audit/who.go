package audit

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"doorstep/collections"
)

// Line answers a guardian's question for one row: who saw or changed what of this person, when, from which device, why.
type Line struct {
	Seq        int64           `json:"seq"`
	At         string          `json:"at"`
	Action     string          `json:"action"`
	Purpose    Purpose         `json:"purpose"`
	Actor      string          `json:"actor"`    // id
	Name       string          `json:"name"`     // of the worker, "" for superusers and the shell
	StaffNo    string          `json:"staff_no"` //
	Role       string          `json:"role"`
	Device     string          `json:"device"`
	Collection string          `json:"collection"`
	Record     string          `json:"record"`
	Concerns   []string        `json:"concerns"` // which of the person's ids the row names
	Certain    bool            `json:"certain"`  // false for an export, which may have held the person
	Detail     json.RawMessage `json:"detail"`
}

// Trace is everything that belongs to one person.
type Trace struct {
	Persons    []string `json:"persons"`    // the person, and those merged into it or that it was merged into
	Households []string `json:"households"` //
	Records    []string `json:"records"`    // visits and surveys that name the person
	Area       string   `json:"area"`
	People     []Seer   `json:"people"` // who saw or changed something of it, who did so most often first
	Count      int      `json:"count"`  // of all lines
	Lines      []Line   `json:"lines"`  // oldest first
	Next       *string  `json:"next"`   // cursor of the lines that a page leaves out
}

// Seer is somebody of whom lines tell, with how many.
type Seer struct {
	Actor string `json:"actor"`
	Name  string `json:"name"`
	Role  string `json:"role"`
	N     int    `json:"n"`
}

// Who finds who saw or changed a person's records. A person whose record was erased is still found by the id. found is
// false where nothing was ever recorded of that id. Those whom the person was merged with are followed as far as they
// lie where sees allows; nil allows everything.
func Who(db collections.DB, person string, sees func(area string) bool) (trace Trace, found bool, err error) {
	trace.Households, trace.Records = []string{}, []string{}
	if _, err := collections.One(db, `SELECT area FROM persons WHERE id=?`, []any{person}, &trace.Area); err != nil {
		return trace, false, fmt.Errorf("area of %s: %w", person, err)
	}
	if trace.Persons, err = merged(db, person, sees); err != nil {
		return trace, false, err
	}
	known := len(trace.Persons) > 0
	if !known {
		trace.Persons = []string{person}
	}
	for _, p := range trace.Persons {
		if err := trace.gather(db, p); err != nil {
			return trace, false, err
		}
	}
	slices.Sort(trace.Households)
	trace.Households = slices.Compact(trace.Households)
	slices.Sort(trace.Records)
	trace.Records = slices.Compact(trace.Records)
	err = trace.read(db)
	return trace, known || len(trace.Lines) > 0, err
}

// merged follows merges in both directions: who looked at the other row looked at the same person.
func merged(db collections.DB, person string, sees func(area string) bool) ([]string, error) {
	var ids []string
	err := collections.Each(db, `WITH RECURSIVE same(id) AS (
			SELECT id FROM persons WHERE id=?
			UNION SELECT p.merged_into FROM same s CROSS JOIN persons p ON p.id=s.id WHERE p.merged_into!=''
			UNION SELECT p.id FROM same s CROSS JOIN persons p ON p.merged_into=s.id WHERE p.merged_into!=''
		) SELECT p.id, p.area FROM same s CROSS JOIN persons p ON p.id=s.id ORDER BY s.id`, []any{person}, func(rows *sql.Rows) error {
		var id, area string
		err := rows.Scan(&id, &area)
		if id == person || sees == nil || sees(area) {
			ids = append(ids, id)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("merges of %s: %w", person, err)
	}
	return ids, nil
}

// gather adds the household of a person and every record that names it. Each table with a column person may, also one
// of a form that is published later; the rows of a repeat belong to their visit, and those of needs repeat what records say.
func (t *Trace) gather(db collections.DB, person string) error {
	var household string
	if _, err := collections.One(db, `SELECT household FROM persons WHERE id=?`, []any{person}, &household); err != nil {
		return fmt.Errorf("household of %s: %w", person, err)
	}
	if household != "" {
		t.Households = append(t.Households, household)
	}
	tables := map[string]string{}
	err := collections.Each(db, `SELECT m.name, EXISTS (SELECT 1 FROM pragma_table_info(m.name) WHERE name='visit')
		FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name='person'
		WHERE m.type='table' AND m.name!='needs'`, nil, func(rows *sql.Rows) error {
		var name string
		var repeat bool
		err := rows.Scan(&name, &repeat)
		if tables[name] = "id"; repeat {
			tables[name] = "visit"
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("tables that name persons: %w", err)
	}
	for table, id := range tables {
		records, err := collections.Column[string](db, `SELECT "`+id+`" FROM "`+table+`" WHERE person=?`, person)
		t.Records = append(t.Records, records...)
		if err != nil {
			return fmt.Errorf("%s of %s: %w", table, person, err)
		}
	}
	return nil
}

// read finds the rows that name any of the ids, and every export, of which none names whom it held.
func (t *Trace) read(db collections.DB) error {
	named := seek(slices.Concat(t.Persons, t.Records, t.Households))
	seqs, err := naming(db, named)
	if err != nil {
		return err
	}
	exports, err := collections.Column[int64](db, `SELECT seq FROM audit WHERE action=?`, Exported)
	if err != nil {
		return fmt.Errorf("exports: %w", err)
	}
	t.Lines = []Line{}
	err = collections.Each(db, selectRows+`WHERE seq IN (SELECT value FROM json_each(?))`,
		[]any{collections.JSONList(append(seqs, exports...))}, func(rows *sql.Rows) error {
			var r Row
			if err := r.scan(rows); err != nil {
				return err
			}
			if line, ok := t.line(&r, named); ok {
				t.Lines = append(t.Lines, line)
			}
			return nil
		})
	if err != nil {
		return fmt.Errorf("rows of the audit chain: %w", err)
	}
	slices.SortFunc(t.Lines, func(a, b Line) int { return cmp.Compare(a.Seq, b.Seq) })
	if err := t.name(db); err != nil {
		return err
	}
	t.count()
	return nil
}

// count fills in of whom the lines tell.
func (t *Trace) count() {
	t.Count, t.People = len(t.Lines), []Seer{}
	at := map[[2]string]int{}
	for _, l := range t.Lines {
		who := [2]string{l.Actor, l.Role}
		if _, known := at[who]; !known {
			at[who], t.People = len(t.People), append(t.People, Seer{l.Actor, l.Name, l.Role, 0})
		}
		t.People[at[who]].N++
	}
	slices.SortStableFunc(t.People, func(a, b Seer) int { return cmp.Compare(b.N, a.N) })
}

// Page leaves as many lines as a page has, of those behind a cursor of Next, the newest first where newest is set. ok is false for a
// cursor that is none.
func (t *Trace) Page(cursor string, limit int, newest bool) (ok bool) {
	after, begun := int64(0), cursor != ""
	if begun {
		var err error
		if after, err = strconv.ParseInt(cursor, 10, 64); err != nil {
			return false
		}
	}
	if newest {
		slices.Reverse(t.Lines)
	}
	t.Lines = slices.DeleteFunc(t.Lines, func(l Line) bool { return begun && (l.Seq == after || l.Seq > after == newest) })
	if len(t.Lines) > limit {
		t.Lines = t.Lines[:limit]
		next := strconv.FormatInt(t.Lines[limit-1].Seq, 10)
		t.Next = &next
	}
	return true
}

// name fills in who the workers are that the lines tell of.
func (t *Trace) name(db collections.DB) error {
	var actors []string
	for _, l := range t.Lines {
		actors = append(actors, l.Actor)
	}
	slices.Sort(actors)
	staff := map[string][2]string{}
	err := collections.Each(db, `SELECT id, name, staff_no FROM workers WHERE id IN (SELECT value FROM json_each(?))`,
		[]any{collections.JSONList(slices.Compact(actors))}, func(rows *sql.Rows) error {
			var id, name, number string
			err := rows.Scan(&id, &name, &number)
			staff[id] = [2]string{name, number}
			return err
		})
	if err != nil {
		return fmt.Errorf("workers: %w", err)
	}
	for i := range t.Lines {
		l := &t.Lines[i]
		l.Name, l.StaffNo = staff[l.Actor][0], staff[l.Actor][1]
	}
	return nil
}

// line makes a row of the trail a line. ok is false where it does not belong to the person.
func (t *Trace) line(r *Row, named []sought) (l Line, ok bool) {
	l = Line{
		Seq: r.Seq, At: r.At, Action: r.Action, Purpose: Purpose(r.Purpose), Actor: r.Actor, Role: r.Role, Device: r.Device,
		Collection: r.Collection, Record: r.Record,
		Concerns: []string{}, Certain: true, Detail: json.RawMessage(r.Detail),
	}
	for _, s := range named {
		if s.in(r.Record, r.Subjects) {
			l.Concerns = append(l.Concerns, s.id)
		}
	}
	if !json.Valid(l.Detail) {
		l.Detail = json.RawMessage(`{}`)
	}
	if len(l.Concerns) == 0 && r.Action == Exported {
		l.Certain = false
		return l, t.Area != "" && t.mayHold(l.Detail)
	}
	return l, len(l.Concerns) > 0
}

// mayHold reports whether an export reached the person's area: its row holds the filter, not the records.
func (t *Trace) mayHold(detail json.RawMessage) bool {
	var filter struct {
		Territory []string `json:"territory"` // null where nothing limited it
	}
	if json.Unmarshal(detail, &filter) != nil || filter.Territory == nil {
		return true
	}
	return slices.ContainsFunc(filter.Territory, func(prefix string) bool { return strings.HasPrefix(t.Area, prefix) })
}
