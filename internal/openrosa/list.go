package openrosa

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"encoding/xml"
	"maps"
	"slices"
	"strings"

	"doorstep/collections"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
)

type formList struct {
	XMLName xml.Name   `xml:"http://openrosa.org/xforms/xformsList xforms"`
	Forms   []listItem `xml:"xform"`
}

type listItem struct {
	FormID      string `xml:"formID"`
	Name        string `xml:"name"`
	Version     string `xml:"version"`
	Hash        string `xml:"hash"`
	DownloadURL string `xml:"downloadUrl"`
	ManifestURL string `xml:"manifestUrl,omitempty"`
}

// FormList lists the forms that the caller fills in: the published versions of the campaign's form, and the records
// that came back for correction. only is a form id to list alone, or "". It is an error rather than an empty list when
// anything went wrong: an app that mirrors the list deletes the forms that it lacks.
func FormList(db collections.DB, library *instrument.Library, hashes *Hashes, c Caller, only string) ([]byte, error) {
	forms, err := c.forms(db, library)
	if err != nil {
		return nil, err
	}
	list := formList{}
	for _, in := range forms {
		if only != "" && only != in.Form.ID {
			continue
		}
		item, err := c.item(db, in)
		if err != nil {
			return nil, err
		}
		list.Forms = append(list.Forms, item)
	}
	back, err := c.corrections(db, library, hashes, only)
	if err != nil {
		return nil, err
	}
	list.Forms = append(list.Forms, back...)
	return document(list)
}

// forms finds what the campaign asks for, by form id.
func (c Caller) forms(db collections.DB, library *instrument.Library) ([]*instrument.Instrument, error) {
	current := library.Current()
	if c.Campaign != AllForms {
		var form, status string
		found, err := collections.One(db, `SELECT form, status FROM campaigns WHERE id=?`, []any{c.Campaign}, &form, &status)
		switch {
		case err != nil:
			return nil, err
		case !found:
			return nil, problem.New(problem.NotFound, "campaign")
		case status != "open":
			return nil, nil // it is over: the app may put the form away
		}
		maps.DeleteFunc(current, func(id string, _ *instrument.Instrument) bool { return id != form })
	}
	var published int
	if _, err := collections.One(db, `SELECT COUNT(DISTINCT form_id) FROM forms WHERE status='published'`, nil, &published); err != nil {
		return nil, err
	}
	if len(current) == 0 && published > 0 {
		return nil, problem.New(problem.Busy, "forms are not loaded")
	}
	return slices.SortedFunc(maps.Values(current), func(a, b *instrument.Instrument) int { return strings.Compare(a.Form.ID, b.Form.ID) }), nil
}

func (c Caller) item(db collections.DB, in *instrument.Instrument) (listItem, error) {
	id := in.Form.ID
	item := listItem{FormID: id, Name: in.Form.Title, Version: in.Version, Hash: "md5:" + in.MD5, DownloadURL: c.formURL(in) + ".xml"}
	if item.Name == "" {
		item.Name = id
	}
	files, err := formFiles(db, in)
	if err != nil {
		return item, err
	}
	if len(files) > 0 || len(listsOf(in)) > 0 {
		item.ManifestURL = c.formURL(in, "manifest")
	}
	return item, nil
}

// Form finds the version that a URL names; "" means the newest published one.
func Form(library *instrument.Library, id, version string) (*instrument.Instrument, error) {
	in, ok := library.Get(id, version)
	if !ok {
		return nil, problem.New(problem.NotFound, "form")
	}
	return in, nil
}

func document(v any) ([]byte, error) {
	body, err := xml.Marshal(v)
	if err != nil {
		return nil, err
	}
	return append([]byte(xml.Header), body...), nil
}

func md5Hex(b []byte) string {
	sum := md5.Sum(b)
	return hex.EncodeToString(sum[:])
}

// listsOf names the entity lists that a form reads: its XML says so.
func listsOf(in *instrument.Instrument) []string {
	var names []string
	for _, l := range entityLists {
		if bytes.Contains(in.XML, []byte("jr://file-csv/"+l.name+".csv\"")) {
			names = append(names, l.name)
		}
	}
	return names
}
