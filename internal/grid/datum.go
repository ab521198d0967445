package grid

import (
	"fmt"
	"math"
	"strings"
)

// Datum is the coordinate system of a longitude and latitude.
type Datum string

const (
	WGS84 Datum = "wgs84" // GPS and BeiDou receivers; CGCS2000 (天地图) differs by centimetres and counts as this
	GCJ02 Datum = "gcj02" // Amap, Tencent and other published Chinese maps
	BD09  Datum = "bd09"  // Baidu
)

// datumNames are the names that files, apps and people use, without case, spaces, hyphens, underscores and the urn before
// a code; CGCS2000 is read as WGS-84.
var datumNames = map[string]Datum{
	"wgs84": WGS84, "epsg:4326": WGS84, "epsg::4326": WGS84, "crs84": WGS84, "ogc:1.3:crs84": WGS84, "ogc::crs84": WGS84, "gps": WGS84,
	"cgcs2000": WGS84, "epsg:4490": WGS84, "epsg::4490": WGS84,
	"gcj02": GCJ02, "gcj": GCJ02, "amap": GCJ02,
	"bd09": BD09, "bd09ll": BD09, "baidu": BD09,
}

// ParseDatum reads a datum's name as people and files write it. It fails for an unknown one: a guess would put points
// half a kilometre off.
func ParseDatum(s string) (Datum, error) {
	name := strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(s))
	if d, known := datumNames[strings.TrimPrefix(name, "urn:ogc:def:crs:")]; known {
		return d, nil
	}
	return "", fmt.Errorf("unknown datum %q: use wgs84, gcj02 or bd09", s)
}

// ToWGS84 converts degrees of datum d to WGS-84 degrees. An empty datum is WGS-84.
func (d Datum) ToWGS84(lon, lat float64) (float64, float64) {
	switch d {
	case GCJ02:
		return gcjToWGS(lon, lat)
	case BD09:
		return gcjToWGS(bdToGCJ(lon, lat))
	}
	return lon, lat
}

// FromWGS84 converts WGS-84 degrees to degrees of datum d.
func (d Datum) FromWGS84(lon, lat float64) (float64, float64) {
	switch d {
	case GCJ02:
		return wgsToGCJ(lon, lat)
	case BD09:
		return gcjToBD(wgsToGCJ(lon, lat))
	}
	return lon, lat
}

// The published GCJ-02 approximation: the Krasovsky 1940 ellipsoid and an offset of up to some 700 m made of sines.
const (
	krasovskyA  = 6378245.0
	krasovskyE2 = 0.00669342162296594323
)

// shifted reports whether published maps shift a place. It is the box that the common implementations use; it holds
// parts of neighbouring countries, Hong Kong and Macao, where a map may not be shifted: see docs/decisions/0030.
func shifted(lon, lat float64) bool {
	return lon >= 72.004 && lon <= 137.8347 && lat >= 0.8293 && lat <= 55.8271
}

func wgsToGCJ(lon, lat float64) (float64, float64) {
	if !shifted(lon, lat) {
		return lon, lat
	}
	dLon, dLat := gcjOffset(lon, lat)
	return lon + dLon, lat + dLat
}

// gcjOffset is the shift in degrees at a WGS-84 place.
func gcjOffset(lon, lat float64) (dLon, dLat float64) {
	x, y := lon-105, lat-35
	common := 20*math.Sin(6*x*math.Pi) + 20*math.Sin(2*x*math.Pi)
	dLat = -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*math.Sqrt(math.Abs(x)) +
		(common+20*math.Sin(y*math.Pi)+40*math.Sin(y/3*math.Pi)+160*math.Sin(y/12*math.Pi)+320*math.Sin(y*math.Pi/30))*2/3
	dLon = 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*math.Sqrt(math.Abs(x)) +
		(common+20*math.Sin(x*math.Pi)+40*math.Sin(x/3*math.Pi)+150*math.Sin(x/12*math.Pi)+300*math.Sin(x/30*math.Pi))*2/3
	rad := lat / 180 * math.Pi
	magic := 1 - krasovskyE2*math.Sin(rad)*math.Sin(rad)
	dLat = dLat * 180 / (krasovskyA * (1 - krasovskyE2) / (magic * math.Sqrt(magic)) * math.Pi)
	dLon = dLon * 180 / (krasovskyA / math.Sqrt(magic) * math.Cos(rad) * math.Pi)
	return dLon, dLat
}

// gcjToWGS inverts wgsToGCJ by fixed-point iteration: each round shrinks the error about a thousandfold, so six leave
// rounding noise.
func gcjToWGS(lon, lat float64) (float64, float64) {
	x, y := lon, lat
	for range 6 {
		gx, gy := wgsToGCJ(x, y)
		x, y = x-(gx-lon), y-(gy-lat)
	}
	return x, y
}

const bdPi = math.Pi * 3000 / 180

func gcjToBD(lon, lat float64) (float64, float64) {
	z := math.Hypot(lon, lat) + 0.00002*math.Sin(lat*bdPi)
	theta := math.Atan2(lat, lon) + 0.000003*math.Cos(lon*bdPi)
	return z*math.Cos(theta) + 0.0065, z*math.Sin(theta) + 0.006
}

// bdToGCJ inverts gcjToBD, as gcjToWGS does: the published one-step inverse is off by up to a metre.
func bdToGCJ(lon, lat float64) (float64, float64) {
	x, y := lon-0.0065, lat-0.006
	for range 6 {
		bx, by := gcjToBD(x, y)
		x, y = x-(bx-lon), y-(by-lat)
	}
	return x, y
}
