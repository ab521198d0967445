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
		"18 digits":            {survey.KindInteger, "-990000201503010017", "-990000201503010017", true},
		"17 digits":            {survey.KindDecimal, "0.30000000000000004", "0.30000000000000004", true},
		"more digits":          {survey.KindDecimal, "123456789012345.678", "123456789012345.678", true},
		"more digits, small":   {survey.KindDecimal, "-0.00012345678901234567890", "-0.00012345678901234567890", true},
		"zeros behind":         {survey.KindDecimal, "1.500000000000000000000", "1.5", true},
		"zeros before":         {survey.KindDecimal, "007.0", "7", true},
		"with an exponent":     {survey.KindDecimal, "12E-1", "1.2", true},
		"nothing, at length":   {survey.KindDecimal, "0.000e5", "0", true},
		"choices":              {survey.KindSelectMultiple, "a b c", "a b c", true},
		"no choice":            {survey.KindSelectMultiple, "", "", true},
		"a point":              {survey.KindGeopoint, "22.5 114.1 3 5", "22.5 114.1 3 5", true},
		"a point, no accuracy": {survey.KindGeopoint, "22.5 114.1", "22.5 114.1", true},
		"a point off earth":    {survey.KindGeopoint, "122.5 114.1", "", false},
		"at no latitude":       {survey.KindGeopoint, "NaN 114.1", "", false},
		"at no height":         {survey.KindGeopoint, "22.5 114.1 NaN 5", "", false},
		"a line to nowhere":    {survey.KindGeotrace, "22.5 114.1 0 0;22.6 114.2 0 +Inf", "", false},
		"a point with more":    {survey.KindGeopoint, "22.5 114.1 3 5 7", "", false},
		"the corner of earth":  {survey.KindGeopoint, "-90 180", "-90 180", true},
		"beside the corner":    {survey.KindGeopoint, "-90.1 180", "", false},
		"past the corner":      {survey.KindGeopoint, "90 -180.1", "", false},
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

// A number that a reader of JSON would round is a text.
func TestNumbersThatAreText(t *testing.T) {
	for answer, want := range map[string]any{"9007199254740991": int64(9007199254740991), "9007199254740993": `"9007199254740993"`} {
		if got, _ := Encode(survey.KindInteger, answer); got != want {
			t.Errorf("%s is %#v, want %#v", answer, got, want)
		}
	}
}
