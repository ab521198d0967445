package grid

import (
	"math/rand/v2"
	"os"
	"testing"

	"doorstep/internal/corpora"
)

// shenzhen reads the real district outlines, which are published as GCJ-02, or skips.
func shenzhen(t *testing.T, as Datum) []Area {
	t.Helper()
	f, err := os.Open(corpora.Path(t, "shenzhen", "districts_gcj02.geojson"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	areas, err := readGeoJSON(f, as, codes(t))
	if err != nil {
		t.Fatal(err)
	}
	return areas
}

func TestShenzhenLandmarks(t *testing.T) {
	idx := NewIndex(shenzhen(t, GCJ02))
	cases := []struct {
		name     string // WGS-84, to about 100 m
		lon, lat float64
		want     string
	}{
		{"仙湖植物园, 罗湖", 114.1670, 22.5790, "440303"},
		{"地王大厦, 罗湖", 114.1050, 22.5435, "440303"},
		{"市民中心, 福田", 114.0546, 22.5437, "440304"},
		{"平安金融中心, 福田", 114.0503, 22.5367, "440304"},
		{"深圳大学, 南山", 113.9310, 22.5335, "440305"},
		{"世界之窗, 南山", 113.9694, 22.5370, "440305"},
		{"宝安国际机场航站楼, 宝安", 113.8060, 22.6340, "440306"},
		{"大运中心, 龙岗", 114.2119, 22.6967, "440307"},
		{"大梅沙, 盐田", 114.3050, 22.5990, "440308"},
		{"深圳北站, 龙华", 114.0283, 22.6100, "440309"},
		{"坪山站, 坪山", 114.3240, 22.7030, "440310"},
		{"光明城站, 光明", 113.9380, 22.7310, "440311"},
		{"香港国际机场", 113.9185, 22.3089, ""},
		{"东莞市政府", 113.7470, 23.0460, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got, _ := idx.Locate(c.lon, c.lat); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestShenzhenDatumMatters places the same points with the outlines read as what they are and as WGS-84.
func TestShenzhenDatumMatters(t *testing.T) {
	right, wrong := NewIndex(shenzhen(t, GCJ02)), NewIndex(shenzhen(t, WGS84))
	r := rand.New(rand.NewPCG(3, 4))
	located, misplaced := 0, 0
	for range 20000 {
		lon, lat := 113.75+r.Float64()*0.75, 22.45+r.Float64()*0.4
		code, ok := right.Locate(lon, lat)
		if gcj, _ := wrong.Locate(GCJ02.FromWGS84(lon, lat)); gcj != code {
			t.Fatalf("%v, %v is in %q, and in %q by its GCJ-02 numbers", lon, lat, code, gcj)
		}
		if !ok {
			continue
		}
		located++
		if other, _ := wrong.Locate(lon, lat); other != code {
			misplaced++
		}
	}
	t.Logf("%d points in the city, %d of them in another district when the outlines are taken for WGS-84", located, misplaced)
	if located < 8000 || misplaced < located/100 {
		t.Errorf("%d located, %d misplaced", located, misplaced)
	}
}
