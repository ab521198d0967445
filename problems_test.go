package main

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/corpora"
	"doorstep/internal/dataset"
	"doorstep/internal/grid"
	"doorstep/internal/identity"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/review"
	"doorstep/internal/roster"
	"doorstep/internal/staff"
	"doorstep/internal/tabular"
	"doorstep/internal/validate"
	"doorstep/internal/xform"
	"doorstep/internal/xlsform"
	"doorstep/internal/xpath"
)

// TestProblemsDoc holds docs/problems.md against what the stages say. The texts stand beside the stage that finds the
// problem; the codes are one name space, and the document is their one list.
func TestProblemsDoc(t *testing.T) {
	corpora.Golden(t, "docs/problems.md", problemsDoc(t))
}

func problemsDoc(t *testing.T) string {
	seen, said := map[string]bool{}, map[string]string{}
	var b strings.Builder
	row := func(code, what, zh, en string) {
		if seen[code] || zh == "" || en == "" {
			t.Errorf("code %s is used twice or lacks a text", code)
		}
		seen[code] = true
		for _, text := range []string{zh, en} {
			if other := said[text]; other != "" {
				t.Errorf("%s and %s say the same: %s", other, code, text)
			}
			said[text] = code
		}
		if what != "" {
			what += " | "
		}
		fmt.Fprintf(&b, "| `%s` | %s%s | %s |\n", code, what, zh, en)
	}
	b.WriteString("# Problems and issues\n\nMade from the stages' own texts by `go test . -run ProblemsDoc -update`. Where a\ntext has `%s`, `%q` or `%d`, the particulars stand there.\n\n## Problems of a request\n\nA status is that of the HTTP answer. A code without one, `row.damaged` and `server.internal` are why an operation is kept in\nquarantine; `correction.not_asked` stands beside an answer of a correction that cannot be kept.\n\n| code | status | 中文 | English |\n|---|---|---|---|\n")
	for _, code := range slices.Sorted(maps.Keys(problem.Catalogue)) {
		e, status := problem.Catalogue[code], "–"
		if e.Status != 0 {
			status = fmt.Sprint(e.Status)
		}
		row(string(code), status, e.ZH, e.EN)
	}
	b.WriteString("\n## Issues of a record\n\nA record with an error waits as `has_issues`. The form's own words replace those of `logic.required` and `logic.constraint`.\n\n| code | severity | 中文 | English |\n|---|---|---|---|\n")
	for _, code := range slices.Sorted(maps.Keys(validate.Catalogue)) {
		e := validate.Catalogue[code]
		row(code, string(e.Severity), e.ZH, e.EN)
	}
	warnings := grid.Texts()
	maps.Copy(warnings, identity.Texts())
	maps.Copy(warnings, review.Texts())
	for _, code := range slices.Sorted(maps.Keys(warnings)) {
		row(code, string(grid.Issue(code, "").Severity), warnings[code][0], warnings[code][1])
	}
	section := func(title, what string, texts map[string][2]string) {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| code | 中文 | English |\n|---|---|---|\n", title, what)
		for _, code := range slices.Sorted(maps.Keys(texts)) {
			row(code, "", texts[code][0], texts[code][1])
		}
	}
	section("Answers in JSON", "Issues of a record, and names that a form cannot have.", xform.Texts())
	section("Mistakes in a workbook", "Told with sheet, row and column when it is read, all together; nothing is published.", xlsform.Texts())
	section("Forms beside their earlier versions", "Told when a form is published.", instrument.Texts())
	section("Tables of forms", "Told when a form is published.", collections.SchemaTexts())
	section("Logic and rules of a form", "Told with sheet, row and column.", validate.FormTexts())
	section("Expressions", "What is wrong in general; the problem itself says where and what.", xpath.Catalogue)
	section("Lists", "Any .xlsx or .csv that is imported.", tabular.Catalogue)
	section("Lists of workers", "Also of an account that a manager changes, as `data.<field>.code`.", staff.Catalogue)
	section("Rosters", "Numbers are told by the codes `cn_id.*` above.", roster.Catalogue)
	section("Areas", "A GeoJSON file, or a list of codes.", grid.ProblemTexts())
	return b.String()
}

// TestFindingsAreInTheCodebook holds the codebook of an export against the catalogue: whatever a record's finding may be called has its
// words in both languages there.
func TestFindingsAreInTheCodebook(t *testing.T) {
	_, issues, _ := strings.Cut(problemsDoc(t), "## Issues of a record")
	issues, _, _ = strings.Cut(issues, "## Mistakes in a workbook")
	labels := map[string]dataset.Choice{}
	for _, c := range dataset.FindingCodes() {
		labels[c.Code] = c
	}
	found := regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(issues, -1)
	for _, m := range found {
		if c := labels[m[1]]; c.ZH == "" || c.EN == "" {
			t.Errorf("%s has no words in the codebook: %+v", m[1], c)
		}
	}
	if len(found) < 40 || len(found) != len(labels) {
		t.Errorf("%d codes in the catalogue, %d in the codebook", len(found), len(labels))
	}
}

// codeWritten finds the codes that the sources give to problems and issues.
var codeWritten = regexp.MustCompile(`(?:Code: +|Code[A-Za-z]* += +|(?:bad|report|problem|problemAt|mistake|issue)\([^"\n]*)"([a-z_]+\.[a-z_]+)"`)

// TestEveryCodeIsListed looks through the sources for codes that docs/problems.md lacks. Those of internal/xmltree are told as
// submission.malformed.
func TestEveryCodeIsListed(t *testing.T) {
	doc, found := problemsDoc(t), 0
	err := filepath.WalkDir(".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") || filepath.Dir(path) == filepath.Join("internal", "xmltree") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range codeWritten.FindAllSubmatch(source, -1) {
			code := string(m[1])
			if found++; !strings.Contains(doc, "| `"+code+"` |") && !strings.Contains(doc, "| `form."+code+"` |") {
				t.Errorf("%s: %s is not listed", path, code)
			}
		}
		return err
	})
	if err != nil || found < 60 {
		t.Fatalf("%d codes were found in the sources (%v)", found, err)
	}
}
