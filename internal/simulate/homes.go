package simulate

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"doorstep/internal/client"
	"doorstep/internal/demo"
)

// homes are the households that a tablet has pulled, with the people in them, in order of their ids. What a tablet
// does not get to know, it leaves as the form's first choice.
func homes(held *client.Copy) ([]demo.Household, error) {
	people, err := peopleByHousehold(held)
	if err != nil {
		return nil, err
	}
	var all []demo.Household
	for id, r := range held.Records["households"] {
		var row struct {
			Address   string `json:"address"`
			HouseCode string `json:"house_code"`
			Head      string `json:"head_name"`
			Phone     string `json:"phone"`
			Area      string `json:"area"`
			Merged    string `json:"merged_into"`
			Location  struct{ Lon, Lat float64 }
		}
		if err := json.Unmarshal(r.Data, &row); err != nil {
			return nil, fmt.Errorf("household %s: %w", id, err)
		}
		if row.Merged != "" || len(people[id]) == 0 {
			continue
		}
		all = append(all, demo.Household{
			ID: id, Area: row.Area, Address: row.Address, HouseCode: row.HouseCode, Lon: row.Location.Lon, Lat: row.Location.Lat,
			Head: row.Head, Phone: row.Phone, Persons: people[id],
		})
	}
	slices.SortFunc(all, func(a, b demo.Household) int { return cmp.Compare(a.ID, b.ID) })
	return all, nil
}

func peopleByHousehold(held *client.Copy) (map[string][]demo.Person, error) {
	people := map[string][]demo.Person{}
	for id, r := range held.Records["persons"] {
		var row struct {
			Name      string `json:"name"`
			Sex       string `json:"sex"`
			BirthDate string `json:"birth_date"`
			IDType    string `json:"id_type"`
			IDNumber  string `json:"id_number"`
			Phone     string `json:"phone"`
			Relation  string `json:"relation"`
			Household string `json:"household"`
			Merged    string `json:"merged_into"`
		}
		if err := json.Unmarshal(r.Data, &row); err != nil {
			return nil, fmt.Errorf("person %s: %w", id, err)
		}
		if row.Merged != "" {
			continue
		}
		people[row.Household] = append(people[row.Household], demo.Person{
			ID: id, Name: row.Name, Sex: row.Sex, BirthDate: row.BirthDate, IDType: row.IDType, IDNumber: row.IDNumber, Phone: row.Phone,
			Relation: row.Relation, Ethnicity: "han", Household: row.Household,
		})
	}
	for _, household := range people {
		slices.SortFunc(household, func(a, b demo.Person) int {
			// The head first, as the rest of the program expects.
			return cmp.Or(cmp.Compare(headFirst(a), headFirst(b)), cmp.Compare(a.ID, b.ID))
		})
	}
	return people, nil
}

func headFirst(p demo.Person) int {
	if p.Relation == "head" {
		return 0
	}
	return 1
}
