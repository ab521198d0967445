package work_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"doorstep/internal/survey"
	"doorstep/internal/work"
)

// A list of parts is read cell by cell, and refused with each row that names nothing, or holds no number or day where one is due.
func TestReadParts(t *testing.T) {
	const header = "网格代码,家庭编号,工号,目标户数,期限\n"
	rows := func(n int) string { return header + strings.Repeat("990101,,,,\n", n) }
	for name, tt := range map[string]struct{ list, want string }{
		"each column":           {header + "990101,h-1,F1,12,2026/12/1\n\n,h-2,,,\n", "990101 h-1 F1 12 2026-12-01,  h-2  0 "},
		"neither":               {header + ",,F1,1,\n", "work.part 2"},
		"no number":             {header + "990101,,,1.5,\n990101,,,-3,\n", "work.target 2"},
		"no day":                {header + "990101,,,,soon\n,h-1,,x,2026-13-01\n", "work.due 2, work.target 3, work.due 3"},
		"a header alone":        {header, "table.empty 0"},
		"as many as may be":     {rows(20_000), "20000 parts"},
		"one more than may be":  {rows(20_001), "最多 20000 行 · at most 20000 rows"},
		"no header":             {"990101,F1\n", "table.no_header 1"},
		"a column that is none": {"网格代码,工号,颜色\n990101,F1,x\n", "990101  F1 0  but 颜色"},
	} {
		path := filepath.Join(t.TempDir(), "parts.csv")
		if err := os.WriteFile(path, []byte(tt.list), 0o600); err != nil {
			t.Fatal(err)
		}
		parts, ignored, err := work.Read(path)
		var said []string
		for _, p := range parts {
			said = append(said, fmt.Sprint(p.Area, " ", p.Household, " ", p.Worker, " ", p.Target, " ", p.Due))
		}
		if wrong := (survey.Problems{}); errors.As(err, &wrong) {
			for _, p := range wrong {
				said = append(said, fmt.Sprint(p.Code, " ", p.Row))
			}
		} else if err != nil {
			said = append(said, err.Error())
		}
		got := strings.Join(said, ", ")
		if len(parts) > 9 {
			got = fmt.Sprintf("%d parts", len(parts))
		}
		if len(ignored) > 0 {
			got += " but " + strings.Join(ignored, ", ")
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}
