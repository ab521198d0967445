package collections_test

import (
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/survey"
)

// TestFindingsKeepNoMadeUpNames: whatever path a finding has, only steps that are the form's are stored.
func TestFindingsKeepNoMadeUpNames(t *testing.T) {
	inner := &survey.Question{Name: "child_name", Kind: survey.KindText}
	children := &survey.Question{Name: "children", Kind: survey.KindRepeat, Children: []*survey.Question{inner}}
	form := &survey.Form{ID: "f", Name: "f", Root: &survey.Question{Kind: survey.KindGroup, Children: []*survey.Question{children}}}
	l := collections.NewLayout(form)
	for path, want := range map[string]string{
		"": "", "children": "children", "children[2]/child_name": "children[2]/child_name",
		"children[2]/陈小明": "children[2]", "陈小明/child_name": "", "children[陈小明]/child_name": "", "meta/陈小明": "", "children//x": "children",
	} {
		got := l.Findings([]survey.Issue{{Code: "answer.unknown", Field: path, Severity: survey.Warning, ZH: "字", EN: "word"}})
		if !strings.Contains(got, `"field":"`+want+`"`) && !(want == "" && !strings.Contains(got, "field")) || strings.Contains(got, "陈") {
			t.Errorf("%q is kept as %s", path, got)
		}
	}
}
