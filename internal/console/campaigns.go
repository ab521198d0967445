package console

import (
	"database/sql"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/survey"
)

// Campaign is a round of a survey.
type Campaign struct {
	ID         string  `json:"id"`
	Rev        int64   `json:"rev"`
	Name       string  `json:"name"`
	Form       string  `json:"form"`
	Round      int     `json:"round"`
	Starts     string  `json:"starts"`
	Ends       string  `json:"ends"`
	Territory  []Place `json:"territory"`
	HoldPolicy string  `json:"hold_policy"` // what waits for review: all, errors, none
	Status     string  `json:"status"`
	Mine       bool    `json:"mine"` // the actor may change it: all of it lies in their territory

	Recheck survey.Recheck `json:"recheck"` // what re-interviews ask
}

// mostCampaigns is how many are listed: a city has some of each survey.
const mostCampaigns = 500

// Campaigns lists the rounds of all surveys, the open ones and the latest first.
func Campaigns(db collections.DB, k Known, actor access.Actor) ([]Campaign, error) {
	return collections.All(db, `SELECT id, rev, name, form, round, starts, ends, COALESCE(territory,'[]'), hold_policy, status,
		COALESCE(recheck,'')
		FROM campaigns ORDER BY status DESC, starts DESC, id LIMIT ?`, []any{mostCampaigns}, func(rows *sql.Rows, c *Campaign) error {
		var territory, recheck string
		err := rows.Scan(&c.ID, &c.Rev, &c.Name, &c.Form, &c.Round, &c.Starts, &c.Ends, &territory, &c.HoldPolicy, &c.Status, &recheck)
		if c.Recheck, _ = survey.ParseRecheck(recheck); c.Recheck.Questions == nil { // one that nobody understands is none
			c.Recheck.Questions = []string{}
		}
		codes := access.ParseTerritory(territory)
		c.Territory, c.Mine = Places(k.Areas, codes), len(codes) > 0
		for _, code := range codes {
			c.Mine = c.Mine && actor.May(access.EditCampaign, code, "")
		}
		return err
	})
}
