package console

import (
	"testing"

	"doorstep/internal/survey"
)

// TestAnswersInWords tells answers that are choices, that are none, and that are none of a list.
func TestAnswersInWords(t *testing.T) {
	choices := map[string]Text{"y": {"是", "Yes"}, "n": {"否", "No"}}
	for _, c := range []struct {
		kind  survey.Kind
		value string
		want  Text
	}{
		{survey.KindSelectOne, "y", Text{"是", "Yes"}},
		{survey.KindSelectOne, "maybe", Text{"maybe", "maybe"}},
		{survey.KindSelectOne, "y n", Text{"y n", "y n"}},
		{survey.KindSelectOne, "", Text{}},
		{survey.KindSelectMultiple, "n y", Text{"否、是", "No, Yes"}},
		{survey.KindSelectMultiple, "y maybe", Text{"是、maybe", "Yes, maybe"}},
		{survey.KindSelectMultiple, "", Text{}},
		{survey.KindRank, "n  y", Text{"否、是", "No, Yes"}},
		{survey.KindText, "y", Text{"y", "y"}},
		{survey.KindInteger, "12", Text{"12", "12"}},
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
		if got := shown(survey.Translated{"": label}); got != (Text{want, want}) {
			t.Errorf("%q: %q, want %q", label, got, want)
		}
	}
}
