package console

import (
	"slices"
	"strings"

	"doorstep/internal/instrument"
	"doorstep/internal/sensitive"
	"doorstep/internal/survey"
)

// FormLook is a version of a form as somebody looks at it before it is published, or afterwards.
type FormLook struct {
	Form     string          `json:"form"`
	Version  string          `json:"version"`
	Title    survey.Words    `json:"title"`
	Status   string          `json:"status"` // "" for a workbook that is not stored
	XML      string          `json:"xml"`
	Warnings survey.Problems `json:"warnings"`
	Answers  []Treated       `json:"answers"`
	Against  *Against        `json:"against"` // nil where no other version is given to tablets
}

// Treated is what becomes of the answers to one question.
type Treated struct {
	sensitive.Handled
	Label survey.Words `json:"label"`
}

// Against compares a version with the one that tablets get.
type Against struct {
	Version string   `json:"version"`
	Changes []Change `json:"changes"`
}

// Change is one way in which a question, group, repeat or list of choices differs. A question that is added or removed has no
// texts of before and after.
type Change struct {
	Path   string       `json:"path"` // of a list its name
	Label  survey.Words `json:"label"`
	What   string       `json:"what"` // added, removed, or the part that differs: label, hint, type, choices, required, …
	Before survey.Words `json:"before"`
	After  survey.Words `json:"after"`
}

// LookAt describes a version, beside the one that tablets get.
func LookAt(k Known, in *instrument.Instrument) FormLook {
	out := FormLook{Form: in.Form.ID, Version: in.Version, Title: FormTitle(in), Status: in.Status, XML: string(in.XML),
		Warnings: in.Form.Warnings, Answers: []Treated{}}
	if out.Warnings == nil {
		out.Warnings = survey.Problems{}
	}
	handled := sensitive.Handling(in.Form)
	for _, t := range in.Form.Tables() {
		for _, c := range t.Columns {
			out.Answers = append(out.Answers, Treated{handled[len(out.Answers)], shown(c.Question.Label)})
		}
	}
	if live, ok := k.Library.Get(in.Form.ID, ""); ok && live.Version != in.Version {
		out.Against = &Against{live.Version, changes(live.Form, in.Form)}
	}
	return out
}

// changes lists what another version does in another way: in its own order, then what it no longer has.
func changes(before, after *survey.Form) []Change {
	all := []Change{}
	was, is := questionsByPath(before), questionsByPath(after)
	for _, q := range is.order {
		if old, ok := was.at[q.path]; ok {
			all = append(all, differences(old, q)...)
		} else {
			all = append(all, Change{Path: q.path, Label: shown(q.Label), What: "added"})
		}
	}
	for _, q := range was.order {
		if _, ok := is.at[q.path]; !ok {
			all = append(all, Change{Path: q.path, Label: shown(q.Label), What: "removed"})
		}
	}
	return append(all, listChanges(before, after)...)
}

// listChanges lists the choices, with all their columns, that are not in both versions: points and thresholds stand there.
func listChanges(before, after *survey.Form) (all []Change) {
	for _, name := range slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(before.ListOrder), after.ListOrder...)))) {
		was, is := choiceLines(before.Lists[name]), choiceLines(after.Lists[name])
		if c := (Change{Path: name, What: "choices", Before: without(was, is), After: without(is, was)}); c.Before != c.After {
			all = append(all, c)
		}
	}
	return all
}

type placed struct {
	*survey.Question
	path string
}

type placedQuestions struct {
	order []placed
	at    map[string]placed
}

func questionsByPath(f *survey.Form) placedQuestions {
	all := placedQuestions{at: map[string]placed{}}
	f.Walk(func(q *survey.Question) bool {
		p := placed{q, strings.TrimPrefix(f.Path(q), "/"+f.Name+"/")}
		all.order, all.at[p.path] = append(all.order, p), p
		return true
	})
	return all
}

// differences compares one question of two versions, part by part.
func differences(old, now placed) []Change {
	plain := func(s string) survey.Words { s = strings.TrimSpace(s); return survey.Untranslated(s) }
	parts := []struct {
		what          string
		before, after survey.Words
	}{
		{"type", plain(old.Type + " " + old.List), plain(now.Type + " " + now.List)},
		{"label", old.Label.Words(), now.Label.Words()},
		{"hint", old.Hint.Words(), now.Hint.Words()},
		{"relevant", plain(old.Relevant), plain(now.Relevant)},
		{"required", plain(old.Required), plain(now.Required)},
		{"constraint", plain(old.Constraint), plain(now.Constraint)},
		{"constraint_message", old.ConstraintMsg.Words(), now.ConstraintMsg.Words()},
		{"calculation", plain(old.Calculation), plain(now.Calculation)},
		{"choice_filter", plain(old.ChoiceFilter), plain(now.ChoiceFilter)},
		{"repeat_count", plain(old.RepeatCount), plain(now.RepeatCount)},
		{"default", plain(old.Default), plain(now.Default)},
		{"read_only", plain(old.ReadOnly), plain(now.ReadOnly)},
	}
	var all []Change
	for _, p := range parts {
		if p.before != p.after {
			all = append(all, Change{now.path, shown(now.Label), p.what, p.before, p.after})
		}
	}
	return all
}

// choiceLines writes each choice of a list as a line.
func choiceLines(list *survey.ChoiceList) (lines []survey.Words) {
	if list == nil {
		return nil
	}
	for _, c := range list.Choices {
		rest := ""
		for _, p := range c.Extra {
			if p.Value != "" {
				rest += " " + p.Name + "=" + p.Value
			}
		}
		text := shown(c.Label)
		lines = append(lines, survey.WordsOf(c.Name+" "+text.ZH+rest, c.Name+" "+text.EN+rest))
	}
	return lines
}

// without joins the lines that are not among others.
func without(lines, others []survey.Words) survey.Words {
	var zh, en []string
	for _, line := range lines {
		if !slices.Contains(others, line) {
			zh, en = append(zh, line.ZH), append(en, line.EN)
		}
	}
	return survey.WordsOf(strings.Join(zh, "\n"), strings.Join(en, "\n"))
}
