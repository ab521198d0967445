package console

import (
	"testing"

	"doorstep/internal/survey"
)

// TestAnswersInWords tells answers that are choices, that are none, and that are none of a list.
func TestAnswersInWords(t *testing.T) {
	choices := map[string]survey.Words{"y": {ZH: "是", EN: "Yes"}, "n": {ZH: "否", EN: "No"}}
	for _, c := range []struct {
		kind  survey.Kind
		value string
		want  survey.Words
	}{
		{survey.KindSelectOne, "y", survey.WordsOf("是", "Yes")},
		{survey.KindSelectOne, "maybe", survey.Untranslated("maybe")},
		{survey.KindSelectOne, "y n", survey.Untranslated("y n")},
		{survey.KindSelectOne, "", survey.Words{}},
		{survey.KindSelectMultiple, "n y", survey.WordsOf("否、是", "No, Yes")},
		{survey.KindSelectMultiple, "y maybe", survey.WordsOf("是、maybe", "Yes, maybe")},
		{survey.KindSelectMultiple, "", survey.Words{}},
		{survey.KindRank, "n  y", survey.WordsOf("否、是", "No, Yes")},
		{survey.KindText, "y", survey.Untranslated("y")},
		{survey.KindInteger, "12", survey.Untranslated("12")},
	} {
		e := entry{q: &survey.Question{Kind: c.kind}, choices: choices}
		if got := e.text(c.value); got != c.want {
			t.Errorf("%v %q: %q, want %q", c.kind, c.value, got, c.want)
		}
	}
}

// TestLabelsArePlain takes out of labels what is not to be read, and nothing else.
func TestLabelsArePlain(t *testing.T) {
	for label, want := range map[string]string{
		"How many?": "How many?", "**How** many?": "How many?", "# How many?": "How many?", "a # b": "a # b",
		`<span style="color:red">How</span> many?`: "How many?", "less < more": "less < more", "Is ${name} at home?": "Is … at home?",
		"${ a } and ${b}": "… and …", "$5": "$5", " How? ": "How?",
	} {
		if got := shown(survey.Translated{"": label}); got != (survey.Untranslated(want)) {
			t.Errorf("%q: %q, want %q", label, got, want)
		}
	}
}
