package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"doorstep/collections"
	"doorstep/collections/forms"
	"doorstep/internal/demo"
	"doorstep/internal/grid"
	"doorstep/internal/survey"
	"doorstep/internal/xform"
	"doorstep/internal/xlsform"
)

// visit is one record that a worker brings home, as native sync and as ODK Collect send it.
type visit struct {
	id      string
	answers json.RawMessage
	xml     []byte
}

// filler fills in child visits at households of a city.
type filler struct {
	form *survey.Form
	by   *demo.Filler
	city *demo.City
	r    *rand.Rand
	now  time.Time
	xml  bool // write that too
}

func newFiller(city *demo.City, now time.Time, seed uint64) (*filler, error) {
	src, err := forms.Files.Open("child_visit.csv")
	if err != nil {
		return nil, err
	}
	f := &filler{city: city, r: rand.New(rand.NewPCG(seed, 1)), now: now}
	if f.form, err = xlsform.Read("child_visit.csv", src, xlsform.Options{}); err != nil {
		return nil, err
	}
	f.by, err = demo.NewFiller(f.form)
	return f, err
}

// visits fills in n visits, each at another household with children in a territory.
func (f *filler) visits(territory []string, n int) ([]visit, error) {
	var all []visit
	for _, a := range f.city.Areas {
		if a.Level != grid.Grid || !covers(territory, a.Code) {
			continue
		}
		for _, h := range f.city.Households(a.Code) {
			if len(all) == n {
				return all, nil
			}
			if len(h.Children(f.now)) == 0 {
				continue
			}
			v, err := f.fill(h, len(all)%10 != 0)
			if err != nil {
				return nil, err
			}
			all = append(all, v)
		}
	}
	if len(all) == n {
		return all, nil
	}
	return nil, fmt.Errorf("%v has %d households with children, not %d", territory, len(all), n)
}

func covers(territory []string, area string) bool {
	for _, t := range territory {
		if strings.HasPrefix(area, t) {
			return true
		}
	}
	return false
}

func (f *filler) fill(h demo.Household, met bool) (visit, error) {
	root, err := f.by.Fill(f.r, f.now, f.city.ChildVisit(f.r, h, f.now, met).Given)
	if err != nil {
		return visit{}, err
	}
	v := visit{id: collections.NewID()}
	if v.answers, err = xform.ToJSON(f.form, root); err != nil || !f.xml {
		return v, err
	}
	var b bytes.Buffer
	err = xform.WriteInstance(&b, f.form, &survey.Instance{FormID: f.form.ID, Version: f.form.Version, ID: v.id, Root: root})
	v.xml = b.Bytes()
	return v, err
}
