package linkage

import "testing"

// TestWhatANumberTells: nothing where it is no number.
func TestWhatANumberTells(t *testing.T) {
	for number, want := range map[string][2]string{"990000201503010017": {"2015-03-01", "male"}, "990000201503010018": {}, "x": {}, "": {}} {
		if birth, sex := told(number); birth != want[0] || sex != want[1] {
			t.Errorf("%s: %s and %s, want %s", number, birth, sex, want)
		}
	}
}

// TestSoundsOfNames: readings of one character are one syllable, those of a surname of two characters are two; of a name from another
// language its consonants stay, and a vowel at its beginning.
func TestSoundsOfNames(t *testing.T) {
	if one := surnameSyllables([]string{"chán", "dān"}); len(one) != 1 || one[0].agreement(newSyllable([]string{"dān"})) != 1 {
		t.Errorf("%+v", one)
	}
	if two := surnameSyllables([]string{"mò-qí"}); len(two) != 2 || two[0].agreement(newSyllable([]string{"mò"})) != 1 ||
		two[1].agreement(newSyllable([]string{"qí"})) != 1 {
		t.Errorf("%+v", two)
	}
	r, err := newReader()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"奥巴马": "apm", "巴奥马": "pm", "阿伊达": "at", "吾买尔": "wm", "买吾尔": "m", "古丽": "kl", "": ""} {
		if got := r.consonants(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// TestEvidenceIsOfThoseThatAreLikely, and says what agrees.
func TestEvidenceIsOfThoseThatAreLikely(t *testing.T) {
	m := trained(t)
	m.Population = 3000
	a := Said{Name: "王小明", Sex: "male", Birth: "2015-03-01", Phone: "13800138000", House: "h1"}
	b := Said{Name: "李建国", Sex: "male", Birth: "1980-05-06", Phone: "13900139000", House: "h2"}
	judged, err := m.Judge(a, []Said{a, b}, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	if judged[0].Probability < 0.5 || len(judged[0].Evidence) == 0 || judged[1].Probability >= 0.5 || judged[1].Evidence != nil {
		t.Errorf("%+v", judged)
	}
	if all, err := m.Judge(a, []Said{b}, 0); err != nil || len(all[0].Evidence) == 0 {
		t.Errorf("%+v, %v", all, err)
	}
}
