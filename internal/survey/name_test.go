package survey

import "testing"

func TestNormalizeName(t *testing.T) {
	for in, want := range map[string]string{
		" 王 小 明 ":         "王小明",
		"王小明\u200b":       "王小明",
		"阿卜杜拉・买买提":        "阿卜杜拉·买买提",
		"阿卜杜拉.买买提":        "阿卜杜拉·买买提",
		"Ｍａｒｙ　Ｓｍｉｔｈ":      "Mary Smith",
		"J. Smith":        "J. Smith",
		"\u2F32立":         "干立",
		"王\U0002B029":     "王\U0002B029",
		"阿卜杜拉 • 买买提 ":     "阿卜杜拉·买买提",
		"Jose\u0301 Diaz": "José Diaz",
	} {
		if got := NormalizeName(in); got != want {
			t.Errorf("NormalizeName(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestIsName(t *testing.T) {
	for name, want := range map[string]bool{"a": true, "_a": true, "年": true, "a-b.c9": true, "": false, "9a": false, "a b": false, "a:b": false, "-a": false, "a😀": false} {
		if IsName(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}
