package identity

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"doorstep/collections"
)

// Household is what a record says about a dwelling's household.
type Household struct {
	ID, Address, AddressKey, HouseCode, HeadName, Phone string
	Residents                                           int64
	Lon, Lat, AccuracyM                                 float64
	Area, AreaMethod                                    string
	AreaConfidence                                      float64
	Source                                              string
	Rev                                                 int64
}

// FindHousehold looks for the household: by the id that the client gave, by house code, by address within the area.
func FindHousehold(db collections.DB, h Household, claimed string) (Household, bool, error) {
	for range 10 { // an id may have been merged into another, more than once
		if claimed == "" {
			break
		}
		found, into, err := households(db, `id=?`, claimed)
		if err != nil {
			return Household{}, false, err
		}
		if len(found) == 0 {
			break
		}
		if into[0] == "" {
			return found[0], true, nil
		}
		claimed = into[0]
	}
	if h.HouseCode != "" {
		found, _, err := households(db, `house_code=? AND house_code!='' AND merged_into='' ORDER BY created, id`, collections.IndexOf(db, collections.Households, "house_code", h.HouseCode))
		if err != nil || len(found) > 0 {
			return first(found), len(found) > 0, err
		}
	}
	if h.AddressKey != "" && h.Area != "" {
		found, _, err := households(db, `area=? AND address_key=? AND address_key!='' AND merged_into='' ORDER BY created, id`, h.Area, collections.IndexOf(db, collections.Households, "address_key", h.AddressKey))
		if err != nil || len(found) > 0 {
			return first(found), len(found) > 0, err
		}
	}
	return Household{}, false, nil
}

func first(h []Household) Household {
	if len(h) == 0 {
		return Household{}
	}
	return h[0]
}

// SaveHousehold inserts a new household (Rev 0) or brings what was said into a known one.
func SaveHousehold(db collections.DB, known, said Household, exists bool, now time.Time) (Household, error) {
	if !exists {
		said.Rev = 1
		at := collections.Stamp(now)
		row := append(collections.Row{{Column: "id", Value: said.ID}}, said.row()...)
		row = append(row, collections.Field{Column: "source", Value: said.Source}, collections.Field{Column: "active", Value: true},
			collections.Field{Column: "created", Value: at}, collections.Field{Column: "updated", Value: at})
		if err := collections.Insert(db, collections.Households, row); err != nil {
			return said, err
		}
		return said, collections.Announce(db, collections.Households, said.ID, said.Area, collections.Upsert, 1, now)
	}
	next := merged(known, said)
	if next == known {
		return known, nil
	}
	next.Rev = known.Rev + 1
	if err := collections.Update(db, collections.Households, known.ID, append(next.row(), collections.Field{Column: "updated", Value: collections.Stamp(now)})); err != nil {
		return next, err
	}
	if err := MoveMembers(db, known.ID, known.Area, next.Area, now); err != nil {
		return next, err
	}
	return next, collections.Moved(db, collections.Households, known.ID, known.Area, next.Area, next.Rev, now)
}

// merged takes what the later record says where it says something; a place found with more confidence replaces one
// with less.
func merged(known, said Household) Household {
	next := known
	pick := func(old *string, new string) {
		if new != "" {
			*old = new
		}
	}
	pick(&next.Address, said.Address)
	pick(&next.AddressKey, said.AddressKey)
	pick(&next.HouseCode, said.HouseCode)
	pick(&next.HeadName, said.HeadName)
	pick(&next.Phone, said.Phone)
	if said.Residents > 0 {
		next.Residents = said.Residents
	}
	if said.Area != "" && (known.Area == "" || said.AreaConfidence > known.AreaConfidence && said.AreaMethod == "gps") {
		next.Area, next.AreaMethod, next.AreaConfidence = said.Area, said.AreaMethod, said.AreaConfidence
		next.Lon, next.Lat, next.AccuracyM = said.Lon, said.Lat, said.AccuracyM
	}
	return next
}

func (h Household) row() collections.Row {
	location, err := json.Marshal(map[string]float64{"lon": h.Lon, "lat": h.Lat})
	if err != nil {
		location = []byte(`{"lon":0,"lat":0}`)
	}
	return collections.Row{
		{Column: "address", Value: h.Address}, {Column: "address_key", Value: h.AddressKey}, {Column: "house_code", Value: h.HouseCode},
		{Column: "head_name", Value: h.HeadName}, {Column: "phone", Value: h.Phone}, {Column: "residents", Value: h.Residents},
		{Column: "location", Value: string(location)}, {Column: "accuracy_m", Value: h.AccuracyM}, {Column: "area", Value: h.Area},
		{Column: "area_method", Value: h.AreaMethod}, {Column: "area_confidence", Value: h.AreaConfidence}, {Column: "rev", Value: h.Rev},
	}
}

func households(db collections.DB, where string, args ...any) ([]Household, []string, error) {
	var found []Household
	var into []string
	err := collections.Each(db, `SELECT id, address, address_key, house_code, head_name, phone, residents, location, accuracy_m, area, area_method, area_confidence, source, rev, merged_into, sealed
		FROM households WHERE `+where, args, func(rows *sql.Rows) error {
		var h Household
		var location, mergedInto, sealed string
		if err := rows.Scan(&h.ID, &h.Address, &h.AddressKey, &h.HouseCode, &h.HeadName, &h.Phone, &h.Residents, &location, &h.AccuracyM,
			&h.Area, &h.AreaMethod, &h.AreaConfidence, &h.Source, &h.Rev, &mergedInto, &sealed); err != nil {
			return err
		}
		if err := h.unseal(db, sealed, &location); err != nil {
			return err
		}
		var p struct{ Lon, Lat float64 }
		if err := json.Unmarshal([]byte(location), &p); err != nil {
			return fmt.Errorf("location of household %s: %w", h.ID, err)
		}
		h.Lon, h.Lat = p.Lon, p.Lat
		found, into = append(found, h), append(into, mergedInto)
		return nil
	})
	return found, into, err
}

func (h *Household) unseal(db collections.DB, sealed string, location *string) error {
	row, err := collections.Open(db, collections.Households, h.ID, sealed)
	for _, v := range []struct {
		column string
		dest   *string
	}{{"address", &h.Address}, {"address_key", &h.AddressKey}, {"house_code", &h.HouseCode}, {"head_name", &h.HeadName}, {"phone", &h.Phone}, {"location", location}} {
		row.Fill(v.column, v.dest)
	}
	return err
}
