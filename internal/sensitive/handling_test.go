package sensitive_test

import (
	"os"
	"testing"

	"doorstep/internal/sensitive"
)

// Each question is told once, and why where its answers are not kept as they are, and only there.
func TestHandlingSaysWhy(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../collections/forms/child_visit.csv")
	if err != nil {
		t.Fatal(err)
	}
	all, sealed, told := sensitive.Handling(readForm(t, string(raw))), 0, map[string]bool{}
	for _, h := range all {
		if told[h.Table+"."+h.Column] {
			t.Errorf("%s.%s is told twice", h.Table, h.Column)
		}
		told[h.Table+"."+h.Column] = true
		if h.Sealed {
			sealed++
		}
		if h.Export == "" || h.Export != "keep" && (h.Why == nil || h.Why.ZH == "" || h.Why.EN == "") || h.Export == "keep" && !h.Sealed && h.Why != nil {
			t.Errorf("%+v", h)
		}
	}
	if sealed == 0 || sealed == len(all) {
		t.Errorf("%d of %d are sealed", sealed, len(all))
	}
}
