package xlsform

import (
	"strings"
	"testing"
)

// A parameter is a decimal number as people write one, of a size at which its steps can be counted.
func TestRational(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0/1", "-2.50": "-5/2", "+3": "3/1", "1e2": "100/1", "1E-2": "1/100", ".5": "1/2", "5.": "5/1",
		strings.Repeat("0", 39) + "1": "1/1", strings.Repeat("0", 40) + "1": "", "1e31": "", "-1e31": "", "1e-31": "", "-1e-31": "", "1e30": "1" + strings.Repeat("0", 30) + "/1",
		"1e400": "", "NaN": "", "Inf": "", "-inf": "", "0x1p4": "", "0X1P4": "", "1_000": "", "1/2": "", "0b1": "", "0o17": "", "": "", "x": "", "1 2": "", "1p4": "",
	} {
		got := ""
		if n := rational(text); n != nil {
			got = n.String()
		}
		if got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
