package survey_test

import (
	"testing"

	"doorstep/internal/survey"
)

func TestDistinct(t *testing.T) {
	label := func(zh, en string) survey.Translated { return survey.Translated{"zh": zh, "en": en} }
	list := &survey.ChoiceList{Choices: []survey.Choice{
		{Name: "a", Label: label("东村", "East")}, {Name: "b", Label: label("其他", "")}, {Name: "a", Label: label("西村", "West")},
		{Name: "b", Label: label("其他", "Other")}, {Name: "c"}, {Name: "c", Label: label("丙", "")},
		{Name: "d", Label: label("一", "1")}, {Name: "d", Label: label("二", "2")}, {Name: "d", Label: label("三", "3")},
		{Name: "d", Label: label("四", "1")}, {Name: "d", Label: label("五", "5")},
	}}
	want := []survey.Choice{
		{Name: "a", Label: label("东村 / 西村", "East / West")}, {Name: "b", Label: label("其他", "Other")},
		{Name: "c", Label: label("丙", "")}, {Name: "d", Label: label("一 / 二 / 三 / …", "1 / 2 / 3 / …")},
	}
	got := list.Distinct()
	if len(got) != len(want) {
		t.Fatalf("%d choices, want %d: %v", len(got), len(want), got)
	}
	for i, c := range want {
		if got[i].Name != c.Name || got[i].Label["zh"] != c.Label["zh"] || got[i].Label["en"] != c.Label["en"] {
			t.Errorf("%d: %v, want %v", i, got[i], c)
		}
	}
	if list.Choices[0].Label["zh"] != "东村" {
		t.Error("the list itself changed")
	}
}
