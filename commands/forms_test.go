package commands_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// program builds the binary that an operator runs.
func program(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "doorstep")
	if runtime.GOOS == "windows" {
		bin += ".exe"
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-tags", "no_ui", "-o", bin, "doorstep")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return bin
}

const mistaken = `| survey |
| | type | name | label |
| | txet | a | A |
| | select_one nowhere | b | B |
| settings |
| | form_id | version |
| | bad | 1 |
`

// hopeful is a form that a converter takes and no tablet can evaluate.
const hopeful = `| survey |
| | type | name | label | calculation |
| | text | a | A | |
| | calculate | b | | frob(${a}) |
| settings |
| | form_id | version |
| | hopeful | 1 |
`

func TestFormsCommands(t *testing.T) {
	bin, dir := program(t), t.TempDir()
	good, err := filepath.Abs("../hooks/testdata/fall_risk.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"bad.md": mistaken, "hopeful.md": hopeful} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	xml := filepath.Join(dir, "out.xml")
	for _, tt := range []struct {
		name           string
		args           string
		fails          bool
		stdout, stderr []string
	}{
		{"convert to the screen", "forms convert " + good, false, []string{"<h:html", `id="fall_risk"`, "跌倒次数请填 0 到 50。"}, nil},
		{"convert into a file", "forms convert " + good + " -o " + xml, false, nil, nil},
		{"convert a form with mistakes", "forms convert bad.md", true, nil, []string{"bad.md [survey]:2 (type): 不认识的题目类型", "bad.md [survey]:3 (type): ", "2 mistakes · 2 处错误"}},
		{"convert what cannot be published", "forms convert hopeful.md", false, []string{"frob("}, []string{"hopeful.md [survey]:3 (calculation): 表达式有误", "不能发布 · converted, but cannot be published"}},
		{"publish what cannot be published", "forms publish hopeful.md", true, nil, []string{"hopeful.md [survey]:3 (calculation): 表达式有误", "1 mistakes · 1 处错误"}},
		{"publish a form with mistakes", "forms publish bad.md", true, nil, []string{"bad.md [survey]:2 (type)"}},
		{"publish a draft", "forms publish --draft " + good, false, []string{"fall_risk 1: draft"}, nil},
		{"publish", "forms publish " + good, false, []string{"fall_risk 1: published", "fall_risks: ", "fall_risk_fall: "}, nil},
		{"publish again", "forms publish " + good, false, []string{"fall_risk 1: published"}, nil},
		{"publish again as a draft", "forms publish --draft " + good, false, []string{"fall_risk 1: published"}, nil},
		{"export", "export fall_risk -o out", false, []string{"fall_risks.csv: 0 行 rows"}, nil},
		{"a file that is not there", "forms publish nowhere.xlsx", true, nil, []string{"nowhere.xlsx"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			c := exec.CommandContext(t.Context(), bin, strings.Fields(tt.args)...)
			c.Dir, c.Stdout, c.Stderr = dir, &stdout, &stderr
			if err := c.Run(); (err != nil) != tt.fails {
				t.Fatalf("%v\n%s%s", err, &stdout, &stderr)
			}
			for _, want := range tt.stdout {
				if !strings.Contains(stdout.String(), want) {
					t.Errorf("the output lacks %q:\n%.2000s", want, stdout.String())
				}
			}
			for _, want := range tt.stderr {
				if !strings.Contains(stderr.String(), want) {
					t.Errorf("the messages lack %q:\n%.2000s", want, stderr.String())
				}
			}
		})
	}
	if written, err := os.ReadFile(xml); err != nil || !strings.Contains(string(written), `id="fall_risk"`) {
		t.Errorf("out.xml: %v %.200s", err, written)
	}
}
