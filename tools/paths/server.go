package main

import (
	"context"
	"fmt"
	"time"

	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

// seen is what a path shows, by either engine. Questions are named by their path in the record without rounds.
type seen struct {
	Shown    []string
	Required int
	Missing  []string // required, and the path has no answer
	Against  []string // the answer is against the constraint
	Unworded []string
	Other    []string // what the form makes of a question, where the path says otherwise
	minutes  float64
}

// byServer walks a path with the server's own engine.
func byServer(f *survey.Form, p *Path, visit time.Time) (seen, error) {
	logic, err := validate.Compile(f)
	if err != nil {
		return seen{}, err
	}
	return walk(logic, f, p, visit)
}

func walk(logic *validate.Logic, f *survey.Form, p *Path, visit time.Time) (seen, error) {
	root := survey.NewElement(f.Name)
	b := builder{visit: visit, repeats: p.repeats(visit), used: map[string]bool{}}
	b.build(root, f.Root.Children, p.answers(visit))
	for name := range p.Answers {
		if !b.used[name] {
			return seen{}, fmt.Errorf("%s: the form has no question %s", p.Name, name)
		}
	}
	var s seen
	for _, q := range logic.Shown(context.Background(), &survey.Instance{Root: root}) {
		s.add(f, q)
	}
	return s, nil
}

func (s *seen) add(f *survey.Form, q validate.Shown) {
	path := f.Path(q.Question)
	s.Shown = append(s.Shown, path)
	s.minutes += seconds(f, q.Question) / 60
	if q.Required {
		s.Required++
		if q.Answer == "" {
			s.Missing = append(s.Missing, path)
		}
	}
	if q.Against {
		s.Against = append(s.Against, path)
	}
}

// builder writes answers into a record, all of them: what is not relevant is taken out by the check.
type builder struct {
	visit   time.Time
	repeats map[string][]map[string]string
	used    map[string]bool
}

func (b *builder) build(parent *survey.Node, qs []*survey.Question, answers map[string]string) {
	for _, q := range qs {
		if q.Kind == survey.KindRepeat {
			for _, round := range b.repeats[q.Name] {
				n := survey.NewElement(q.Name)
				parent.Add(n)
				b.build(n, q.Children, round)
			}
			continue
		}
		n := survey.NewElement(q.Name)
		parent.Add(n)
		b.build(n, q.Children, answers)
		if answer, ok := answers[q.Name]; ok {
			b.used[q.Name] = true
			n.SetValue(answer)
		} else if answer := b.noted(q.Type); answer != "" {
			n.SetValue(answer)
		}
	}
}

// noted is what a tablet notes by itself.
func (b *builder) noted(kind string) string {
	const moment = "2006-01-02T15:04:05.000Z07:00"
	switch kind {
	case "start":
		return b.visit.Add(-40 * time.Minute).Format(moment)
	case "end":
		return b.visit.Format(moment)
	case "today":
		return b.visit.Format(time.DateOnly)
	}
	return ""
}

// seconds estimates how long a question takes: reading it out at four characters a second, looking over its choices, and
// the answer by its type. The figures are to be replaced by those of the pilot's audit logs.
func seconds(f *survey.Form, q *survey.Question) float64 {
	read := characters(q.Label)/4 + characters(q.Hint)/6
	if list := f.Lists[q.List]; list != nil {
		for _, c := range list.Choices {
			read += characters(c.Label) / 12
		}
	}
	switch q.Kind {
	case survey.KindSelectOne:
		return read + 6
	case survey.KindFile, survey.KindGeopoint:
		return read + 20
	}
	return read + 12
}

func characters(t survey.Translated) float64 { return float64(len([]rune(t.Tagged("zh")))) }
