package geofile

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"modernc.org/sqlite"
)

// ReadGeoPackage calls each for the features of the only layer of polygons in a GeoPackage (OGC 12-128r18), and returns the
// coordinate system that it declares, as in "EPSG:4326". It fails with ErrFormat or ErrTooLarge, or as each does.
//
// The file is an SQLite database of somebody else: it is opened in memory, may not run code of its own schema, and one value of
// it has at most the bytes of one feature.
func ReadGeoPackage(ctx context.Context, data []byte, wanted Wanted, each func(Feature) error) (crs string, err error) {
	conn, done, err := openInMemory(ctx, data)
	if err != nil {
		return "", err
	}
	defer done()
	if err := tables(ctx, conn, "gpkg_geometry_columns", "gpkg_spatial_ref_sys"); err != nil {
		return "", err
	}
	layer, err := findLayer(ctx, conn)
	if err != nil {
		return "", err
	}
	if layer.columns, err = columnsOf(ctx, conn, layer, wanted); err != nil {
		return "", err
	}
	return layer.crs, layer.each(ctx, conn, each)
}

// The numbers of SQLite's limits, https://www.sqlite.org/c3ref/c_limit_attached.html.
const limitLength, limitColumn = 0, 2

func openInMemory(ctx context.Context, data []byte) (conn *sql.Conn, done func(), err error) {
	if len(data) < 100 || !bytes.HasPrefix(data, []byte("SQLite format 3\x00")) {
		return nil, nil, malformed("this is no GeoPackage")
	}
	data = slices.Clone(data)
	data[18], data[19] = 1, 1 // a database that is kept with a write-ahead log does not open in memory
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, nil, fmt.Errorf("open in memory: %w", err)
	}
	if conn, err = db.Conn(ctx); err != nil {
		db.Close()
		return nil, nil, fmt.Errorf("open in memory: %w", err)
	}
	done = func() { conn.Close(); db.Close() }
	err = conn.Raw(func(c any) error { return c.(interface{ Deserialize([]byte) error }).Deserialize(data) })
	for _, limit := range [][2]int{{limitLength, mostFeature}, {limitColumn, 500}} {
		if err == nil {
			_, err = sqlite.Limit(conn, limit[0], limit[1])
		}
	}
	for _, pragma := range []string{"trusted_schema=OFF", "cell_size_check=ON", "query_only=ON", "temp_store=MEMORY"} {
		if err == nil {
			_, err = conn.ExecContext(ctx, "PRAGMA "+pragma)
		}
	}
	if err != nil {
		done()
		return nil, nil, malformed("%v", err)
	}
	return conn, done, nil
}

// layer is a table of features.
type layer struct {
	table, geometry, crs string
	columns              []string
}

// tables fails with ErrFormat unless the names are those of tables. What a view says would run as the sender wrote it, perhaps
// without end.
func tables(ctx context.Context, conn *sql.Conn, names ...string) error {
	for _, name := range names {
		var n int
		if err := conn.QueryRowContext(ctx, `SELECT COUNT(*) FROM sqlite_master WHERE name=? AND type='table' AND sql LIKE 'CREATE TABLE%'`,
			name).Scan(&n); err != nil {
			return malformed("%v", err)
		}
		if n != 1 {
			return malformed("there is no table %s", name)
		}
	}
	return nil
}

// findLayer is the only layer of polygons. A view is none.
func findLayer(ctx context.Context, conn *sql.Conn) (layer, error) {
	rows, err := conn.QueryContext(ctx,
		`SELECT g.table_name, g.column_name, COALESCE(s.organization, '')||':'||COALESCE(s.organization_coordsys_id, '')
		FROM gpkg_geometry_columns g JOIN sqlite_master m ON m.name=g.table_name AND m.type='table' AND m.sql LIKE 'CREATE TABLE%'
		LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id=g.srs_id
		WHERE upper(g.geometry_type_name) IN ('POLYGON','MULTIPOLYGON','GEOMETRY','GEOMETRYCOLLECTION','CURVEPOLYGON','MULTISURFACE') LIMIT 3`)
	if err != nil {
		return layer{}, malformed("%v", err)
	}
	defer rows.Close()
	var found []layer
	for rows.Next() {
		var l layer
		if err := rows.Scan(&l.table, &l.geometry, &l.crs); err != nil {
			return layer{}, malformed("%v", err)
		}
		found = append(found, l)
	}
	if err := rows.Err(); err != nil {
		return layer{}, malformed("%v", err)
	}
	if len(found) != 1 {
		return layer{}, malformed("there must be one layer of polygons, and there are %d", len(found))
	}
	return found[0], nil
}

// columnsOf are the wanted columns of a layer that are stored in it; one that SQLite would compute is not read.
func columnsOf(ctx context.Context, conn *sql.Conn, l layer, wanted Wanted) (columns []string, err error) {
	rows, err := conn.QueryContext(ctx, `SELECT name FROM pragma_table_xinfo(?) WHERE hidden=0`, l.table)
	if err != nil {
		return nil, malformed("%v", err)
	}
	defer rows.Close()
	stored := false
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, malformed("%v", err)
		}
		stored = stored || strings.EqualFold(name, l.geometry)
		if wanted(name) && !strings.EqualFold(name, l.geometry) {
			columns = append(columns, name)
		}
	}
	if !stored {
		return nil, malformed("the layer has no column %s", l.geometry)
	}
	return columns, rows.Err()
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func (l layer) each(ctx context.Context, conn *sql.Conn, each func(Feature) error) error {
	names := quoted(l.geometry)
	for _, c := range l.columns {
		names += ", " + quoted(c)
	}
	rows, err := conn.QueryContext(ctx, `SELECT `+names+` FROM `+quoted(l.table))
	if err != nil {
		return malformed("%v", err)
	}
	defer rows.Close()
	values := make([]any, len(l.columns))
	var outline any
	into := []any{&outline}
	for i := range values {
		into = append(into, &values[i])
	}
	for n := 1; rows.Next(); n++ {
		if err := rows.Scan(into...); err != nil {
			return malformed("feature %d: %v", n, err)
		}
		f := Feature{Number: n, Properties: map[string]string{}}
		for i, v := range values {
			if s := plain(v); s != "" {
				f.Properties[l.columns[i]] = s
			}
		}
		f.Outline, f.Wrong = parseBlob(outline)
		if err := each(f); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return malformed("%v", err)
	}
	return nil
}

// plain is a value as a person would write it.
func plain(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// parseBlob reads a GeoPackage's geometry: a header, an envelope whose length the header tells, and well-known binary.
func parseBlob(v any) (orb.MultiPolygon, error) {
	b, _ := v.([]byte)
	if len(b) < 8 || b[0] != 'G' || b[1] != 'P' {
		return nil, ErrNoPolygon
	}
	envelopes := []int{0, 32, 48, 48, 64}
	kind := int(b[3]>>1) & 7
	if kind >= len(envelopes) || len(b) < 8+envelopes[kind] || b[3]&0x10 != 0 { // 0x10: empty
		return nil, ErrNoPolygon
	}
	return parseWKB(b[8+envelopes[kind]:])
}
