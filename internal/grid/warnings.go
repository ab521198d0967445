package grid

import (
	"maps"

	"github.com/paulmach/orb"

	"doorstep/internal/survey"
)

// The warnings of Assign.
const (
	PointInvalid      = "grid.point_invalid"
	PointOutside      = "grid.point_outside"
	AccuracyLow       = "grid.accuracy_low"
	HouseholdMismatch = "grid.household_mismatch"
	OutsideTerritory  = "grid.outside_territory"
	DatumSuspect      = "grid.datum_suspect"
	DatumUnknown      = "grid.datum_unknown"
	HouseCodeMismatch = "grid.house_code_mismatch"
	NearBorder        = "grid.near_border"
	Unplaced          = "grid.unassigned" // not of Assign's warnings: its method says so
)

var warningTexts = map[string][2]string{
	PointInvalid:      {"定位坐标无效", "The position is no valid coordinate."},
	PointOutside:      {"定位点不在任何已知区域内", "The position lies in no known area."},
	AccuracyLow:       {"定位精度太低，无法确定网格", "The position is too inaccurate to tell the grid."},
	HouseholdMismatch: {"定位点与住户所在区域不一致", "The position lies in another area than the household."},
	HouseCodeMismatch: {"定位点与房屋编码所在区域不一致", "The position lies in another area than the house code."},
	NearBorder:        {"所在网格不确定：定位点靠近边界，或与其他依据不一致", "The grid is not sure: the position is near a border, or what else is known disagrees."},
	OutsideTerritory:  {"记录所在区域不在填报人员的责任范围内", "The record's area is outside the worker's territory."},
	Unplaced:          {"无法确定所在网格，已放入待分配队列", "The area could not be found; the record waits in the unassigned queue."},
	DatumUnknown: {"坐标系名称无法识别，定位点未被采用；请使用 wgs84、gcj02 或 bd09",
		"The name of the coordinate system is unknown, so the position was not used: send wgs84, gcj02 or bd09."},
	DatumSuspect: {"坐标系可能标错（如 GCJ-02 误作 WGS-84），请核实", "The coordinate system may be mislabelled, such as GCJ-02 taken for WGS-84."},
}

// Issue is a warning of Assign as an issue on the record, at the question that holds the point.
func Issue(warning, field string) survey.Issue {
	texts, severity := warningTexts[warning], survey.Warning
	if warning == NearBorder { // so are many that are right
		severity = survey.Notice
	}
	return survey.Issue{Code: warning, Field: field, Severity: severity, ZH: texts[0], EN: texts[1]}
}

func warnings(idx *Index, in Input, f fix, byPoint, a Assignment) []string {
	var w []string
	add := func(code string, when bool) {
		if when {
			w = append(w, code)
		}
	}
	house, household := homesOf(idx, in)
	home := house
	if len(home) == 0 {
		home = household
	}
	add(DatumUnknown, in.DatumUnknown)
	add(PointInvalid, in.HasPoint && !f.usable)
	add(PointOutside, f.usable && byPoint.Area == "")
	add(AccuracyLow, byPoint.Method == ByGPS && byPoint.Confidence < vague)
	add(HouseCodeMismatch, misses(idx, f, byPoint, house))
	add(HouseholdMismatch, misses(idx, f, byPoint, household))
	add(NearBorder, a.unsure())
	add(OutsideTerritory, a.OutsideTerritory)
	if len(home) == 0 {
		home = in.WorkerTerritory
	}
	add(DatumSuspect, misses(idx, f, byPoint, home) && otherDatumHits(idx, in, f, home))
	return w
}

// homesOf are where the record should be by its house code and by its household: nothing where that tells nothing.
func homesOf(idx *Index, in Input) (house, household []string) {
	if code, ok := idx.houseArea(in); ok {
		house = []string{code}
	}
	if _, ok := idx.byCode[in.HouseholdArea]; ok {
		household = []string{in.HouseholdArea}
	}
	return house, household
}

// misses reports whether the point lies outside all of the areas and its accuracy does not explain that. No areas are
// never missed.
func misses(idx *Index, f fix, byPoint Assignment, areas []string) bool {
	if !f.usable || len(areas) == 0 {
		return false
	}
	for _, code := range areas {
		if under(byPoint.Area, code) || idx.within(code, f, byPoint.Area) {
			return false
		}
	}
	return true
}

// within reports whether the point is as close to the area as its accuracy allows, or, for an area without an outline,
// whether the area lies in the one that the point is in.
func (idx *Index) within(code string, f fix, found string) bool {
	a, ok := idx.Area(code)
	if !ok || len(a.Boundary) == 0 {
		return under(code, found)
	}
	return -signedDistance(a.Boundary, orb.Point{f.lon, f.lat}) <= reach(f.accuracy)
}

// otherDatumHits reports whether the point's numbers, read in a datum that it does not claim, lie in one of the areas.
func otherDatumHits(idx *Index, in Input, f fix, areas []string) bool {
	for _, d := range []Datum{WGS84, GCJ02, BD09} {
		lon, lat := d.ToWGS84(in.Lon, in.Lat)
		if lon == f.lon && lat == f.lat {
			continue
		}
		if code, ok := idx.Locate(lon, lat); ok && UnderAny(code, areas) {
			return true
		}
	}
	return false
}

// Texts are the Chinese and English words of every warning, by code.
func Texts() map[string][2]string { return maps.Clone(warningTexts) }
