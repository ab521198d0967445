package identity

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"doorstep/collections"
)

// Visit is what of a record tells one visit to a household from another.
type Visit struct {
	Record, Campaign, Worker string
	At                       string // when it began, as the tablet said
	Person                   bool   // it is about one person: the records of one worker's day at a household are one visit
}

func (v Visit) key() string {
	if v.Person {
		return v.Worker + " " + v.At[:min(10, len(v.At))]
	}
	return v.Record
}

// mostVisits bounds what is counted of one household and one form, whatever was sent about it.
const mostVisits = 200

// Attempts counts the visits to a household by campaign, in those records of the tables that are not also, and also. It
// is what the column attempts holds.
func Attempts(db collections.DB, tables []string, household string, also ...Visit) (string, error) {
	visits := map[string]map[string]bool{}
	add := func(v Visit) {
		if visits[v.Campaign] == nil {
			visits[v.Campaign] = map[string]bool{}
		}
		visits[v.Campaign][v.key()] = true
	}
	if household != "" && len(tables) > 0 {
		all, err := mergedInto(db, household)
		if err != nil {
			return "", err
		}
		err = collections.Each(db, visitsQuery(tables, len(all)), slices.Repeat(all, len(tables)), func(rows *sql.Rows) error {
			var v Visit
			if err := rows.Scan(&v.Record, &v.Campaign, &v.Worker, &v.At, &v.Person); err != nil {
				return err
			}
			if !slices.ContainsFunc(also, func(o Visit) bool { return o.Record == v.Record }) {
				add(v)
			}
			return nil
		})
		if err != nil {
			return "", fmt.Errorf("visits of %s: %w", household, err)
		}
	}
	for _, v := range also {
		add(v)
	}
	counts := map[string]int{}
	for campaign, some := range visits {
		counts[campaign] = len(some)
	}
	return collections.JSON(counts), nil
}

// mergedInto are a household and those that were merged into it: mostly itself alone, and then each table is asked without the
// temporary one that SQLite would fill for a list.
func mergedInto(db collections.DB, household string) ([]any, error) {
	all := []any{household}
	const merged = `SELECT id FROM households WHERE merged_into=? AND merged_into!='' LIMIT `
	err := collections.Each(db, merged+strconv.Itoa(mostVisits), all, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		all = append(all, id)
		return err
	})
	return all, err
}

// visitsQuery reads the visits to so many households; what was rejected is none.
func visitsQuery(tables []string, households int) string {
	among := `=?`
	if households > 1 {
		among = ` IN (` + strings.TrimSuffix(strings.Repeat(`?,`, households), `,`) + `)`
	}
	parts := make([]string, len(tables))
	for i, t := range tables {
		parts[i] = fmt.Sprintf(`SELECT * FROM (SELECT id, campaign, worker,
			CASE WHEN started_at='' THEN received_at ELSE started_at END, person!='' FROM %q
			WHERE household%s AND review_state!='%s' LIMIT %d)`, t, among, collections.Rejected, mostVisits)
	}
	return strings.Join(parts, ` UNION ALL `)
}

// Recount brings the attempts of a household up to date after a visit turned out to be another's. A household that mayTouch
// refuses stays as it is.
func Recount(db collections.DB, tables []string, household string, mayTouch func(Household) bool, now time.Time) error {
	_, h, err := followHousehold(db, household)
	if err != nil || h.ID == "" || h.Damaged || !mayTouch(h) {
		return err
	}
	next := h
	if next.Attempts, err = Attempts(db, tables, h.ID); err != nil {
		return err
	}
	_, err = saveHousehold(db, h, next, now)
	return err
}

// TakeBack gives a person whose last interview a record no longer is the newest of the others, or none. Somebody out of reach
// stays as they are.
func (r Register) TakeBack(person, record string) error {
	_, p, err := followPerson(r.DB, person)
	if err != nil || p.LastRecord != record {
		return err
	}
	last, err := lastInterview(r.DB, r.Surveys(), p.ID, record)
	if err != nil {
		return err
	}
	return r.lastMet(p, last)
}

// takeAgain makes a record the last interview of a person again, where none is newer.
func (r Register) takeAgain(person, record string) error {
	_, p, err := followPerson(r.DB, person)
	if err != nil || p.LastRecord == record {
		return err
	}
	last, err := lastInterview(r.DB, r.Surveys(), p.ID, "")
	if err != nil || last != record {
		return err
	}
	return r.lastMet(p, record)
}

func (r Register) lastMet(p Person, record string) error {
	if p.ID == "" || p.Damaged || !r.Reach.Holds(p.ID, p.Area, p.Source) {
		return nil
	}
	next := p
	next.LastRecord = record
	_, err := savePerson(r.DB, p, next, r.Now)
	return err
}

// Discount takes a record that was rejected out of the visits to its household and of the interviews with its people; Count takes it
// in again. Who and what lies out of reach stays as it is.
func (r Register) Discount(table, record string) error {
	return r.recounted(table, record, r.TakeBack)
}

// Count undoes Discount.
func (r Register) Count(table, record string) error {
	return r.recounted(table, record, r.takeAgain)
}

func (r Register) recounted(table, record string, meet func(person, record string) error) error {
	var household string
	if _, err := collections.One(r.DB, `SELECT household FROM "`+table+`" WHERE id=?`, []any{record}, &household); err != nil {
		return err
	}
	surveys := r.Surveys()
	tables := slices.Sorted(maps.Keys(surveys.Rows))
	mayTouch := func(h Household) bool { return r.Reach.Holds(h.ID, h.Area, h.Source) }
	if err := Recount(r.DB, tables, household, mayTouch, r.Now); err != nil {
		return err
	}
	people, err := peopleOf(r.DB, surveys, table, record)
	for _, person := range people {
		if err == nil {
			err = meet(person, record)
		}
	}
	return err
}

// peopleOf are the persons that a record and its rows are about.
func peopleOf(db collections.DB, surveys collections.Surveys, table, record string) (people []string, err error) {
	query := `SELECT person FROM "` + table + `" WHERE id=?`
	for _, rows := range surveys.Rows[table] {
		query += ` UNION SELECT person FROM "` + rows + `" WHERE visit=?`
	}
	err = collections.Each(db, query, slices.Repeat([]any{record}, 1+len(surveys.Rows[table])), func(rows *sql.Rows) error {
		var person string
		err := rows.Scan(&person)
		if person != "" {
			people = append(people, person)
		}
		return err
	})
	return people, err
}

// lastInterview is the newest record but one that is an interview with a person, or with those merged into them. One that was
// rejected is none.
func lastInterview(db collections.DB, surveys collections.Surveys, person, but string) (last string, err error) {
	const them = `(SELECT ? UNION ALL SELECT id FROM persons WHERE merged_into=? AND merged_into!='')`
	var parts []string
	var args []any
	for main, repeats := range surveys.Rows {
		among := []string{`SELECT id FROM "` + main + `" WHERE person IN ` + them}
		for _, r := range repeats {
			among = append(among, `SELECT visit FROM "`+r+`" WHERE person IN `+them)
		}
		parts = append(parts, `SELECT id, CASE WHEN started_at='' THEN received_at ELSE started_at END at, received_at FROM "`+main+`"
			WHERE id IN (`+strings.Join(among, ` UNION `)+
			`) AND id!=? AND review_state!='`+collections.Rejected+`' AND (`+surveys.Interviews.Of(main)+`)`)
		args = append(append(args, slices.Repeat([]any{person, person}, len(among))...), but)
	}
	if len(parts) == 0 {
		return "", nil
	}
	_, err = collections.One(db, `SELECT id FROM (`+strings.Join(parts, ` UNION ALL `)+`) ORDER BY at DESC, received_at DESC, id LIMIT 1`,
		args, &last)
	return last, err
}

// Draw notes the sample that a list says a household was drawn into; what the list leaves blank stays.
func Draw(db collections.DB, known, said Household, now time.Time) (Household, error) {
	return saveHousehold(db, known, merged(known, Household{SampleID: said.SampleID, Stratum: said.Stratum, Cluster: said.Cluster}), now)
}

// recordTables are the collections of all records.
func recordTables(db collections.DB) (tables []string, err error) {
	return collections.Column[string](db, `SELECT DISTINCT tablename FROM forms WHERE tablename!='' AND status!='draft'
		ORDER BY tablename`)
}
