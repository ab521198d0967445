import type { Shape } from './shapefile.ts'

type Value = null | number | string | Buffer
const side = 65536 // bytes of a page, the largest: each table here fits into one

/** geoPackage is a GeoPackage of polygons in an EPSG code, written as SQLite lays its file out: a page of the schema, and one for each table. */
export function geoPackage(shapes: Shape[], epsg: number): Buffer {
  const tables: { name: string; sql: string; rows: Value[][] }[] = [
    { name: 'gpkg_spatial_ref_sys', sql: 'CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER, organization TEXT, organization_coordsys_id INTEGER)', rows: [['x', epsg, 'EPSG', epsg]] },
    { name: 'gpkg_geometry_columns', sql: 'CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER)', rows: [['streets', 'geom', 'MULTIPOLYGON', epsg]] },
    { name: 'streets', sql: 'CREATE TABLE streets (fid INTEGER PRIMARY KEY, geom BLOB, code TEXT, name TEXT)', rows: shapes.map((s) => [null, geometry(s, epsg), s.code, s.name]) },
  ]
  const file = Buffer.concat([page(tables.map((t, i) => ['table', t.name, t.name, i + 2, t.sql]), 100), ...tables.map((t) => page(t.rows, 0))])
  file.write('SQLite format 3\0')
  file.writeUInt16BE(1, 16) // a page of 65536
  file.set([1, 1, 0, 64, 32, 32], 18)
  for (const [at, n] of [[24, 1], [28, tables.length + 1], [40, 1], [44, 4], [56, 1], [68, 0x47504b47], [92, 1], [96, 3045000]] as const) file.writeUInt32BE(n, at)
  return file
}

/** page is a leaf of a table, whose rows are numbered from 1. */
function page(rows: Value[][], head: number): Buffer {
  const out = Buffer.alloc(side)
  let end = side
  out[head] = 0x0d
  out.writeUInt16BE(rows.length, head + 3)
  rows.forEach((row, i) => {
    const payload = record(row)
    const cell = Buffer.concat([varint(payload.length), varint(i + 1), payload])
    end -= cell.length
    if (end < head + 8 + 2 * rows.length) throw new Error('more than a page')
    cell.copy(out, end)
    out.writeUInt16BE(end, head + 8 + 2 * i)
  })
  out.writeUInt16BE(end % side, head + 5)
  return out
}

function record(row: Value[]): Buffer {
  const types = row.map((v) => varint(v === null ? 0 : typeof v === 'number' ? 4 : 2 * Buffer.byteLength(v) + (typeof v === 'string' ? 13 : 12)))
  const values = row.map((v) => {
    if (v === null) return Buffer.alloc(0)
    if (typeof v !== 'number') return Buffer.from(v as string)
    const n = Buffer.alloc(4)
    n.writeInt32BE(v)
    return n
  })
  const all = Buffer.concat(types)
  return Buffer.concat([varint(all.length + 1), all, ...values])
}

function varint(n: number): Buffer {
  const bytes = [n & 0x7f]
  for (let rest = n >> 7; rest; rest >>= 7) bytes.unshift((rest & 0x7f) | 0x80)
  return Buffer.from(bytes)
}

/** geometry is a GeoPackage's header, and a polygon for each ring in well-known binary, little-endian. */
function geometry(s: Shape, epsg: number): Buffer {
  const head = Buffer.from('GP\0\x01\0\0\0\0', 'latin1')
  head.writeInt32LE(epsg, 4)
  const polygons = s.rings.map((ring) => {
    const b = Buffer.alloc(13 + 16 * ring.length)
    b[0] = 1
    b.writeUInt32LE(3, 1)
    b.writeUInt32LE(1, 5)
    b.writeUInt32LE(ring.length, 9)
    ring.forEach((p, i) => { for (const k of [0, 1] as const) b.writeDoubleLE(p[k], 13 + 16 * i + 8 * k) })
    return b
  })
  const multi = Buffer.alloc(9)
  multi[0] = 1
  multi.writeUInt32LE(6, 1)
  multi.writeUInt32LE(polygons.length, 5)
  return Buffer.concat([head, multi, ...polygons])
}
