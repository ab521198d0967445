package server

import (
	"errors"
	"net/http"

	"doorstep/collections"
	"doorstep/internal/basemap"
	"doorstep/internal/problem"
	"doorstep/internal/share"
)

// readBaseMap says whether there is a base map, and how maps are drawn on it. Where its tile server stands is told to nobody: the address
// may hold a key.
func readBaseMap(r *request) error {
	src, err := r.baseMap()
	if err != nil {
		return err
	}
	return r.private(struct {
		On          bool   `json:"on"`
		Datum       string `json:"datum"`
		Credit      string `json:"credit"`
		LargestZoom int    `json:"largest_zoom"`
	}{src.On(), src.Datum, src.Credit, src.LargestZoom})
}

// baseMap is the tile server of the settings; the zero Source for none. One that was set by hand and is wrong is none, and is in the log.
func (r *request) baseMap() (basemap.Source, error) {
	text, err := collections.MetaValue(r.db(), basemap.Key)
	if err != nil {
		return basemap.Source{}, err
	}
	src, err := basemap.Parse(text)
	if err != nil {
		r.App.Logger().Warn("base map", "error", err.Error())
		return basemap.Source{}, nil
	}
	return src, nil
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
