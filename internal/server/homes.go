package server

import (
	"strings"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/identity"
	"doorstep/internal/problem"
)

// foundHome is a household that a search found: its id and where it lies.
type foundHome struct {
	Household string `json:"household"`
	Area      string `json:"area"`
	AreaName  string `json:"area_name"`
}

// searchHousehold finds the households of the caller's territory with exactly this house code or address, also those of which nobody is
// recorded. It counts as a search for a person, and records itself.
func searchHousehold(r *request) error {
	var in struct {
		HouseCode string `json:"house_code"`
		Address   string `json:"address"`
		Area      string `json:"area"`
	}
	if err := r.bind(&in); err != nil {
		return err
	}
	code := strings.TrimSpace(in.HouseCode)
	if code == "" && identity.AddressKey(in.Address) == "" {
		return problem.New(problem.BadParameter, "house_code or address")
	}
	items := []foundHome{}
	err := counted(r, func(db collections.DB) error {
		found, err := identity.FindHomes(db, r.actor.Ranges(in.Area), code, in.Address)
		if err != nil {
			return err
		}
		entry := r.actor.Did(audit.Search)
		entry.Collection, entry.Purpose = collections.Households, audit.Deduplication
		entry.Detail = map[string]any{"by_house_code": code != "", "found": len(found)}
		for _, h := range found {
			entry.Subjects = append(entry.Subjects, h.ID)
			one := foundHome{Household: h.ID, Area: h.Area}
			if one.AreaName, _, err = collections.AreaName(db, h.Area); err != nil {
				return err
			}
			items = append(items, one)
		}
		return audit.Append(db, r.Now(), entry)
	})
	return r.send(map[string]any{"items": items}, err)
}
