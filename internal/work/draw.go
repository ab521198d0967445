package work

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"math"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/problem"
)

// Sample asks for some of the finished interviews of each worker, to be asked again by somebody else.
type Sample struct {
	Within  string   `json:"within"`  // area; "" for all of the actor's territory
	From    string   `json:"from"`    // day on which an interview ended, at the earliest; "" for any
	To      string   `json:"to"`      // at the latest
	Count   int      `json:"count"`   // of each worker, or:
	Percent float64  `json:"percent"` // of each worker's, at least one
	Seed    string   `json:"seed"`    // the same one draws the same interviews
	Workers []string `json:"workers"` // ids of who asks again; none for every field worker there
	Due     string   `json:"due"`
	Check   bool     `json:"check"` // say what would be drawn, and draw nothing

	Campaign string `json:"-"`
	Source   `json:"-"`
}

// Source is where the interviews of a campaign lie.
type Source struct {
	Table     string
	Form      string // that the re-interviews are made with
	Interview string // condition under which a record is an interview
}

// Drawn is a sample.
type Drawn struct {
	Written bool         `json:"written"`
	Seed    string       `json:"seed"`
	Added   int          `json:"added"`
	Same    int          `json:"same"`   // drawn before
	Nobody  int          `json:"nobody"` // nobody else works there: the task waits for somebody
	Workers []DrawnOf    `json:"workers"`
	Items   []*Interview `json:"items"`
}

// DrawnOf is the sample of one worker.
type DrawnOf struct {
	Worker     string `json:"worker"`
	Interviews int    `json:"interviews"` // to draw from
	Drawn      int    `json:"drawn"`
}

// Interview is one that was drawn.
type Interview struct {
	Record  string `json:"record"`
	Worker  string `json:"worker"`
	Area    string `json:"area"`
	Checker string `json:"checker"` // who asks again; "" for nobody yet

	household, person string
	key               string // its place in the order that the seed gives
	task              string // that was drawn before
}

const (
	mostDrawn  = 5000 // interviews of one sample
	mostOfEach = 1000
	longSeed   = 100
)

// Draw draws a sample and makes a task of each interview in it, for somebody who did not make it and works least for the sample. A
// sample that was drawn before with the same seed adds nothing. It fails where the sample is too large or not well described.
func Draw(ctx context.Context, app core.App, act access.Act, s Sample) (Drawn, error) {
	if err := s.fits(act.Actor); err != nil {
		return Drawn{}, err
	}
	a := assigning{Act: act}
	read := collections.Read(app)
	if err := a.open(read, s.Campaign); err != nil {
		return Drawn{}, err
	}
	d, err := s.draw(read, act.Actor)
	if err != nil || s.Check {
		return d, err
	}
	err = collections.Write(ctx, app, func(db collections.DB) error {
		// Looked at again inside: somebody may have drawn, or rejected, meanwhile.
		if err := d.known(db); err != nil {
			return err
		}
		if err := a.recheck(db, s, d.Items); err != nil {
			return err
		}
		d.Written = true
		return a.record(db, "work.recheck", map[string]any{"seed": d.Seed, "added": d.Added, "same": d.Same})
	})
	return d, err
}

func (s *Sample) fits(actor access.Actor) error {
	wrong := ""
	switch _, due := time.Parse(time.DateOnly, s.Due); {
	case s.Within != "" && !actor.May(access.AssignWork, s.Within, ""):
		wrong = "within"
	case (s.Count > 0) == (s.Percent > 0) || s.Count < 0 || s.Count > mostOfEach:
		wrong = "count"
	case !(s.Percent >= 0 && s.Percent <= 100): // NaN too
		wrong = "percent"
	case s.Seed == "" || len(s.Seed) > longSeed:
		wrong = "seed"
	case s.Due != "" && due != nil:
		wrong = "due"
	}
	if wrong != "" {
		return problem.New(problem.BadParameter, wrong)
	}
	return nil
}

// places are the ranges of the areas that a sample is drawn from.
func (s *Sample) places(actor access.Actor) []territory.Range {
	return actor.Ranges(s.Within)
}

// eligible are finished interviews of the campaign that are no re-interviews themselves.
func (s *Sample) eligible(r territory.Range) (where string, args []any) {
	ended := collections.DayOf(`COALESCE(NULLIF(finished_at,''),received_at)`)
	where = ` FROM "` + s.Table + `" WHERE area>=? AND area<? AND campaign=? AND household!='' AND worker!='' AND review_state!='rejected'
		AND ` + s.Interview + ` AND (?='' OR ` + ended + `>=?) AND (?='' OR ` + ended + `<=?) AND NOT EXISTS (SELECT 1 FROM tasks t
		WHERE t.household="` + s.Table + `".household AND t.kind='recheck' AND t.assignee="` + s.Table + `".worker AND t.record!="` + s.Table +
		`".id)`
	return where, []any{r.Lo, r.Hi, s.Campaign, s.From, s.From, s.To, s.To}
}

func (s *Sample) draw(db collections.DB, actor access.Actor) (Drawn, error) {
	d := Drawn{Seed: s.Seed, Workers: []DrawnOf{}, Items: []*Interview{}}
	ranges, total := s.places(actor), map[string]int{}
	for _, r := range ranges {
		where, args := s.eligible(r)
		err := collections.Each(db, `SELECT worker`+where, args, func(rows *sql.Rows) error {
			var worker string
			err := rows.Scan(&worker)
			total[worker]++
			return err
		})
		if err != nil {
			return d, err
		}
	}
	first := map[string][]*Interview{} // of each worker, in the order of the seed, no more than are wanted
	for _, r := range ranges {
		where, args := s.eligible(r)
		err := collections.Each(db, `SELECT id, worker, area, household, person`+where, args, func(rows *sql.Rows) error {
			one := &Interview{}
			if err := rows.Scan(&one.Record, &one.Worker, &one.Area, &one.household, &one.person); err != nil {
				return err
			}
			one.key = s.order(one.Record)
			first[one.Worker] = keep(first[one.Worker], one, s.size(total[one.Worker]))
			return nil
		})
		if err != nil {
			return d, err
		}
	}
	for worker, some := range first {
		d.Workers = append(d.Workers, DrawnOf{worker, total[worker], len(some)})
		d.Items = append(d.Items, some...)
	}
	if len(d.Items) > mostDrawn {
		return d, problem.New(problem.BadParameter, "count")
	}
	slices.SortFunc(d.Workers, func(a, b DrawnOf) int { return cmp.Compare(a.Worker, b.Worker) })
	slices.SortFunc(d.Items, func(a, b *Interview) int { return cmp.Compare(a.key, b.key) })
	if err := d.known(db); err != nil {
		return d, err
	}
	return d, s.hand(db, actor, &d)
}

// size is how many of so many interviews are drawn.
func (s *Sample) size(of int) int {
	if s.Count > 0 {
		return min(s.Count, of)
	}
	return int(math.Ceil(s.Percent * float64(of) / 100))
}

// order is where an interview stands in the order of the seed: no interview's place depends on what else there is.
func (s *Sample) order(id string) string {
	sum := sha256.Sum256([]byte(s.Seed + "\n" + id))
	return hex.EncodeToString(sum[:])
}

// keep puts an interview in its place among the first ones.
func keep(first []*Interview, one *Interview, most int) []*Interview {
	at, _ := slices.BinarySearchFunc(first, one, func(a, b *Interview) int { return cmp.Compare(a.key, b.key) })
	if at >= most {
		return first
	}
	return slices.Insert(first, at, one)[:min(len(first)+1, most)]
}

// known counts the interviews that were drawn before, with who has them.
func (d *Drawn) known(db collections.DB) error {
	d.Added, d.Same, d.Nobody = 0, 0, 0
	for _, one := range d.Items {
		var checker string
		const drawn = `SELECT id, assignee FROM tasks WHERE record=? AND kind='recheck' AND status!='cancelled' LIMIT 1`
		found, err := collections.One(db, drawn, []any{one.Record}, &one.task, &checker)
		switch {
		case err != nil:
			return err
		case found:
			one.Checker = checker
			d.Same++
		default:
			one.task = ""
			d.Added++
		}
		if one.Checker == "" {
			d.Nobody++
		}
	}
	return nil
}

// hand finds somebody else for each interview that is not in somebody's hands: who may work there and has least of the sample.
func (s *Sample) hand(db collections.DB, actor access.Actor, d *Drawn) error {
	var all []candidate
	seen := map[string]bool{}
	for _, r := range s.places(actor) {
		some, err := candidates(db, actor, r, s.Workers)
		if err != nil {
			return err
		}
		for _, c := range some {
			if !seen[c.id] {
				seen[c.id] = true
				all = append(all, c)
			}
		}
	}
	slices.SortFunc(all, func(a, b candidate) int { return cmp.Compare(s.order(a.id), s.order(b.id)) })
	load := map[string]int{}
	for _, one := range d.Items {
		load[one.Checker]++
	}
	d.Nobody = 0
	for _, one := range d.Items {
		if one.task == "" {
			best := ""
			for _, c := range all {
				if c.id != one.Worker && covers(c, place{code: one.Area}) && (best == "" || load[c.id] < load[best]) {
					best = c.id
				}
			}
			one.Checker = best
			load[best]++
		}
		if one.Checker == "" {
			d.Nobody++
		}
	}
	return nil
}

// recheck makes the tasks of what was drawn now. They say whom to visit, and nothing of what was answered.
func (a *assigning) recheck(db collections.DB, s Sample, items []*Interview) error {
	for _, one := range items {
		if one.task != "" {
			continue
		}
		row := collections.Row{
			{Column: "kind", Value: "recheck"}, {Column: "title", Value: "复核访问：请独立再问一遍 · re-interview: ask again, on your own"},
			{Column: "form", Value: s.Form}, {Column: "household", Value: one.household}, {Column: "person", Value: one.person},
			{Column: "area", Value: one.Area}, {Column: "due", Value: s.Due},
			{Column: "collection", Value: s.Table}, {Column: "record", Value: one.Record}, {Column: "causes", Value: `["recheck"]`},
		}
		if err := a.insert(db, one.Checker, row); err != nil {
			return err
		}
	}
	return nil
}
