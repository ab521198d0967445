package geofile_test

import (
	"archive/zip"
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
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

const gridsTable = `CREATE TABLE grids (fid INTEGER PRIMARY KEY, geom BLOB, 网格代码 TEXT, "na""me" TEXT, households REAL, computed TEXT AS (hex(zeroblob(17000000))) VIRTUAL)`

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

// TestWhatAGeoPackageMayBe changes one thing of a whole one.
func TestWhatAGeoPackageMayBe(t *testing.T) {
	small := strings.Replace(gridsTable, "17000000", "1", 1)
	columns := func(more int) string {
		table := strings.TrimSuffix(small, ")")
		for i := range more {
			table += fmt.Sprintf(", c%d INT", i)
		}
		return table + ")"
	}
	for name, c := range map[string]struct {
		table, change string
		crs           string
		features      int
		wrong         error
	}{
		"the column in capitals":        {small, `UPDATE gpkg_geometry_columns SET column_name='GEOM'`, "EPSG:4490", 3, nil},
		"another column":                {small, `UPDATE gpkg_geometry_columns SET column_name='fid'`, "EPSG:4490", 3, nil},
		"no such column":                {small, `UPDATE gpkg_geometry_columns SET column_name='shape'`, "", 0, geofile.ErrFormat},
		"of points":                     {small, `UPDATE gpkg_geometry_columns SET geometry_type_name='POINT'`, "", 0, geofile.ErrFormat},
		"points beside":                 {small, `INSERT INTO gpkg_geometry_columns SELECT table_name, column_name, 'POINT', srs_id FROM gpkg_geometry_columns`, "EPSG:4490", 3, nil},
		"two layers":                    {small, `INSERT INTO gpkg_geometry_columns SELECT * FROM gpkg_geometry_columns`, "", 0, geofile.ErrFormat},
		"no table for the layer":        {small, `UPDATE gpkg_geometry_columns SET table_name='homes'`, "", 0, geofile.ErrFormat},
		"no list of layers":             {small, `DROP TABLE gpkg_geometry_columns`, "", 0, geofile.ErrFormat},
		"a list without columns":        {small, `ALTER TABLE gpkg_geometry_columns RENAME srs_id TO x`, "", 0, geofile.ErrFormat},
		"no list of systems":            {small, `DROP TABLE gpkg_spatial_ref_sys`, "", 0, geofile.ErrFormat},
		"no such system":                {small, `UPDATE gpkg_geometry_columns SET srs_id=8`, ":", 3, nil},
		"as many columns as there may":  {columns(494), `SELECT 1`, "EPSG:4490", 3, nil},
		"one more":                      {columns(495), `SELECT 1`, "", 0, geofile.ErrFormat},
		"a layer that is a module's":    {small, `CREATE VIRTUAL TABLE words USING fts5(geom); UPDATE gpkg_geometry_columns SET table_name='words'`, "", 0, geofile.ErrFormat},
		"systems that are not as named": {small, `ALTER TABLE gpkg_spatial_ref_sys RENAME organization TO x`, "", 0, geofile.ErrFormat},
	} {
		var all []geofile.Feature
		crs, err := geofile.ReadGeoPackage(t.Context(), geoPackage(t, "4490", c.table, c.change), everything, collect(&all))
		if !errors.Is(err, c.wrong) || crs != c.crs || len(all) != c.features {
			t.Errorf("%s: %q, %d features, %v", name, crs, len(all), err)
		}
		for i, f := range all {
			if _, said := f.Properties["computed"]; f.Number != i+1 || said || f.Properties["geom"] != "" {
				t.Errorf("%s: %+v", name, f)
			}
		}
	}
}

// TestWhoStopsAReading is told so: the one who takes the features, at the second, and the one who waits for them.
func TestWhoStopsAReading(t *testing.T) {
	enough := errors.New("enough")
	taken := 0
	take := func(geofile.Feature) error {
		if taken++; taken == 2 {
			return enough
		}
		return nil
	}
	layer := geoPackage(t, "4490", strings.Replace(gridsTable, "17000000", "1", 1))
	if _, err := geofile.ReadGeoPackage(t.Context(), layer, everything, take); err != enough || taken != 2 {
		t.Errorf("%v after %d features", err, taken)
	}
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if _, err := geofile.ReadGeoPackage(ctx, layer, everything, take); !errors.Is(err, context.Canceled) || taken != 2 {
		t.Errorf("%v after %d features", err, taken)
	}
	taken = 0
	shapes := zipped(t, map[string][]byte{"a.shp": shp([]orb.Ring{outer}, []orb.Ring{apart}, []orb.Ring{apart}), "a.dbf": dbf(t, [2]string{"1"}, [2]string{"2"}, [2]string{"3"})})
	if _, err := geofile.ReadShapefile(shapes, everything, take); err != enough || taken != 2 {
		t.Errorf("%v after %d shapes", err, taken)
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

// TestPartsOfAShapefile names the parts otherwise, leaves one out, and damages each: it then cannot be opened, or read to its end.
func TestPartsOfAShapefile(t *testing.T) {
	whole := map[string][]byte{"a.shp": shp([]orb.Ring{outer}), "a.dbf": dbf(t, [2]string{"1", "甲"}), "a.prj": bytes.Repeat([]byte("x"), 16<<10+1), "a.cpg": []byte("GBK")}
	for name, c := range map[string]struct {
		more   map[string][]byte // nil takes a part away
		prj    int
		called string
		wrong  error
	}{
		"whole":                      {nil, 16 << 10, "甲", nil},
		"no system":                  {map[string][]byte{"a.prj": nil}, 0, "甲", nil},
		"no code page":               {map[string][]byte{"a.cpg": nil}, 16 << 10, "甲", nil},
		"another code page":          {map[string][]byte{"a.cpg": []byte("UTF-8")}, 16 << 10, "", nil},
		"endings in capitals":        {map[string][]byte{"a.dbf": nil, "A.DBF": whole["a.dbf"]}, 16 << 10, "甲", nil},
		"a table of another":         {map[string][]byte{"a.dbf": nil, "b.dbf": whole["a.dbf"]}, 0, "", geofile.ErrFormat},
		"a table elsewhere":          {map[string][]byte{"a.dbf": nil, "x/a.dbf": whole["a.dbf"]}, 0, "", geofile.ErrFormat},
		"hidden shapes beside":       {map[string][]byte{".b.shp": {}, "__MACOSX/c.shp": {}}, 16 << 10, "甲", nil},
		"hidden shapes alone":        {map[string][]byte{"a.shp": nil, ".a.shp": whole["a.shp"], ".a.dbf": whole["a.dbf"]}, 0, "", geofile.ErrFormat},
		"shapes of something else":   {map[string][]byte{"a.shp": make([]byte, 200)}, 16 << 10, "", geofile.ErrFormat},
		"a table of something else":  {map[string][]byte{"a.dbf": make([]byte, 200)}, 0, "", geofile.ErrFormat},
		"fewer rows than shapes":     {map[string][]byte{"a.dbf": dbf(t)}, 16 << 10, "", geofile.ErrFormat},
		"more rows than shapes":      {map[string][]byte{"a.dbf": dbf(t, [2]string{"1", "甲"}, [2]string{"2", "乙"})}, 16 << 10, "甲", nil},
		"shapes that begin in a row": {map[string][]byte{"a.shp": append(bytes.Clone(whole["a.shp"]), 0)}, 16 << 10, "甲", geofile.ErrFormat},
	} {
		files := maps.Clone(whole)
		maps.Copy(files, c.more)
		maps.DeleteFunc(files, func(_ string, b []byte) bool { return b == nil })
		var all []geofile.Feature
		prj, err := geofile.ReadShapefile(zipped(t, files), func(name string) bool { return name != "code" }, collect(&all))
		said := ""
		for _, f := range all {
			for _, s := range f.Properties {
				said += s
			}
		}
		if !errors.Is(err, c.wrong) || len(prj) != c.prj || said != c.called && c.called != "" {
			t.Errorf("%s: a system of %d bytes, %q, %v", name, len(prj), said, err)
		}
	}
	for damaged := range whole {
		for _, method := range []uint16{99, zip.Deflate} {
			if _, err := geofile.ReadShapefile(zippedBut(t, whole, damaged, method), everything, func(geofile.Feature) error { return nil }); !errors.Is(err, geofile.ErrFormat) {
				t.Errorf("%s packed by method %d: %v", damaged, method, err)
			}
		}
	}
	if _, err := geofile.ReadShapefile(whole["a.dbf"], everything, nil); !errors.Is(err, geofile.ErrFormat) {
		t.Errorf("no zip: %v", err)
	}
}

// zippedBut is zipped, but that one file is said to be packed by a method, and is not.
func zippedBut(t *testing.T, files map[string][]byte, one string, method uint16) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	w.RegisterCompressor(method, func(out io.Writer) (io.WriteCloser, error) {
		return struct {
			io.Writer
			io.Closer
		}{out, io.NopCloser(nil)}, nil
	})
	for name, data := range files {
		h := &zip.FileHeader{Name: name, Method: zip.Store}
		if name == one {
			h.Method = method
		}
		f, err := w.CreateHeader(h)
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
