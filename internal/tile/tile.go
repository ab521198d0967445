// Package tile writes Mapbox vector tiles (specification 2.1): polygons with properties, for one square of the web map.
package tile

import (
	"encoding/binary"
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
)

// At is a square of the web map: at zoom Z it is cut into 2^Z columns, from the west, and rows, from the north.
type At struct{ Z, X, Y int }

// MostZoom is the finest zoom; a square is some 150 m wide there.
const MostZoom = 18

// Valid reports whether there is such a square.
func (a At) Valid() bool {
	return a.Z >= 0 && a.Z <= MostZoom && a.X >= 0 && a.Y >= 0 && a.X < 1<<a.Z && a.Y < 1<<a.Z
}

// Bound is the square in degrees.
func (a At) Bound() orb.Bound {
	lon := func(x int) float64 { return float64(x)/float64(int(1)<<a.Z)*360 - 180 }
	lat := func(y int) float64 {
		return math.Atan(math.Sinh(math.Pi*(1-2*float64(y)/float64(int(1)<<a.Z)))) * 180 / math.Pi
	}
	return orb.Bound{Min: orb.Point{lon(a.X), lat(a.Y + 1)}, Max: orb.Point{lon(a.X + 1), lat(a.Y)}}
}

// Holding returns the square of a zoom that holds a place.
func Holding(place orb.Point, zoom int) At {
	steps := At{Z: zoom}.project(place)
	last := int(1)<<zoom - 1
	return At{zoom, min(int(steps[0])/extent, last), min(int(steps[1])/extent, last)}
}

// Property is a value by its key.
type Property struct {
	Key  string
	Text string
	N    int64
	Is   Kind
}

// Kind is what a property holds.
type Kind int

// Kinds of properties.
const (
	Text Kind = iota
	Number
)

// Feature is an area with its properties.
type Feature struct {
	Outline    orb.MultiPolygon // degrees
	Properties []Property
}

const (
	extent = 4096 // steps along a side
	margin = 64   // of them, beyond the square: so that no border shows along its sides
)

// Encode writes a tile of one layer. Features of which nothing is seen in the square are left out.
func Encode(layer string, at At, features []Feature) []byte {
	l := writer{keys: map[string]uint64{}, values: map[Property]uint64{}}
	var body []byte
	for _, f := range features {
		if shape := at.shape(f.Outline); len(shape) > 0 {
			body = appendBytes(body, 2, l.feature(shape, f.Properties))
		}
	}
	out := appendBytes(nil, 1, []byte(layer))
	out = append(append(append(out, body...), l.named...), l.valued...)
	out = appendNumber(appendNumber(out, 5, extent), 15, 2)
	return appendBytes(nil, 3, out)
}

// writer numbers the keys and values of a layer as they come.
type writer struct {
	keys          map[string]uint64
	values        map[Property]uint64
	named, valued []byte
}

func (w *writer) feature(shape []uint64, properties []Property) []byte {
	var tags []uint64
	for _, p := range properties {
		key, known := w.keys[p.Key]
		if !known {
			key = uint64(len(w.keys))
			w.keys[p.Key] = key
			w.named = appendBytes(w.named, 3, []byte(p.Key))
		}
		p.Key = ""
		value, known := w.values[p]
		if !known {
			value = uint64(len(w.values))
			w.values[p] = value
			w.valued = appendBytes(w.valued, 4, p.encode())
		}
		tags = append(tags, key, value)
	}
	out := appendBytes(nil, 2, packed(tags))
	return appendBytes(appendNumber(out, 3, 3), 4, packed(shape)) // 3: a polygon
}

func (p Property) encode() []byte {
	if p.Is == Number {
		return appendNumber(nil, 6, zigzag(p.N))
	}
	return appendBytes(nil, 1, []byte(p.Text))
}

// shape is the commands that draw what of an outline is seen in the square.
func (a At) shape(outline orb.MultiPolygon) (commands []uint64) {
	pen := [2]int64{}
	seen := orb.Bound{Min: orb.Point{-margin, -margin}, Max: orb.Point{extent + margin, extent + margin}}
	for _, polygon := range outline {
		for i, ring := range polygon {
			flat := make(orb.Ring, len(ring))
			for j, p := range ring {
				flat[j] = a.project(p)
			}
			steps := whole(clip.Ring(seen, flat), i == 0)
			if len(steps) < 3 {
				if i == 0 {
					break // its holes are seen as little
				}
				continue
			}
			commands = append(commands, draw(steps, &pen)...)
		}
	}
	return commands
}

// project gives the place of a point in steps from the north-west corner of the square.
func (a At) project(p orb.Point) orb.Point {
	n := float64(int(1) << a.Z)
	lat := math.Max(-85.05, math.Min(85.05, p[1])) * math.Pi / 180
	return orb.Point{((p[0]+180)/360*n - float64(a.X)) * extent, ((1-math.Asinh(math.Tan(lat))/math.Pi)/2*n - float64(a.Y)) * extent}
}

// whole rounds a ring to whole steps, without its last point and without those that repeat another; the outside runs clockwise as it is
// seen, holes the other way. It is nil where nothing is left.
func whole(ring orb.Ring, outside bool) (steps [][2]int64) {
	for _, p := range ring {
		s := [2]int64{int64(math.Round(p[0])), int64(math.Round(p[1]))}
		if len(steps) == 0 || steps[len(steps)-1] != s {
			steps = append(steps, s)
		}
	}
	if len(steps) > 1 && steps[0] == steps[len(steps)-1] {
		steps = steps[:len(steps)-1]
	}
	twice := int64(0)
	for i, s := range steps {
		next := steps[(i+1)%len(steps)]
		twice += s[0]*next[1] - next[0]*s[1]
	}
	if twice == 0 {
		return nil
	}
	if (twice > 0) != outside {
		for i, j := 0, len(steps)-1; i < j; i, j = i+1, j-1 {
			steps[i], steps[j] = steps[j], steps[i]
		}
	}
	return steps
}

const moveTo, lineTo, closePath = 1, 2, 15

func draw(steps [][2]int64, pen *[2]int64) []uint64 {
	commands := []uint64{1<<3 | moveTo}
	for i, s := range steps {
		if i == 1 {
			commands = append(commands, uint64(len(steps)-1)<<3|lineTo)
		}
		commands = append(commands, zigzag(s[0]-pen[0]), zigzag(s[1]-pen[1]))
		*pen = s
	}
	return append(commands, closePath)
}

func zigzag(n int64) uint64 { return uint64(n<<1) ^ uint64(n>>63) }

// appendNumber and appendBytes write fields as Protocol Buffers do.
func appendNumber(b []byte, field int, n uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(b, uint64(field)<<3), n)
}

func appendBytes(b []byte, field int, value []byte) []byte {
	b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(field)<<3|2), uint64(len(value)))
	return append(b, value...)
}

func packed(all []uint64) (b []byte) {
	for _, n := range all {
		b = binary.AppendUvarint(b, n)
	}
	return b
}
