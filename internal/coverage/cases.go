package coverage

import (
	"doorstep/collections"
	"doorstep/internal/survey"
)

// Attempt is the result of one visit: the form's code, and what the version of the record says that it means. Where it means
// nothing, Code is "".
type Attempt struct {
	Code string
	survey.Disposition
	Received, Worker, Area, Campaign string
	Version, Outcome                 string // as the record has them
}

// Case holds the visits to one household. The case is the household, or each person of it that was a record of its own:
// then a visit that met nobody belongs to those persons and is no case beside them.
type Case struct {
	final map[string]Attempt // by person, "" for the household itself
}

// finality orders the classes that a later attempt does not undo. Among the others the last attempt counts.
var finality = map[survey.Class]int{survey.Interview: 3, survey.Partial: 2, survey.Refusal: 1}

// Add takes in a visit in which person was met, "" for nobody in particular.
func (c *Case) Add(person string, a Attempt) {
	if c.final == nil {
		c.final = map[string]Attempt{}
	}
	have, ok := c.final[person]
	better := finality[a.Class] - finality[have.Class]
	if !ok || better > 0 || better == 0 && a.Received >= have.Received {
		c.final[person] = a
	}
}

// Each gives the attempt that counts of the household or of each person. A Case without visits gives none.
func (c *Case) Each(do func(Attempt)) {
	for person, a := range c.final {
		if person != "" || len(c.final) == 1 {
			do(a)
		}
	}
}

// Survivors leads from a person or household that was merged to the one that it was merged into.
type Survivors map[string]string

// LoadSurvivors reads which persons and households turned out to be others: a record names the one that it was about. They are few,
// and have an index of their own.
func LoadSurvivors(db collections.DB) (Survivors, error) {
	return collections.Map[string, string](db, `SELECT id, merged_into FROM persons WHERE merged_into!='' AND merged_into>''
		UNION ALL SELECT id, merged_into FROM households WHERE merged_into!='' AND merged_into>''`)
}

// Of follows merges to their end; a circle, which nobody should make, ends the walk too.
func (s Survivors) Of(id string) string {
	for range len(s) {
		other, merged := s[id]
		if !merged {
			break
		}
		id = other
	}
	return id
}
