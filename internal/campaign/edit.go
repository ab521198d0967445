package campaign

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
)

// Draft is a campaign as somebody fills it in. ID is "" for a new one, Rev the revision that was looked at, 0 for any.
type Draft struct {
	ID         string   `json:"-"`
	Rev        int64    `json:"rev"`
	Name       string   `json:"name"`
	Form       string   `json:"form"`
	Round      int      `json:"round"`
	Starts     string   `json:"starts"` // RFC 3339; "" where it is not said
	Ends       string   `json:"ends"`
	Territory  []string `json:"territory"`
	HoldPolicy string   `json:"hold_policy"`
	Status     string   `json:"status"`

	Recheck *survey.Recheck `json:"recheck"` // what re-interviews ask; nil to leave it as it is
}

const (
	longestName   = 100
	mostRounds    = 1000
	mostTerritory = 500
)

// Edit writes a campaign, new or changed, in the name of the actor, and announces it. The form of one that is there stays. It fails
// with a *problem.Problem: a field is not valid (its name is the detail), not found, out of the actor's territory, or changed since.
func Edit(ctx context.Context, app core.App, known func(form string) bool, act access.Act, d Draft) (id string, err error) {
	starts, ends, err := d.window()
	if err != nil {
		return "", err
	}
	err = app.RunInTransaction(func(tx core.App) error {
		r, err := d.record(tx)
		if err != nil {
			return err
		}
		db, err := collections.From(tx)
		if err != nil {
			return err
		}
		if err := d.check(db, known); err != nil {
			return err
		}
		for column, value := range map[string]any{"name": strings.TrimSpace(d.Name), "form": d.Form, "round": d.Round, "territory": d.Territory,
			"hold_policy": d.HoldPolicy, "status": d.Status, "starts": starts, "ends": ends} {
			r.Set(column, value)
		}
		if d.Recheck != nil {
			r.Set("recheck", d.Recheck)
		}
		if err := mayWrite(db, act.Actor, r); err != nil {
			return err
		}
		if err := tx.SaveWithContext(ctx, r); err != nil {
			return err
		}
		id = r.Id
		entry := act.DidTo("campaign.edit", collections.Campaigns, id, access.Common(d.Territory))
		entry.Purpose, entry.Detail = audit.Administration,
			map[string]any{"hold_policy": d.HoldPolicy, "status": d.Status, "territory": d.Territory}
		return audit.Append(db, act.Now, entry)
	})
	return id, err
}

// window reads the days; an end before the start is none.
func (d Draft) window() (starts, ends any, err error) {
	var at [2]time.Time
	for i, said := range []string{d.Starts, d.Ends} {
		if said == "" {
			continue
		}
		if at[i], err = time.Parse(time.RFC3339, said); err != nil {
			return nil, nil, problem.New(problem.BadParameter, []string{"starts", "ends"}[i])
		}
	}
	if d.Starts != "" && d.Ends != "" && at[1].Before(at[0]) {
		return nil, nil, problem.New(problem.BadParameter, "ends")
	}
	return moment(at[0]), moment(at[1]), nil
}

func moment(at time.Time) any {
	if at.IsZero() {
		return ""
	}
	return at.UTC()
}

// record is the row that is written: the one of the id, or a new one.
func (d Draft) record(tx core.App) (*core.Record, error) {
	if d.ID == "" {
		table, err := tx.FindCachedCollectionByNameOrId(collections.Campaigns)
		if err != nil {
			return nil, err
		}
		return core.NewRecord(table), nil
	}
	r, err := tx.FindRecordById(collections.Campaigns, d.ID)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, problem.New(problem.NotFound, "")
	case err != nil:
		return nil, err
	case d.Rev != 0 && d.Rev != int64(r.GetInt("rev")):
		return nil, problem.New(problem.StaleRevision, "")
	case d.Form != r.GetString("form"):
		return nil, problem.New(problem.BadParameter, "form")
	}
	return r, nil
}

// check finds the field that is not valid.
func (d Draft) check(db collections.DB, known func(form string) bool) error {
	n := utf8.RuneCountInString(strings.TrimSpace(d.Name))
	for field, wrong := range map[string]bool{
		"name": n == 0 || n > longestName, "form": !known(d.Form), "round": d.Round < 1 || d.Round > mostRounds,
		"hold_policy": !slices.Contains(HoldPolicies, d.HoldPolicy),
		"status":      d.Status != Open && d.Status != Closed, "territory": len(d.Territory) == 0 || len(d.Territory) > mostTerritory,
	} {
		if wrong {
			return problem.New(problem.BadParameter, field)
		}
	}
	if d.Recheck != nil {
		raw, err := json.Marshal(d.Recheck)
		if err == nil {
			_, err = survey.ParseRecheck(string(raw))
		}
		if err != nil || d.Recheck.Form != "" && !known(d.Recheck.Form) {
			return problem.New(problem.BadParameter, "recheck")
		}
	}
	for _, code := range d.Territory {
		if _, there, err := collections.AreaName(db, code); err != nil {
			return err
		} else if !there {
			return problem.New(problem.BadParameter, "territory")
		}
	}
	return nil
}

// mayWrite asks the rule for writing campaigns by hand: all of the territory, as it was and as it will be, is the actor's.
func mayWrite(db collections.DB, actor access.Actor, r *core.Record) error {
	var before access.Row
	if !r.IsNew() {
		before = r.Original().GetString
	}
	column, err := actor.Blocked(db, collections.Campaigns, before, r.GetString)
	switch {
	case err != nil:
		return err
	case column == "id":
		return problem.New(problem.NotAllowed, "")
	case column != "":
		return problem.New(problem.OtherTerritory, column)
	}
	return nil
}
