package collections

import "encoding/json"

// Nowhere is a location column that tells no point.
const Nowhere = `{"lon":0,"lat":0}`

// Location is the location column of a point, in degrees of WGS-84.
func Location(lon, lat float64) string {
	text, err := json.Marshal(map[string]float64{"lon": lon, "lat": lat})
	if err != nil { // not a number, or infinite
		return Nowhere
	}
	return string(text)
}

// PointOf reads a location column, in degrees of WGS-84; ok is false where it tells no point.
func PointOf(location string) (lon, lat float64, ok bool) {
	var at struct{ Lon, Lat float64 }
	if json.Unmarshal([]byte(location), &at) != nil || at.Lon == 0 && at.Lat == 0 {
		return 0, 0, false
	}
	return at.Lon, at.Lat, true
}
