package validate_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"doorstep/collections/forms"
	"doorstep/internal/survey"
	"doorstep/internal/validate"
	"doorstep/internal/xlsform"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.FixedZone("CST", 8*60*60))

func shipped(t testing.TB, name string) *survey.Form {
	t.Helper()
	file, err := forms.Files.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	f, err := xlsform.Read(name, file, xlsform.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestShippedFormsCompile(t *testing.T) {
	for _, name := range []string{"child_visit.csv", "elderly_baseline.csv"} {
		if _, err := validate.Compile(shipped(t, name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	_ = context.Background
	_ = strings.Cut
}
