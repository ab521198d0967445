import type { Point } from './shapes'

// The published approximation of GCJ-02, as internal/grid/datum.go has it: the datum of many Chinese maps.
const a = 6378245
const e2 = 0.00669342162296594323

/** toGCJ02 is where a Chinese map draws a place that is given in WGS-84. It is for drawing alone: what is stored is never moved. */
export function toGCJ02([lon, lat]: Point): Point {
  if (lon < 72.004 || lon > 137.8347 || lat < 0.8293 || lat > 55.8271) return [lon, lat]
  const { sin, sqrt, abs, cos, PI } = Math
  const [x, y] = [lon - 105, lat - 35]
  const common = 20 * sin(6 * x * PI) + 20 * sin(2 * x * PI)
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    + (2 / 3) * (common + 20 * sin(y * PI) + 40 * sin((y / 3) * PI) + 160 * sin((y / 12) * PI) + 320 * sin((y * PI) / 30))
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    + (2 / 3) * (common + 20 * sin(x * PI) + 40 * sin((x / 3) * PI) + 150 * sin((x / 12) * PI) + 300 * sin((x / 30) * PI))
  const turned = (lat / 180) * PI
  const magic = 1 - e2 * sin(turned) ** 2
  return [lon + (east * 180) / ((a / sqrt(magic)) * cos(turned) * PI), lat + (north * 180) / (((a * (1 - e2)) / (magic * sqrt(magic))) * PI)]
}
