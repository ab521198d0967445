package server

import (
	"net/http"
	"slices"
	"unicode/utf8"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/identity"
	"doorstep/internal/problem"
	"doorstep/internal/sensitive"
	"doorstep/internal/survey"
)

// Bounds of what is searched for by sound.
const (
	longestName = 100
	oldestAge   = 130
)

// heardPerson is somebody whose name sounds like what was asked for, masked as the register shows them.
type heardPerson struct {
	Person    string `json:"person"`
	Household string `json:"household"`
	Area      string `json:"area"`
	AreaName  string `json:"area_name"`
	Name      string `json:"name"`
	Sex       string `json:"sex"`
	BirthDate string `json:"birth_date"`
}

// searchHeard finds people of the caller's territory by how a name sounds and about how old they are: a few, who are masked.
// It is recorded and counted as the exact search is.
func searchHeard(r *request) error {
	var in struct {
		Name string `json:"name"`
		Age  *int   `json:"age"`
		Area string `json:"area"`
	}
	if err := r.bind(&in); err != nil {
		return err
	}
	if in.Name == "" || utf8.RuneCountInString(in.Name) > longestName || in.Age == nil || *in.Age < 0 || *in.Age > oldestAge {
		return problem.New(problem.BadParameter, "name, age")
	}
	places := territory.Of([]string{in.Area})
	over := func(area string) bool {
		inside := in.Area == "" || slices.ContainsFunc(places, func(p territory.Range) bool { return p.Lo <= area && area < p.Hi })
		return inside && r.actor.May(access.ReviewRecord, area, "")
	}
	wanted := identity.Heard{Name: in.Name, Year: r.Now().In(survey.Zone).Year() - *in.Age, Over: over}
	items, more := []heardPerson{}, false
	err := counted(r, func(db collections.DB) error {
		found, others, err := identity.FindHeard(db, wanted)
		if err != nil {
			return err
		}
		more = others
		entry := r.actor.Did(audit.Search)
		entry.Collection, entry.Purpose = collections.Persons, audit.Deduplication
		entry.Detail = map[string]any{"by_sound": true, "found": len(found)}
		for _, p := range found {
			entry.Subjects = append(entry.Subjects, p.ID)
			one := heardPerson{Person: p.ID, Household: p.Household, Area: p.Area, Sex: p.Sex}
			one.Name, one.BirthDate = sensitive.Name.Mask(p.Name), sensitive.Year.Mask(p.BirthDate)
			if _, err := collections.One(db, `SELECT name FROM areas WHERE code=?`, []any{p.Area}, &one.AreaName); err != nil {
				return err
			}
			items = append(items, one)
		}
		return audit.Append(db, r.Now(), entry)
	})
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"items": items, "more": more})
}
