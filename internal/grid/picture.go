package grid

import (
	"encoding/json"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/simplify"

	"doorstep/internal/survey"
)

// Picture is what an import would change, for a map: the areas that change, those beside them, and the features with mistakes, each with
// no more points than a picture shows.
type Picture struct {
	Before []Drawn `json:"before"`
	After  []Drawn `json:"after"`
	Left   int     `json:"left"` // areas that change and for which there is no room

	rows      map[string]int // features of the file by code
	wrong     map[int]bool   // features with a mistake
	territory []string       // outside of which nothing that is stored is drawn; nil for everywhere
}

// Drawn is an area of a Picture.
type Drawn struct {
	Row      int             `json:"row"` // of the feature; 0 for an area that is stored
	Code     string          `json:"code"`
	Name     string          `json:"name"`
	Kind     string          `json:"kind"` // of an area After: drawnNew, drawnMoved, drawnSame or drawnWrong; empty Before
	Geometry json.RawMessage `json:"geometry"`
}

const (
	drawnNew   = "new"
	drawnMoved = "moved"
	drawnSame  = "same"
	drawnWrong = "wrong"

	mostDrawn  = 500      // areas of a picture, on each side
	finestLine = 1. / 400 // of an area's width: finer is no line of a picture
)

// Sketch is an outline with no more points than a picture shows.
func Sketch(outline orb.MultiPolygon) (json.RawMessage, error) {
	bound := outline.Bound()
	finest := finestLine * max(bound.Right()-bound.Left(), bound.Top()-bound.Bottom())
	return MarshalBoundary(simplify.DouglasPeucker(finest).MultiPolygon(outline.Clone()))
}

// drawWrong keeps the outline of a feature with a mistake, where it is one that can be drawn.
func (imp *importer) drawWrong(n int, a Area, outline orb.MultiPolygon) {
	if len(imp.wrong) == mostDrawn || len(outline) == 0 {
		return
	}
	for _, polygon := range outline {
		if len(polygon) == 0 {
			return
		}
		for _, ring := range polygon {
			if code := ringProblem(ring); code != "" && code != "area.ring_open" {
				return
			}
		}
	}
	reproject(outline, imp.datum)
	if sketched, err := Sketch(outline); err == nil {
		imp.wrong = append(imp.wrong, Drawn{n, a.Code, a.Name, drawnWrong, sketched})
	}
}

// newPicture has those features of a file alone that could not be read as areas. mistakes are all of the file.
func newPicture(imp importer, mistakes survey.Problems, territory []string) *Picture {
	p := &Picture{Before: []Drawn{}, After: append([]Drawn{}, imp.wrong...), territory: territory,
		rows: map[string]int{}, wrong: map[int]bool{}}
	for i, a := range imp.areas {
		p.rows[a.Code] = imp.numbers[i]
	}
	for _, one := range mistakes {
		p.wrong[one.Row] = true
	}
	return p
}

// draw adds what changes, and then what lies beside it below the same areas, as far as there is room.
func (p *Picture) draw(before, after *Index, all []Change, codes Codes) {
	kinds, beside := map[string]string{}, map[string]bool{}
	var order []string
	for _, c := range all {
		if _, known := before.Area(c.Code); c.moved && !known {
			kinds[c.Code] = drawnNew
		} else if c.moved {
			kinds[c.Code] = drawnMoved
		}
	}
	for code, row := range p.rows {
		if p.wrong[row] {
			kinds[code] = drawnWrong
		}
	}
	for code := range kinds {
		order, beside[codes.Parent(code)] = append(order, code), true
	}
	for _, d := range p.After {
		beside[codes.Parent(d.Code)] = true
	}
	if len(beside) == 0 {
		for code := range p.rows {
			beside[codes.Parent(code)] = true
		}
	}
	slices.Sort(order)
	p.Left = max(0, len(order)-mostDrawn)
	for _, idx := range []*Index{before, after} {
		for _, a := range idx.areas {
			if parent := codes.Parent(a.Code); kinds[a.Code] == "" && parent != "" && beside[parent] {
				order, kinds[a.Code] = append(order, a.Code), drawnSame
			}
		}
	}
	for _, code := range order {
		inside := p.territory == nil || UnderAny(code, p.territory)
		if a, known := before.Area(code); known && inside && len(p.Before) < mostDrawn {
			p.Before = appendDrawn(p.Before, a, Drawn{})
		}
		if a, known := after.Area(code); known && (inside || p.rows[code] > 0) && len(p.After) < mostDrawn {
			p.After = appendDrawn(p.After, a, Drawn{Row: p.rows[code], Kind: kinds[code]})
		}
	}
}

// appendDrawn adds an area that has an outline.
func appendDrawn(to []Drawn, a Area, d Drawn) []Drawn {
	if len(a.Boundary) == 0 {
		return to
	}
	sketched, err := Sketch(a.Boundary)
	if err != nil {
		return to
	}
	d.Code, d.Name, d.Geometry = a.Code, a.Name, sketched
	return append(to, d)
}
