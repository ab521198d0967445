package grid

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"doorstep/internal/geofile"
)

// What a shapefile says of its coordinates is believed where it says that they are none of ours.
func TestDeclaredByText(t *testing.T) {
	for text, want := range map[string]string{
		``: "",
		`GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137,298.257223563]]]`:                                "",
		`GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137,298.257222101]]]`: "",
		`PROJCS["CGCS2000_3_Degree_GK_CM_114E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000"]]`:                           "area.crs_projected",
		` projcs["WGS_1984_Web_Mercator_Auxiliary_Sphere",GEOGCS["GCS_WGS_1984"]]`:                                             "area.crs_projected",
		`COMPD_CS["x",PROJCS["y",GEOGCS["z"]],VERT_CS["w"]]`:                                                                   "area.crs_projected",
		`PROJCRS["CGCS2000 / 3-degree Gauss-Kruger CM 114E",BASEGEOGCRS["China Geodetic Coordinate System 2000"]]`:             "area.crs_projected",
		`GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980"]]`:                                                                         "area.crs_old",
		`GEOGCS["GCS_Beijing_1954",DATUM["D_Beijing_1954"]]`:                                                                   "area.crs_old",
	} {
		imp := &importer{}
		imp.declaredByText(text)
		got := ""
		if len(imp.problems) > 0 {
			got = imp.problems[0].Code
		}
		if got != want {
			t.Errorf("%s: %q, not %q", text, got, want)
		}
	}
}

// A feature of a GeoPackage or a shapefile is told by what it says and by what is wrong with its outline.
func TestFeaturesOfFiles(t *testing.T) {
	outline := func(points ...float64) orb.MultiPolygon { return one(ring(points...)) }
	said := map[string]string{"代码": "990101", "Name": "甲", "expected_h": "7", "other": "x"}
	for name, c := range map[string]struct {
		wrong   error
		outline orb.MultiPolygon
		want    string
	}{
		"sound":         {nil, outline(114, 22, 115, 22, 115, 23, 114, 22), "[{990101 district 甲 7}]"},
		"flat":          {nil, outline(114, 22, 115, 22, 114, 22), "area.ring_flat"},
		"no polygon":    {fmt.Errorf("x: %w", geofile.ErrNoPolygon), nil, "area.geometry_type"},
		"too large":     {fmt.Errorf("x: %w", geofile.ErrTooLarge), nil, "area.rings_too_many"},
		"anything else": {errors.New("what is wrong"), nil, "area.geometry_unreadable"},
	} {
		imp := newImporter(WGS84, codes(t))
		properties := map[string]string{}
		maps.Copy(properties, said)
		if err := imp.feature(geofile.Feature{Number: 3, Properties: properties, Outline: c.outline, Wrong: c.wrong}); err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, a := range imp.areas {
			got = fmt.Sprint([]any{fmt.Sprintf("{%s %s %s %d}", a.Code, a.Level, a.Name, a.ExpectedHouseholds)})
		}
		for _, p := range imp.problems {
			if got = p.Code; p.Row != 3 || c.wrong != nil && p.Code == "area.geometry_unreadable" && !strings.Contains(p.EN, "what is wrong") {
				t.Errorf("%s: %+v", name, p)
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// Where several properties stand for one column, that by its own name counts, then the first in the order of the alphabet; one that says
// nothing does not.
func TestWhatAFeatureSays(t *testing.T) {
	for _, c := range []struct {
		properties map[string]any
		want       string
	}{
		{map[string]any{"code": "1", "代码": "2", "adcode": "3"}, "1"}, {map[string]any{"代码": "2", "adcode": "3", "编码": "4"}, "3"},
		{map[string]any{"code": "", "adcode": "", "编码": "4"}, "4"}, {map[string]any{"other": "5"}, ""},
	} {
		for range 20 { // maps have no order
			if got := saidIn(c.properties)["code"]; got != c.want {
				t.Errorf("%v: %q, want %q", c.properties, got, c.want)
			}
		}
	}
	if !wanted("代码") || wanted("other") {
		t.Error("what is read are the columns of a list")
	}
}

// A GeoPackage says nothing of its coordinates, or that they are degrees of one of the systems that are near enough, or it is refused.
func TestDeclared(t *testing.T) {
	for crs, want := range map[string]string{"": "", ":": "", "none:-1": "", "NONE:0": "", "EPSG:4326": "", "EPSG:4490": "", "EPSG:3857": "area.crs_projected", "gcj02": "area.crs_projected", "NONE:1": "area.crs_projected"} {
		imp := newImporter(GCJ02, codes(t))
		imp.declared(crs)
		got := ""
		for _, p := range imp.problems {
			if got = p.Code; p.Column != "crs" || p.Row != 0 || !strings.HasSuffix(p.EN, crs) {
				t.Errorf("%q: %+v", crs, p)
			}
		}
		if got != want {
			t.Errorf("%q: %q, want %q", crs, got, want)
		}
	}
}
