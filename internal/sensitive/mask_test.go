package sensitive_test

import (
	"testing"

	"doorstep/internal/sensitive"
)

func TestMask(t *testing.T) {
	for _, c := range []struct {
		shape       sensitive.Shape
		value, want string
	}{
		{sensitive.Name, "陈小明", "陈**"}, {sensitive.Name, "陈", "***"}, {sensitive.Name, "买买提·吐尔逊", "买**"}, {sensitive.Name, "𬱖小", "𬱖**"},
		{sensitive.Number, "44030720150312123X", "440307********123X"}, {sensitive.Number, "440307150312123", "440307*****2123"}, {sensitive.Number, "1234567890", "***"},
		{sensitive.Phone, "13812345678", "138****5678"}, {sensitive.Phone, "075512345678", "075*****5678"}, {sensitive.Phone, "12345678", "***"},
		{sensitive.Year, "2015-03-12", "2015-**-**"}, {sensitive.Year, "2015", "***"},
		{sensitive.Nothing, "幸福路1号", "***"}, {sensitive.Nothing, "", ""}, {sensitive.Name, "", ""},
	} {
		if got := c.shape.Mask(c.value); got != c.want {
			t.Errorf("%d %s: got %s, want %s", c.shape, c.value, got, c.want)
		}
	}
}

// TestShapes: the mask of a number shows all of it but the birth date, so birth dates beside it are masked too.
func TestShapes(t *testing.T) {
	want := map[string]sensitive.Shape{
		"full_name": sensitive.Name, "declared_harmless": sensitive.Number, "plate": sensitive.Phone,
		"born": sensitive.Year, "mother_birth": sensitive.Year, "child_date": sensitive.Year, "day_one": sensitive.Year,
	}
	f := readForm(t, judgedForm)
	judge := sensitive.New(f)
	for _, table := range f.Tables() {
		for _, c := range table.Columns {
			if got := judge.Shape(c.Question); got != want[c.Question.Name] {
				t.Errorf("%s: shape %d, want %d", c.Name, got, want[c.Question.Name])
			}
		}
	}
}
