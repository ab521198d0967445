package server

import (
	"unicode/utf8"

	"doorstep/collections"
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
	wanted := identity.Heard{Name: in.Name, Year: r.Now().In(survey.Zone).Year() - *in.Age, Places: r.actor.Ranges(in.Area)}
	wanted.Over = func(area string) bool { return r.actor.May(access.ReviewRecord, area, "") }
	items, more, err := heard(r, wanted)
	return r.send(map[string]any{"items": items, "more": more}, err)
}

// heard searches without waiting for writers, and shows what it found once the search is on record. Of several searches at once
// those that are too many are refused then.
func heard(r *request, wanted identity.Heard) (items []heardPerson, more bool, err error) {
	read := collections.Read(r.App)
	if err := mayAsk(read, r); err != nil {
		return nil, false, err
	}
	found, more, err := identity.FindHeard(read, wanted)
	if err != nil {
		return nil, false, err
	}
	entry := r.actor.Did(audit.Search)
	entry.Collection, entry.Purpose = collections.Persons, audit.Deduplication
	entry.Detail = map[string]any{"by_sound": true, "found": len(found)}
	items = []heardPerson{}
	for _, p := range found {
		entry.Subjects = append(entry.Subjects, p.ID)
		one := heardPerson{Person: p.ID, Household: p.Household, Area: p.Area, Sex: p.Sex}
		one.Name, one.BirthDate = sensitive.Name.Mask(p.Name), sensitive.Year.Mask(p.BirthDate)
		if one.AreaName, _, err = collections.AreaName(read, p.Area); err != nil {
			return nil, false, err
		}
		items = append(items, one)
	}
	return items, more, counted(r, func(db collections.DB) error { return audit.Append(db, r.Now(), entry) })
}
