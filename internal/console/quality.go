package console

import (
	"cmp"
	"database/sql"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb/geo"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/quality"
	"doorstep/internal/survey"
)

// Quality is what is unusual in the interviews of an area, to be looked at first. It accuses nobody and rejects nothing.
type Quality struct {
	Looked     int            `json:"looked"` // interviews that were compared, the newest
	More       bool           `json:"more"`   // there are older ones, which were not
	Interviews []OddInterview `json:"interviews"`
	Workers    []OddWorker    `json:"workers"`
}

// OddInterview is an interview with what is unusual in it.
type OddInterview struct {
	Collection string         `json:"collection"`
	ID         string         `json:"id"`
	Worker     string         `json:"worker"`
	WorkerName string         `json:"worker_name"`
	Score      float64        `json:"score"`
	Flags      []quality.Flag `json:"flags"`
}

// OddWorker is a worker with what is unusual in the mean of their interviews.
type OddWorker struct {
	Worker     string         `json:"worker"`
	WorkerName string         `json:"worker_name"`
	Interviews int            `json:"interviews"`
	Score      float64        `json:"score"`
	Flags      []quality.Flag `json:"flags"`
}

const (
	mostCompared = 1000 // interviews of one look, the newest; who wants to know of others looks at a smaller place
	mostOdd      = 100
)

// QualityOf are the interviews of a form in an area of the actor's territory, and in a campaign, "" for all. Worker, unless "", is the
// only one of whom is told.
type QualityOf struct{ Form, Area, Campaign, Worker string }

// ReadQuality compares the newest interviews with each other.
func ReadQuality(db collections.DB, k Known, actor access.Actor, of QualityOf) (Quality, error) {
	out := Quality{Interviews: []OddInterview{}, Workers: []OddWorker{}}
	in, ok := k.Library.Get(of.Form, "")
	if !ok {
		return out, problem.New(problem.BadParameter, "form")
	}
	table := in.Layout.Main().Name
	newest := newestInterviews{db: db, k: k, table: table, campaign: of.Campaign}
	if err := newest.read(actor.Ranges(of.Area)); err != nil {
		return out, err
	}
	out.More = newest.more
	all, err := interviewsOf(db, in, newest.keys)
	if err != nil {
		return out, err
	}
	result := quality.Look(all)
	out.Looked = len(all)
	for _, one := range result.Interviews {
		if len(one.Flags) > 0 && (of.Worker == "" || of.Worker == one.Worker) && len(out.Interviews) < mostOdd {
			out.Interviews = append(out.Interviews, OddInterview{Collection: table, ID: one.ID, Worker: one.Worker, Score: one.Score,
				Flags: one.Flags})
		}
	}
	for _, p := range result.Workers {
		if (len(p.Flags) > 0 || of.Worker != "") && (of.Worker == "" || of.Worker == p.Worker) && len(out.Workers) < mostOdd {
			out.Workers = append(out.Workers, OddWorker{Worker: p.Worker, Interviews: p.Interviews, Score: p.Score, Flags: p.Flags})
		}
	}
	return out, out.name(db)
}

// name adds the names of the workers.
func (q *Quality) name(db collections.DB) error {
	var ids []string
	for _, one := range q.Interviews {
		ids = append(ids, one.Worker)
	}
	for _, one := range q.Workers {
		ids = append(ids, one.Worker)
	}
	names, err := namesOf(db, collections.Workers, ids)
	for i := range q.Interviews {
		q.Interviews[i].WorkerName = names[q.Interviews[i].Worker]
	}
	for i := range q.Workers {
		q.Workers[i].WorkerName = names[q.Workers[i].Worker]
	}
	return err
}

// newestInterviews are the newest completed records of a table that were not rejected.
type newestInterviews struct {
	db              collections.DB
	k               Known
	table, campaign string
	keys            []key
	more            bool // there are others
}

// read goes through the ranges: through what the index of areas holds of a street, and of a larger place from the newest visit
// backwards, in each state.
func (n *newestInterviews) read(ranges []territory.Range) error {
	for _, r := range ranges {
		if len(r.Lo) >= collections.StreetDigits {
			if err := n.add(`v.area>=? AND v.area<? AND +v.review_state!='rejected'`, r.Lo, r.Hi); err != nil {
				return err
			}
			continue
		}
		for _, state := range collections.Counted {
			where, args := `v.review_state=? AND +v.area>=? AND +v.area<?`, []any{state, r.Lo, r.Hi}
			if len(r.Lo) >= collections.DistrictDigits {
				where, args = collections.DistrictOf("v.area")+`=? AND `+where, append([]any{r.Lo[:collections.DistrictDigits]}, args...)
			}
			if err := n.add(where, args...); err != nil {
				return err
			}
		}
	}
	return nil
}

// add reads the newest of a part, as far as they are among the newest of all.
func (n *newestInterviews) add(where string, args ...any) error {
	oldest := ""
	if len(n.keys) == mostCompared {
		oldest = n.keys[mostCompared-1].at
	}
	query := `SELECT v.rowid, v.id, v.received_at FROM "` + n.table + `" v
		WHERE ` + where + ` AND v.received_at>=? AND (?='' OR v.campaign=?) AND ` + n.k.Library.Interviews().Of(n.table) + `
		ORDER BY v.received_at DESC, v.id DESC LIMIT ` + strconv.Itoa(mostCompared+1)
	keys, err := readKeys(n.db, n.table, query, append(args, oldest, n.campaign, n.campaign))
	n.keys = append(n.keys, keys...)
	slices.SortFunc(n.keys, func(a, b key) int { return cmp.Or(cmp.Compare(b.at, a.at), cmp.Compare(b.id, a.id)) })
	if len(n.keys) > mostCompared {
		n.keys, n.more = n.keys[:mostCompared], true
	}
	return err
}

// interviewsOf reads completed records with the answers that tell nobody who somebody is.
func interviewsOf(db collections.DB, in *instrument.Instrument, keys []key) ([]quality.Interview, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	asked := map[string]bool{}
	for _, key := range keys {
		asked[key.id] = true
	}
	main := in.Layout.Main()
	columns := in.Layout.Plain(main)
	query := `SELECT m.id, m.worker, m.started_at, m.finished_at, m.location, m.sealed, COALESCE(h.id,''), COALESCE(h.location,''),
		COALESCE(h.sealed,'')`
	for _, c := range columns {
		query += `, m."` + c + `"`
	}
	query += ` FROM "` + main.Name + `" m LEFT JOIN households h ON h.id=m.household WHERE m.rowid IN (SELECT value FROM json_each(?))`
	r := interviewReader{db: db, table: main.Name, columns: columns}
	r.blanks, r.whole = missing(in, columns)
	var all []quality.Interview
	err := collections.Each(db, query, []any{rowsOf(keys)[main.Name]}, func(rows *sql.Rows) error {
		one, err := r.scan(rows)
		if asked[one.ID] { // not one that lies there by now
			all = append(all, one)
		}
		return err
	})
	return all, err
}

// missing are the answers of each column that hold no value, by what the choices declare, and which columns are whole numbers.
func missing(in *instrument.Instrument, columns []string) (blanks map[string][]string, whole map[string]bool) {
	blanks, whole = map[string][]string{}, map[string]bool{}
	for _, c := range in.Layout.Main().Columns {
		whole[c.Name] = c.Question.Kind == survey.KindInteger
		list := in.Form.Lists[c.Question.List]
		if list == nil || !slices.Contains(columns, c.Name) {
			continue
		}
		for i := range list.Choices {
			for _, extra := range list.Choices[i].Extra {
				if extra.Name == "missing" && extra.Value != "" {
					blanks[c.Name] = append(blanks[c.Name], list.Choices[i].Name)
				}
			}
		}
	}
	return blanks, whole
}

// interviewReader reads completed records of a table: some columns, which of their answers hold no value, and which are whole numbers.
type interviewReader struct {
	db      collections.DB
	table   string
	columns []string
	blanks  map[string][]string
	whole   map[string]bool
}

func (r interviewReader) scan(rows *sql.Rows) (quality.Interview, error) {
	one := quality.Interview{HomeM: -1}
	var started, finished, place, sealed, home, homePlace, homeSealed string
	values := make([]sql.NullString, len(r.columns))
	into := []any{&one.ID, &one.Worker, &started, &finished, &place, &sealed, &home, &homePlace, &homeSealed}
	for i := range values {
		into = append(into, &values[i])
	}
	if err := rows.Scan(into...); err != nil {
		return one, err
	}
	if err := collections.Fill(r.db, r.table, one.ID, sealed, map[string]*string{"location": &place}); err != nil {
		return one, err
	}
	if err := collections.Fill(r.db, collections.Households, home, homeSealed, map[string]*string{"location": &homePlace}); err != nil {
		return one, err
	}
	one.Start, _ = time.Parse(time.RFC3339, started) // the zero time where it is not known
	one.End, _ = time.Parse(time.RFC3339, finished)
	if p := parsePoint(place); p != nil {
		one.Placed, one.Lon, one.Lat = true, p[0], p[1]
		if h := parsePoint(homePlace); h != nil {
			one.HomeM = geo.DistanceHaversine(*p, *h)
		}
	}
	for i, c := range r.columns {
		r.answer(&one, c, strings.Trim(values[i].String, `"`))
	}
	return one, nil
}

// answer adds what a column says to an interview.
func (r interviewReader) answer(one *quality.Interview, column, v string) {
	one.Answers = append(one.Answers, answerOf(v, r.blanks[column]))
	if r.whole[column] && len(v) > 1 && v[0] != '-' {
		if one.Numbers++; strings.HasSuffix(v, "0") || strings.HasSuffix(v, "5") {
			one.Rounded++
		}
	}
}

// answerOf tells answers apart without what they say.
func answerOf(v string, blanks []string) uint32 {
	switch {
	case v == "" || v == "null" || v == "[]":
		return quality.NotAsked
	case slices.Contains(blanks, v):
		return quality.Blank
	}
	h := fnv.New32a()
	h.Write([]byte(v))
	return max(h.Sum32(), quality.Valued)
}
