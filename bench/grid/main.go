// Command grid measures how fast a point finds its grid in a city of 20,000, by processor time, beside the ray casting of the geometry
// library on the same candidates.
package main

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"syscall"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"doorstep/internal/grid"
)

const side, west, south = 0.003, 113.7, 22.4

func main() {
	n := flag.Int("side", 142, "grids along each side of the city")
	lookups := flag.Int("lookups", 5_000_000, "points that are looked up")
	flag.Parse()
	areas := city(*n)
	begun := spent()
	idx := grid.NewIndex(areas)
	fmt.Printf("index of %d grids: %v of processor\n", len(areas), (spent() - begun).Round(time.Millisecond))
	points := make([]orb.Point, 1<<16)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range points {
		points[i] = orb.Point{west + r.Float64()*float64(*n)*side, south + r.Float64()*float64(*n)*side}
	}
	ours := rate(*lookups, points, func(p orb.Point) string { code, _ := idx.Locate(p[0], p[1]); return code })
	boxes := boxesOf(areas, *n)
	theirs := rate(*lookups/5, points, func(p orb.Point) string { return boxes.locate(areas, p) })
	for _, p := range points {
		code, _ := idx.Locate(p[0], p[1])
		if other := boxes.locate(areas, p); other != code {
			fmt.Fprintf(os.Stderr, "%v is in %s, and in %s by the library\n", p, code, other)
			os.Exit(1)
		}
	}
	fmt.Printf("lookups: %.1f million a second of one processor, %.1f million on two\n", ours/1e6, 2*ours/1e6)
	fmt.Printf("orb/planar on the candidates of a table of boxes: %.1f million a second of one processor\n", theirs/1e6)
	fmt.Printf("ratio lookups to orb/planar %.1f\n", ours/theirs)
}

// city tiles a square with quadrilaterals of uneven corners.
func city(n int) (areas []grid.Area) {
	r := rand.New(rand.NewPCG(7, 1))
	corners := make([][]orb.Point, n+1)
	for i := range corners {
		for j := range n + 1 {
			p := orb.Point{float64(i), float64(j)}
			if i > 0 && i < n && j > 0 && j < n {
				p = orb.Point{p[0] + (r.Float64()-0.5)*0.8, p[1] + (r.Float64()-0.5)*0.8}
			}
			corners[i] = append(corners[i], orb.Point{west + p[0]*side, south + p[1]*side})
		}
	}
	for i := range n {
		for j := range n {
			ring := orb.Ring{corners[i][j], corners[i+1][j], corners[i+1][j+1], corners[i][j+1], corners[i][j]}
			areas = append(areas, grid.Area{Code: fmt.Sprintf("990101001001%05d", len(areas)), Level: grid.Grid, Boundary: orb.MultiPolygon{{ring}}})
		}
	}
	return areas
}

// boxes lists, for each square of the city, the areas whose box meets it.
type boxes struct {
	n    int
	list [][]int
}

func boxesOf(areas []grid.Area, n int) boxes {
	b := boxes{n, make([][]int, n*n)}
	for i, a := range areas {
		box := a.Boundary.Bound()
		low, high := b.cell(box.Min), b.cell(box.Max)
		for y := low / n; y <= high/n; y++ {
			for x := low % n; x <= high%n; x++ {
				b.list[y*n+x] = append(b.list[y*n+x], i)
			}
		}
	}
	return b
}

func (b boxes) cell(p orb.Point) int {
	at := func(x float64) int { return int(math.Max(0, math.Min(x/side, float64(b.n-1)))) }
	return at(p[1]-south)*b.n + at(p[0]-west)
}

func (b boxes) locate(areas []grid.Area, p orb.Point) string {
	for _, i := range b.list[b.cell(p)] {
		if planar.MultiPolygonContains(areas[i].Boundary, p) {
			return areas[i].Code
		}
	}
	return ""
}

// rate returns the points found in a second of processor time.
func rate(times int, points []orb.Point, locate func(orb.Point) string) float64 {
	begun, found := spent(), 0
	for i := range times {
		if locate(points[i&(len(points)-1)]) != "" {
			found++
		}
	}
	if found < times*99/100 {
		fmt.Fprintln(os.Stderr, "points of the city lie in no grid")
		os.Exit(1)
	}
	return float64(times) / (spent() - begun).Seconds()
}

// spent is the processor time of this process, which other programs on the machine hardly change.
func spent() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
