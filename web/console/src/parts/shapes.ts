// Outlines of areas as paths of a drawing. No map is fetched from anywhere.
export type Point = [number, number]

/** ringsOf returns the rings of a GeoJSON polygon, none for anything else. */
export function ringsOf(g: unknown): Point[][] {
  const shape = g as { type?: string; coordinates?: unknown } | null
  if (shape?.type === 'Polygon') return shape.coordinates as Point[][]
  if (shape?.type === 'MultiPolygon') return (shape.coordinates as Point[][][]).flat()
  return []
}

/** Frame puts places into a drawing that is 400 wide or high. */
export interface Frame { w: number; h: number; at: (p: Point) => Point; path: (rings: Point[][]) => string }

/** frameOf fits a drawing around some places. */
export function frameOf(points: Point[]): Frame {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [x, y] of points) { x0 = Math.min(x0, x); x1 = Math.max(x1, x); y0 = Math.min(y0, y); y1 = Math.max(y1, y) }
  const flat = Math.cos((((y0 + y1) / 2) * Math.PI) / 180)
  const scale = 400 / Math.max((x1 - x0) * flat, y1 - y0, 1e-9)
  const at = ([x, y]: Point): Point => [(x - x0) * flat * scale, (y1 - y) * scale]
  const path = (rings: Point[][]) => rings.map((r) => 'M' + r.map((p) => at(p).map((v) => v.toFixed(1)).join(' ')).join('L') + 'Z').join('')
  return { w: (x1 - x0) * flat * scale, h: (y1 - y0) * scale, at, path }
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
