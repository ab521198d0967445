package grid

import "testing"

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
