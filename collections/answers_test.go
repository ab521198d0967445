package collections

import (
	"testing"

	"doorstep/internal/survey"
)

func TestAnswersSurviveTheirColumns(t *testing.T) {
	for name, c := range map[string]struct {
		kind   survey.Kind
		answer string
		want   string // what comes back
		fits   bool
	}{
		"a whole number":       {survey.KindInteger, "42", "42", true},
		"zero is an answer":    {survey.KindInteger, "0", "0", true},
		"no number":            {survey.KindInteger, "", "", true},
		"a word for a number":  {survey.KindInteger, "many", "", false},
		"a fraction for whole": {survey.KindInteger, "1.5", "", false},
		"a decimal":            {survey.KindDecimal, "-0.25", "-0.25", true},
		"not a number":         {survey.KindDecimal, "NaN", "", false},
		"choices":              {survey.KindSelectMultiple, "a b c", "a b c", true},
		"no choice":            {survey.KindSelectMultiple, "", "", true},
		"a point":              {survey.KindGeopoint, "22.5 114.1 3 5", "22.5 114.1 3 5", true},
		"a point, no accuracy": {survey.KindGeopoint, "22.5 114.1", "22.5 114.1", true},
		"a point off earth":    {survey.KindGeopoint, "122.5 114.1", "", false},
		"a line":               {survey.KindGeotrace, "22.5 114.1 0 0;22.6 114.2 0 0", "22.5 114.1 0 0;22.6 114.2 0 0", true},
		"a date":               {survey.KindDate, "2015-03-01", "2015-03-01", true},
		"a date with a time":   {survey.KindDate, "2015-03-01T00:00:00.000+08:00", "2015-03-01", true},
		"no such day":          {survey.KindDate, "2015-02-30", "", false},
		"text":                 {survey.KindText, "阿·买 𬱖", "阿·买 𬱖", true},
	} {
		t.Run(name, func(t *testing.T) {
			value, fits := Encode(c.kind, c.answer)
			if got := Decode(c.kind, value); got != c.want || fits != c.fits {
				t.Errorf("got %q, fits %v; want %q, %v", got, fits, c.want, c.fits)
			}
		})
	}
}
