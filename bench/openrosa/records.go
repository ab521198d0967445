package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"mime/multipart"
	"net/textproto"
	"time"

	"doorstep/collections"
	"doorstep/collections/forms"
	"doorstep/internal/demo"
	"doorstep/internal/grid"
	"doorstep/internal/survey"
	"doorstep/internal/xform"
	"doorstep/internal/xlsform"
)

// pile is child visits at different households, made one after the other.
type pile struct {
	form   *survey.Form
	filler *demo.Filler
	city   *demo.City
	grids  []grid.Area
	homes  []demo.Household
	r      *rand.Rand
	now    time.Time
	made   int
}

func newPile(now time.Time) (*pile, error) {
	src, err := forms.Files.Open("child_visit.csv")
	if err != nil {
		return nil, err
	}
	p := &pile{r: rand.New(rand.NewPCG(1, 1)), now: now}
	if p.form, err = xlsform.Read("child_visit.csv", src, xlsform.Options{}); err != nil {
		return nil, err
	}
	if p.filler, err = demo.NewFiller(p.form); err != nil {
		return nil, err
	}
	if p.city, err = newCity(now); err != nil {
		return nil, err
	}
	for _, a := range p.city.Areas {
		if a.Level == grid.Grid {
			p.grids = append(p.grids, a)
		}
	}
	return p, nil
}

// next is a record as Collect writes it.
func (p *pile) next() ([]byte, error) {
	for {
		if len(p.homes) == 0 {
			if len(p.grids) == 0 {
				return nil, fmt.Errorf("the city has no more than %d households with children", p.made)
			}
			p.homes, p.grids = p.city.Households(p.grids[0].Code), p.grids[1:]
		}
		h := p.homes[0]
		p.homes = p.homes[1:]
		if len(h.Children(p.now)) == 0 {
			continue
		}
		p.made++
		root, err := p.filler.Fill(p.r, p.now, p.city.ChildVisit(p.r, h, p.now, p.made%10 != 0).Given)
		if err != nil {
			return nil, err
		}
		id := collections.NewID()
		var b bytes.Buffer
		err = xform.WriteInstance(&b, p.form, &survey.Instance{FormID: p.form.ID, Version: p.form.Version, ID: id, Root: root})
		return b.Bytes(), err
	}
}

const photoBytes = 2 << 20

type request struct {
	contentType string
	body        []byte
}

// requests makes the bodies of n submissions beforehand, so that only sending is measured.
func (p *pile) requests(n int, photo bool) ([]request, error) {
	all := make([]request, n)
	picture := make([]byte, photoBytes)
	for i := range picture {
		picture[i] = byte(p.r.Uint32())
	}
	copy(picture, "\xff\xd8\xff\xe0\x00\x10JFIF\x00")
	for i := range all {
		xml, err := p.next()
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		part, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="xml_submission_file"; filename="a.xml"`},
			"Content-Type": {"text/xml"}})
		if err != nil {
			return nil, err
		}
		part.Write(xml) // a buffer takes everything
		if photo {
			if part, err = w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="1.jpg"; filename="1.jpg"`},
				"Content-Type": {"image/jpeg"}}); err != nil {
				return nil, err
			}
			copy(picture[20:], fmt.Sprint(p.made)) // no two alike
			part.Write(picture)
		}
		if err := w.Close(); err != nil {
			return nil, err
		}
		all[i] = request{w.FormDataContentType(), b.Bytes()}
	}
	return all, nil
}
