package ingest

import (
	"database/sql"
	"encoding/json"
	"strconv"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/grid"
	"doorstep/internal/identity"
	"doorstep/internal/problem"
)

// householdSaid is what a tablet says of a household outside of a visit.
type householdSaid struct {
	Address   string   `json:"address"`
	HouseCode string   `json:"house_code"`
	HeadName  string   `json:"head_name"`
	Phone     string   `json:"phone"`
	Residents int64    `json:"residents"`
	Lat       *float64 `json:"lat"`
	Lon       *float64 `json:"lon"`
	Accuracy  float64  `json:"accuracy"`
}

// household is what an operation says, and where that may lie.
func (said householdSaid) household(op *Operation, territory []string) (identity.Household, grid.Input) {
	h := identity.Household{
		ID: op.ID, Address: said.Address, AddressKey: identity.AddressKey(said.Address), HouseCode: said.HouseCode, HeadName: said.HeadName,
		Phone: said.Phone, Residents: said.Residents, AccuracyM: said.Accuracy, Source: op.ID,
	}
	in := grid.Input{HouseCode: said.HouseCode, AccuracyM: said.Accuracy, WorkerTerritory: territory}
	if said.Lat != nil && said.Lon != nil {
		in.At(op.Datum, *said.Lon, *said.Lat)
		h.Lon, h.Lat = in.WGS84()
	}
	return h, in
}

// storeHousehold creates a household or changes what is known of one in the worker's territory. What others changed since
// the revision that the tablet worked on stays.
func (s *storing) storeHousehold() (Receipt, error) {
	db, sender, d := s.db, s.sender, s.d
	var said householdSaid
	if err := json.Unmarshal(d.op.Answers, &said); err != nil {
		return s.quarantine(problem.BadAnswers)
	}
	h, in := said.household(d.op, sender.Actor.Territory)
	known, exists, err := identity.FindHousehold(db, h, d.op.ID)
	if err != nil {
		return Receipt{}, err
	}
	if d.op.BaseRev > 0 && (!exists || known.ID == d.op.ID && d.op.BaseRev > known.Rev) {
		return s.quarantine(problem.UnknownBase)
	}
	if exists && known.Damaged { // a supervisor releases it when the row is mended
		return s.quarantineIn(problem.Damaged, known.Area)
	}
	if exists {
		in.HouseholdArea = known.Area
		if !sender.Actor.Covers(known.Area) {
			return s.handOver(collections.Households, known.Area)
		}
	}
	if err := s.placeHousehold(&h, in); err != nil {
		return Receipt{}, err
	}
	if exists && !sender.Actor.MayMove(access.Visit, known.Area, h.Area, "") {
		h.Area = "" // it stays where it lies: nobody moves a household out of reach
	}
	r := Receipt{Seq: d.op.Seq, ID: d.op.ID, Status: Stored}
	if exists {
		if r.Conflicts, err = s.mergeHousehold(known, &h); err != nil {
			return Receipt{}, err
		}
		if len(r.Conflicts) > 0 {
			r.Status = Conflict
		}
	}
	if h, err = identity.SaveHousehold(db, known, h, exists, s.now); err != nil {
		return Receipt{}, err
	}
	if exists {
		if err := s.editsOf(collections.RevisionOf(collections.Households, h.ID, known.Rev+1), known.Area).householdNoted(known, h); err != nil {
			return Receipt{}, err
		}
	}
	r.Rev, r.Area, r.AreaMethod, r.Household = h.Rev, h.Area, h.AreaMethod, h.ID
	_, err = s.keep(r, kept{outcome: r.Status, collection: collections.Households, record: h.ID, area: h.Area, rev: h.Rev})
	return r, err
}

// placeHousehold gives a household its area; one that none is found for is looked after where the worker's territory is.
func (s *storing) placeHousehold(h *identity.Household, in grid.Input) (err error) {
	if in.HouseArea, err = grid.HouseArea(s.db, in.HouseCode); err != nil {
		return err
	}
	a, err := s.assign(in)
	if err != nil {
		return err
	}
	h.Area, h.AreaMethod, h.AreaConfidence = a.Area, string(a.Method), a.Confidence
	if h.Area == "" {
		h.Area = access.Common(s.sender.Actor.Territory)
	}
	return nil
}

// mergeHousehold takes out of what is said what the tablet did not change, and what somebody else changed too since its
// base: that stays as it is stored, and both values are a conflict.
func (s *storing) mergeHousehold(known identity.Household, said *identity.Household) (conflicts []string, err error) {
	base, sure, err := s.baseOfHousehold(known)
	if err != nil {
		return nil, err
	}
	was, err := householdAt(s.db, known.ID, base)
	if err != nil {
		return nil, err
	}
	past := s.editsOf(collections.RevisionOf(collections.Households, known.ID, known.Rev+1), known.Area)
	before := householdProperties(&known)
	for i, p := range householdProperties(said) {
		earlier, changed := was[p.name]
		if p.value == "" || p.value == before[i].value || !changed {
			continue
		}
		if !sure || p.value != earlier {
			conflicts = append(conflicts, p.name)
			if err := past.keep(difference{p.name, "", before[i].value, p.value}, kindConflict, statusOpen); err != nil {
				return nil, err
			}
		}
		p.clear()
	}
	return conflicts, nil
}

// baseOfHousehold is the revision that the tablet worked on. A client that does not say worked at least on what it sent
// itself last; without that its base is unknown, and sure is false.
func (s *storing) baseOfHousehold(known identity.Household) (base int64, sure bool, err error) {
	if s.d.op.BaseRev > 0 && known.ID == s.d.op.ID {
		return s.d.op.BaseRev, true, nil
	}
	_, err = collections.One(s.db, `SELECT COALESCE(MAX(rev),0) FROM submissions
		WHERE record=? AND device=? AND device!='' AND kind='household' AND outcome IN ('stored','conflict')`, []any{known.ID, s.sender.Device},
		&base)
	return max(base, 1), base > 0, err
}

// householdAt is what was known of a household at a revision, of the columns that were changed since.
func householdAt(db collections.DB, id string, rev int64) (map[string]string, error) {
	was := map[string]string{}
	err := collections.Each(db, `SELECT id, field, before, sealed FROM edits WHERE record=? AND kind='correction' AND record_rev>?
		ORDER BY record_rev DESC`, []any{id, rev}, func(rows *sql.Rows) error {
		var edit, field, before, sealed string
		if err := rows.Scan(&edit, &field, &before, &sealed); err != nil {
			return err
		}
		opened, whole, err := collections.OpenWhole(db, collections.Edits, edit, sealed)
		opened.Fill("before", &before)
		if !whole {
			before = notKnown
		}
		was[field] = before
		return err
	})
	return was, err
}

// household keeps the edits of a household, column by column. What it returns is to be noted, unless it is part of a visit, which notes
// by itself what it changed.
func (e edits) household(before, now identity.Household) (*change, error) {
	c := &change{list: collections.Households, entity: now.ID, area: before.Area, rev: before.Rev, set: map[string]bool{}, conflict: "none"}
	after := householdProperties(&now)
	for i, p := range householdProperties(&before) {
		if p.value == after[i].value {
			continue
		}
		c.set[p.name] = true
		if err := e.keep(difference{p.name, "", p.value, after[i].value}, kindCorrection, statusDone); err != nil {
			return nil, err
		}
	}
	if x, y := placeOf(before), placeOf(now); x != y {
		if err := e.keep(difference{"location", "", x, y}, kindCorrection, statusDone); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// householdNoted is household, and notes the change, where there is one.
func (e edits) householdNoted(before, now identity.Household) error {
	if before.Rev == now.Rev {
		return nil
	}
	c, err := e.household(before, now)
	if err != nil {
		return err
	}
	return c.note(e, now.Rev)
}

func placeOf(h identity.Household) string {
	if h.Lat == 0 && h.Lon == 0 {
		return ""
	}
	return strconv.FormatFloat(h.Lat, 'f', -1, 64) + " " + strconv.FormatFloat(h.Lon, 'f', -1, 64)
}
