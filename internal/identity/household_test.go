package identity_test

import (
	"slices"
	"strconv"
	"testing"

	"doorstep/collections"
	"doorstep/internal/identity"
	"doorstep/internal/testapp"
)

// TestTellHousehold says one thing more of a known household at a time: what changes is told and stored, what its own record alone
// may change is proposed, what is not said stays, and the household beside it too.
func TestTellHousehold(t *testing.T) {
	app := testapp.New(t)
	known := identity.Household{ID: "h1", Address: "甲路 1 号", AddressKey: "甲路1号", HouseCode: "H1", HeadName: "王大", Phone: "13800000001",
		Residents: 3, Area: "990101001001001", AreaMethod: "gps", AreaConfidence: 0.5, Lon: 114, Lat: 22.5, AccuracyM: 9,
		SampleID: "s", Stratum: "t", Cluster: "c", Attempts: `{"a":1}`, Source: "child_visit/x"}
	beside := known
	beside.ID, beside.HouseCode = "h2", "H2"
	read := func(db collections.DB, id string) identity.Household {
		h, found, err := identity.FindHousehold(db, identity.Household{}, id)
		if err != nil || !found {
			t.Fatalf("%s: %v, %v", id, found, err)
		}
		return h
	}
	write(t, app, func(db collections.DB) (err error) {
		if known, err = identity.SaveHousehold(db, identity.Household{}, known, false, now); err != nil {
			return err
		}
		beside, err = identity.SaveHousehold(db, identity.Household{}, beside, false, now)
		return err
	})
	const elsewhere = "990101001001002"
	for _, c := range []struct {
		name              string
		made              bool
		said              identity.Household
		then              func(h *identity.Household)
		changed, proposed []string
	}{
		{"nothing", true, identity.Household{}, func(*identity.Household) {}, nil, nil},
		{"address", false, identity.Household{Address: "乙路", AddressKey: "乙路k"}, func(h *identity.Household) { h.Address, h.AddressKey = "乙路", "乙路k" }, []string{"address"}, nil},
		{"head", false, identity.Household{HeadName: "王二"}, func(h *identity.Household) { h.HeadName = "王二" }, []string{"head_name"}, nil},
		{"phone", false, identity.Household{Phone: "13800000002"}, func(h *identity.Household) { h.Phone = "13800000002" }, []string{"phone"}, nil},
		{"residents", false, identity.Household{Residents: 4}, func(h *identity.Household) { h.Residents = 4 }, []string{"residents"}, nil},
		{"sample", false, identity.Household{SampleID: "s2", Stratum: "t2", Cluster: "c2"}, func(h *identity.Household) { h.SampleID, h.Stratum, h.Cluster = "s2", "t2", "c2" }, nil, nil},
		{"attempts", false, identity.Household{Attempts: `{"a":2}`}, func(h *identity.Household) { h.Attempts = `{"a":2}` }, nil, nil},
		{"a code of another's", false, identity.Household{HouseCode: "H9"}, func(*identity.Household) {}, nil, []string{"house_code"}},
		{"a place of another's", false, identity.Household{Area: elsewhere, AreaMethod: "gps", AreaConfidence: 0.9, Lon: 113, Lat: 22, AccuracyM: 3}, func(*identity.Household) {}, nil, []string{"area", "location"}},
		{"a place no surer", true, identity.Household{Area: elsewhere, AreaMethod: "gps", AreaConfidence: 0.5}, func(*identity.Household) {}, nil, nil},
		{"a surer place by hand", true, identity.Household{Area: elsewhere, AreaMethod: "declared", AreaConfidence: 0.9}, func(*identity.Household) {}, nil, nil},
		{"a code", true, identity.Household{HouseCode: "H9"}, func(h *identity.Household) { h.HouseCode = "H9" }, []string{"house_code"}, nil},
		{"a surer place", true, identity.Household{Area: elsewhere, AreaMethod: "gps", AreaConfidence: 0.9, Lon: 113, Lat: 22, AccuracyM: 3},
			func(h *identity.Household) {
				h.Area, h.AreaConfidence, h.Lon, h.Lat, h.AccuracyM = elsewhere, 0.9, 113, 22, 3
			}, []string{"area"}, nil},
	} {
		write(t, app, func(db collections.DB) error {
			before := read(db, "h1")
			want := before
			if c.then(&want); want != before {
				want.Rev++
			}
			_, changed, proposed, err := identity.TellHousehold(db, before, c.said, c.made, now)
			if err != nil {
				return err
			}
			columns := func(all []identity.Difference) (names []string) {
				for _, d := range all {
					if names = append(names, d.Column); d.Before != valueOf(before, d.Column) || d.After != valueOf(c.said, d.Column) {
						t.Errorf("%s: told %+v", c.name, d)
					}
				}
				return names
			}
			if !slices.Equal(columns(changed), c.changed) || !slices.Equal(columns(proposed), c.proposed) {
				t.Errorf("%s: changed %v, proposed %v", c.name, changed, proposed)
			}
			if got := read(db, "h1"); got != want {
				t.Errorf("%s: %+v, not %+v", c.name, got, want)
			}
			if got := read(db, "h2"); got.HouseCode != "H2" || got.Rev != 1 || got.Area != known.Area || got.Address != known.Address {
				t.Errorf("%s: beside it %+v", c.name, got)
			}
			return nil
		})
	}
}

// valueOf returns what a household says in a column of its history.
func valueOf(h identity.Household, column string) string {
	return map[string]string{"address": h.Address, "house_code": h.HouseCode, "head_name": h.HeadName, "phone": h.Phone,
		"residents": strconv.FormatInt(h.Residents, 10), "area": h.Area, "location": collections.Location(h.Lon, h.Lat)}[column]
}

// TestAHouseholdWithoutAPlaceTakesOne from whatever tells it first, and no lesser one after it.
func TestAHouseholdWithoutAPlaceTakesOne(t *testing.T) {
	app := testapp.New(t)
	said := identity.Household{ID: "h1", Area: "990101001001001", AreaMethod: "declared", AreaConfidence: 0.2, Lon: 114, Lat: 22.5, AccuracyM: 9}
	write(t, app, func(db collections.DB) error {
		known, err := identity.SaveHousehold(db, identity.Household{}, identity.Household{ID: "h1"}, false, now)
		if err != nil {
			return err
		}
		if _, err = identity.SaveHousehold(db, known, said, true, now); err != nil {
			return err
		}
		got, _, err := identity.FindHousehold(db, identity.Household{}, "h1")
		if got.Area != said.Area || got.AreaMethod != said.AreaMethod || got.AreaConfidence != 0.2 || got.Lon != 114 || got.Lat != 22.5 || got.AccuracyM != 9 || got.Rev != 2 {
			t.Errorf("%+v", got)
		}
		return err
	})
}

// TestWhatAHouseholdTells of where a record was taken: nothing where all that is known of it came from that record.
func TestWhatAHouseholdTells(t *testing.T) {
	for h, want := range map[identity.Household]bool{
		{Source: "r1"}: false, {Source: "r2"}: true, {}: true, {Source: "r1", AreaMethod: "gps"}: false, {Source: "r1", AreaMethod: "import"}: true,
		{Source: "r1", AreaMethod: "manual"}: true,
	} {
		if h.Tells("r1") != want {
			t.Errorf("%+v: %v", h, !want)
		}
	}
}
