package coverage

import (
	"database/sql"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/survey"
)

// Visits says which visits are read, and what their outcomes mean.
type Visits struct {
	Table    string
	Ranges   []territory.Range
	Campaign string // "" for all
	Meaning  func(version, code string) (survey.Disposition, bool)
}

// EachCase gives the final result of every case among the visits that were not rejected. A case is a household or person in one
// campaign, as visited in one community. It reads the index of areas alone and holds the cases of a community at a time.
func EachCase(db collections.DB, v Visits, final func(Attempt)) error {
	merged, err := LoadSurvivors(db)
	if err != nil {
		return err
	}
	return v.eachCase(db, merged, final)
}

func (v Visits) eachCase(db collections.DB, merged Survivors, final func(Attempt)) error {
	c := caser{open: map[string]*Case{}, final: final}
	for _, r := range v.Ranges {
		err := collections.Each(db, `SELECT household, person, outcome, received_at, form_version, worker, campaign, area FROM "`+v.Table+`"
			WHERE area>=? AND area<? AND review_state!='rejected' ORDER BY area, id`,
			[]any{r.Lo, r.Hi}, func(rows *sql.Rows) error {
				var household, person string
				var a Attempt
				if err := rows.Scan(&household, &person, &a.Outcome, &a.Received, &a.Version, &a.Worker, &a.Campaign, &a.Area); err != nil {
					return err
				}
				if v.Campaign == "" || a.Campaign == v.Campaign {
					c.add(merged.Of(household), merged.Of(person), v.understood(a))
				}
				return nil
			})
		if err != nil {
			return err
		}
		c.flush()
	}
	return nil
}

// understood is an attempt with what its outcome means.
func (v Visits) understood(a Attempt) Attempt {
	a.Code = ""
	if meaning, ok := v.Meaning(a.Version, a.Outcome); ok {
		a.Code, a.Disposition = a.Outcome, meaning
	}
	return a
}

// caser gathers the visits of one community.
type caser struct {
	community string
	open      map[string]*Case // by campaign and household
	final     func(Attempt)
}

func (c *caser) add(household, person string, a Attempt) {
	if community := territory.InCommunity(a.Area); community != c.community {
		c.flush()
		c.community = community
	}
	if household == "" { // a case of its own
		c.final(a)
		return
	}
	key := a.Campaign + "\n" + household
	if c.open[key] == nil {
		c.open[key] = &Case{}
	}
	c.open[key].Add(person, a)
}

func (c *caser) flush() {
	for _, one := range c.open {
		one.Each(c.final)
	}
	clear(c.open)
}
