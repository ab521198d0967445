// Package instrument keeps every version of every form compiled and ready, and makes new ones from workbooks.
package instrument

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"doorstep/collections"
	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

// Instrument is one version of a form, compiled: made once, used by every submission of that version.
type Instrument struct {
	Form    *survey.Form
	Version string
	Status  string
	XML     []byte
	MD5     string

	Layout    *collections.Layout
	Whole     *collections.Layout // Layout with what other versions of the form have besides
	Entities  []Entity
	Keys      map[string]RowKey // what tells the rows of a repeat apart, by table
	FollowUps []FollowUp        // days for which tasks are made

	Tellings map[string][]Telling // what tells of needs and facts, by table

	Dispositions survey.Dispositions // what the codes of the outcome mean

	Started, Finished, Outcome, Location []string // paths of the answers that fill the envelope; nil where not asked

	rules *validate.Bound
	logic *validate.Logic

	age       int     // among the versions of the form, by publication
	elsewhere []offer // choices of other versions
}

// Compile prepares a form, with the rules about values of this installation. It fails with survey.Problems when an
// expression cannot be evaluated.
func Compile(f *survey.Form, values validate.Options) (*Instrument, error) {
	engine, err := validate.New(values)
	if err != nil {
		return nil, err
	}
	layout := collections.NewLayout(f)
	in := &Instrument{Form: f, Version: f.Version, Layout: layout, Whole: layout.With(), Entities: entities(f, layout.Tables),
		Dispositions: f.Dispositions()}
	in.Keys = rowKeys(in)
	in.findEnvelope()
	rules, inRules := engine.For(f)
	logic, inLogic := validate.Compile(f)
	days, inDays := followUps(layout.Tables)
	tell, inTellings := tellings(f, layout.Tables)
	if err := together(inRules, inLogic, inDays, inTellings); err != nil {
		return nil, fmt.Errorf("compile %s: %w", f.ID, err)
	}
	in.rules, in.logic, in.FollowUps, in.Tellings = rules, logic, days, tell
	return in, nil
}

// together joins the mistakes of a form, each once, in the order of the sheets and their rows. Any other error comes first.
func together(errs ...error) error {
	var all survey.Problems
	for _, err := range errs {
		var some survey.Problems
		if err != nil && !errors.As(err, &some) {
			return err
		}
		all = append(all, some...)
	}
	if len(all) == 0 {
		return nil
	}
	slices.SortStableFunc(all, func(a, b survey.Problem) int {
		return cmp.Or(cmp.Compare(slices.Index(sheets, a.Sheet), slices.Index(sheets, b.Sheet)), cmp.Compare(a.Row, b.Row))
	})
	type cell struct {
		sheet, column string
		row           int
	}
	unread := map[cell]bool{} // a reference is malformed there: what else is said of the expression follows from that
	for _, p := range all {
		if p.Code == "form.reference.syntax" {
			unread[cell{p.Sheet, p.Column, p.Row}] = true
		}
	}
	told := map[survey.Problem]bool{}
	all = slices.DeleteFunc(all, func(p survey.Problem) bool {
		again := told[p] || p.Code != "form.reference.syntax" && unread[cell{p.Sheet, p.Column, p.Row}]
		told[p] = true
		return again
	})
	return all[:min(len(all), survey.MostProblems)]
}

// sheets is the order in which people look through a workbook; what belongs to none comes first.
var sheets = []string{"", "survey", "choices", "external_choices", "entities", "settings"}

// Check evaluates the form's own logic, takes out what is no data, and then applies the value and cross-field rules. now
// is when the record arrived: no visit was later.
func (in *Instrument) Check(ctx context.Context, inst *survey.Instance, now time.Time, keep validate.Keep) validate.Checked {
	checked := in.logic.Check(ctx, inst, keep)
	visited, known := in.logic.Moment(inst.Root)
	if known && visited.After(now.Add(aheadOfUs)) {
		visited, known = now, false
	}
	if !known {
		visited = now
	}
	checked.Issues = append(checked.Issues, in.rules.Check(inst, validate.Visit{At: visited, Sure: known})...)
	return checked
}

// Glimpse applies the rules about values alone, to answers that may have come from another version of the form: nothing is
// taken out of them, and nothing about them is judged that depends on the form's logic.
func (in *Instrument) Glimpse(inst *survey.Instance, now time.Time) []survey.Issue {
	return in.rules.Check(inst, validate.Visit{At: now})
}

// Asked tells which questions of one of its tables a record of this version was asked.
func (in *Instrument) Asked(t *survey.Table) *validate.Asked { return in.logic.Asked(t.Repeat) }

// Reads tells which answers decide whether the one at a path stands: paths are without the numbers of rows.
func (in *Instrument) Reads(path string) map[string]bool { return in.logic.Reads(path) }

// aheadOfUs is how far the clock of a tablet may be ahead.
const aheadOfUs = 24 * time.Hour

// CheckMerged is Check for a record that several versions of the form have filled in: choices that another version offers
// are answers too. They stay, and are no finding.
func (in *Instrument) CheckMerged(ctx context.Context, inst *survey.Instance, now time.Time, keep validate.Keep) validate.Checked {
	foreign := in.foreignChoices(inst.Root)
	checked := in.Check(ctx, inst, now, keep)
	for _, f := range foreign {
		i := slices.IndexFunc(checked.Issues, func(i survey.Issue) bool { return i.Code == unknownChoice && i.Field == f.path })
		if i >= 0 && f.putBack() {
			checked.Issues = slices.Delete(checked.Issues, i, i+1)
			checked.Changes = slices.DeleteFunc(checked.Changes, func(c validate.Change) bool { return c.Field == f.path })
		}
	}
	return checked
}

// findEnvelope picks the first question of the form's own table that answers for each envelope column.
func (in *Instrument) findEnvelope() {
	for _, c := range in.Layout.Main().Columns {
		switch {
		case c.Question.Type == "start" && in.Started == nil:
			in.Started = c.Path
		case c.Question.Type == "end" && in.Finished == nil:
			in.Finished = c.Path
		case c.Name == "outcome":
			in.Outcome = c.Path
		case c.Question.Kind == survey.KindGeopoint && in.Location == nil:
			in.Location = c.Path
		}
	}
}

// Answer reads the answer at a path of the instance; "" where there is none.
func (in *Instrument) Answer(root *survey.Node, path []string) string {
	if path == nil {
		return ""
	}
	return at(root, path)
}
