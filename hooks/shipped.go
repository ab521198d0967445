package hooks

import (
	"encoding/base64"
	"errors"
	"io/fs"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/collections/forms"
	"doorstep/internal/instrument"
)

const shippedAs = ".csv"

// Shipped is the workbook of a form that comes with the program; ok is false for any other form.
func Shipped(form string) (w instrument.Workbook, ok bool, err error) {
	raw, err := forms.Files.ReadFile(form + shippedAs)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return w, false, nil
	}
	return instrument.Workbook{Name: form + shippedAs, Raw: raw}, err == nil, err
}

// ShippedForms lists the forms that come with the program.
func ShippedForms() ([]string, error) {
	files, err := fs.Glob(forms.Files, "*"+shippedAs)
	for i := range files {
		files[i] = strings.TrimSuffix(files[i], shippedAs)
	}
	return files, err
}

// publishShipped publishes the forms that come with the program, but for those of which some version is there already: later
// versions are the managers' to publish.
func (d *Doorstep) publishShipped(app core.App) error {
	names, err := ShippedForms()
	for _, form := range names {
		if d.Library.Knows(form) {
			continue
		}
		w, _, err := Shipped(form)
		if err != nil {
			return err
		}
		if _, err := d.Library.Publish(app, w, instrument.Published, "", d.Now()); err != nil {
			return err
		}
	}
	return err
}

// NewlyShipped lists the forms that come with this program otherwise than any of their versions in the database reads.
func (d *Doorstep) NewlyShipped(app core.App) (news []string, err error) {
	names, err := ShippedForms()
	for _, form := range names {
		w, _, err := Shipped(form)
		if err != nil {
			return nil, err
		}
		var one int
		source := base64.StdEncoding.EncodeToString(w.Raw)
		known, err := collections.One(collections.Read(app), `SELECT 1 FROM forms WHERE form_id=? AND source=? LIMIT 1`, []any{form, source},
			&one)
		if err != nil {
			return nil, err
		}
		if !known && d.Library.Knows(form) {
			news = append(news, form)
		}
	}
	return news, err
}
