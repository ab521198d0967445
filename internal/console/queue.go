package console

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"slices"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/review"
	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

// Filter is what somebody wants to see of the queue. The zero value is all that waits in the territory.
type Filter struct {
	Form, Area, Worker, Campaign, Code string
	States                             []string // those that wait, where none are named
	From, To                           string   // days on which records arrived, both included
	Photo, Returned                    bool     // only records with a file, or that were returned before
	ClockOff                           bool     // only records whose tablet had a wrong clock, whatever else Code asks for
	Flag                               string   // own, team: only records that the actor, or somebody for all, has marked
	Sort                               string   // Newest where it is not said, or Oldest
	Cursor                             string
	Limit                              int

	before string // only what had arrived by this moment; "" for all
}

// Item is one record in the queue.
type Item struct {
	Collection     string       `json:"collection"`
	ID             string       `json:"id"`
	Rev            int64        `json:"rev"`
	Form           string       `json:"form"`
	FormVersion    string       `json:"form_version"`
	State          string       `json:"state"`
	Area           string       `json:"area"`
	AreaName       string       `json:"area_name"`
	Worker         string       `json:"worker"`
	WorkerName     string       `json:"worker_name"`
	Outcome        survey.Words `json:"outcome"`
	FinishedAt     string       `json:"finished_at"`
	ReceivedAt     string       `json:"received_at"`
	Minutes        *int         `json:"minutes"` // between start and end, where the tablet noted both
	Errors         int          `json:"errors"`
	Warnings       int          `json:"warnings"`
	Codes          []string     `json:"codes"`
	Photos         int          `json:"photos"` // files that belong to it
	ReturnedBefore bool         `json:"returned_before"`
	Flagged        bool         `json:"flagged"` // by the actor, or by somebody for all
	Readers        []Reader     `json:"readers"` // who else has it open
}

// Queue lists records by when they arrived, the newest first where nothing else is asked for.
func Queue(db collections.DB, k Known, actor access.Actor, f Filter) (Page[Item], error) {
	keys, next, err := keysOf(db, k, actor, f, LimitOf(f.Limit))
	if err != nil {
		return Page[Item]{}, err
	}
	items, err := itemsOf(db, k, actor, keys)
	return Page[Item]{items, next}, err
}

// keysOf finds the records of a page, as many as limit says.
func keysOf(db collections.DB, k Known, actor access.Actor, f Filter, limit int) (keys []key, next *string, err error) {
	from, err := parsePosition(f.Cursor)
	if err != nil {
		return nil, nil, err
	}
	days, args, err := f.settle()
	if err != nil {
		return nil, nil, err
	}
	m := merge{order: order{`v.received_at`, `v.id`, f.Sort == Oldest}, limit: limit}
	for _, table := range tablesOf(k.Library, f.Form) {
		for _, r := range actor.Ranges(f.Area) {
			s := stream{db: db, f: f, by: actor.ID, table: table, r: r, from: from, days: days, daysArgs: args}
			if err := s.readAll(&m); err != nil {
				return nil, nil, err
			}
		}
	}
	keys, next = m.page()
	return keys, next, nil
}

// settle looks at what is asked for: the states where none are named, and the condition of the days. It fails with problem.BadParameter.
func (f *Filter) settle() (days string, args []any, err error) {
	if f.States, err = parseStates(f.States); err != nil {
		return "", nil, err
	}
	if f.Flag != "" && f.Flag != review.FlagOwn && f.Flag != review.FlagTeam {
		return "", nil, problem.New(problem.BadParameter, "flag")
	}
	if f.Sort != "" && f.Sort != Newest && f.Sort != Oldest {
		return "", nil, problem.New(problem.BadParameter, "sort")
	}
	return f.days()
}

// codes are those of the findings that a record must have, each of them.
func (f *Filter) codes() (all []string) {
	if f.Code != "" {
		all = append(all, f.Code)
	}
	if f.ClockOff && f.Code != validate.ClockOff {
		all = append(all, validate.ClockOff)
	}
	return all
}

// parseStates gives the states that are asked for; those that wait for none.
func parseStates(asked []string) ([]string, error) {
	if len(asked) == 0 {
		return collections.Undecided, nil
	}
	for _, s := range asked {
		if !slices.Contains(states, s) {
			return nil, problem.New(problem.BadParameter, "state")
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(asked))), nil
}

// tablesOf are the collections of the records of a form, or of all forms. Nothing lies in one that no form has.
func tablesOf(library *instrument.Library, form string) []string {
	if form == "" {
		return library.Tables()
	}
	if in, ok := library.Newest(form); ok {
		return []string{in.Layout.Main().Name}
	}
	return nil
}

// days is the condition of the days on which records arrived. Behind a cursor the index is not asked for the bound on the cursor's side:
// SQLite takes one bound of a side, and would go through all that lies between the two for each page.
func (f *Filter) days() (where string, args []any, err error) {
	first, last := `v.received_at`, `v.received_at`
	switch {
	case f.Cursor == "":
	case f.Sort == Oldest:
		first = `+` + first
	default:
		last = `+` + last
	}
	where = `1`
	if f.before != "" {
		where, args = last+`<=?`, []any{f.before}
	}
	from, since, wrong := collections.Days{From: f.From}.Where(first)
	to, until, also := collections.Days{To: f.To}.Where(last)
	if wrong = cmp.Or(wrong, also); wrong != "" {
		return "", nil, problem.New(problem.BadParameter, wrong)
	}
	return where + from + to, slices.Concat(args, since, until), nil
}

const itemColumns = `v.id, v.rev, v.form, v.form_version, v.review_state, v.area,
	v.worker, COALESCE((SELECT name FROM workers w
	WHERE w.id=v.worker),''), v.outcome, v.started_at, v.finished_at, v.received_at, COALESCE(v.issues,'[]'),
	(SELECT count(*) FROM attachments a WHERE a.record=v.id AND a.replaced=FALSE AND a.state!='withdrawn'),
	EXISTS (SELECT 1 FROM reviews r WHERE r.record=v.id AND r.decision='return'),
	EXISTS (SELECT 1 FROM record_flags f WHERE f.record=v.id AND (f.worker=? OR f.team))`

// rowsOf are where keys lie in their tables, each as a list in JSON.
func rowsOf(keys []key) map[string]string {
	rows := map[string][]int64{}
	for _, one := range keys {
		rows[one.table] = append(rows[one.table], one.row)
	}
	lists := map[string]string{}
	for table, all := range rows {
		lists[table] = collections.JSONList(all)
	}
	return lists
}

// itemsOf reads what a page shows, in the order of its keys.
func itemsOf(db collections.DB, k Known, actor access.Actor, keys []key) ([]Item, error) {
	read := map[[2]string]Item{}
	for table, list := range rowsOf(keys) {
		query := `SELECT ` + itemColumns + ` FROM "` + table + `" v WHERE v.rowid IN (SELECT value FROM json_each(?))`
		err := collections.Each(db, query, []any{actor.ID, list}, func(rows *sql.Rows) error {
			item := Item{Collection: table, Codes: []string{}}
			err := item.scan(rows, k)
			read[[2]string{table, item.ID}] = item
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	items := make([]Item, 0, len(keys))
	for _, one := range keys {
		if item, ok := read[[2]string{one.table, one.id}]; ok { // not one that was moved or deleted meanwhile
			items = append(items, item)
		}
	}
	return items, nil
}

func (i *Item) scan(rows *sql.Rows, k Known) error {
	var outcome, started, issues string
	if err := rows.Scan(&i.ID, &i.Rev, &i.Form, &i.FormVersion, &i.State, &i.Area, &i.Worker, &i.WorkerName, &outcome, &started, &i.FinishedAt,
		&i.ReceivedAt, &issues, &i.Photos, &i.ReturnedBefore, &i.Flagged); err != nil {
		return err
	}
	i.Outcome, i.AreaName = outcomeText(k.Library, i.Collection, i.FormVersion, outcome), nameOf(k.Areas, i.Area)
	if seconds, ok := between(started, i.FinishedAt); ok {
		minutes := int(seconds / 60)
		i.Minutes = &minutes
	}
	found := findingsOf(issues)
	i.Errors, i.Warnings, i.Codes = found.errors, found.warnings, append(i.Codes, found.codes...)
	return nil
}

// findings are how many errors and warnings a record has, and the codes of all that was found.
type findings struct {
	errors, warnings int
	codes            []string
}

// findingsOf reads the column of a record. One that somebody broke by hand counts as an error: nobody knows what it said, so somebody has
// to look.
func findingsOf(column string) (f findings) {
	if column == `[]` {
		return f
	}
	var found []survey.Issue
	if json.Unmarshal([]byte(column), &found) != nil {
		return findings{errors: 1}
	}
	for _, issue := range found {
		switch issue.Severity {
		case survey.Error:
			f.errors++
		case survey.Warning:
			f.warnings++
		}
		if !slices.Contains(f.codes, issue.Code) {
			f.codes = append(f.codes, issue.Code)
		}
	}
	return f
}

// between is how many seconds lie between two moments; ok is false where one is not known, or the clock went backwards.
func between(start, end string) (seconds float64, ok bool) {
	from, known := survey.Moment(start)
	to, also := survey.Moment(end)
	return to.Sub(from).Seconds(), known && also && !to.Before(from)
}

// outcomeText is what the record's form calls an outcome.
func outcomeText(library *instrument.Library, table, version, outcome string) survey.Words {
	in, ok := library.ForRecord(table, version)
	if ok && outcome != "" {
		for _, c := range in.Layout.Main().Columns {
			if c.Name != "outcome" {
				continue
			}
			if text, ok := choiceText(in.Form, c.Question, outcome); ok {
				return text
			}
		}
	}
	return survey.Untranslated(outcome)
}

// choiceText is the label of a choice.
func choiceText(f *survey.Form, q *survey.Question, name string) (survey.Words, bool) {
	list := f.Lists[q.List]
	if list == nil {
		return survey.Words{}, false
	}
	for i := range list.Choices {
		if list.Choices[i].Name == name {
			return list.Choices[i].Label.Words(), true
		}
	}
	return survey.Words{}, false
}
