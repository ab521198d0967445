package console

import (
	"cmp"
	"database/sql"
	"slices"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/survey"
)

// Visit is another record of the same household or person.
type Visit struct {
	Collection string       `json:"collection"`
	ID         string       `json:"id"`
	Form       string       `json:"form"`
	Title      survey.Words `json:"title"`
	FinishedAt string       `json:"finished_at"`
	ReceivedAt string       `json:"received_at"`
	State      string       `json:"state"`
	Outcome    survey.Words `json:"outcome"`
	Same       string       `json:"same"` // household or person
}

// mostEarlier is how many other records are told of, the newest.
const mostEarlier = 20

// earlier finds the other records in the territory of the household and of the people that the record names.
func (r *reader) earlier(out *Record) error {
	people := []string{r.rec.Person}
	for _, link := range r.rec.Rows {
		people = append(people, link.Person)
	}
	slices.Sort(people)
	return r.about(out, slices.DeleteFunc(slices.Compact(people), func(id string) bool { return id == "" }))
}

// about finds the records in the territory of the reader's household and of some people.
func (r *reader) about(out *Record, people []string) error {
	for _, table := range r.library.Tables() {
		if err := r.others(out, table, "household", `v.household=?`, r.rec.Household); err != nil {
			return err
		}
		in, _ := r.library.ByTable(table)
		for _, person := range people {
			if err := r.others(out, table, "person", `v.person=?`, person); err != nil {
				return err
			}
			for _, t := range in.Layout.Tables[1:] {
				if err := r.others(out, table, "person", `v.id IN (SELECT visit FROM "`+t.Name+`" WHERE person=?)`, person); err != nil {
					return err
				}
			}
		}
	}
	slices.SortStableFunc(out.Earlier, func(a, b Visit) int { return cmp.Compare(b.ReceivedAt, a.ReceivedAt) })
	out.Earlier = out.Earlier[:min(len(out.Earlier), mostEarlier)]
	return nil
}

func (r *reader) others(out *Record, table, same, where, value string) error {
	if value == "" {
		return nil
	}
	query := `SELECT v.id, v.form, v.form_version, v.finished_at, v.received_at, v.review_state, v.outcome, v.area FROM "` + table +
		`" v WHERE ` + where + ` ORDER BY v.received_at DESC LIMIT ?`
	return collections.Each(r.db, query, []any{value, mostEarlier + 1}, func(rows *sql.Rows) error {
		v := Visit{Collection: table, Same: same, Title: Known{Library: r.library}.called(table)}
		var version, outcome, area string
		if err := rows.Scan(&v.ID, &v.Form, &version, &v.FinishedAt, &v.ReceivedAt, &v.State, &outcome, &area); err != nil {
			return err
		}
		known := slices.ContainsFunc(out.Earlier, func(e Visit) bool { return e.Collection == table && e.ID == v.ID })
		if known || table == r.table && v.ID == r.rec.ID || !r.actor.May(access.ReviewRecord, area, "") {
			return nil
		}
		v.Outcome = outcomeText(r.library, table, version, outcome)
		out.Earlier = append(out.Earlier, v)
		return nil
	})
}
