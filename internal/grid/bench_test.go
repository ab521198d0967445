package grid

import (
	"math/rand/v2"
	"testing"
)

func BenchmarkLocate20000Grids(b *testing.B) {
	const n = 142 // 20,164 grids
	areas, _ := tiles(n, 7)
	for i := range areas {
		for j := range areas[i].Boundary[0][0] {
			p := &areas[i].Boundary[0][0][j]
			p[0], p[1] = 113.7+p[0]*0.003, 22.4+p[1]*0.003
		}
	}
	idx := NewIndex(areas)
	r := rand.New(rand.NewPCG(1, 2))
	points := make([][2]float64, 1<<14)
	for i := range points {
		points[i] = [2]float64{113.7 + r.Float64()*n*0.003, 22.4 + r.Float64()*n*0.003}
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		p := points[i&(1<<14-1)]
		if _, ok := idx.Locate(p[0], p[1]); !ok {
			b.Fatal("a point of the city lies in no grid", p)
		}
	}
}

func BenchmarkNewIndex20000Grids(b *testing.B) {
	areas, _ := tiles(142, 7)
	b.ReportAllocs()
	for b.Loop() {
		NewIndex(areas)
	}
}
