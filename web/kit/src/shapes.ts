// Outlines of areas as paths of a drawing.
import { baseMap } from './basemap'
import { toGCJ02 } from './datum'

export type Point = [number, number]

/** ringsOf returns the rings of a GeoJSON polygon, none for anything else. */
export function ringsOf(g: unknown): Point[][] {
  const shape = g as { type?: string; coordinates?: unknown } | null
  if (shape?.type === 'Polygon') return shape.coordinates as Point[][]
  if (shape?.type === 'MultiPolygon') return (shape.coordinates as Point[][][]).flat()
  return []
}

/** Box is a part of a drawing. */
export interface Box { x: number; y: number; w: number; h: number }

/** Square is one of a base map, and where it lies in a drawing. */
export interface Square { key: string; x: number; y: number; side: number }

/** Frame puts places into a drawing that is 400 wide or high, as web maps do (Mercator) and in the datum of the base map. */
export interface Frame {
  w: number
  h: number
  at: (p: Point) => Point
  path: (rings: Point[][]) => string
  /** metre is how long a metre is in the drawing, at a latitude. */
  metre: (lat: number) => number
  /** squares are those of the base map that cover a part: at least so many across, and at most one and twice as many. */
  squares: (part: Box, across: number, largestZoom: number) => Square[]
}

const round = 40_075_016.7 // metres about the equator
const smallest = 2e-6 // of the world: a drawing of less would be of one point

/** onWorld is where a place lies on the square that web maps make of the world, from its north-west corner. */
function onWorld(p: Point, datum: string): Point {
  const [lon, lat] = datum === 'gcj02' ? toGCJ02(p) : p
  return [(lon + 180) / 360, (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2]
}

/** frameOf fits a drawing around some places, given in WGS-84. */
export function frameOf(points: Point[], datum = baseMap.value.datum): Frame {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const p of points) { const [x, y] = onWorld(p, datum); x0 = Math.min(x0, x); x1 = Math.max(x1, x); y0 = Math.min(y0, y); y1 = Math.max(y1, y) }
  const scale = 400 / Math.max(x1 - x0, y1 - y0, smallest)
  const at = (p: Point): Point => { const [x, y] = onWorld(p, datum); return [(x - x0) * scale, (y - y0) * scale] }
  const path = (rings: Point[][]) => rings.map((r) => 'M' + r.map((p) => at(p).map((v) => v.toFixed(1)).join(' ')).join('L') + 'Z').join('')
  const metre = (lat: number) => scale / (round * Math.cos((lat * Math.PI) / 180))
  const squares = (part: Box, across: number, largestZoom: number) => {
    const z = Math.min(largestZoom, Math.max(0, Math.ceil(Math.log2((scale * across) / Math.max(part.w, part.h)))))
    const [n, side] = [2 ** z, scale / 2 ** z]
    const among = (from: number, length: number, o: number) => {
      const [a, b] = [from, from + length].map((v) => Math.min(n - 1, Math.max(0, Math.floor((o + v / scale) * n)))) as Point
      return Array.from({ length: b - a + 1 }, (_, i) => a + i)
    }
    return among(part.y, part.h, y0).flatMap((row) => among(part.x, part.w, x0).map((column) => ({
      key: `${z}/${column}/${row}`, x: (column / n - x0) * scale, y: (row / n - y0) * scale, side,
    })))
  }
  return { w: (x1 - x0) * scale, h: (y1 - y0) * scale, at, path, metre, squares }
}

/** holds reports whether a ring holds a place, by counting the sides to its east. */
export function holds(ring: Point[], [x, y]: Point): boolean {
  let inside = false
  ring.forEach(([ax, ay], i) => {
    const [bx, by] = ring[(i + 1) % ring.length]!
    if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside
  })
  return inside
}

/** middleOf returns the middle of the box around some rings. */
export function middleOf(rings: Point[][]): Point {
  const all = rings.flat()
  const [xs, ys] = [all.map((p) => p[0]), all.map((p) => p[1])]
  return [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2]
}

/** apart is how far a place is from a side. */
function apart([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay]
  const along = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)))
  return Math.hypot(x - ax - along * dx, y - ay - along * dy)
}

/** labelOf returns where the label of an area stands: in the middle of its box, or at one of 225 other places that is inside and clearly farther from the border. */
export function labelOf(rings: Point[][]): Point {
  const all = rings.flat()
  const [xs, ys] = [all.map((p) => p[0]), all.map((p) => p[1])]
  const [x0, y0, w, h] = [Math.min(...xs), Math.min(...ys), Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)]
  const room = (p: Point) => (rings.filter((r) => holds(r, p)).length % 2 ? Math.min(...rings.flatMap((r) => r.map((a, i) => apart(p, a, r[(i + 1) % r.length]!)))) : 0)
  let [best, most] = [middleOf(rings), room(middleOf(rings))]
  for (let i = 1; i < 16; i++) for (let j = 1; j < 16; j++) {
    const at: Point = [x0 + (w * i) / 16, y0 + (h * j) / 16]
    const has = room(at)
    if (has > 1.2 * most) [best, most] = [at, has]
  }
  return best
}

/** pointOf reads a place as the register keeps it; null for anything else. */
export function pointOf(kept: string | undefined): { lat: number; lon: number; accuracy?: number } | null {
  try {
    const p = JSON.parse(kept ?? '') as { lat?: unknown; lon?: unknown; accuracy?: number } | null
    return typeof p?.lat === 'number' && typeof p.lon === 'number' ? { ...p, lat: p.lat, lon: p.lon } : null
  } catch { return null }
}
