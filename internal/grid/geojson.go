package grid

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/paulmach/orb"

	"doorstep/internal/geofile"
	"doorstep/internal/survey"
)

type feature struct {
	Properties map[string]any  `json:"properties"`
	Geometry   json.RawMessage `json:"geometry"`
}

// geoJSON reads a FeatureCollection of Polygons and MultiPolygons, one feature at a time. Properties: code (or adcode; 440300 counts
// as the city 4403), name, level (optional, else from the code) and expected_households (optional), by these names or by the
// headers of a list. A crs member that names another coordinate system is a mistake, of row 0. An error means that the file is
// not readable as GeoJSON from there on.
func (imp *importer) geoJSON(r io.Reader) error {
	dec := json.NewDecoder(withoutBOM(r))
	dec.UseNumber()
	if err := imp.toFeatures(dec); err != nil {
		return err
	}
	for n := 1; dec.More(); n++ {
		var f feature
		if err := dec.Decode(&f); err != nil {
			if mistyped := new(json.UnmarshalTypeError); errors.As(err, &mistyped) {
				imp.report(n, "", "area.feature_unreadable", err.Error())
				continue
			}
			return fmt.Errorf("read GeoJSON feature %d: %w", n, err)
		}
		outline, wrong := parseBoundary(f.Geometry)
		if err := imp.add(n, saidIn(f.Properties), outline, wrong); err != nil {
			return err
		}
	}
	if err := imp.rest(dec); err != nil {
		return fmt.Errorf("read GeoJSON after feature %d: %w", len(imp.areas), err)
	}
	return nil
}

// withoutBOM drops the byte order mark that desktop tools put before UTF-8.
func withoutBOM(r io.Reader) io.Reader {
	b := bufio.NewReader(r)
	if mark, _ := b.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		b.Discard(3)
	}
	return b
}

// toFeatures reads up to the first element of the top object's "features" array.
func (imp *importer) toFeatures(dec *json.Decoder) error {
	if t, err := dec.Token(); err != nil {
		return fmt.Errorf("read GeoJSON: %w", err)
	} else if t != json.Delim('{') {
		return errors.New("read GeoJSON: the file is not a FeatureCollection object")
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return fmt.Errorf("read GeoJSON: %w", err)
		}
		if key == "features" {
			if t, err := dec.Token(); err != nil || t != json.Delim('[') {
				return errors.New(`read GeoJSON: "features" is not a list`)
			}
			return nil
		}
		if err := imp.member(dec, key); err != nil {
			return fmt.Errorf("read GeoJSON: %w", err)
		}
	}
	return errors.New(`read GeoJSON: no "features" in the file, it is not a FeatureCollection`)
}

// rest reads what follows the last feature, to the end of the top object.
func (imp *importer) rest(dec *json.Decoder) error {
	if _, err := dec.Token(); err != nil {
		return err
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		if err := imp.member(dec, key); err != nil {
			return err
		}
	}
	_, err := dec.Token()
	return err
}

// member reads a member of the top object other than its features; of these only the coordinate system counts.
func (imp *importer) member(dec *json.Decoder, key json.Token) error {
	var value json.RawMessage
	if err := dec.Decode(&value); err != nil || key != "crs" {
		return err
	}
	var crs struct {
		Properties struct{ Name string } `json:"properties"`
	}
	if json.Unmarshal(value, &crs) != nil || crs.Properties.Name == "" {
		return nil // null, or nothing that names a system
	}
	if d, err := ParseDatum(crs.Properties.Name); err != nil || d != imp.datum {
		imp.report(0, "crs", "area.crs", crs.Properties.Name)
	}
	return nil
}

// importer gathers the areas and the problems of one file.
type importer struct {
	datum    Datum
	codes    Codes
	areas    []Area
	problems survey.Problems
	corners  int
	ignored  []string       // titles of a list that are none of its columns
	numbers  []int          // of the areas, as the file counts its features
	wrong    []Drawn        // features with a mistake whose outline can be drawn
	seen     map[string]int // code → number of the feature that had it first
}

func newImporter(d Datum, codes Codes) importer {
	return importer{datum: d, codes: codes, seen: map[string]int{}}
}

// add takes one feature: what it says by column, and its outline, or what is wrong with that. It fails once the outlines of the
// file are more than are read.
func (imp *importer) add(n int, said map[string]string, outline orb.MultiPolygon, wrong *shape) error {
	if imp.corners += cornersOf(outline); imp.corners > mostCorners {
		return geofile.ErrTooLarge
	}
	before := len(imp.problems)
	a := Area{Code: imp.code(n, said["code"]), Name: said["name"]}
	a.Level = imp.level(n, a.Code, said["level"])
	if a.Name == "" {
		imp.report(n, "name", "area.name_missing", "")
	}
	if s := said["expected_households"]; s != "" {
		households, ok := wholeNumber(s)
		if !ok {
			imp.report(n, "expected_households", "area.households_number", s)
		}
		a.ExpectedHouseholds = households
	}
	if wrong != nil {
		imp.reportShape(n, wrong)
	}
	if len(imp.problems) > before {
		imp.drawWrong(n, a, outline)
		return nil
	}
	reproject(outline, imp.datum)
	a.Boundary = outline
	imp.areas, imp.numbers = append(imp.areas, a), append(imp.numbers, n)
	return nil
}

// code notes a code, which must be the first one of its kind. GB/T 2260 writes a city with six digits.
func (imp *importer) code(n int, code string) string {
	if city, ok := strings.CutSuffix(code, "00"); ok && len(code) == 6 {
		code = city
	}
	switch first, again := imp.seen[code]; {
	case code == "":
		imp.report(n, "code", "area.code_missing", "")
	case again:
		imp.report(n, "code", "area.code_repeated", fmt.Sprintf("%s, %d", code, first))
	default:
		imp.seen[code] = n
	}
	return code
}

// level is that of the code; a level that the file names must agree.
func (imp *importer) level(n int, code, named string) Level {
	level, ok := imp.codes.Level(code)
	if !ok && code != "" {
		imp.report(n, "code", "area.code_unknown", code)
	}
	if named == "" {
		return level
	}
	want, known := levelNames[strings.ToLower(named)]
	switch {
	case !known:
		imp.report(n, "level", "area.level_unknown", named)
	case ok && want != level:
		imp.report(n, "level", "area.level_mismatch", fmt.Sprintf("%s, %s", code, named))
	}
	return level
}

var levelNames = map[string]Level{
	"city": City, "district": District, "street": Street, "community": Community, "grid": Grid,
	"市": City, "区": District, "县": District, "街道": Street, "镇": Street, "乡": Street,
	"社区": Community, "村": Community, "网格": Grid,
}
