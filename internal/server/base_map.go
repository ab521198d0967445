package server

import (
	"errors"
	"net/http"
	"net/url"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/basemap"
	"doorstep/internal/problem"
	"doorstep/internal/share"
)

// baseMapTold is how maps are drawn on a base map.
type baseMapTold struct {
	On          bool   `json:"on"`
	Datum       string `json:"datum"`
	Credit      string `json:"credit"`
	LargestZoom int    `json:"largest_zoom"`
	Server      string `json:"server,omitempty"` // its name, for who may set another
}

// readBaseMap says whether there is a base map, and how maps are drawn on it. The whole address is told to nobody: it may hold a key.
func readBaseMap(r *request) error {
	src, err := r.baseMap()
	if err != nil {
		return err
	}
	told := baseMapTold{On: src.On(), Datum: src.Datum, Credit: src.Credit, LargestZoom: src.LargestZoom}
	may, err := r.actor.Allowed(r.db(), access.EditBaseMap)
	if address, bad := url.Parse(src.URL); may && bad == nil {
		told.Server = address.Host
	}
	return r.send(told, err)
}

// editBaseMap sets the tile server, or ends the base map where no address is given, and tries a square. A server in the city's own network
// is named at the machine alone: what this server may reach there is none of a manager's.
func editBaseMap(r *request) error {
	var in basemap.Source
	if err := r.bind(&in); err != nil {
		return err
	}
	in.Inside = false
	if !in.On() {
		in = basemap.Source{}
	} else if err := in.Check(); err != nil {
		return problem.New(problem.BadBaseMap, err.Error())
	}
	if err := collections.Write(r.ctx(), r.App, func(db collections.DB) error { return SetBaseMap(db, r.act(), in) }); err != nil {
		return err
	}
	out := struct {
		Tried string `json:"tried"`
		Why   string `json:"why"`
	}{Tried: NotTried}
	var err error
	if in.On() {
		share.Wait(r.Response, func() { out.Tried, out.Why, err = TryBaseMap(r.ctx(), in, r.Areas.Index()) })
	}
	return r.send(out, err)
}

// baseMap is the tile server of the settings; the zero Source for none. One that was set by hand and is wrong is none, and is in the log.
func (r *request) baseMap() (basemap.Source, error) {
	src, err := BaseMap(r.db())
	if errors.Is(err, basemap.ErrSetting) {
		r.App.Logger().Warn("base map", "error", err.Error())
		return basemap.Source{}, nil
	}
	return src, err
}

// baseMapSquare gives a square of the base map. Browsers keep none: what is kept on a shared computer tells where somebody read.
func baseMapSquare(r *request) error {
	src, err := r.baseMap()
	if err != nil {
		return err
	}
	at, err := squareOf(r.path("z"), r.path("x"), r.path("y"))
	if err != nil || !src.On() {
		return problem.New(problem.NotFound, "")
	}
	var got basemap.Image
	share.Wait(r.Response, func() { got, err = r.squares.Get(r.ctx(), src, at) })
	switch failed := (*basemap.Failure)(nil); {
	case errors.Is(err, basemap.ErrNone):
		return problem.New(problem.NotFound, "")
	case errors.As(err, &failed):
		if !failed.Again {
			r.App.Logger().Warn("base map", "error", failed.Why)
		}
		return problem.New(problem.NoBaseMap, "")
	case err != nil:
		return err
	}
	return r.Blob(http.StatusOK, got.Type, got.Bytes)
}
