package identity

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
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
	SampleID, Stratum, Cluster                          string // of the sample that a list has drawn
	Attempts                                            string // visits by campaign, JSON
	Source                                              string
	Rev                                                 int64
	Damaged                                             bool // what was sealed of it does not open; nothing is written to it
}

// Tells reports whether where the household lies says anything of where a record was taken: not if all that is known of it came
// from that record.
func (h Household) Tells(record string) bool {
	return h.Source != record || h.AreaMethod == "import" || h.AreaMethod == "manual"
}

// FindHousehold looks for the household: by the id that the client gave, by house code, by address within the area.
func FindHousehold(db collections.DB, h Household, claimed string) (Household, bool, error) {
	found, known, _, err := MeetHousehold(db, h, claimed, Everywhere)
	return found, known, err
}

// MeetHousehold is FindHousehold within a reach. elsewhere lies out of reach: one that the client named, or one with the
// house code or the address where none was found within. One in reach that both sides have merged into one out of reach
// is that one: found, and not to be changed.
func MeetHousehold(db collections.DB, h Household, claimed string,
	reach Reach) (found Household, known bool, elsewhere *Candidate, err error) {
	first, named, err := followHousehold(db, claimed)
	if err != nil {
		return Household{}, false, nil, err
	}
	if named.ID != "" && (reach.Holds(named.ID, named.Area, named.Source) || first.ID != named.ID && reach.Holds(first.ID, first.Area,
		first.Source)) {
		return named, true, nil, nil
	}
	if named.ID != "" && named.Area != "" { // not one that was erased
		elsewhere = &Candidate{named, NamedByID}
	}
	for _, q := range []struct {
		rule, where string
		args        []any
		ask         bool
	}{
		{SameHouseCode, `house_code=? AND house_code!='' AND merged_into='' ORDER BY created, id`,
			[]any{collections.IndexOf(db, collections.Households, "house_code", h.HouseCode)}, h.HouseCode != ""},
		{SameAddress, `area=? AND address_key=? AND address_key!='' AND merged_into='' ORDER BY created, id`,
			[]any{h.Area, collections.IndexOf(db, collections.Households, "address_key", h.AddressKey)}, h.AddressKey != "" && h.Area != ""},
	} {
		if !q.ask {
			continue
		}
		same, _, err := households(db, q.where, q.args...)
		if err != nil {
			return Household{}, false, nil, err
		}
		for _, one := range same {
			switch {
			case reach.Holds(one.ID, one.Area, one.Source):
				if elsewhere != nil && elsewhere.Rule != NamedByID {
					elsewhere = nil
				}
				return one, true, elsewhere, nil
			case elsewhere == nil:
				elsewhere = &Candidate{one, q.rule}
			}
		}
	}
	return Household{}, false, elsewhere, nil
}

// Candidate is a household out of reach, and the rule that found it.
type Candidate struct {
	Household
	Rule string
}

// Pair is the candidate with the household that stands in for it until both sides have decided.
func (c Candidate) Pair(own Household) Pair {
	return Pair{Kind: KindHousehold, Rule: c.Rule, Collection: collections.Households, A: c.ID, B: own.ID, AreaA: c.Area, AreaB: own.Area,
		Score: 1, Evidence: []Evidence{
			compare("house_code", c.HouseCode, own.HouseCode), compare("address", c.AddressKey, own.AddressKey),
			compare("head_name", c.HeadName, own.HeadName), compare("phone", c.Phone, own.Phone),
		}}
}

// followHousehold reads a household and whom it was merged into, itself where nobody; an unknown id gives empty ones.
func followHousehold(db collections.DB, id string) (first, last Household, err error) {
	for range 10 { // an id may have been merged into another, more than once
		if id == "" {
			break
		}
		found, into, err := households(db, `id=?`, id)
		if err != nil || len(found) == 0 {
			return Household{}, Household{}, err
		}
		if first.ID == "" {
			first = found[0]
		}
		if into[0] == "" {
			return first, found[0], nil
		}
		id = into[0]
	}
	return Household{}, Household{}, nil
}

// SaveHousehold inserts a new household (Rev 0) or brings what was said into a known one. A damaged one stays as it is, so
// that it can be mended from a backup: what was said stands in its record.
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
		return said, collections.Announce(db, collections.RevisionOf(collections.Households, said.ID, 1), said.Area, collections.Upsert, now)
	}
	return saveHousehold(db, known, merged(known, said), now)
}

// TellHousehold brings what a visit says into a known household: what changes in life at once, and the rest too where
// the record brought the household itself; else house code and place are proposed.
func TellHousehold(db collections.DB, known, said Household, made bool,
	now time.Time) (next Household, changed, proposed []Difference, err error) {
	if known.Damaged {
		return known, nil, nil, nil
	}
	next = merged(known, said)
	if !made {
		if next.HouseCode != known.HouseCode {
			proposed = append(proposed, Difference{"house_code", known.HouseCode, next.HouseCode})
			next.HouseCode = known.HouseCode
		}
		if next.Area != known.Area {
			proposed = append(proposed, Difference{"area", known.Area, next.Area},
				Difference{"location", collections.Location(known.Lon, known.Lat), collections.Location(next.Lon, next.Lat)})
			next.Area, next.AreaMethod, next.AreaConfidence, next.Lon, next.Lat, next.AccuracyM = known.Area, known.AreaMethod, known.AreaConfidence,
				known.Lon, known.Lat, known.AccuracyM
		}
	}
	before, after := known.columns(), next.columns()
	for i := range before {
		if before[i].After != after[i].After {
			changed = append(changed, Difference{before[i].Column, before[i].After, after[i].After})
		}
	}
	next, err = saveHousehold(db, known, next, now)
	return next, changed, proposed, err
}

// columns are what a household's history tells.
func (h Household) columns() []Difference {
	return []Difference{
		{Column: "address", After: h.Address}, {Column: "house_code", After: h.HouseCode}, {Column: "head_name", After: h.HeadName},
		{Column: "phone", After: h.Phone},
		{Column: "residents", After: strconv.FormatInt(h.Residents, 10)}, {Column: "area", After: h.Area},
	}
}

// saveHousehold writes a changed household and tells the tablets.
func saveHousehold(db collections.DB, known, next Household, now time.Time) (Household, error) {
	if next == known || known.Damaged {
		return known, nil
	}
	next.Rev = known.Rev + 1
	if err := collections.UpdateFrom(db, collections.Households, known.ID, known.row(),
		append(next.row(), collections.Field{Column: "updated", Value: collections.Stamp(now)})); err != nil {
		return next, err
	}
	if err := MoveMembers(db, known.ID, known.Area, next.Area, now); err != nil {
		return next, err
	}
	return next, collections.Moved(db, collections.RevisionOf(collections.Households, known.ID, next.Rev), known.Area, next.Area, now)
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
	pick(&next.SampleID, said.SampleID)
	pick(&next.Stratum, said.Stratum)
	pick(&next.Cluster, said.Cluster)
	pick(&next.Attempts, said.Attempts)
	return next
}

func (h Household) row() collections.Row {
	return collections.Row{
		{Column: "address", Value: h.Address}, {Column: "address_key", Value: h.AddressKey}, {Column: "house_code", Value: h.HouseCode},
		{Column: "head_name", Value: h.HeadName}, {Column: "phone", Value: h.Phone}, {Column: "residents", Value: h.Residents},
		{Column: "location", Value: collections.Location(h.Lon, h.Lat)}, {Column: "accuracy_m", Value: h.AccuracyM},
		{Column: "area", Value: h.Area},
		{Column: "area_method", Value: h.AreaMethod}, {Column: "area_confidence", Value: h.AreaConfidence}, {Column: "rev", Value: h.Rev},
		{Column: "sample_id", Value: h.SampleID}, {Column: "stratum", Value: h.Stratum}, {Column: "cluster", Value: h.Cluster},
		{Column: "attempts", Value: cmp.Or(h.Attempts, "{}")},
	}
}

func households(db collections.DB, where string, args ...any) ([]Household, []string, error) {
	var found []Household
	var into []string
	err := collections.Each(db, `SELECT id, address, address_key, house_code, head_name, phone, residents, location, accuracy_m, area,
		area_method, area_confidence, source, rev, merged_into, sealed,
		sample_id, stratum, cluster, COALESCE(attempts,'{}') FROM households WHERE `+where, args, func(rows *sql.Rows) error {
		var h Household
		var location, mergedInto, sealed string
		if err := rows.Scan(&h.ID, &h.Address, &h.AddressKey, &h.HouseCode, &h.HeadName, &h.Phone, &h.Residents, &location, &h.AccuracyM,
			&h.Area, &h.AreaMethod, &h.AreaConfidence, &h.Source, &h.Rev, &mergedInto, &sealed,
			&h.SampleID, &h.Stratum, &h.Cluster, &h.Attempts); err != nil {
			return err
		}
		if err := h.unseal(db, sealed, &location); err != nil {
			return err
		}
		if err := h.setPlace(location); err != nil {
			return err
		}
		found, into = append(found, h), append(into, mergedInto)
		return nil
	})
	return found, into, err
}

func (h *Household) setPlace(location string) error {
	var p struct{ Lon, Lat float64 }
	if err := json.Unmarshal([]byte(location), &p); err != nil {
		return fmt.Errorf("location of household %s: %w", h.ID, err)
	}
	h.Lon, h.Lat = p.Lon, p.Lat
	return nil
}

func (h *Household) unseal(db collections.DB, sealed string, location *string) error {
	row, whole, err := collections.OpenWhole(db, collections.Households, h.ID, sealed)
	if h.Damaged = !whole; h.Damaged {
		h.AddressKey, h.HouseCode = "", "" // what is looked up by is no value
	}
	for column, value := range map[string]*string{"address": &h.Address, "address_key": &h.AddressKey, "house_code": &h.HouseCode,
		"head_name": &h.HeadName, "phone": &h.Phone, "location": location} {
		row.Fill(column, value)
	}
	return err
}
