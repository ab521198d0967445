package geofile_test

import (
	"archive/zip"
	"bytes"
	"database/sql"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"golang.org/x/text/encoding/simplifiedchinese"

	"doorstep/internal/geofile"
)

func everything(string) bool { return true }

var (
	outer = orb.Ring{{0, 0}, {0, 4}, {4, 4}, {4, 0}, {0, 0}}
	hole  = orb.Ring{{1, 1}, {2, 1}, {2, 2}, {1, 1}}
	apart = orb.Ring{{5, 5}, {5, 6}, {6, 6}, {5, 5}}
)

// polygonWKB writes rings with a number of further coordinates behind each position.
func polygonWKB(kind uint32, more int, rings ...orb.Ring) []byte {
	var b bytes.Buffer
	b.WriteByte(1)
	put := func(v any) { binary.Write(&b, binary.LittleEndian, v) }
	put(kind)
	put(uint32(len(rings)))
	for _, r := range rings {
		put(uint32(len(r)))
		for _, p := range r {
			put(p[0])
			put(p[1])
			for range more {
				put(99.0)
			}
		}
	}
	return b.Bytes()
}

func blob(flags byte, envelope int, wkb []byte) []byte {
	head := append([]byte{'G', 'P', 0, flags, 0, 0, 0, 0}, make([]byte, envelope)...)
	return append(head, wkb...)
}

func geoPackage(t *testing.T, srs string, statements ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.gpkg")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append([]string{
		`PRAGMA journal_mode=WAL`, `PRAGMA synchronous=OFF`,
		`CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT, organization_coordsys_id INTEGER)`,
		`INSERT INTO gpkg_spatial_ref_sys VALUES ('x', 7, 'EPSG', ` + srs + `)`,
		`CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER)`,
		`INSERT INTO gpkg_geometry_columns VALUES ('grids', 'geom', 'MULTIPOLYGON', 7)`,
	}, statements...) {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(s, err)
		}
	}
	insert := `INSERT INTO grids (geom, 网格代码, "na""me", households) VALUES (?, ?, ?, ?)`
	multi := append([]byte{0, 0, 0, 0, 6, 0, 0, 0, 1}, polygonWKB(1003, 1, outer, hole)...) // big-endian around, altitudes within
	for _, row := range [][]any{{blob(0b0011, 32, multi), "440307011005001", "甲", 12}, {blob(0b0001, 0, polygonWKB(3, 0, apart)), "440307011005002", "乙", 1.0}, {[]byte("GP"), "x", "", nil}} {
		if _, err := db.Exec(insert, row...); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

const gridsTable = `CREATE TABLE grids (fid INTEGER PRIMARY KEY, geom BLOB, 网格代码 TEXT, "na""me" TEXT, households REAL, computed TEXT AS (hex(zeroblob(100000000))) VIRTUAL)`

func collect(all *[]geofile.Feature) func(geofile.Feature) error {
	return func(f geofile.Feature) error {
		*all = append(*all, f)
		return nil
	}
}

func TestReadGeoPackage(t *testing.T) {
	var all []geofile.Feature
	crs, err := geofile.ReadGeoPackage(t.Context(), geoPackage(t, "4490", gridsTable), func(name string) bool { return name != "fid" }, collect(&all))
	if err != nil || crs != "EPSG:4490" || len(all) != 3 {
		t.Fatalf("%s %v %+v", crs, err, all)
	}
	if want := (orb.MultiPolygon{{outer, hole}}); !reflect.DeepEqual(all[0].Outline, want) || all[0].Wrong != nil {
		t.Errorf("%v %v", all[0].Outline, all[0].Wrong)
	}
	if want := map[string]string{"网格代码": "440307011005002", `na"me`: "乙", "households": "1"}; !reflect.DeepEqual(all[1].Properties, want) {
		t.Errorf("%v", all[1].Properties)
	}
	if !errors.Is(all[2].Wrong, geofile.ErrNoPolygon) {
		t.Errorf("an empty geometry: %v", all[2].Wrong)
	}
}

// What somebody sends may be made to harm: SQL in a view, a geometry that claims to be huge, a file that is cut off.
func TestHostileGeoPackages(t *testing.T) {
	view := geoPackage(t, "4326", gridsTable, `CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT i AS fid, NULL AS geom FROM n`, `UPDATE gpkg_geometry_columns SET table_name='v'`)
	list := geoPackage(t, "4326", gridsTable, `ALTER TABLE gpkg_geometry_columns RENAME TO g`, `CREATE VIEW gpkg_geometry_columns AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT i AS table_name, i AS column_name, i AS geometry_type_name, i AS srs_id FROM n`)
	whole := geoPackage(t, "4326", gridsTable)
	for name, data := range map[string][]byte{"a view for a layer": view, "a view without end for the list of layers": list, "cut off": whole[:4096+50], "no database": []byte("SQLite format 3\x00"), "empty": nil} {
		if _, err := geofile.ReadGeoPackage(t.Context(), data, everything, func(geofile.Feature) error { return nil }); !errors.Is(err, geofile.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func shp(shapes ...[]orb.Ring) []byte {
	var b bytes.Buffer
	head := make([]byte, 100)
	binary.BigEndian.PutUint32(head, 9994)
	b.Write(head)
	for i, rings := range shapes {
		var c bytes.Buffer
		put := func(v any) { binary.Write(&c, binary.LittleEndian, v) }
		put(uint32(5))
		put([4]float64{})
		points := 0
		for _, r := range rings {
			points += len(r)
		}
		put([2]uint32{uint32(len(rings)), uint32(points)})
		at := uint32(0)
		for _, r := range rings {
			put(at)
			at += uint32(len(r))
		}
		for _, r := range rings {
			for _, p := range r {
				put([2]float64(p))
			}
		}
		binary.Write(&b, binary.BigEndian, [2]uint32{uint32(i + 1), uint32(c.Len() / 2)})
		b.Write(c.Bytes())
	}
	return b.Bytes()
}

func dbf(t *testing.T, rows ...[2]string) []byte {
	t.Helper()
	fields := []struct {
		name string
		size byte
	}{{"code", 15}, {"名称", 20}}
	var b bytes.Buffer
	head := make([]byte, 32+32*len(fields)+1)
	head[0], head[len(head)-1] = 3, 0x0D
	binary.LittleEndian.PutUint32(head[4:], uint32(len(rows)))
	binary.LittleEndian.PutUint16(head[8:], uint16(len(head)))
	binary.LittleEndian.PutUint16(head[10:], 36)
	for i, f := range fields {
		name, err := simplifiedchinese.GB18030.NewEncoder().String(f.name)
		if err != nil {
			t.Fatal(err)
		}
		copy(head[32+32*i:], name)
		head[32+32*i+11], head[32+32*i+16] = 'C', f.size
	}
	b.Write(head)
	for _, r := range rows {
		name, err := simplifiedchinese.GB18030.NewEncoder().String(r[1])
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(" " + r[0] + strings.Repeat(" ", 15-len(r[0])) + name + strings.Repeat(" ", 20-len(name)))
	}
	return b.Bytes()
}

func zipped(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, data := range files {
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadShapefile(t *testing.T) {
	data := zipped(t, map[string][]byte{
		"out/网格.SHP": shp([]orb.Ring{hole, outer, apart}, []orb.Ring{apart}), "out/网格.dbf": dbf(t, [2]string{"440307011005001", "甲网格"}, [2]string{"440307011005002", "乙"}),
		"out/网格.prj": []byte("GEOGCS[]"), "__MACOSX/out/._x.shp": nil, "out/other.dbf": nil,
	})
	var all []geofile.Feature
	prj, err := geofile.ReadShapefile(data, everything, collect(&all))
	if err != nil || prj != "GEOGCS[]" || len(all) != 2 {
		t.Fatalf("%q %v %+v", prj, err, all)
	}
	if want := (orb.MultiPolygon{{outer, hole}, {apart}}); !reflect.DeepEqual(all[0].Outline, want) {
		t.Errorf("rings were put together as %v", all[0].Outline)
	}
	if want := map[string]string{"code": "440307011005001", "名称": "甲网格"}; !reflect.DeepEqual(all[0].Properties, want) {
		t.Errorf("%v", all[0].Properties)
	}
}

func TestHostileShapefiles(t *testing.T) {
	good, table := shp([]orb.Ring{outer}), dbf(t, [2]string{"1", "x"})
	huge := bytes.Clone(good)
	binary.BigEndian.PutUint32(huge[104:], math.MaxInt32)
	points := bytes.Clone(good)
	binary.LittleEndian.PutUint32(points[108+40:], math.MaxUint32)
	cases := map[string]map[string][]byte{
		"no table": {"a.shp": good}, "two": {"a.shp": good, "a.dbf": table, "b.shp": good}, "a huge shape": {"a.shp": huge, "a.dbf": table},
		"cut off": {"a.shp": good[:150], "a.dbf": table}, "fewer rows": {"a.shp": shp([]orb.Ring{outer}, []orb.Ring{outer}), "a.dbf": table},
	}
	for name, files := range cases {
		_, err := geofile.ReadShapefile(zipped(t, files), everything, func(geofile.Feature) error { return nil })
		if !errors.Is(err, geofile.ErrFormat) && !errors.Is(err, geofile.ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var all []geofile.Feature
	if _, err := geofile.ReadShapefile(zipped(t, map[string][]byte{"a.shp": points, "a.dbf": table}), everything, collect(&all)); err != nil || !errors.Is(all[0].Wrong, geofile.ErrFormat) {
		t.Errorf("more points than there are: %v %v", err, all)
	}
}
