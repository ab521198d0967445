package sensitive_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/corpora"
	"doorstep/internal/sensitive"
	"doorstep/internal/survey"
)

// The word in the form alone decides what becomes of an answer, in both questionnaires alike, and what it says decides the
// word: whatever raises a report stays in, what goes out sealed is in the report on small cells. testdata lists every marked
// question: who writes it anew reads it by hand (docs/decisions/0481-one-rule-for-what-is-sensitive.md).
func TestOneRuleForBothForms(t *testing.T) {
	var list strings.Builder
	for _, name := range []string{"child_visit", "elderly_baseline"} {
		raw, err := os.ReadFile("../../collections/forms/" + name + ".csv")
		if err != nil {
			t.Fatal(err)
		}
		f := readForm(t, string(raw))
		handled := map[string]sensitive.Handled{}
		for _, h := range sensitive.Handling(f) {
			handled[h.Table+"."+h.Column] = h
		}
		for _, table := range f.Tables() {
			for _, c := range table.Columns {
				mark, h := said(c.Question, "doorstep:sensitivity"), handled[table.Name+"."+c.Name]
				if mark == "" || mark == "none" {
					if sensitive.Role(c.Question) == "sensitive" {
						mark = "open"
					} else {
						continue
					}
				}
				fmt.Fprintf(&list, "%s %s %s: sealed %v, de-identified %s\n", name, c.Name, mark, h.Sealed, h.Export)
				want := sensitive.Handled{Sealed: mark != "open", Export: "left_out"}
				if mark == "sealed" || mark == "open" {
					want.Export = "keep"
				}
				if h.Sealed != want.Sealed || h.Export != want.Export {
					t.Errorf("%s %s is marked %s: %+v", name, c.Name, mark, h)
				}
				if mark == "sealed" && sensitive.Role(c.Question) != "sensitive" {
					t.Errorf("%s %s goes out and is not in the report on small cells", name, c.Name)
				}
				if rule := said(c.Question, "doorstep:rule"); h.Export != "left_out" && (strings.Contains(rule, "_report(") || strings.Contains(rule, "urgent_follow_up(")) {
					t.Errorf("%s %s raises a report and goes out", name, c.Name)
				}
			}
		}
		f.Walk(func(q *survey.Question) bool {
			rule := said(q, "doorstep:rule")
			if (strings.Contains(rule, "_report(") || strings.Contains(rule, "urgent_follow_up(") || strings.HasPrefix(q.Name, "risk_")) && q.Kind < survey.KindNote && q.Kind > survey.KindNone &&
				!slices.Contains([]string{"sensitive", "identifier"}, said(q, "doorstep:sensitivity")) && !slices.Contains([]string{"risk_when", "risk_pending"}, q.Name) {
				t.Errorf("%s %s is about risk and is not marked", name, q.Name)
			}
			return true
		})
	}
	corpora.Golden(t, "testdata/marked.txt", list.String())
}

func said(q *survey.Question, name string) string {
	for _, p := range q.Bind {
		if p.Name == name {
			return strings.TrimSpace(p.Value)
		}
	}
	return ""
}
