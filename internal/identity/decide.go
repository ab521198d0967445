package identity

import (
	"context"
	"fmt"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/problem"
)

// What a supervisor says of a candidate pair.
const (
	Same      = "same"
	Different = "different"
	Unsure    = "unsure"
)

// Decision is what a supervisor says of a candidate pair: Same, Different, or Unsure with a reason.
type Decision struct {
	Pair    string `json:"-"`
	Status  string `json:"status"`
	Comment string `json:"comment"`
}

// Verdict is what a decision came to.
type Verdict struct {
	Status string `json:"status"` // of the pair now
	Waits  bool   `json:"waits"`  // for the same word of the other side's supervisors
}

// sides are a pair as it lies now, and what was said of it on either side.
type sides struct {
	Pair
	status, verdictA, verdictB, unsureBy string

	hereA, hereB bool // on which sides the actor decides
}

// Decide settles a pair. A pair across territories is settled once both sides say the same; until then nothing moves.
// Persons or households that are the same are merged, the later into the earlier, which the tablets learn; visits and
// rows only get the verdict, since both took place. Two rows that are different but were given one person are parted
// again. Who is unsure leaves the pair to somebody else: it stays open, at the end of the list. Decide fails with a
// *problem.Problem: not found, also where both records lie outside the actor's territory, or beyond it where rows that
// others have to answer for would change.
func Decide(ctx context.Context, app core.App, act access.Act, d Decision) (v Verdict, err error) {
	if d.Status != Same && d.Status != Different && (d.Status != Unsure || strings.TrimSpace(d.Comment) == "") {
		return v, problem.New(problem.BadDecision, "")
	}
	if err := problem.Words(d.Comment); err != nil {
		return v, err
	}
	err = collections.Write(ctx, app, func(db collections.DB) error {
		p, found, err := readSides(db, d.Pair)
		if err != nil {
			return err
		}
		p.hereA, p.hereB = act.May(access.DecideDuplicate, p.AreaA, ""), act.May(access.DecideDuplicate, p.AreaB, "")
		if !found || !p.hereA && !p.hereB {
			return problem.New(problem.NotFound, "")
		}
		if d.Status == Unsure {
			v.Status = p.status
			return p.leave(db, act, d)
		}
		v = p.say(d.Status)
		if err := p.note(db, act, d, v); err != nil || v.Waits {
			return err
		}
		return p.settle(db, act)
	})
	return v, err
}

// readSides reads a pair with the areas in which its persons or households lie now; visits stay where they were made.
func readSides(db collections.DB, id string) (p sides, found bool, err error) {
	found, err = collections.One(db, `SELECT id, kind, rule, collection, a, b, area, area_b, status, verdict_a, verdict_b, unsure_by
		FROM duplicates WHERE id=?`, []any{id},
		&p.ID, &p.Kind, &p.Rule, &p.Collection, &p.A, &p.B, &p.AreaA, &p.AreaB, &p.status, &p.verdictA, &p.verdictB, &p.unsureBy)
	if err != nil || !found || !merges(p.Collection) {
		return p, found, err
	}
	for row, area := range map[string]*string{p.A: &p.AreaA, p.B: &p.AreaB} {
		if _, err := collections.One(db, `SELECT area FROM "`+p.Collection+`" WHERE id=?`, []any{row}, area); err != nil {
			return p, found, err
		}
	}
	return p, found, nil
}

// merges reports whether rows of a collection are merged rather than kept side by side.
func merges(collection string) bool {
	return collection == collections.Persons || collection == collections.Households
}

// say notes the word of the sides that somebody speaks for. The pair keeps its status until both say the same.
func (p *sides) say(status string) Verdict {
	if p.hereA {
		p.verdictA = status
	}
	if p.hereB {
		p.verdictB = status
	}
	agreed := p.verdictA == p.verdictB
	if agreed {
		p.status = status
	}
	return Verdict{Status: p.status, Waits: !agreed}
}

// lastDoubt is the doubt of a pair that somebody was unsure of: it stands behind all others.
const lastDoubt = -1

// leave puts an open pair at the end of the list, for somebody else than the actor. What the actor's side had said no longer
// holds. It fails with problem.BadDecision for a pair that is decided: that decision would have to be taken back.
func (p *sides) leave(db collections.DB, act access.Act, d Decision) error {
	if p.status != "open" {
		return problem.New(problem.BadDecision, "")
	}
	if p.hereA {
		p.verdictA = ""
	}
	if p.hereB {
		p.verdictB = ""
	}
	if !strings.Contains(p.unsureBy, act.ID) {
		p.unsureBy = strings.TrimSpace(p.unsureBy + " " + act.ID)
	}
	row := collections.Row{{Column: "doubt", Value: lastDoubt}, {Column: "unsure_by", Value: p.unsureBy}}
	return p.note(db, act, d, Verdict{}, row...)
}

func (p *sides) note(db collections.DB, act access.Act, d Decision, v Verdict, row ...collections.Field) error {
	at := collections.Stamp(act.Now)
	row = append(row,
		collections.Field{Column: "status", Value: p.status}, collections.Field{Column: "verdict_a", Value: p.verdictA},
		collections.Field{Column: "verdict_b", Value: p.verdictB},
		collections.Field{Column: "decided_by", Value: act.ID}, collections.Field{Column: "decided_at", Value: at},
		collections.Field{Column: "updated", Value: at})
	area := p.AreaA
	if p.hereA {
		row = append(row, collections.Field{Column: "by_a", Value: act.ID}, collections.Field{Column: "comment", Value: d.Comment})
	} else {
		area = p.AreaB
		row = append(row, collections.Field{Column: "comment_b", Value: d.Comment})
	}
	if p.hereB {
		row = append(row, collections.Field{Column: "by_b", Value: act.ID})
	}
	if err := collections.Update(db, collections.Duplicates, p.ID, row); err != nil {
		return err
	}
	entry := act.DidTo("duplicate."+d.Status, collections.Duplicates, p.ID, area, p.A, p.B)
	entry.Purpose, entry.Detail = audit.Deduplication, map[string]any{"rule": p.Rule, "kind": p.Kind, "in": p.Collection, "waits": v.Waits}
	return audit.Append(db, act.Now, entry)
}

// settle does what both sides said.
func (p *sides) settle(db collections.DB, act access.Act) error {
	switch {
	case merges(p.Collection):
		g := grouping{db: db, table: p.Collection, now: act.Now, mayTouch: func(m member) bool {
			return m.id == p.A || m.id == p.B || act.May(access.DecideDuplicate, m.area, "")
		}}
		if err := g.regroup(p.A, p.B); err != nil || p.Collection != collections.Households {
			return err
		}
		if err := g.joinTasks(p.A, p.B); err != nil {
			return err
		}
		return p.recount(db, act)
	case p.Kind == KindPerson && p.status == Different:
		return part(db, act, p.Pair)
	}
	return nil
}

// recount counts the visits of both households anew: those of one that was merged are the other's.
func (p *sides) recount(db collections.DB, act access.Act) error {
	tables, err := recordTables(db)
	for _, id := range []string{p.A, p.B} {
		if err == nil {
			err = Recount(db, tables, id, func(h Household) bool { return act.May(access.DecideDuplicate, h.Area, "") }, act.Now)
		}
	}
	return err
}

// part gives row b a person of its own: what the rows share was someone else's number or name.
func part(db collections.DB, act access.Act, p Pair) error {
	var person, other string
	if err := personOfRow(db, p.Collection, p.B, &person); err != nil {
		return err
	}
	if err := personOfRow(db, p.Collection, p.A, &other); err != nil {
		return err
	}
	if person == "" || person != other {
		return nil
	}
	known, err := FindPerson(db, person)
	if err != nil || known.ID == "" {
		return err
	}
	if !act.May(access.DecideDuplicate, known.Area, "") {
		return problem.New(problem.BeyondTerritory, "")
	}
	known.ID = collections.NewID()
	known.Source = p.Collection + "/" + p.B
	if _, err := insertPerson(db, known, act.Now); err != nil {
		return err
	}
	_, err = db.Exec(`UPDATE "`+p.Collection+`" SET person=? WHERE id=?`, known.ID, p.B)
	return err
}

func personOfRow(db collections.DB, table, row string, person *string) error {
	if _, err := collections.One(db, `SELECT person FROM "`+table+`" WHERE id=?`, []any{row}, person); err != nil {
		return fmt.Errorf("person of %s: %w", table, err)
	}
	return nil
}
