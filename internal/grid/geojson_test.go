package grid

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"

	"doorstep/internal/survey"
)

func codes(t *testing.T) Codes {
	t.Helper()
	c, err := NewCodes(DefaultSuffix)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const (
	tri   = `{"type":"Polygon","coordinates":[[[114,22],[114.1,22],[114,22.1],[114,22]]]}`
	multi = `{"type":"MultiPolygon","coordinates":[[[[114,22],[115,22],[115,23],[114,22]],[[114.5,22.2],[114.6,22.2],[114.6,22.3],[114.5,22.2]]]]}`
)

func collection(features ...string) string {
	return `{"type":"FeatureCollection","name":"x","crs":{"a":[1]},"features":[` + strings.Join(features, ",") + `]}`
}

func feat(properties, geometry string) string {
	return `{"type":"Feature","properties":` + properties + `,"geometry":` + geometry + `}`
}

func TestReadGeoJSON(t *testing.T) {
	in := "\xef\xbb\xbf" + collection(
		feat(`{"code":"440307011005012","name":"第一网格","expected_households":310}`, tri),
		feat(`{"adcode":440300,"name":"深圳市","level":"city"}`, multi),
		feat(`{"code":440307,"name":"龙岗区","level":"区"}`, tri),
	)
	areas, err := readGeoJSON(strings.NewReader(in), WGS84, codes(t))
	if err != nil {
		t.Fatal(err)
	}
	var got [][2]string
	for _, a := range areas {
		got = append(got, [2]string{a.Code, string(a.Level)})
	}
	want := [][2]string{{"440307011005012", "grid"}, {"4403", "city"}, {"440307", "district"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if areas[0].ExpectedHouseholds != 310 || len(areas[1].Boundary[0]) != 2 {
		t.Errorf("households %d, rings %d", areas[0].ExpectedHouseholds, len(areas[1].Boundary[0]))
	}
}

func TestReadGeoJSONTellsEverythingAtOnce(t *testing.T) {
	cases := []struct {
		name, feature string
		want          []string
	}{
		{"no code, no name", feat(`{}`, tri), []string{"area.code_missing", "area.name_missing"}},
		{"null properties, null geometry", feat(`null`, `null`),
			[]string{"area.code_missing", "area.name_missing", "area.geometry_type"}},
		{"code of no level", feat(`{"code":"44030","name":"x"}`, tri), []string{"area.code_unknown"}},
		{"unknown level", feat(`{"code":"4403","name":"x","level":"planet"}`, tri), []string{"area.level_unknown"}},
		{"level against code", feat(`{"code":"4403","name":"x","level":"grid"}`, tri), []string{"area.level_mismatch"}},
		{"households in words", feat(`{"code":"4403","name":"x","expected_households":"many"}`, tri), []string{"area.households_number"}},
		{"line", feat(`{"code":"4403","name":"x"}`, `{"type":"LineString","coordinates":[[1,2],[3,4]]}`), []string{"area.geometry_type"}},
		{"open ring", feat(`{"code":"4403","name":"x"}`, `{"type":"Polygon","coordinates":[[[1,1],[2,1],[2,2],[1,2]]]}`), []string{"area.ring_open"}},
		{"flat ring", feat(`{"code":"4403","name":"x"}`, `{"type":"Polygon","coordinates":[[[1,1],[2,2],[3,3],[1,1]]]}`), []string{"area.ring_flat"}},
		{"a collection of geometries", feat(`{"code":"4403","name":"x"}`, `{"type":"GeometryCollection","geometries":[`+tri+`]}`),
			[]string{"area.geometry_type"}},
		{"across the date line", feat(`{"code":"4403","name":"x"}`, `{"type":"Polygon","coordinates":[[[179,1],[-179,1],[-179,2],[179,1]]]}`),
			[]string{"area.too_wide"}},
		{"beyond the date line", feat(`{"code":"4403","name":"x"}`, `{"type":"Polygon","coordinates":[[[179,1],[181,1],[181,2],[179,1]]]}`),
			[]string{"area.coordinates_range"}},
		{"metres", feat(`{"code":"4403","name":"x"}`, `{"type":"Polygon","coordinates":[[[38500000,2500000],[38500100,2500000],[38500100,2500100],[38500000,2500000]]]}`),
			[]string{"area.coordinates_range"}},
		{"bow-tie", feat(`{"code":"4403","name":"x"}`, `{"type":"Polygon","coordinates":[[[1,1],[2,2],[2,1],[1,1.5],[1,1]]]}`), []string{"area.rings_cross"}},
		{"a hole outside", feat(`{"code":"4403","name":"x"}`, `{"type":"Polygon","coordinates":[[[1,1],[2,1],[2,2],[1,1]],[[5,5],[6,5],[6,6],[5,5]]]}`),
			[]string{"area.hole_outside"}},
		{"no numbers", feat(`{"code":"4403","name":"x"}`, `{"type":"Polygon","coordinates":[[[null,1],["2",1],[2,2],[1,1]]]}`), []string{"area.geometry_unreadable"}},
		{"nested without end", feat(`{"code":"4403","name":"x"}`, `{"type":"Polygon","coordinates":`+strings.Repeat("[", 500)+strings.Repeat("]", 500)+`}`),
			[]string{"area.geometry_unreadable"}},
		{"empty", feat(`{"code":"4403","name":"x"}`, `{"type":"MultiPolygon","coordinates":[]}`), []string{"area.geometry_empty"}},
		{"no outer ring", feat(`{"code":"4403","name":"x"}`, `{"type":"Polygon","coordinates":[]}`), []string{"area.geometry_empty"}},
		{"empty ring", feat(`{"code":"4403","name":"x"}`, `{"type":"Polygon","coordinates":[[]]}`), []string{"area.geometry_empty"}},
		{"latitude first", feat(`{"code":"4403","name":"x"}`, `{"type":"Polygon","coordinates":[[[22,114],[22,115],[23,114],[22,114]]]}`), []string{"area.coordinates_range"}},
		{"lone number", feat(`{"code":"4403","name":"x"}`, `{"type":"Polygon","coordinates":[[[1],[2],[3],[1]]]}`), []string{"area.geometry_unreadable"}},
		{"text for coordinates", feat(`{"code":"4403","name":"x"}`, `{"type":"Polygon","coordinates":"x"}`), []string{"area.geometry_unreadable"}},
		{"feature is a number", `7`, []string{"area.feature_unreadable"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			in := collection(feat(`{"code":"990101","name":"好"}`, tri), c.feature, feat(`{"code":"990102","name":"也好"}`, tri))
			areas, err := readGeoJSON(strings.NewReader(in), WGS84, codes(t))
			var problems survey.Problems
			if !errors.As(err, &problems) {
				t.Fatalf("error is %v", err)
			}
			var got []string
			for _, p := range problems {
				got = append(got, p.Code)
				if p.Row != 2 || p.ZH == "" || p.EN == "" {
					t.Errorf("problem %+v", p)
				}
			}
			if !reflect.DeepEqual(got, c.want) || len(areas) != 2 {
				t.Errorf("got %v and %d areas, want %v and 2", got, len(areas), c.want)
			}
		})
	}
}

func TestReadGeoJSONRepeatedCode(t *testing.T) {
	in := collection(feat(`{"code":"4403","name":"x"}`, tri), feat(`{"code":"4403","name":"y"}`, tri))
	_, err := readGeoJSON(strings.NewReader(in), WGS84, codes(t))
	var problems survey.Problems
	if !errors.As(err, &problems) || problems[0].Code != "area.code_repeated" || problems[0].Row != 2 {
		t.Errorf("got %v", err)
	}
}

func TestReadGeoJSONUnreadableFiles(t *testing.T) {
	for name, in := range map[string]string{
		"empty": "", "list": "[]", "no features": `{"type":"Feature"}`, "features is a word": `{"features":"x"}`,
		"cut off": collection(feat(`{"code":"4403","name":"x"}`, tri))[:60], "cut off after a feature": `{"features":[` + feat(`{}`, tri),
		"broken within": `{"features":[{"properties":}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readGeoJSON(strings.NewReader(in), WGS84, codes(t))
			var problems survey.Problems
			if err == nil || errors.As(err, &problems) {
				t.Errorf("error is %v", err)
			}
		})
	}
}

func TestReadGeoJSONConvertsDatum(t *testing.T) {
	areas, err := readGeoJSON(strings.NewReader(collection(feat(`{"code":"4403","name":"x"}`, tri))), GCJ02, codes(t))
	if err != nil {
		t.Fatal(err)
	}
	lon, lat := GCJ02.ToWGS84(114, 22)
	p := areas[0].Boundary[0][0][0]
	if math.Abs(p[0]-lon) > 1e-8 || math.Abs(p[1]-lat) > 1e-8 || math.Abs(p[0]-114) < 0.003 {
		t.Errorf("got %v, want %v, %v", p, lon, lat)
	}
}

func TestWriteGeoJSONReadsBack(t *testing.T) {
	areas, err := readGeoJSON(strings.NewReader(collection(
		feat(`{"code":"4403","name":"深圳市","expected_households":12}`, multi), feat(`{"code":"440307","name":"龙岗"}`, tri),
	)), BD09, codes(t))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := writeGeoJSON(&out, areas); err != nil {
		t.Fatal(err)
	}
	again, err := readGeoJSON(&out, WGS84, codes(t))
	if err != nil || !reflect.DeepEqual(areas, again) {
		t.Errorf("%v\n got %v\nwant %v", err, again, areas)
	}
	stored, err := MarshalBoundary(areas[0].Boundary)
	if err != nil {
		t.Fatal(err)
	}
	if back, err := ParseBoundary(stored); err != nil || !reflect.DeepEqual(back, areas[0].Boundary) {
		t.Errorf("boundary came back as %v, %v", back, err)
	}
}

// readGeoJSON gives the areas that are in order, and all mistakes as survey.Problems.
func readGeoJSON(r io.Reader, d Datum, codes Codes) ([]Area, error) {
	imp := newImporter(d, codes)
	if err := imp.geoJSON(r); err != nil {
		return imp.areas, err
	}
	if len(imp.problems) > 0 {
		return imp.areas, imp.problems
	}
	return imp.areas, nil
}

// writeGeoJSON writes areas as a WGS-84 FeatureCollection, one feature a line, as readGeoJSON reads it.
func writeGeoJSON(w io.Writer, areas []Area) error {
	out := bufio.NewWriter(w)
	out.WriteString(`{"type":"FeatureCollection","features":[`)
	for i, a := range areas {
		boundary, err := MarshalBoundary(a.Boundary)
		if err != nil {
			return fmt.Errorf("area %s: %w", a.Code, err)
		}
		properties, err := json.Marshal(struct {
			Code       string `json:"code"`
			Name       string `json:"name"`
			Level      Level  `json:"level"`
			Households int    `json:"expected_households,omitempty"`
		}{a.Code, a.Name, a.Level, a.ExpectedHouseholds})
		if err != nil {
			return fmt.Errorf("area %s: %w", a.Code, err)
		}
		if i > 0 {
			out.WriteByte(',')
		}
		fmt.Fprintf(out, "\n"+`{"type":"Feature","properties":%s,"geometry":%s}`, properties, boundary)
	}
	out.WriteString("\n]}\n")
	return out.Flush()
}
