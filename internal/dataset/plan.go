package dataset

import (
	"doorstep/collections"
	"doorstep/internal/coverage"
	"doorstep/internal/instrument"
	"doorstep/internal/survey"
)

// plan is what an export reads and writes: its tables, and what their cells are made with.
type plan struct {
	form       *survey.Form
	tables     []*table
	labels     string // language of the labels of choices, "" for codes
	identified bool
	key        []byte
	places     places
	survivors  coverage.Survivors
	outcomes   []Choice

	dispositions map[string]survey.Dispositions // what the codes of outcomes mean, by version

	names    map[string]bool // of the questions and groups of all versions
	reasons  bool            // with the columns that say why an answer is missing
	versions map[string]*instrument.Instrument
}

func newPlan(db collections.DB, in *instrument.Instrument, sel Selection) (*plan, error) {
	others, err := earlier(db, in, sel.Now)
	if err != nil {
		return nil, err
	}
	p := &plan{form: in.Form, labels: sel.Labels, identified: sel.Identified, key: newKey(), names: map[string]bool{},
		reasons: !sel.NoReasons, versions: map[string]*instrument.Instrument{in.Version: in}}
	if p.places, err = loadPlaces(db); err != nil {
		return nil, err
	}
	if p.survivors, err = coverage.LoadSurvivors(db); err != nil {
		return nil, err
	}
	forms := []*survey.Form{in.Form}
	for _, other := range others {
		forms = append(forms, other.Form)
		p.versions[other.Form.Version] = other.Instrument()
	}
	p.dispositions = map[string]survey.Dispositions{}
	for _, f := range forms {
		p.dispositions[f.Version] = f.Dispositions()
		f.Walk(func(q *survey.Question) bool { p.names[q.Name] = true; return true })
	}
	p.lay(mergeVersions(forms))
	return p, nil
}

// lay makes the sources of every table: the envelope and then the answers.
func (p *plan) lay(tables []*answerTable) {
	for _, a := range tables {
		t := &table{name: a.name, repeat: a.repeat}
		if a.repeat {
			t.sources = p.repeatEnvelope(a)
		} else {
			t.sources = p.envelope(a)
		}
		for _, c := range a.columns {
			if !a.repeat && c.name == "outcome" {
				continue // in the envelope
			}
			t.sources = append(t.sources, p.reasoned(p.answer(a, c), c))
		}
		p.askWhy(t)
		for i := range t.sources {
			for k := range t.sources[i].vars {
				t.sources[i].vars[k].Table = a.name
			}
		}
		p.tables = append(p.tables, t)
	}
}

// survivor is the id that counts now; nil for none.
func (p *plan) survivor(id any) any {
	if s, ok := text(id).(string); ok {
		return p.survivors.Of(s)
	}
	return nil
}

// id is an id as the export shows it.
func (p *plan) id(value any) any {
	if p.identified {
		return text(value)
	}
	return pseudonym(p.key, value)
}
