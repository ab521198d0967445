package xform_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/corpora"
	"doorstep/internal/survey"
	"doorstep/internal/xform"
	"doorstep/internal/xlsform"
	"doorstep/internal/xmltree"
)

// converted is the form that a questionnaire becomes.
func converted(q corpora.Questionnaire, dir string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(dir, q.File))
	if err != nil {
		return nil, err
	}
	f, err := xlsform.Read(q.File, bytes.NewReader(data), xlsform.Options{})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = xform.Write(&b, f)
	return b.Bytes(), err
}

// differsFrom returns why what a questionnaire became does not agree with the recording, "" when it does.
func differsFrom(q corpora.Questionnaire, dir string, ours []byte, err error) string {
	switch refused := q.Result != "ok"; {
	case refused && err == nil:
		return "should be refused"
	case refused:
		return ""
	case err != nil:
		return "refused: " + strings.Split(err.Error(), "\n")[0]
	}
	golden, err := os.ReadFile(filepath.Join(dir, q.Golden))
	if err != nil {
		return err.Error()
	}
	got, err := summary(ours)
	if err != nil {
		return err.Error()
	}
	want, err := summary(golden)
	if err != nil {
		return err.Error()
	}
	return firstDifference(got, want)
}

func firstDifference(got, want []string) string {
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			return "lacks " + want[i]
		case i >= len(want):
			return "has besides " + got[i]
		case got[i] != want[i]:
			return fmt.Sprintf("\n got %s\nwant %s", got[i], want[i])
		}
	}
	return ""
}

// summary lists what a form means: its instance tree, its binds and its choices.
func summary(form []byte) ([]string, error) {
	doc, err := xmltree.ParseXML(bytes.NewReader(form), xmltree.Limits{})
	if err != nil {
		return nil, err
	}
	model := rootOf(doc).Child("head").Child("model")
	var tree, binds, choices []string
	for _, n := range model.Children {
		switch {
		case n.Kind == survey.Element && n.Name == "bind":
			binds = append(binds, bindSummary(n))
		case n.Kind == survey.Element && n.Name == "instance" && n.Attr("id") == "":
			tree = treeSummary(n, "")
		case n.Kind == survey.Element && n.Name == "instance":
			choices = append(choices, "choices "+n.Attr("id")+" "+n.Attr("src"))
			choices = append(choices, treeSummary(n, n.Attr("id"))...)
		}
	}
	slices.Sort(binds)
	return slices.Concat(tree, binds, choices), nil
}

func bindSummary(n *survey.Node) string {
	s := "bind"
	for _, name := range []string{"nodeset", "type", "relevant", "constraint", "required", "calculate"} {
		s += " " + name + "=" + strings.Join(strings.Fields(n.Attr(name)), " ")
	}
	return s
}

func treeSummary(n *survey.Node, path string) []string {
	var out []string
	leaf := true
	for _, c := range n.Children {
		if c.Kind == survey.Element {
			leaf = false
			out = append(out, treeSummary(c, path+"/"+c.Name)...)
		}
	}
	line := path
	for _, a := range n.Attrs {
		if a.Name == "template" || a.Name == "id" || a.Name == "version" {
			line += " " + a.Name + "=" + a.Data
		}
	}
	if leaf {
		line += " = " + strings.Join(strings.Fields(n.Value()), " ")
	}
	return append([]string{line}, out...)
}

// TestRecordedQuestionnaires compares what we write of real workbooks with what the reference converter wrote.
func TestRecordedQuestionnaires(t *testing.T) {
	const reached = 97
	dir, all := corpora.Questionnaires(t)
	agree := 0
	came := map[string]string{}
	for _, q := range all {
		out, err := converted(q, dir)
		came[q.File] = fmt.Sprintf("%s%v", out, err)
		if why := differsFrom(q, dir, out, err); why != "" {
			t.Logf("%s: %s", q.ID, why)
		} else {
			agree++
		}
	}
	corpora.Kept(t, "testdata/questionnaires.txt", came)
	fmt.Printf("forms: %d of %d questionnaires agree\n", agree, len(all))
	if agree*100 < len(all)*reached {
		t.Errorf("%d of %d questionnaires agree, want %d%%", agree, len(all), reached)
	}
}

func rootOf(doc *survey.Node) *survey.Node {
	for _, c := range doc.Children {
		if c.Kind == survey.Element {
			return c
		}
	}
	return doc
}
