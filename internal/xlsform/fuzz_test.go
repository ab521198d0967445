package xlsform

import (
	"errors"
	"strings"
	"testing"

	"doorstep/internal/survey"
)

// FuzzRead reads anything under each extension: it must give a form, survey.Problems, or both, and never panic.
func FuzzRead(f *testing.F) {
	f.Add("a.xlsx", workbookBytes(f, []any{"type", "name", "label"}, []any{"select_one x.csv", "q", 1.5}))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		form, err := Read(name, strings.NewReader(string(data)), Options{})
		var p survey.Problems
		if err != nil && !errors.As(err, &p) {
			t.Fatalf("error is not survey.Problems: %v", err)
		}
		if form == nil && err == nil || err != nil && len(p) == 0 {
			t.Fatalf("form %v with error %v", form, err)
		}
	})
}

// FuzzXLSStream reads anything as the stream of an xls, which the compound file around it would hide from FuzzRead.
func FuzzXLSStream(f *testing.F) {
	f.Add(xlsStream())
	f.Fuzz(func(_ *testing.T, data []byte) {
		w := &xlsBook{stream: data, formats: map[int]string{}}
		if w.globals() == nil {
			w.sheets()
		}
	})
}
