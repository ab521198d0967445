package grid

// Method is how a record came by its area.
type Method string

const (
	ByGPS        Method = "gps"         // the point lies in the area
	ByGPSNear    Method = "gps_near"    // the point lies beside it, within what its accuracy explains
	ByHouseCode  Method = "house_code"  // the first digits of the 25-digit house code
	ByHousehold  Method = "household"   // the household was placed there before
	ByWorkerGrid Method = "worker_grid" // the worker has this one grid
	ByHand       Method = "manual"      // somebody said so, with a reason
	Unassigned   Method = "unassigned"
)

// How much is believed of an area that no point confirms. A point is believed as Index.Confidence says.
const (
	houseCodeConfidence  = 0.8
	householdConfidence  = 0.7
	workerGridConfidence = 0.4

	// vague is the confidence below which a point only counts when there is nothing better.
	vague = 0.25
	// sure is the confidence from which on a point is not weighed against what else is known: nothing of it could win.
	sure = 0.95
	// nearFactor times the accuracy is how far beside an area a point may lie, from nearLeast to nearMost metres.
	nearFactor, nearLeast, nearMost = 2.0, 20.0, 200.0
)

// Input is what a record tells about where it was taken. Empty fields are unknown.
type Input struct {
	HasPoint        bool
	Lon, Lat        float64 // degrees of Datum
	AccuracyM       float64 // radius of 68 % in metres, 0 for unknown
	Datum           Datum   // "" is WGS-84
	DatumUnknown    bool    // there was a point, of a datum that nobody knows: it says nothing
	HouseCode       string  // 25 digits that begin with the code of a community or a grid
	HouseArea       string  // area of the house code by the city's own table of house codes; it counts before the digits
	HouseholdArea   string  // area code of the household on file
	WorkerTerritory []string
}

// At gives the record its point, in degrees of a datum by name; no name is WGS-84. A point of an unknown datum is left
// out, since a guess could be half a kilometre off, and Assign warns of it.
func (in *Input) At(datum string, lon, lat float64) {
	in.Lon, in.Lat = lon, lat
	if datum == "" {
		in.HasPoint, in.Datum = true, WGS84
		return
	}
	d, err := ParseDatum(datum)
	in.HasPoint, in.Datum, in.DatumUnknown = err == nil, d, err != nil
}

// WGS84 is the point in WGS-84 degrees; 0, 0 where there is none that can be read.
func (in Input) WGS84() (lon, lat float64) {
	f := in.fix()
	return f.lon, f.lat
}

// Assignment is the area that a record belongs to, how sure that is, and why.
type Assignment struct {
	Area             string // "" when Method is Unassigned
	Method           Method
	Confidence       float64  // 0 to 1
	OutsideTerritory bool     // the area lies outside what the worker has
	Warnings         []string // codes such as PointOutside; Issue tells them in words
	Why
}

// Assign finds the area of a record. A point counts first; within its accuracy of a border it is weighed against the house
// code, the household and the worker's territory. A point too vague for its area gives way to what is known otherwise, and
// one that finds only an area with finer ones in it is made more precise by it. Assign never moves a point to another datum,
// it only warns. The answer depends on nothing but idx and in.
func Assign(idx *Index, in Input) Assignment {
	f := in.fix()
	byPoint := locate(idx, f)
	known := evidenceOf(idx, in)
	a := choose(idx, f, byPoint, fallback(idx, in), known)
	a.Territory = in.WorkerTerritory
	a.because(f, byPoint, known)
	a.OutsideTerritory = a.Area != "" && len(in.WorkerTerritory) > 0 && !related(a.Area, in.WorkerTerritory)
	a.Warnings = warnings(idx, in, f, byPoint, a)
	return a
}

func choose(idx *Index, f fix, byPoint, other Assignment, known []evidence) Assignment {
	tooVague := byPoint.Confidence < vague
	refined := under(other.Area, byPoint.Area) && !idx.leaf(byPoint.Area)
	switch {
	case other.Area != "" && (tooVague || refined):
		return other
	case byPoint.Area != "":
		return weigh(idx.candidates(byPoint, f), byPoint, known)
	}
	return Assignment{Method: Unassigned}
}

// fix is the point of an Input in WGS-84.
type fix struct {
	usable             bool // there is a point and it is one on earth, other than the 0, 0 of a receiver without a fix
	lon, lat, accuracy float64
}

func (in Input) fix() fix {
	if !in.HasPoint || !onEarth(in.Lon, in.Lat) || (in.Lon == 0 && in.Lat == 0) {
		return fix{}
	}
	lon, lat := in.Datum.ToWGS84(in.Lon, in.Lat)
	return fix{usable: true, lon: lon, lat: lat, accuracy: in.AccuracyM}
}

func locate(idx *Index, f fix) Assignment {
	if !f.usable {
		return Assignment{}
	}
	if code, ok := idx.Locate(f.lon, f.lat); ok {
		return Assignment{Area: code, Method: ByGPS, Confidence: idx.confidence(code, f.lon, f.lat, f.accuracy)}
	}
	if code, _, ok := idx.nearest(f.lon, f.lat, reach(f.accuracy)); ok {
		return Assignment{Area: code, Method: ByGPSNear, Confidence: idx.confidence(code, f.lon, f.lat, f.accuracy)}
	}
	return Assignment{}
}

// reach is how far in metres a point may be off with that accuracy.
func reach(accuracyM float64) float64 {
	if accuracyM <= 0 {
		accuracyM = unknownAccuracy
	}
	return max(nearLeast, min(nearFactor*accuracyM, nearMost))
}

// fallback is the area without the point.
func fallback(idx *Index, in Input) Assignment {
	if code, ok := idx.houseArea(in); ok {
		return Assignment{Area: code, Method: ByHouseCode, Confidence: houseCodeConfidence}
	}
	if _, ok := idx.byCode[in.HouseholdArea]; ok {
		return Assignment{Area: in.HouseholdArea, Method: ByHousehold, Confidence: householdConfidence}
	}
	if len(in.WorkerTerritory) == 1 {
		if a, ok := idx.Area(in.WorkerTerritory[0]); ok && a.Level == Grid {
			return Assignment{Area: a.Code, Method: ByWorkerGrid, Confidence: workerGridConfidence}
		}
	}
	return Assignment{}
}

// houseArea is where the house code lies: by the city's table, else by its digits.
func (idx *Index) houseArea(in Input) (code string, ok bool) {
	if _, known := idx.byCode[in.HouseArea]; known {
		return in.HouseArea, true
	}
	return idx.HouseCodeArea(in.HouseCode)
}

// HouseCodeArea returns the finest known area, a community at least, whose code the 25-digit house code begins with.
func (idx *Index) HouseCodeArea(houseCode string) (code string, ok bool) {
	if len(houseCode) != 25 || !digits(houseCode) {
		return "", false
	}
	for n := len(houseCode) - 1; n >= prefixes[finest-1].digits; n-- {
		if _, ok := idx.byCode[houseCode[:n]]; ok {
			return houseCode[:n], true
		}
	}
	return "", false
}

// related reports whether an area and a territory have anything in common.
func related(code string, territory []string) bool {
	for _, t := range territory {
		if under(code, t) || under(t, code) {
			return true
		}
	}
	return false
}
