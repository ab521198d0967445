package ingest

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/problem"
)

// Alike is how many submissions wait for the same cause: the same code, and the same form named.
type Alike struct {
	N      int    `json:"n"`
	More   bool   `json:"more"`   // there are more than were counted
	Before string `json:"before"` // when they were counted; what arrives later is not among them
}

// Together is a decision about submissions that wait for the same cause.
type Together struct {
	Decision string `json:"decision"` // release or discard
	Reason   string `json:"reason"`   // of a discard
	Before   string `json:"before"`
	Cursor   string `json:"cursor"` // "" for the first
}

// Decided is what came of some of them. Next is the cursor of the rest; it is nil at the end.
type Decided struct {
	Done int     `json:"done"`
	Held int     `json:"held"` // still no records, or decided by somebody else meanwhile
	Next *string `json:"next"`
}

const (
	mostCounted     = 1000
	decidedTogether = 20
	decisionRelease = "release"
)

// CountAlike counts what waits in the actor's territory for the same cause as a submission there.
func CountAlike(db collections.DB, act access.Act, submission string) (Alike, error) {
	a := Alike{Before: collections.Stamp(act.Now)}
	c, err := causeOf(db, act.Actor, submission)
	if err != nil {
		return a, err
	}
	waiting, err := c.waiting(db, a.Before, heldPlace{}, mostCounted+1)
	a.N, a.More = min(len(waiting), mostCounted), len(waiting) > mostCounted
	return a, err
}

// DecideAlike releases or discards the next submissions that wait for the same cause as one of them, each by itself and in a
// transaction of its own, as Release and Discard do: a mistake with one leaves the others as they were decided. The submission
// that is named may have been decided already.
func DecideAlike(ctx context.Context, app core.App, intake *Intake, by access.Actor, ask AlikeTo) (Decided, error) {
	var out Decided
	at, err := ask.place()
	if err != nil {
		return out, err
	}
	db := collections.Read(app)
	c, err := causeOf(db, by, ask.Submission)
	if err != nil {
		return out, err
	}
	waiting, err := c.waiting(db, ask.Before, at, decidedTogether+1)
	if err != nil {
		return out, err
	}
	for _, one := range waiting[:min(len(waiting), decidedTogether)] {
		done, err := ask.decide(ctx, app, intake, by, one.id)
		if err != nil {
			return out, err
		}
		if done {
			out.Done++
		} else {
			out.Held++
		}
	}
	if len(waiting) > decidedTogether {
		next := waiting[decidedTogether-1].cursor()
		out.Next = &next
	}
	return out, nil
}

// AlikeTo names one of the submissions that a decision is about.
type AlikeTo struct {
	Submission string
	Together
}

func (ask *AlikeTo) place() (at heldPlace, err error) {
	if ask.Decision != decisionRelease && ask.Decision != decisionDiscard {
		return at, problem.New(problem.BadParameter, "decision")
	}
	if ask.Before == "" {
		return at, problem.New(problem.BadParameter, "before")
	}
	if ask.Cursor == "" {
		return at, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(ask.Cursor)
	if err != nil || json.Unmarshal(text, &at) != nil {
		return at, problem.New(problem.BadParameter, "cursor")
	}
	return at, nil
}

// decide reports whether a submission waits no more by this decision.
func (ask *AlikeTo) decide(ctx context.Context, app core.App, intake *Intake, by access.Actor, submission string) (bool, error) {
	var err error
	receipt := Receipt{}
	if ask.Decision == decisionDiscard {
		err = Discard(ctx, app, access.Act{Actor: by, Now: intake.Now()}, submission, ask.Reason)
	} else {
		receipt, err = Release(ctx, app, intake, by, submission)
	}
	var p *problem.Problem
	if errors.As(err, &p) && (p.Code == problem.NotQuarantined || p.Code == problem.BadAnswers) {
		return false, nil
	}
	return err == nil && receipt.Status != Quarantined, err
}

// cause is why submissions wait, and where somebody may decide about them.
type cause struct {
	code, form string
	ranges     []territory.Range
}

func causeOf(db collections.DB, actor access.Actor, submission string) (c cause, err error) {
	var area, worker string
	found, err := collections.One(db, `SELECT code, form, area, worker FROM submissions WHERE id=? AND code!=''`, []any{submission},
		&c.code, &c.form, &area, &worker)
	if err != nil {
		return c, err
	}
	if !found || !actor.May(access.DecideQuarantine, area, worker) {
		return c, problem.New(problem.NotFound, "")
	}
	c.ranges = actor.Ranges("")
	return c, nil
}

// heldPlace is where a submission stands among those that wait, by area.
type heldPlace struct {
	Area string `json:"area"`
	At   string `json:"at"`
	Row  int64  `json:"row"`
	id   string
}

func (p heldPlace) cursor() string {
	return base64.RawURLEncoding.EncodeToString([]byte(collections.JSON(p)))
}

const heldBehind = `SELECT area, received_at, rowid, id FROM submissions INDEXED BY idx_submissions_quarantine
	WHERE outcome='quarantined' AND area>=? AND area<? AND (area, received_at, rowid)>(?, ?, ?)
	AND code=? AND form=? AND received_at<=? ORDER BY area, received_at, rowid LIMIT ?`

// waiting lists what waits for a cause since before a moment, behind a place.
func (c cause) waiting(db collections.DB, before string, behind heldPlace, most int) (all []heldPlace, err error) {
	for _, r := range c.ranges {
		if len(all) >= most || r.Hi <= behind.Area {
			continue
		}
		args := []any{r.Lo, r.Hi, behind.Area, behind.At, behind.Row, c.code, c.form, before, most - len(all)}
		some, err := collections.All(db, heldBehind, args, func(rows *sql.Rows, p *heldPlace) error {
			return rows.Scan(&p.Area, &p.At, &p.Row, &p.id)
		})
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}
