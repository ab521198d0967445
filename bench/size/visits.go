package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"doorstep/collections/forms"
	"doorstep/internal/client"
	"doorstep/internal/demo"
	"doorstep/internal/xform"
	"doorstep/internal/xlsform"
)

const (
	visitsOfPush = 30
	pushes       = 7 // of a round
)

// fillIn makes pushes of visits at the worker's households, some of them visited more than once.
func (v *visitor) fillIn(pushes int) ([][]client.Operation, error) {
	src, err := forms.Files.Open("child_visit.csv")
	if err != nil {
		return nil, err
	}
	form, err := xlsform.Read("child_visit.csv", src, xlsform.Options{})
	if err != nil {
		return nil, err
	}
	filler, err := demo.NewFiller(form)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	var homes []demo.Household
	for _, grid := range v.grids {
		for _, h := range v.city.Households(grid) {
			if len(h.Children(now)) > 0 {
				homes = append(homes, h)
			}
		}
	}
	if len(homes) == 0 {
		return nil, fmt.Errorf("%v has no children", v.grids)
	}
	r := rand.New(rand.NewPCG(uint64(now.UnixNano()), 1))
	all := make([][]client.Operation, pushes)
	for i := range pushes * visitsOfPush {
		root, err := filler.Fill(r, now, v.city.ChildVisit(r, homes[i%len(homes)], now, true).Given)
		if err != nil {
			return nil, err
		}
		op := client.Operation{Seq: v.tablet.Outbox.LastSeq + int64(i) + 1, Op: client.Submit, ID: client.NewID(now, [16]byte(random(r))),
			Form: form.ID, Version: form.Version, DeviceTime: now.Format(time.RFC3339)}
		if op.Answers, err = xform.ToJSON(form, root); err != nil {
			return nil, err
		}
		all[i/visitsOfPush] = append(all[i/visitsOfPush], op)
	}
	return all, nil
}

func random(r *rand.Rand) []byte {
	b := make([]byte, 16)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}
