package grid

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"doorstep/internal/geofile"
	"doorstep/internal/survey"
	"doorstep/internal/tabular"
)

// File is one with areas. The ending of its name tells what it is: GeoJSON, a GeoPackage, a zipped shapefile, or a list of codes.
type File struct {
	Name string
	Data []byte
}

// mostCorners bounds the corners of all outlines of a file: a city of 20,000 grids, drawn along its streets, has a million.
const mostCorners = 8_000_000

var columnOf = tabular.Names(listColumns)

// read takes in a whole file. Its mistakes are in the importer; an error means that there is nothing to read in it.
func (imp *importer) read(ctx context.Context, f File) error {
	switch ending := strings.ToLower(filepath.Ext(f.Name)); {
	case tabular.Lists(f.Name):
		if imp.datum != "" {
			return survey.Problems{mistake(0, "crs", "area.crs_list", "")}
		}
		return unreadable(imp.list(f))
	case imp.datum == "":
		return survey.Problems{mistake(0, "crs", "area.crs_needed", "")}
	case ending == ".geojson" || ending == ".json":
		return unreadable(imp.geoJSON(bytes.NewReader(f.Data)))
	case ending == ".gpkg":
		crs, err := geofile.ReadGeoPackage(ctx, f.Data, wanted, imp.feature)
		imp.declared(crs)
		return unreadable(err)
	case ending == ".zip":
		prj, err := geofile.ReadShapefile(f.Data, wanted, imp.feature)
		imp.declaredByText(prj)
		return unreadable(err)
	}
	return survey.Problems{mistake(0, "", "area.file_kind", filepath.Ext(f.Name))}
}

func wanted(name string) bool { return columnOf(name) != "" }

// unreadable makes a mistake of the whole file of an error of reading it.
func unreadable(err error) error {
	var told survey.Problems
	switch {
	case err == nil || errors.As(err, &told):
		return err
	case errors.Is(err, geofile.ErrTooLarge):
		return survey.Problems{mistake(0, "", "area.file_large", "")}
	}
	return survey.Problems{mistake(0, "", "area.file", err.Error())}
}

// feature takes one feature of a GeoPackage or a shapefile.
func (imp *importer) feature(f geofile.Feature) error {
	said := make(map[string]any, len(f.Properties))
	for name, value := range f.Properties {
		said[name] = value
	}
	var wrong *shape
	switch {
	case errors.Is(f.Wrong, geofile.ErrNoPolygon):
		wrong = &shape{code: "area.geometry_type"}
	case errors.Is(f.Wrong, geofile.ErrTooLarge):
		wrong = &shape{code: "area.rings_too_many"}
	case f.Wrong != nil:
		wrong = &shape{code: "area.geometry_unreadable", detail: f.Wrong.Error()}
	default:
		wrong = sound(f.Outline)
	}
	return imp.add(f.Number, saidIn(said), f.Outline, wrong)
}

func cornersOf(area orb.MultiPolygon) (n int) {
	for _, polygon := range area {
		n += corners(polygon)
	}
	return n
}

// declared looks at the coordinate system that a GeoPackage names. No register has a number for GCJ-02 or BD-09: a file in one
// of them says that it is WGS-84, so degrees are all that the name must mean.
func (imp *importer) declared(crs string) {
	if crs == "" || crs == ":" || strings.EqualFold(crs, "NONE:-1") || strings.EqualFold(crs, "NONE:0") {
		return
	}
	if d, err := ParseDatum(crs); err != nil || d != WGS84 {
		imp.report(0, "crs", "area.crs_projected", crs)
	}
}

// declaredByText looks at the coordinate system that a shapefile describes (OGC 01-009 or 18-010). One without a description is what the
// caller says that it is.
func (imp *importer) declaredByText(wkt string) {
	wkt = strings.ToUpper(wkt)
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(wkt, word) })
	}
	switch {
	case has("PROJCS[", "PROJCRS[", "PROJECTEDCRS["):
		imp.report(0, "crs", "area.crs_projected", "")
	case has("XIAN", "BEIJING"):
		imp.report(0, "crs", "area.crs_old", "")
	}
}

// saidIn are a feature's properties by column. Where several stand for one column, that by its own name counts, and then the
// first in the order of the alphabet.
func saidIn(properties map[string]any) map[string]string {
	said, by := map[string]string{}, map[string]string{}
	for title, value := range properties {
		column, s := columnOf(title), text(value)
		if column == "" || s == "" {
			continue
		}
		if now, taken := by[column]; taken && (now == column || title != column && now < title) {
			continue
		}
		said[column], by[column] = s, title
	}
	return said
}
