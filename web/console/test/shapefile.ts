import { crc32 } from 'node:zlib'

export type Ring = [number, number][]
export interface Shape { code: string; name: string; rings: Ring[] }

/** shapefile is a zipped shapefile of polygons, as offices bring them. */
export function shapefile(shapes: Shape[]): Buffer {
  const records = shapes.map((s, i) => {
    const points = s.rings.flat()
    const body = Buffer.alloc(44 + 4 * s.rings.length + 16 * points.length)
    body.writeInt32LE(5, 0)
    for (const [at, [x, y]] of [[4, [Math.min, Math.min]], [20, [Math.max, Math.max]]] as const) {
      body.writeDoubleLE(x(...points.map((p) => p[0])), at)
      body.writeDoubleLE(y(...points.map((p) => p[1])), at + 8)
    }
    body.writeInt32LE(s.rings.length, 36)
    body.writeInt32LE(points.length, 40)
    let first = 0
    s.rings.forEach((r, n) => { body.writeInt32LE(first, 44 + 4 * n); first += r.length })
    points.forEach((p, n) => { for (const k of [0, 1] as const) body.writeDoubleLE(p[k], 44 + 4 * s.rings.length + 16 * n + 8 * k) })
    const head = Buffer.alloc(8)
    head.writeInt32BE(i + 1, 0)
    head.writeInt32BE(body.length / 2, 4)
    return Buffer.concat([head, body])
  })
  const shp = Buffer.concat([Buffer.alloc(100), ...records])
  shp.writeInt32BE(9994, 0)
  shp.writeInt32BE(shp.length / 2, 24)
  shp.writeInt32LE(1000, 28)
  shp.writeInt32LE(5, 32)
  const fields = [['code', 20], ['name', 60]] as const
  const head = Buffer.alloc(32 + 32 * fields.length + 1)
  head[0] = 3
  head.writeUInt32LE(shapes.length, 4)
  head.writeUInt16LE(head.length, 8)
  head.writeUInt16LE(81, 10)
  fields.forEach(([name, size], i) => { head.write(name, 32 + 32 * i); head.write('C', 43 + 32 * i); head[48 + 32 * i] = size })
  head[head.length - 1] = 0x0d
  const rows = shapes.map((s) => {
    const row = Buffer.alloc(81, ' ')
    row.write(s.code, 1)
    row.write(s.name, 21)
    return row
  })
  return zip({ 'areas.shp': shp, 'areas.dbf': Buffer.concat([head, ...rows]), 'areas.cpg': Buffer.from('UTF-8') })
}

/** zip keeps files as they are. */
function zip(files: Record<string, Buffer>): Buffer {
  const parts: Buffer[] = []
  const index: Buffer[] = []
  let at = 0
  for (const [name, content] of Object.entries(files)) {
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt32LE(crc32(content), 10)
    common.writeUInt32LE(content.length, 14)
    common.writeUInt32LE(content.length, 18)
    common.writeUInt16LE(name.length, 22)
    const entry = Buffer.alloc(16)
    entry.writeUInt32LE(at, 12)
    index.push(Buffer.from('PK\x01\x02\x14\x00'), common, entry.subarray(2), Buffer.from(name))
    const part = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), content])
    parts.push(part)
    at += part.length
  }
  const list = Buffer.concat(index)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06')
  end.writeUInt16LE(parts.length, 8)
  end.writeUInt16LE(parts.length, 10)
  end.writeUInt32LE(list.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...parts, list, end])
}
