package dataset

import (
	"slices"
	"strings"

	"doorstep/collections"
	"doorstep/internal/problem"
)

// knownCampaign fails with problem.BadParameter, which names the form's campaigns, for an id that is none of them: a
// misspelt one would be an export of nothing.
func knownCampaign(db collections.DB, form, id string) error {
	if id == "" {
		return nil
	}
	known, err := collections.Column[string](db, `SELECT id FROM campaigns WHERE form=? ORDER BY id`, form)
	if err == nil && !slices.Contains(known, id) {
		err = problem.New(problem.BadParameter, "campaign: "+strings.Join(known, ", "))
	}
	return err
}
