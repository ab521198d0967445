package openrosa

import (
	"bytes"
	"database/sql"
	"encoding/csv"
	"encoding/xml"

	"doorstep/collections"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
)

type manifest struct {
	XMLName xml.Name    `xml:"http://openrosa.org/xforms/xformsManifest manifest"`
	Files   []mediaFile `xml:"mediaFile"`
}

type mediaFile struct {
	Type         string `xml:"type,attr,omitempty"`
	Filename     string `xml:"filename"`
	Hash         string `xml:"hash"`
	DownloadURL  string `xml:"downloadUrl"`
	IntegrityURL string `xml:"integrityUrl,omitempty"`
}

// FormFile is a file that a form shows or chooses from, as bytes or in the store.
type FormFile struct {
	Name   string `json:"name"`
	MD5    string `json:"md5"`
	SHA256 string `json:"sha256"`
	MIME   string `json:"mime"`
	Raw    []byte `json:"-"` // nil when it is in the store
}

// Manifest lists the files of a form and the entity lists that it reads; the lists are the caller's own.
func Manifest(db collections.DB, hashes *Hashes, c Caller, in *instrument.Instrument) ([]byte, error) {
	files, err := formFiles(db, in)
	if err != nil {
		return nil, err
	}
	m := manifest{}
	for _, f := range files {
		m.Files = append(m.Files, mediaFile{Filename: f.Name, Hash: "md5:" + f.MD5, DownloadURL: c.formURL(in, "attachments", f.Name)})
	}
	for _, name := range listsOf(in) {
		hash, err := hashes.Of(db, c, name)
		if err != nil {
			return nil, err
		}
		m.Files = append(m.Files, mediaFile{
			Type: "entityList", Filename: name + ".csv", Hash: "md5:" + hash, DownloadURL: c.url("datasets", name, "entities.csv"),
			IntegrityURL: c.url("datasets", name, "integrity"),
		})
	}
	return document(m)
}

// FindFile finds one file of a form.
func FindFile(db collections.DB, in *instrument.Instrument, name string) (FormFile, error) {
	files, err := formFiles(db, in)
	if err != nil {
		return FormFile{}, err
	}
	for _, f := range files {
		if f.Name == name {
			return f, nil
		}
	}
	return FormFile{}, problem.New(problem.NotFound, "file")
}

const itemsetsName = "itemsets.csv"

// formFiles are what was uploaded for the form, and the external choices that its workbook holds.
func formFiles(db collections.DB, in *instrument.Instrument) ([]FormFile, error) {
	var files []FormFile
	if len(in.Form.Itemsets) > 0 {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		if err := w.WriteAll(in.Form.Itemsets); err != nil {
			return nil, err
		}
		files = append(files, FormFile{Name: itemsetsName, MD5: md5Hex(b.Bytes()), MIME: "text/csv; charset=utf-8", Raw: b.Bytes()})
	}
	uploaded, err := collections.All(db, `SELECT name, md5, sha256, mime FROM form_files WHERE form=? ORDER BY name`, []any{in.Form.ID},
		func(rows *sql.Rows, f *FormFile) error { return rows.Scan(&f.Name, &f.MD5, &f.SHA256, &f.MIME) })
	return append(files, uploaded...), err
}
