package ingest

import (
	"encoding/json"
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/grid"
	"doorstep/internal/identity"
	"doorstep/internal/problem"
)

// settleTask sets the status of one of the worker's tasks.
func settleTask(db collections.DB, sender Sender, d *draft, now time.Time) (Receipt, error) {
	var said struct {
		Status string `json:"status"`
		Note   string `json:"note"`
	}
	if err := json.Unmarshal(d.op.Answers, &said); err != nil || said.Status != "open" && said.Status != "done" && said.Status != "cancelled" {
		return quarantine(db, sender, d, problem.BadAnswers, now)
	}
	var assignee, area string
	var rev int64
	found, err := collections.One(db, `SELECT assignee, area, rev FROM tasks WHERE id=?`, []any{d.op.ID}, &assignee, &area, &rev)
	if err != nil {
		return Receipt{}, err
	}
	switch {
	case !found:
		return quarantine(db, sender, d, problem.UnknownTask, now)
	case assignee != sender.Actor.ID && !sender.Actor.May(access.DecideQuarantine, area, assignee):
		return handOver(db, sender, d, collections.Tasks, area, now)
	}
	row := collections.Row{{Column: "status", Value: said.Status}, {Column: "rev", Value: rev + 1}, {Column: "updated", Value: collections.Stamp(now)}}
	if said.Note != "" {
		row = append(row, collections.Field{Column: "note", Value: said.Note})
	}
	if err := collections.Update(db, collections.Tasks, d.op.ID, row); err != nil {
		return Receipt{}, err
	}
	if err := collections.Announce(db, collections.Tasks, d.op.ID, collections.ToWorker(assignee), collections.Upsert, rev+1, now); err != nil {
		return Receipt{}, err
	}
	r := Receipt{Seq: d.op.Seq, ID: d.op.ID, Status: Stored, Rev: rev + 1, Area: area}
	_, err = keep(db, sender, d, r, kept{outcome: Stored, collection: collections.Tasks, record: d.op.ID, area: area, rev: r.Rev}, now)
	return r, err
}

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

// settleHousehold creates a household or changes what is known of one in the worker's territory.
func settleHousehold(db collections.DB, st *Stages, sender Sender, d *draft, now time.Time) (Receipt, error) {
	var said householdSaid
	if err := json.Unmarshal(d.op.Answers, &said); err != nil {
		return quarantine(db, sender, d, problem.BadAnswers, now)
	}
	h := identity.Household{
		ID: d.op.ID, Address: said.Address, AddressKey: identity.AddressKey(said.Address), HouseCode: said.HouseCode, HeadName: said.HeadName, Phone: said.Phone,
		Residents: said.Residents, AccuracyM: said.Accuracy, Source: d.op.ID,
	}
	in := grid.Input{HouseCode: said.HouseCode, AccuracyM: said.Accuracy, WorkerTerritory: sender.Actor.Territory}
	if said.Lat != nil && said.Lon != nil {
		in.At(d.op.Datum, *said.Lon, *said.Lat)
		h.Lon, h.Lat = in.WGS84()
	}
	known, exists, err := identity.FindHousehold(db, h, d.op.ID)
	if err != nil {
		return Receipt{}, err
	}
	if exists {
		in.HouseholdArea = known.Area
		if !sender.Actor.Covers(known.Area) {
			return handOver(db, sender, d, collections.Households, known.Area, now)
		}
	}
	a := grid.Assign(st.Areas(), in)
	h.Area, h.AreaMethod, h.AreaConfidence = a.Area, string(a.Method), a.Confidence
	if h.Area == "" {
		h.Area = access.Common(sender.Actor.Territory)
	}
	if h, err = identity.SaveHousehold(db, known, h, exists, now); err != nil {
		return Receipt{}, err
	}
	r := Receipt{Seq: d.op.Seq, ID: d.op.ID, Status: Stored, Rev: h.Rev, Area: h.Area, AreaMethod: h.AreaMethod, Household: h.ID}
	_, err = keep(db, sender, d, r, kept{outcome: Stored, collection: collections.Households, record: h.ID, area: h.Area, rev: h.Rev}, now)
	return r, err
}
