package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"strings"
	"time"

	"doorstep/collections/forms"
	"doorstep/internal/survey"
	"doorstep/internal/xlsform"
)

//go:embed paths.json
var source []byte

// Path is one way through a form: a person who answers it so. Answers name questions, wherever they stand; null takes an
// answer of the path after which it is made away.
type Path struct {
	Name     string
	Title    struct{ ZH, EN string }
	Form     string
	After    string // the path whose answers it has too
	Most     int    // questions that it may show at most; 0 for no limit
	Shown    int    // questions that it shows
	Required int    // of them, those that must be answered
	Answers  map[string]*string
	Repeats  map[string][]map[string]*string
}

// read reads the paths, each with the answers of the path that it is made after.
func read() ([]Path, error) {
	var all []Path
	if err := json.Unmarshal(source, &all); err != nil {
		return nil, fmt.Errorf("paths.json: %w", err)
	}
	byName := map[string]Path{}
	for i := range all {
		p := &all[i]
		if before, ok := byName[p.After]; ok {
			p.Form, p.Answers = before.Form, over(before.Answers, p.Answers)
			if p.Repeats == nil {
				p.Repeats = before.Repeats
			}
		} else if p.After != "" {
			return nil, fmt.Errorf("paths.json: %s is made after %s, which does not stand before it", p.Name, p.After)
		}
		byName[p.Name] = *p
	}
	return all, nil
}

func over(before, answers map[string]*string) map[string]*string {
	all := maps.Clone(before)
	if all == nil {
		all = map[string]*string{}
	}
	for name, answer := range answers {
		all[name] = answer
		if answer == nil {
			delete(all, name)
		}
	}
	return all
}

// dated writes "today+3" as the day three days after the visit.
func dated(answer string, visit time.Time) string {
	days, ok := strings.CutPrefix(answer, "today+")
	if !ok {
		return answer
	}
	var n int
	if _, err := fmt.Sscan(days, &n); err != nil {
		return answer
	}
	return visit.AddDate(0, 0, n).Format(time.DateOnly)
}

func (p *Path) answers(visit time.Time) map[string]string { return plain(p.Answers, visit) }

func (p *Path) repeats(visit time.Time) map[string][]map[string]string {
	all := map[string][]map[string]string{}
	for name, rounds := range p.Repeats {
		for _, round := range rounds {
			all[name] = append(all[name], plain(round, visit))
		}
	}
	return all
}

func plain(answers map[string]*string, visit time.Time) map[string]string {
	all := map[string]string{}
	for name, answer := range answers {
		if answer != nil {
			all[name] = dated(*answer, visit)
		}
	}
	return all
}

// readForms reads the questionnaires that the paths lead through.
func readForms(paths []Path) (map[string]*survey.Form, error) {
	all := map[string]*survey.Form{}
	for _, p := range paths {
		if all[p.Form] != nil {
			continue
		}
		f, err := readForm(p.Form + ".csv")
		if err != nil {
			return nil, err
		}
		all[p.Form] = f
	}
	return all, nil
}

func readForm(file string) (*survey.Form, error) {
	in, err := forms.Files.Open(file)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return xlsform.Read(file, in.(io.Reader), xlsform.Options{})
}
