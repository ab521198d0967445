package console

import (
	"maps"
	"slices"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/coverage"
	"doorstep/internal/grid"
	"doorstep/internal/problem"
	"doorstep/internal/tile"
)

// tileLayer is the name of the only layer of a tile.
const tileLayer = "areas"

// mostInTile is how many areas a tile holds; with more, the level is too fine for the zoom.
const mostInTile = 2000

// levelAt is the level that a map shows at a zoom, unless it asks for another.
func levelAt(zoom int) grid.Level {
	switch {
	case zoom < 8:
		return grid.City
	case zoom < 10:
		return grid.District
	case zoom < 12:
		return grid.Street
	case zoom < 14:
		return grid.Community
	}
	return grid.Grid
}

// Tile is a square of the map: the areas of a level that the actor may see there, with the counts of those that lie in their territory.
// It fails where the square holds too many areas of the level.
func Tile(db collections.DB, k Known, actor access.Actor, at tile.At, level string) ([]byte, error) {
	if !at.Valid() {
		return nil, problem.New(problem.NotFound, "")
	}
	of := levelAt(at.Z)
	if level != "" {
		of = grid.Level(level)
	}
	var codes []string
	var areas []grid.Area
	for a := range k.Areas.In(at.Bound(), of) {
		if !reaches(actor, a.Code) {
			continue
		}
		if areas, codes = append(areas, a), append(codes, a.Code); len(areas) > mostInTile {
			return nil, problem.New(problem.TooLong, "level")
		}
	}
	counts, err := countsOf(db, k, territory.Both(actor.Ranges(""), coarse(codes)), string(of))
	if err != nil {
		return nil, err
	}
	features := make([]tile.Feature, len(areas))
	for i, a := range areas {
		features[i] = tile.Feature{Outline: a.Boundary, Properties: propertiesOf(a, counts[a.Code])}
	}
	return tile.Encode(tileLayer, at, features), nil
}

// fewRanges are what is counted one by one; of more areas all those of the areas above are counted.
const fewRanges = 200

// coarse are the ranges of areas, or of those above them where they are many.
func coarse(codes []string) []territory.Range {
	if len(codes) <= fewRanges {
		return territory.Of(codes)
	}
	above := map[string]bool{}
	for _, code := range codes {
		if all := territory.Above(code); len(all) > 0 {
			above[all[len(all)-1]] = true
		}
	}
	return territory.Of(slices.Collect(maps.Keys(above)))
}

// countsOf is the coverage of areas of a level in some ranges, by code.
func countsOf(db collections.DB, k Known, ranges []territory.Range, level string) (map[string]*coverage.Area, error) {
	all, err := coverage.Report(db, k.Areas, ranges, level)
	if err != nil {
		return nil, err
	}
	by := map[string]*coverage.Area{}
	for i := range all {
		by[all[i].Code] = &all[i]
	}
	return by, nil
}

func propertiesOf(a grid.Area, n *coverage.Area) []tile.Property {
	all := []tile.Property{{Key: "code", Text: a.Code}, {Key: "name", Text: a.Name}, {Key: "level", Text: string(a.Level)}}
	if n == nil {
		return all
	}
	for _, c := range []struct {
		key string
		n   int64
	}{{"expected", n.Expected}, {"visited", n.Visited}, {"completed", n.Completed}, {"outstanding", n.Outstanding}, {"returned", n.Returned},
		{"approved", n.Approved}} {
		all = append(all, tile.Property{Key: c.key, N: c.n, Is: tile.Number})
	}
	return all
}
