package linkage

import "testing"

// TestVariantsOfNames reads characters that stand for one another as one, and leaves those alone that stand for themselves.
func TestVariantsOfNames(t *testing.T) {
	for _, pair := range []string{"锺钟", "喆哲", "堃坤", "峯峰", "珮佩", "甦苏", "邨村", "菓果", "淼淼", "昇升", "陞升", "祕秘", "嶽岳", "傑杰", "彥彦", "緁婕", "煇辉", "暉晖", "勳勋",
		"勛勋", "衞卫", "閆闫", "閻阎", "薩萨"} {
		r := []rune(pair)
		if got := variants.Replace(string(r[0])); got != string(r[1]) {
			t.Errorf("%c is read as %s, not %c", r[0], got, r[1])
		}
		if got := variants.Replace(string(r[1])); got != string(r[1]) {
			t.Errorf("%c is read as %s", r[1], got)
		}
	}
}
