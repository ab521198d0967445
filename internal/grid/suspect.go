package grid

import "math"

// Fixed is a point as it is stored, with the areas that it should lie in by what is known otherwise.
type Fixed struct {
	Lon, Lat, AccuracyM float64
	Home                []string
}

const (
	// leastFixed is how many points tell anything of what somebody's tablet takes for longitude and latitude.
	leastFixed = 10
	// misread is the share of them that must lie where they should by another datum, and moved the share that must not by their own.
	misread, moved = 0.7, 0.4
)

// Suspect looks whether the points of one tablet or one worker lie off, all of them by what another datum differs. Looks is "" where
// that explains nothing: the points are where they should be, or off in another way. It changes no point.
func (idx *Index) Suspect(points []Fixed) (c DatumCheck) {
	then := map[Datum]int{}
	for _, p := range points {
		if len(p.Home) == 0 {
			continue
		}
		c.Points++
		for _, d := range []Datum{WGS84, GCJ02, BD09} {
			f := fix{usable: true, accuracy: p.AccuracyM}
			f.lon, f.lat = d.ToWGS84(p.Lon, p.Lat)
			if !misses(idx, f, locate(idx, f), p.Home) {
				then[d]++
			}
		}
	}
	c.Inside = then[WGS84]
	if c.Points < leastFixed {
		return c
	}
	for _, d := range []Datum{GCJ02, BD09} {
		enough := float64(then[d]) >= misread*float64(c.Points) && float64(then[d]-c.Inside) >= moved*float64(c.Points)
		if enough && then[d] > c.Then {
			c.Looks, c.Then = d, then[d]
		}
	}
	c.EastM, c.NorthM = away(points, c.Looks)
	return c
}

// away is how far points lie from where they would by a datum: the median.
func away(points []Fixed, d Datum) (eastM, northM float64) {
	var east, north []float64
	for _, p := range points {
		lon, lat := d.ToWGS84(p.Lon, p.Lat)
		east = append(east, (p.Lon-lon)*metersPerDegree*math.Cos(p.Lat*math.Pi/180))
		north = append(north, (p.Lat-lat)*metersPerDegree)
	}
	return math.Round(median(east)), math.Round(median(north))
}
