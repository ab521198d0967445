package grid

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestDatumPublishedPoints(t *testing.T) {
	cases := []struct {
		name             string
		from, to         Datum
		lon, lat         float64
		wantLon, wantLat float64
		tolerance        float64
	}{
		// The README of wandergis/coordtransform, a = 6378245.
		{"WGS to GCJ, Beijing", WGS84, GCJ02, 116.404, 39.915, 116.41024449916938, 39.91640428150164, 1e-9},
		{"GCJ to BD, Beijing", GCJ02, BD09, 116.404, 39.915, 116.41036949371029, 39.92133699351021, 1e-9},
		{"BD to GCJ, one published step", BD09, GCJ02, 116.404, 39.915, 116.39762729119315, 39.90865673957631, 1e-5},
		{"GCJ to WGS, one published step", GCJ02, WGS84, 116.404, 39.915, 116.39775550083061, 39.91359571849836, 3e-5},
		// The tests of googollee/eviltransform, which takes a = 6378137: centimetres apart.
		{"WGS to GCJ, Shanghai", WGS84, GCJ02, 121.5272106, 31.1774276, 121.531541859215, 31.17530398364597, 2e-7},
		{"WGS to GCJ, Shenzhen", WGS84, GCJ02, 113.912316, 22.543847, 113.9171764808363, 22.540796131694766, 2e-7},
		{"WGS to GCJ, Beijing west", WGS84, GCJ02, 116.377817, 39.911954, 116.38404722455657, 39.91334545536069, 2e-7},
		{"not shifted abroad", WGS84, GCJ02, -0.1276, 51.5072, -0.1276, 51.5072, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			lon, lat := c.to.FromWGS84(c.from.ToWGS84(c.lon, c.lat))
			if math.Abs(lon-c.wantLon) > c.tolerance || math.Abs(lat-c.wantLat) > c.tolerance {
				t.Errorf("got %.12f, %.12f; want %.12f, %.12f", lon, lat, c.wantLon, c.wantLat)
			}
		})
	}
}

func TestDatumRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lon := rapid.Float64Range(73, 136).Draw(t, "lon")
		lat := rapid.Float64Range(3, 54).Draw(t, "lat")
		for _, d := range []Datum{WGS84, GCJ02, BD09} {
			x, y := d.ToWGS84(d.FromWGS84(lon, lat))
			if math.Abs(x-lon) > 1e-9 || math.Abs(y-lat) > 1e-9 {
				t.Fatalf("%s: %v, %v came back as %v, %v", d, lon, lat, x, y)
			}
		}
	})
}

func TestParseDatum(t *testing.T) {
	cases := []struct {
		in   string
		want Datum
	}{{"wgs84", WGS84}, {"WGS-84", WGS84}, {"CGCS2000", WGS84}, {"gcj02", GCJ02}, {"GCJ-02", GCJ02}, {"BD-09", BD09}}
	for _, c := range cases {
		t.Run(c.in, func(t *testing.T) {
			if got, err := ParseDatum(c.in); err != nil || got != c.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
	for _, bad := range []string{"", "mars", "utm50n"} {
		if _, err := ParseDatum(bad); err == nil {
			t.Errorf("ParseDatum(%q) gave no error", bad)
		}
	}
}
