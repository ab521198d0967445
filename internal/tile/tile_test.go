package tile

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

// fields reads a message of Protocol Buffers: numbers, and bytes.
func fields(t *testing.T, b []byte, each func(field int, n uint64, value []byte)) {
	t.Helper()
	for len(b) > 0 {
		key, n := binary.Uvarint(b)
		b = b[n:]
		v, n := binary.Uvarint(b)
		if b = b[n:]; key&7 == 2 {
			each(int(key>>3), 0, b[:v])
			b = b[v:]
			continue
		}
		each(int(key>>3), v, nil)
	}
}

type decoded struct {
	name     string
	version  uint64
	features []string
	areas    []float64 // of each feature, in steps
}

func decode(t *testing.T, b []byte) (d decoded) {
	t.Helper()
	var layer []byte
	fields(t, b, func(_ int, _ uint64, v []byte) { layer = v })
	var keys, values []string
	var raw [][]byte
	fields(t, layer, func(field int, n uint64, v []byte) {
		switch field {
		case 1:
			d.name = string(v)
		case 2:
			raw = append(raw, v)
		case 3:
			keys = append(keys, string(v))
		case 4:
			fields(t, v, func(kind int, n uint64, text []byte) {
				if kind == 6 {
					text = fmt.Append(nil, int64(n>>1)^-int64(n&1))
				}
				values = append(values, string(text))
			})
		case 15:
			d.version = n
		}
	})
	numbers := func(v []byte) (all []uint64) {
		for len(v) > 0 {
			x, n := binary.Uvarint(v)
			all, v = append(all, x), v[n:]
		}
		return all
	}
	for _, f := range raw {
		var told []string
		fields(t, f, func(field int, n uint64, v []byte) {
			if field == 3 && n != 3 {
				t.Errorf("a shape of type %d, which is no polygon", n)
			}
			switch all := numbers(v); field {
			case 2:
				for i := 0; i < len(all); i += 2 {
					told = append(told, keys[all[i]]+"="+values[all[i+1]])
				}
			case 4:
				d.areas = append(d.areas, surface(all))
			}
		})
		d.features = append(d.features, strings.Join(told, " "))
	}
	return d
}

// surface adds up what commands draw: outsides count, holes count against.
func surface(commands []uint64) (twice float64) {
	var x, y, firstX, firstY int64
	for i := 0; i < len(commands); {
		what, n := commands[i]&7, int(commands[i]>>3)
		i++
		for range n {
			if what == 7 {
				twice += float64(x*firstY - firstX*y)
				continue
			}
			beforeX, beforeY := x, y
			x, y = x+(int64(commands[i]>>1)^-int64(commands[i]&1)), y+(int64(commands[i+1]>>1)^-int64(commands[i+1]&1))
			i += 2
			if what == moveTo {
				firstX, firstY = x, y
				continue
			}
			twice += float64(beforeX*y - x*beforeY)
		}
	}
	return twice / 2
}

func square(west, south, east, north float64) orb.Ring {
	return orb.Ring{{west, south}, {east, south}, {east, north}, {west, north}, {west, south}}
}

func TestEncode(t *testing.T) {
	at := At{14, 13378, 7153}
	b := at.Bound()
	part := func(x, y float64) orb.Point {
		return orb.Point{b.Min[0] + x*(b.Max[0]-b.Min[0]), b.Min[1] + y*(b.Max[1]-b.Min[1])}
	}
	box := func(w, s, e, n float64) orb.Ring {
		low, high := part(w, s), part(e, n)
		return square(low[0], low[1], high[0], high[1])
	}
	hole := box(0.25, 0.25, 0.75, 0.75) // runs as its outside does: the tile turns it
	got := decode(t, Encode("areas", at, []Feature{
		{orb.MultiPolygon{{box(0, 0, 1, 1), hole}}, []Property{{Key: "name", Text: "甲"}, {Key: "n", N: -7, Is: Number}}},
		{orb.MultiPolygon{{box(5, 5, 6, 6)}}, []Property{{Key: "name", Text: "elsewhere"}}},
		{orb.MultiPolygon{{box(-3, -3, 3, 3)}}, []Property{{Key: "name", Text: "甲"}}},
		{orb.MultiPolygon{{box(0.5, 0.5, 0.50001, 0.50001)}}, nil},
	}))
	if got.name != "areas" || got.version != 2 || fmt.Sprint(got.features) != "[name=甲 n=-7 name=甲]" {
		t.Fatalf("%+v", got)
	}
	whole := math.Pow(extent, 2)
	if math.Abs(got.areas[0]-whole*0.75) > whole/500 {
		t.Errorf("the square without its hole is %v of %v", got.areas[0], whole)
	}
	if want := math.Pow(extent+2*margin, 2); got.areas[1] != want {
		t.Errorf("what covers the tile is cut to %v, not %v", got.areas[1], want)
	}
}

// However outlines lie, a tile is written, and nothing of it lies outside of the square and its margin.
func TestEncodeAnything(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		at := At{Z: r.IntN(MostZoom + 1)}
		at.X, at.Y = r.IntN(1<<at.Z), r.IntN(1<<at.Z)
		ring := orb.Ring{}
		for range 3 + r.IntN(9) {
			ring = append(ring, orb.Point{r.Float64()*360 - 180, r.Float64()*180 - 90})
		}
		ring = append(ring, ring[0])
		for _, a := range decode(t, Encode("x", at, []Feature{{orb.MultiPolygon{{ring}}, nil}})).areas {
			if a <= 0 || a > math.Pow(extent+2*margin, 2)*12 {
				t.Fatalf("%v %v: %v", at, ring, a)
			}
		}
	}
}

func TestSquares(t *testing.T) {
	for at, want := range map[At]bool{{}: true, {Z: -1}: false, {Z: 18, X: 1<<18 - 1, Y: 1<<18 - 1}: true, {Z: 19}: false, {Z: 1, X: 1, Y: 1}: true,
		{Z: 1, X: 2}: false, {Z: 1, Y: 2}: false, {Z: 1, X: -1}: false, {Z: 1, Y: -1}: false} {
		if at.Valid() != want {
			t.Errorf("%v: %v", at, !want)
		}
	}
	for at, place := range map[At]orb.Point{{0, 0, 0}: {114, 22}, {1, 0, 0}: {-90, 45}, {1, 1, 0}: {90, 45}, {1, 0, 1}: {-90, -45}, {1, 1, 1}: {180, -90},
		{2, 3, 3}: {180, -90}, {2, 0, 0}: {-180, 90}, {14, 13377, 7141}: {113.95, 22.49}} {
		if got := Holding(place, at.Z); got != at {
			t.Errorf("%v is in %v, not %v", place, got, at)
		}
	}
	if a, b := (At{}).project(orb.Point{0, 90}), (At{}).project(orb.Point{0, 85.05}); a != b || math.Abs(a[1]) > 1 {
		t.Errorf("the pole lies at %v, where the map ends at %v", a, b)
	}
}

// A key and a value stand in a layer once, wherever they are used, and a triangle is the least that is drawn.
func TestPropertiesStandOnce(t *testing.T) {
	triangle := orb.Ring{{0, 0}, {90, 0}, {0, 45}, {0, 0}}
	tags := func(texts ...string) (all []Property) {
		for i, text := range texts {
			all = append(all, Property{Key: fmt.Sprint("key", i), Text: text})
		}
		return all
	}
	raw := Encode("x", At{}, []Feature{{orb.MultiPolygon{{triangle}}, tags("乙", "甲", "甲")}, {orb.MultiPolygon{{triangle}}, tags("甲", "丙")}})
	if got := fmt.Sprint(decode(t, raw).features); got != "[key0=乙 key1=甲 key2=甲 key0=甲 key1=丙]" {
		t.Error(got)
	}
	for _, once := range []string{"甲", "key0", "key1"} {
		if n := strings.Count(string(raw), once); n != 1 {
			t.Errorf("%s stands there %d times", once, n)
		}
	}
}
