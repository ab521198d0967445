package simulate

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	shipped "doorstep/collections/forms"
	"doorstep/internal/client"
	"doorstep/internal/demo"
	"doorstep/internal/survey"
	"doorstep/internal/xform"
	"doorstep/internal/xlsform"
)

const (
	childVisit      = "child_visit"
	elderlyBaseline = "elderly_baseline"
)

// form is a shipped questionnaire as a tablet fills it in.
type form struct {
	*survey.Form
	filler *demo.Filler
}

func readForms() (map[string]*form, error) {
	forms := map[string]*form{}
	for _, id := range []string{childVisit, elderlyBaseline} {
		src, err := shipped.Files.Open(id + ".csv")
		if err != nil {
			return nil, err
		}
		f, err := xlsform.Read(id+".csv", src, xlsform.Options{})
		if err != nil {
			return nil, fmt.Errorf("read form %s: %w", id, err)
		}
		filler, err := demo.NewFiller(f)
		if err != nil {
			return nil, fmt.Errorf("fill form %s: %w", id, err)
		}
		forms[id] = &form{f, filler}
	}
	return forms, nil
}

// answers fills the form in and writes what a push carries. The same seed gives the same answers.
func (f *form) answers(seed [2]uint64, at time.Time, given demo.Given) (json.RawMessage, error) {
	root, err := f.filler.Fill(rand.New(rand.NewPCG(seed[0], seed[1])), at, given)
	if err != nil {
		return nil, fmt.Errorf("fill form %s: %w", f.ID, err)
	}
	return xform.ToJSON(f.Form, root)
}

// published finds the version and table that the server has for a form. It must be the version that this program knows.
func published(held *client.Copy, f *survey.Form) (table string, err error) {
	for _, r := range held.Records["forms"] {
		var row struct {
			Form    string `json:"form_id"`
			Version string `json:"version"`
			Table   string `json:"table"`
		}
		if err := json.Unmarshal(r.Data, &row); err != nil {
			return "", fmt.Errorf("form of the server: %w", err)
		}
		if row.Form == f.ID && row.Version == f.Version {
			return row.Table, nil
		}
	}
	return "", fmt.Errorf("the server has not published %s %s", f.ID, f.Version)
}
