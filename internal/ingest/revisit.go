package ingest

import (
	"cmp"
	"database/sql"
	"fmt"
	"time"

	"doorstep/collections"
	"doorstep/internal/survey"
)

// revisit keeps one open task for the next attempt at the record's household, where its campaign has a rule: it says by when,
// at which time of the week, and why. It is closed by a final result, and when there were attempts enough.
func (c consequences) revisit() error {
	rec := &c.d.rec
	if rec.Campaign == "" || rec.Household == "" {
		return nil
	}
	rule, err := c.ahead.revisits(c.db, rec.Campaign)
	if err != nil || rule.Attempts == 0 {
		return err
	}
	made, again, err := c.attempts(rule)
	if err != nil {
		return err
	}
	var open, due string
	_, err = collections.One(c.db, `SELECT id, due FROM tasks WHERE household=? AND campaign=? AND kind='revisit' AND status='open' LIMIT 1`,
		[]any{rec.Household, rec.Campaign}, &open, &due)
	if err != nil {
		return err
	}
	day, part, ok := rule.Next(made)
	switch {
	case (!again || !ok) && open == "":
		return nil
	case !again || !ok:
		return changeTask(c.db, open, c.now, collections.Row{{Column: "status", Value: "done"}})
	}
	causes := []string{"revisit", fmt.Sprintf("attempt %d", len(made)+1), part.Code}
	row := collections.Row{
		{Column: "title", Value: fmt.Sprintf("再访（第 %d 次）：%s · attempt %d: %s", len(made)+1, part.ZH, len(made)+1, part.EN)},
		{Column: "due", Value: day.Format(time.DateOnly)}, {Column: "causes", Value: collections.JSONList(causes)},
	}
	if open != "" {
		return changeTask(c.db, open, c.now, row)
	}
	id, err := c.openTask("", "", append(row, collections.Row{{Column: "kind", Value: "revisit"}, {Column: "priority", Value: "normal"},
		{Column: "assignee", Value: rec.Worker}, {Column: "campaign", Value: rec.Campaign}}...))
	if err != nil {
		return err
	}
	return collections.Announce(c.db, collections.RevisionOf(collections.Tasks, id, 1), collections.ToWorker(rec.Worker), collections.Upsert,
		c.now)
}

// attempts are the visits to the household in the campaign, the first one first; again reports whether all of them ended in a
// result that is not final.
func (c consequences) attempts(rule survey.Revisit) (made []time.Time, again bool, err error) {
	again = true
	err = collections.Each(c.db, `SELECT outcome, started_at, received_at FROM "`+c.table()+`"
		WHERE household=? AND campaign=? AND review_state!='rejected' ORDER BY received_at`,
		[]any{c.d.rec.Household, c.d.rec.Campaign}, func(rows *sql.Rows) error {
			var outcome, started, received string
			if err := rows.Scan(&outcome, &started, &received); err != nil {
				return err
			}
			at, err := time.Parse(time.RFC3339, started)
			if err != nil {
				at, _ = time.Parse(collections.TimeLayout, received) // the zero time is in the past, as it was
			}
			one, known := c.d.form.Dispositions.Of(outcome)
			made, again = append(made, at), again && known && rule.Again(one.Class)
			return nil
		})
	return made, again, err
}

// revisits is the rule of a campaign.
func (f *lookahead) revisits(db collections.DB, campaign string) (survey.Revisit, error) {
	if f.rules == nil {
		f.rules = map[string]string{}
	}
	text, err := remembered(f.rules, campaign, db, `SELECT COALESCE(revisit,'') FROM campaigns WHERE id=?`)
	if err != nil {
		return survey.Revisit{}, err
	}
	rule, err := survey.ParseRevisit(cmp.Or(text, "null"))
	if err != nil {
		return survey.Revisit{}, nil // a rule that nobody understands stops no visit
	}
	return rule, nil
}
