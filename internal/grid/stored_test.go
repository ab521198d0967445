package grid

import (
	"reflect"
	"testing"

	"github.com/paulmach/orb"
)

// What MarshalBoundary writes comes back as it was; what somebody else wrote is checked.
func TestReadStored(t *testing.T) {
	areas, _ := tiles(3, 7)
	for _, a := range areas {
		written, err := MarshalBoundary(a.Boundary)
		if err != nil {
			t.Fatal(err)
		}
		if read, err := readStored(written); err != nil || !reflect.DeepEqual(read, a.Boundary) {
			t.Errorf("%s: %v %v", a.Code, read, err)
		}
	}
	square := `[[0,0],[1,0],[1,1],[0,1],[0,0]]`
	for text, wrong := range map[string]bool{
		`{"type":"Polygon","coordinates":[` + square + `]}`:                                    false,
		`{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}`:                   true,
		`{"type":"MultiPolygon","coordinates":[]}`:                                             true,
		`{"type":"MultiPolygon","coordinates":[[]]}`:                                           true,
		`{"type":"MultiPolygon","coordinates":[[[]]]}`:                                         true,
		`{"type":"MultiPolygon","coordinates":[[` + square + `,[[0,0]]]]}`:                     true,
		`{"type":"MultiPolygon","coordinates":[["a"]]}`:                                        true,
		`{"type":"MultiPolygon","coordinates":[[` + square + `],[[[2,2],[3,2],[3,3],[2,2]]]]}`: false,
		`[]`: true,
	} {
		if area, err := readStored([]byte(text)); (err != nil) != wrong || !wrong && len(area) == 0 {
			t.Errorf("%s: %v %v", text, area, err)
		}
	}
}

func BenchmarkReadStored(b *testing.B) {
	areas, _ := tiles(142, 7)
	var all [][]byte
	for _, a := range areas {
		for i, p := range a.Boundary[0][0] {
			a.Boundary[0][0][i] = orb.Point{p[0] / 142, p[1] / 142}
		}
		written, err := MarshalBoundary(a.Boundary)
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, written)
	}
	for name, read := range map[string]func([]byte) error{
		"stored":  func(data []byte) error { _, err := readStored(data); return err },
		"checked": func(data []byte) error { _, err := ParseBoundary(data); return err },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				for _, data := range all {
					if err := read(data); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
