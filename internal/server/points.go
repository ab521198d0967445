package server

import (
	"net/http"

	"doorstep/internal/instrument"
	"doorstep/internal/problem"
)

// mostCells is how many cells of tables of points are changed at once: more than any table has.
const mostCells = 5000

// current finds the published version of the form that a path names.
func current(r *request) (*instrument.Instrument, error) {
	in, ok := r.Library.Get(r.path("form"), "")
	if !ok {
		return nil, problem.New(problem.NotFound, "")
	}
	return in, nil
}

// formPoints shows the tables that decide the grades of a form.
func formPoints(r *request) error {
	in, err := current(r)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"form": in.Form.ID, "version": in.Version, "tables": in.Points()})
}

// editPoints makes a workbook of the published version with other points. It is answered and kept nowhere: who asked may have
// it compared with last month's records and publish it, as any other workbook.
func editPoints(r *request) error {
	in, err := current(r)
	if err != nil {
		return err
	}
	var said struct {
		Cells []instrument.Cell `json:"cells"`
	}
	if err := r.bind(&said); err != nil {
		return err
	}
	if len(said.Cells) > mostCells {
		return problem.New(problem.BadParameter, "cells")
	}
	raw, err := in.Repoint(r.db(), said.Cells)
	return r.send(map[string]string{"name": in.Form.ID + ".csv", "workbook": string(raw)}, err)
}
