package grid

import (
	"encoding/json"

	"github.com/paulmach/orb"
)

// storedBoundary reads the column of a boundary; nil for an area without one.
func storedBoundary(text string) (orb.MultiPolygon, error) {
	if text == "null" || text == "" {
		return nil, nil
	}
	return readStored([]byte(text))
}

// readStored reads a boundary as MarshalBoundary wrote it. It was checked before it was stored; to check 20,000 borders
// at every start would take most of that. What is written in another way is read and checked by ParseBoundary.
func readStored(data []byte) (orb.MultiPolygon, error) {
	var g struct {
		Type        string           `json:"type"`
		Coordinates orb.MultiPolygon `json:"coordinates"`
	}
	if err := json.Unmarshal(data, &g); err != nil || g.Type != "MultiPolygon" || !drawn(g.Coordinates) {
		return ParseBoundary(data)
	}
	return g.Coordinates, nil
}

// drawn reports whether each polygon has an outline, and no ring is empty.
func drawn(area orb.MultiPolygon) bool {
	for _, polygon := range area {
		if len(polygon) == 0 {
			return false
		}
		for _, ring := range polygon {
			if len(ring) < 4 {
				return false
			}
		}
	}
	return len(area) > 0
}
