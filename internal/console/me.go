package console

import (
	"slices"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/grid"
)

// Me is who is signed in and what they may do.
type Me struct {
	ID           string          `json:"id"`
	StaffNo      string          `json:"staff_no"`
	Name         string          `json:"name"`
	Role         access.Role     `json:"role"`
	Territory    []Place         `json:"territory"`
	Actions      []access.Action `json:"actions"`
	SecondFactor string          `json:"second_factor"` // on, off, or enrol: one must be enrolled before anything else
}

// Place is an area by its code and name.
type Place struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Level string `json:"level"`
}

// Places are the areas of a territory; one that was never imported has its code for a name.
func Places(areas *grid.Index, codes []string) []Place {
	all := []Place{}
	for _, code := range codes {
		p := Place{Code: code, Name: code}
		if a, ok := areas.Area(code); ok {
			p.Name, p.Level = a.Name, string(a.Level)
		}
		all = append(all, p)
	}
	return all
}

// Actions are what the actor may do somewhere, in order.
func Actions(db collections.DB, actor access.Actor) ([]access.Action, error) {
	all := []access.Action{}
	for do := range access.Table {
		allowed, err := actor.Allowed(db, do)
		if err != nil {
			return nil, err
		}
		if allowed {
			all = append(all, do)
		}
	}
	slices.Sort(all)
	return all, nil
}
