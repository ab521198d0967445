package instrument

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"

	"doorstep/collections"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
	"doorstep/internal/validate"
	"doorstep/internal/xlsform"
)

// Points is a list of choices whose other columns decide an authoritative calculation: points, what decides alone, thresholds.
type Points struct {
	List    string         `json:"list"`
	Columns []string       `json:"columns"`
	Choices []PointsChoice `json:"choices"`
}

// PointsChoice is a choice with its values, as the columns are.
type PointsChoice struct {
	Name   string   `json:"name"`
	ZH     string   `json:"zh"`
	EN     string   `json:"en"`
	Values []string `json:"values"`
}

// Cell is another value in a table of points.
type Cell = xlsform.Cell

var word = regexp.MustCompile(`[\p{L}_][\p{L}\p{N}_.-]*`)

// Points finds the tables of a form in its authoritative calculations: every list that one looks something up in, with the
// columns that one names.
func (in *Instrument) Points() []Points {
	named := map[string]map[string]bool{} // words of the calculations that look into a list
	in.Form.Walk(func(q *survey.Question) bool {
		if !validate.Authoritative(q) {
			return true
		}
		words := word.FindAllString(q.Calculation, -1)
		for list := range in.Form.Lists {
			if !slices.Contains(words, "instance") || !slices.Contains(words, list) {
				continue
			}
			if named[list] == nil {
				named[list] = map[string]bool{}
			}
			for _, w := range words {
				named[list][w] = true
			}
		}
		return true
	})
	all := []Points{}
	for list, words := range named {
		if p := pointsOf(in.Form.Lists[list], words); len(p.Columns) > 0 {
			p.List = list
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b Points) int {
		return in.Form.Lists[a.List].Choices[0].Row - in.Form.Lists[b.List].Choices[0].Row
	})
	return all
}

func pointsOf(list *survey.ChoiceList, words map[string]bool) (p Points) {
	for _, c := range list.Choices {
		for _, x := range c.Extra {
			if words[x.Name] && x.Value != "" && !slices.Contains(p.Columns, x.Name) {
				p.Columns = append(p.Columns, x.Name)
			}
		}
	}
	for _, c := range list.Choices {
		one := PointsChoice{Name: c.Name, ZH: c.Label.Tagged("zh"), EN: c.Label.Tagged("en"), Values: make([]string, len(p.Columns))}
		for _, x := range c.Extra {
			if i := slices.Index(p.Columns, x.Name); i >= 0 {
				one.Values[i] = x.Value
			}
		}
		p.Choices = append(p.Choices, one)
	}
	return p
}

// Repoint is the workbook of a stored version with other values in its tables of points, to be tried and published as any
// other. It fails with a problem for what stands in none of the tables.
func (in *Instrument) Repoint(db collections.DB, cells []Cell) ([]byte, error) {
	tables := in.Points()
	for _, c := range cells {
		if !slices.ContainsFunc(tables, func(p Points) bool {
			return p.List == c.List && slices.Contains(p.Columns, c.Column) && slices.ContainsFunc(p.Choices,
				func(one PointsChoice) bool { return one.Name == c.Choice })
		}) {
			return nil, problem.New(problem.BadParameter, "cells")
		}
	}
	w, err := in.Workbook(db)
	if err != nil {
		return nil, err
	}
	return xlsform.Edit(w.Name, w.Raw, cells)
}

// Workbook is what the version was made of, byte for byte.
func (in *Instrument) Workbook(db collections.DB) (Workbook, error) {
	var s stored
	found, err := collections.One(db, `SELECT source_name, source FROM forms WHERE form_id=? AND version=?`, []any{in.Form.ID, in.Version},
		&s.name, &s.source)
	if err == nil && !found {
		err = problem.New(problem.NotFound, "")
	}
	w := Workbook{Name: s.name}
	if err == nil {
		w.Raw, err = base64.StdEncoding.DecodeString(s.source)
	}
	if err != nil {
		return w, fmt.Errorf("workbook of %s %s: %w", in.Form.ID, in.Version, err)
	}
	return w, nil
}
