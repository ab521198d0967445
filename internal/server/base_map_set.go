package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"time"

	"github.com/paulmach/orb"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/basemap"
	"doorstep/internal/grid"
	"doorstep/internal/tile"
)

// zoomTried is of the square that is tried: some kilometres of a city.
const zoomTried = 12

// BaseMap reads the tile server of the settings: the zero Source for none. It fails for one that was set by hand and is wrong.
func BaseMap(db collections.DB) (basemap.Source, error) {
	text, err := collections.MetaValue(db, basemap.Key)
	if err != nil {
		return basemap.Source{}, err
	}
	return basemap.Parse(text)
}

// SetBaseMap sets the tile server, which was checked before; the zero Source ends the base map. The trail names the server and not the
// whole address, which may hold a key.
func SetBaseMap(db collections.DB, act access.Act, src basemap.Source) error {
	text, where := "", "off"
	if src.On() {
		written, err := json.Marshal(src)
		if err != nil {
			return err
		}
		address, err := url.Parse(src.URL)
		if err != nil {
			return err
		}
		text, where = string(written), address.Host
	}
	if err := collections.SetMeta(db, basemap.Key, text); err != nil {
		return err
	}
	entry := act.Did(audit.Configure)
	entry.Purpose, entry.Detail = audit.Administration, map[string]string{"what": basemap.Key, "value": where}
	return audit.Append(db, act.Now, entry)
}

// What came of trying a base map.
const (
	NotTried     = "not" // no area has a boundary
	SquareCame   = "came"
	NoSquare     = "none" // the source has none there
	SquareFailed = "failed"
)

// TryBaseMap asks a source for a square in the middle of one of the largest areas with a boundary, and returns what came of it; where it
// failed, why.
func TryBaseMap(ctx context.Context, src basemap.Source, areas *grid.Index) (tried, why string, err error) {
	whole := orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}
	for _, level := range []grid.Level{grid.City, grid.District, grid.Street, grid.Community, grid.Grid} {
		for a := range areas.In(whole, level) {
			at := tile.Holding(a.Boundary.Bound().Center(), min(src.LargestZoom, zoomTried))
			_, err := basemap.New(time.Now).Get(ctx, src, at)
			switch failed := (*basemap.Failure)(nil); {
			case errors.As(err, &failed):
				return SquareFailed, failed.Why, nil
			case errors.Is(err, basemap.ErrNone):
				return NoSquare, "", nil
			}
			return SquareCame, "", err
		}
	}
	return NotTried, "", nil
}
