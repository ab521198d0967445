package grid

import (
	"maps"
	"reflect"
	"slices"

	"github.com/paulmach/orb"
)

// Kind is what became of an area.
type Kind string

const (
	Added   Kind = "added"
	Renamed Kind = "renamed" // another name or level, the same ground
	Redrawn Kind = "redrawn" // another outline: parts of its ground may be others' now
	Split   Kind = "split"   // several areas lie where it lay
	Merged  Kind = "merged"  // it is a part of a larger one
	Recoded Kind = "recoded" // the same ground, by another code
	Ended   Kind = "ended"   // nothing lies where it lay
)

// Change is what becomes of one area.
type Change struct {
	Code   string   `json:"code"`
	Kind   Kind     `json:"kind"`
	Became []string `json:"became"` // codes of the areas where it lay, of its level; the largest part first

	moved bool // its ground is not what it was
}

const (
	notable = 0.02 // of an area: a smaller part, such as a border that was drawn finer, is no successor
	nearly  = 0.95 // of an area: as good as all of it
)

// changes compares areas as they are with areas as they will be, in the order of their codes.
func changes(before, after *Index) (all []Change) {
	steps := mostSteps
	for _, b := range before.areas {
		a, stays := after.Area(b.Code)
		same := stays && reflect.DeepEqual(a.Boundary, b.Boundary)
		switch {
		case same && a.Name == b.Name && a.Level == b.Level:
		case same || len(b.Boundary) == 0 && stays:
			all = append(all, Change{Code: b.Code, Kind: Renamed, Became: []string{b.Code}, moved: !same})
		default:
			kind, became := succession(b, stays, after, &steps)
			all = append(all, Change{Code: b.Code, Kind: kind, Became: became, moved: true})
		}
	}
	for _, a := range after.areas {
		if _, known := before.byCode[a.Code]; !known {
			all = append(all, Change{Code: a.Code, Kind: Added, Became: []string{}, moved: true})
		}
	}
	return all
}

// succession finds which areas lie where one lay that is redrawn or ended.
func succession(b Area, stays bool, after *Index, steps *int) (Kind, []string) {
	type part struct {
		code    string
		m2, all float64
	}
	var parts []part
	old := squareMeters(b.Boundary)
	for _, i := range after.touching(b.Boundary.Bound(), b.Level) {
		a := after.areas[i]
		if m2, _ := shared(a.Boundary, b.Boundary, steps); m2 >= notable*old {
			parts = append(parts, part{a.Code, m2, squareMeters(a.Boundary)})
		}
	}
	slices.SortStableFunc(parts, func(x, y part) int { return int(max(-1, min(1, y.m2-x.m2))) })
	became, within := []string{}, true
	for _, p := range parts {
		became = append(became, p.code)
		within = within && p.m2 >= nearly*p.all
	}
	switch {
	case len(parts) == 0 && stays:
		return Redrawn, []string{b.Code}
	case len(parts) == 0:
		return Ended, became
	case len(parts) == 1 && parts[0].code == b.Code:
		return Redrawn, became
	case len(parts) == 1 && within && !stays:
		return Recoded, became
	case len(parts) == 1 && !stays:
		return Merged, became
	case within:
		return Split, became
	}
	return Redrawn, became
}

// touching are the positions of the areas of some levels whose box meets another, in order.
func (idx *Index) touching(box orb.Bound, levels ...Level) (found []int32) {
	for i := range idx.layers {
		l := &idx.layers[i]
		if len(l.items) == 0 || !slices.Contains(levels, idx.areas[l.items[0].area].Level) {
			continue
		}
		for cell := range l.cells(box) {
			for _, it := range l.in(cell) {
				if it.box.Intersects(box) {
					found = append(found, it.area)
				}
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// affected are the codes of the areas whose records may lie elsewhere after changes: those that changed their ground, those of
// their level or above that meet it, and all that hold them, where what lies in no finer area is kept. Records beside an area
// count to it within nearMost.
func affected(before, after *Index, all []Change, codes Codes) []string {
	found := map[string]bool{}
	note := func(code string) {
		for ; code != ""; code = codes.Parent(code) {
			found[code] = true
		}
	}
	for _, c := range all {
		if !c.moved {
			continue
		}
		note(c.Code)
		for _, idx := range []*Index{before, after} {
			if a, known := idx.Area(c.Code); known && len(a.Boundary) > 0 {
				for _, i := range before.touching(padded(a.Boundary.Bound()), levelsTo(a.Level)...) {
					note(before.areas[i].Code)
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// levelsTo are the levels down to one.
func levelsTo(l Level) []Level { return []Level{City, District, Street, Community, Grid}[:l.depth()+1] }

func padded(box orb.Bound) orb.Bound { return box.Pad(2 * nearMost / metersPerDegree) }
