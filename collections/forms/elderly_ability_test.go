package forms_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

// The wording follows the cut-points of the standard as they are known: what a score is given for, item by item.
func TestAbilityAnchors(t *testing.T) {
	f := read(t, elderly)
	names := questions(t, f)
	for _, c := range []struct{ item, score, words string }{
		{"eating", "4", "不呛咳"}, {"eating", "3", "不呛咳"}, {"eating", "2", "一个月里呛咳过"}, {"eating", "1", "每周至少呛咳一次"}, {"eating", "0", "鼻饲管"},
		{"bladder", "3", "自己换尿垫"}, {"bladder", "2", "每周有几次"}, {"bladder", "1", "每天至少漏尿一次"}, {"bladder", "0", "留置导尿管"},
		{"bowel", "3", "自己会用开塞露"}, {"bowel", "2", "每周有几次"}, {"bowel", "1", "每天至少一次"}, {"bowel", "0", "完全失禁"},
		{"walking", "4", "不用拐杖"}, {"walking", "3", "用拐杖、助行器"}, {"walking", "0", "不能走"},
		{"stairs", "3", "不用人管"}, {"stairs", "1", "大半自己来"}, {"stairs", "0", "大半靠人搀扶"},
		{"time_orientation", "4", "差一天以内"}, {"time_orientation", "3", "差两天以上"}, {"place_orientation", "4", "自家小区"}, {"person_orientation", "4", "一起生活的人都认得"},
		{"memory", "4", "与年龄相称"}, {"memory", "3", "三个词"}, {"transport", "2", "打车"}, {"transport", "1", "有人陪"},
		{"hearing", "0", "只听得到一部分"}, {"social", "2", "自己不主动"}, {"aggression", "0", "近 30 天有过"}, {"consciousness", "0", "叫不醒"},
	} {
		list := f.Lists[names[c.item].List]
		i := slices.IndexFunc(list.Choices, func(one survey.Choice) bool { return one.Name == c.score })
		if i < 0 || !strings.Contains(list.Choices[i].Label.Tagged("zh"), c.words) {
			t.Errorf("%s %s does not say %s", c.item, c.score, c.words)
		}
	}
}

// Each item at each cut-point gives the total and the level of the standard's table, in the form and on the server.
func TestEveryItemAtEveryCutPoint(t *testing.T) {
	in := validate.GBT42195()
	for _, part := range in.Parts {
		for _, item := range part.Items {
			for score := range item.Max + 1 {
				s := newElder(t)
				s.set(item.Name, strconv.Itoa(score))
				total := 90 - item.Max + score
				level := "mild"
				if total == 90 {
					level = "intact"
				}
				if got := s.screened(); got != fmt.Sprintf("%d %s %s", total, level, level) {
					t.Errorf("%s %d: %s", item.Name, score, got)
				}
			}
			s := newElder(t)
			s.set(item.Name, "unknown")
			if got := s.screened(); got != "  " {
				t.Errorf("%s not assessed: %q", item.Name, got)
			}
		}
	}
}

func TestLevelsAtTheirBoundaries(t *testing.T) {
	for _, c := range []struct {
		total                     int
		dementia, disorder, kinds string
		events, want              string
	}{
		{90, "no", "no", "none", "", "90 intact intact"}, {89, "no", "no", "none", "", "89 mild mild"}, {66, "no", "no", "none", "", "66 mild mild"},
		{65, "no", "no", "none", "", "65 moderate moderate"}, {46, "no", "no", "none", "", "46 moderate moderate"}, {45, "no", "no", "none", "", "45 severe severe"},
		{30, "no", "no", "none", "", "30 severe severe"}, {29, "no", "no", "none", "", "29 total total"}, {0, "no", "no", "none", "", "0 total total"},
		{90, "yes", "no", "none", "", "90 intact mild"}, {28, "yes", "no", "none", "", "28 total total"}, {70, "yes", "yes", "fall", "3", "70 mild moderate"},
		{70, "no", "no", "fall", "1", "70 mild mild"}, {70, "no", "no", "fall lost", "2", "70 mild moderate"}, {70, "no", "no", "fall", "-8", "70 mild mild"},
		{70, "dont_know", "refused", "dont_know", "", "70 mild mild"},
	} {
		s := newElder(t)
		s.lower(90 - c.total)
		for name, answer := range map[string]string{"dementia": c.dementia, "mental_disorder": c.disorder, "care_risk_kinds": c.kinds, "care_risk_events": c.events} {
			s.set(name, answer)
		}
		if got := s.screened(); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

// In a coma nothing else is rated, and the level is total loss; a coma is not asked about who is awake.
func TestComa(t *testing.T) {
	s := newElder(t)
	for name, answer := range map[string]string{"informant": "child", "elder_seen": "yes", "consciousness": "0", "coma": "yes"} {
		s.set(name, answer)
	}
	shown := s.shown()
	for _, name := range []string{"eating", "memory", "social", "dementia", "care_risk_kinds", "self_rated_health", "loneliness", "preferred_way"} {
		if slices.Contains(shown, name) {
			t.Errorf("%s is asked of somebody in a coma", name)
		}
	}
	if got := s.answer("final_level") + s.answer("ability_total") + s.answer("ability_result"); got != "totalscreening" {
		t.Errorf("coma gives %s", got)
	}
	awake := newElder(t)
	if slices.Contains(awake.shown(), "coma") {
		t.Error("a coma is asked about who is awake")
	}
	if awake.allowed("consciousness", "0") {
		t.Error("who answers cannot be roused")
	}
}

// A formal result takes two people, their certificates and signatures, and the bureau's word that the wording was checked.
func TestFormalResult(t *testing.T) {
	formal := map[string]string{"assessment_kind": "formal", "first_assessor": "赵敏", "first_qualification": "PG-1001", "first_assessor_signature": "a.png",
		"second_assessor": "钱立", "second_qualification": "PG-1002", "second_assessor_signature": "b.png"}
	result := func(checked string, lacking string) string {
		s := newElder(t)
		for name, answer := range formal {
			s.set(name, answer)
		}
		s.set(lacking, "")
		s.shown()
		s.set("wording_checked", checked)
		return s.calculate("ability_result")
	}
	if got := result("1", "assessor_level_reason"); got != "formal" {
		t.Errorf("two assessors give %s", got)
	}
	for _, lacking := range []string{"first_qualification", "second_qualification", "first_assessor_signature", "second_assessor_signature"} {
		if got := result("1", lacking); got != "screening" {
			t.Errorf("without %s it is %s", lacking, got)
		}
	}
	if got := result("0", "assessor_level_reason"); got != "screening" {
		t.Errorf("before the wording is checked it is %s", got)
	}
	s := newElder(t)
	s.set("first_assessor", "赵敏")
	if s.allowed("second_assessor", "赵敏") || !s.allowed("second_assessor", "钱立") {
		t.Error("one person assesses twice")
	}
}
