package grid

import (
	"database/sql"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"doorstep/collections"
)

// DatumCheck compares where known households are with the outlines of the areas that they belong to.
type DatumCheck struct {
	Points int     `json:"points"` // of households that were looked at
	Inside int     `json:"inside"` // of them, in their area
	Looks  Datum   `json:"looks_like,omitempty"`
	Then   int     `json:"inside_then,omitempty"` // how many would be in their area if the file were in that datum
	EastM  float64 `json:"east_m"`                // how far the outlines lie from where they should, in the middle of all areas
	NorthM float64 `json:"north_m"`
}

const (
	mostAreasLooked, perArea = 300, 20
	leastPoints              = 30
	clearly                  = 0.2 // of the points must be better placed by another datum
)

// placed is a household with the area that it belongs to.
type placed struct {
	lon, lat float64
	area     Area
	apart    bool // it came to its area otherwise than by its point
}

// checkDatum looks at some households of the areas of a file. Nothing is said of the datum where there are too few.
func checkDatum(db collections.DB, areas []Area, as Datum) (DatumCheck, error) {
	some, err := householdsIn(db, areas)
	if err != nil {
		return DatumCheck{}, err
	}
	apart := slices.DeleteFunc(slices.Clone(some), func(p placed) bool { return !p.apart })
	if len(apart) >= leastPoints { // the others may have been placed by outlines with the same mistake
		some = apart
	}
	c := DatumCheck{Points: len(some), Inside: hits(some, as, as)}
	c.EastM, c.NorthM = offset(some)
	if c.Points < leastPoints {
		return c, nil
	}
	for _, d := range []Datum{WGS84, GCJ02, BD09} {
		if n := hits(some, as, d); d != as && n > c.Then && float64(n-c.Inside) >= clearly*float64(c.Points) {
			c.Looks, c.Then = d, n
		}
	}
	return c, nil
}

// hits counts the points that lie in their area if the outlines, which were read as one datum, are in another.
func hits(some []placed, as, is Datum) (n int) {
	for _, p := range some {
		if p.area.Contains(as.ToWGS84(is.FromWGS84(p.lon, p.lat))) {
			n++
		}
	}
	return n
}

// offset is how far the areas lie from the households in them: the median over areas, so that a few mistaken points do not count.
func offset(some []placed) (eastM, northM float64) {
	type sum struct{ east, north, n float64 }
	by := map[string]*sum{}
	for _, p := range some {
		s := by[p.area.Code]
		if s == nil {
			s = &sum{}
			by[p.area.Code] = s
		}
		middle, _ := planar.CentroidArea(p.area.Boundary)
		s.east += (middle[0] - p.lon) * metersPerDegree * math.Cos(p.lat*math.Pi/180)
		s.north += (middle[1] - p.lat) * metersPerDegree
		s.n++
	}
	var east, north []float64
	for _, s := range by {
		east, north = append(east, s.east/s.n), append(north, s.north/s.n)
	}
	return math.Round(median(east)), math.Round(median(north))
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// householdsIn reads some households with a point, of areas that are spread over the file's finest level.
func householdsIn(db collections.DB, areas []Area) (some []placed, err error) {
	depth := -1
	for _, a := range areas {
		if len(a.Boundary) > 0 {
			depth = max(depth, a.Level.depth())
		}
	}
	finestOnes := slices.DeleteFunc(slices.Clone(areas), func(a Area) bool { return len(a.Boundary) == 0 || a.Level.depth() != depth })
	for i := 0; i < len(finestOnes); i += len(finestOnes)/mostAreasLooked + 1 {
		a := finestOnes[i]
		err := collections.Each(db, `SELECT id, location, area_method, sealed FROM households WHERE area>=? AND area<?
			ORDER BY area, id LIMIT ?`, []any{a.Code, a.Code + "~", perArea}, func(rows *sql.Rows) error {
			var id, location, method, sealed string
			if err := rows.Scan(&id, &location, &method, &sealed); err != nil {
				return err
			}
			p, found, err := PointOf(db, collections.Households, id, location, sealed)
			if found {
				some = append(some, placed{p[0], p[1], a, Method(method) != ByGPS && Method(method) != ByGPSNear})
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("households of %s: %w", a.Code, err)
		}
	}
	return some, nil
}

// PointOf opens the location of a row; found is false where it has none, or does not open.
func PointOf(db collections.DB, table, id, location, sealed string) (p orb.Point, found bool, err error) {
	opened, whole, err := collections.OpenWhole(db, table, id, sealed)
	if err != nil || !whole {
		return p, false, err
	}
	opened.Fill("location", &location)
	lon, lat, found := collections.PointOf(location)
	return orb.Point{lon, lat}, found, nil
}

// finding tells what the datum looks like.
func (c DatumCheck) finding(as Datum) Finding {
	t := problemTexts[DatumOfOutline]
	return Finding{
		Code: DatumOfOutline, Areas: []string{},
		ZH: fmt.Sprintf("%s：按 %s 有 %d/%d 户落在所属区域内，按 %s 有 %d 户；边界偏移约东 %.0f 米、北 %.0f 米", t[0], as, c.Inside, c.Points, c.Looks, c.Then, c.EastM,
			c.NorthM),
		EN: fmt.Sprintf("%s: as %s %d of %d households are in their area, as %s %d; the outlines lie about %.0f m east and %.0f m north of "+
			"where they should", t[1], as, c.Inside, c.Points, c.Looks, c.Then, c.EastM, c.NorthM),
	}
}
