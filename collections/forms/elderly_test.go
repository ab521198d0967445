package forms_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

const elderly = "elderly_baseline.csv"

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

// Ability is rated of who was seen only, and subjective questions are put to nobody else than the person.
func TestWhoIsAskedWhat(t *testing.T) {
	subjective := []string{"self_rated_health", "loneliness", "preferred_way"}
	for _, c := range []struct {
		name             string
		answers          string
		ability, opinion bool
	}{
		{"at home", "", true, true},
		{"by telephone", "contact_method=telephone", false, true},
		{"a daughter, the person seen", "informant=child elder_seen=yes", true, false},
		{"a daughter, the person not seen", "informant=child elder_seen=no", false, false},
		{"a daughter by telephone", "contact_method=telephone informant=child elder_seen=yes", false, false},
		{"without consent to sensitive facts", "consent_parts=none", false, true},
	} {
		s := newElder(t)
		for _, pair := range strings.Fields(c.answers) {
			name, answer, _ := strings.Cut(pair, "=")
			s.set(name, answer)
		}
		shown := s.shown()
		if got := slices.Contains(shown, "walking"); got != c.ability {
			t.Errorf("%s: ability asked is %v", c.name, got)
		}
		for _, name := range subjective {
			if got := slices.Contains(shown, name); got != c.opinion {
				t.Errorf("%s: %s asked is %v", c.name, name, got)
			}
		}
		if got := s.answer("final_level") != ""; got != c.ability {
			t.Errorf("%s: a level is %v", c.name, got)
		}
		if got := s.answer("ability_instrument") + s.answer("ability_version"); (got == "GB/T 421952022/doorstep-2026-11") != c.ability {
			t.Errorf("%s: the scores are of %q", c.name, got)
		}
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

// What contradicts itself is asked again.
func TestContradictions(t *testing.T) {
	for _, c := range []struct{ given, question, good, bad string }{
		{"residents=4", "living_arrangement", "children", "alone"}, {"residents=1", "living_arrangement", "alone", "spouse"},
		{"residents=2 marriage=widowed", "living_arrangement", "relatives", "spouse"}, {"residents=3 children_alive=0 marriage=married", "living_arrangement", "spouse", "spouse_children"},
		{"marriage=widowed", "main_carer", "daughter", "spouse"}, {"children_alive=0", "main_carer", "nanny", "son"}, {"final_level=severe", "main_carer", "none", "self"},
		{"care_risk_kinds=fall", "falls", "1", "0"}, {"care_risk_kinds=none", "falls", "0", "-1"}, {"informant=spouse", "marriage", "married", "widowed"},
		{"capacity=no", "informant", "child", "self"}, {"assistance=none", "benefits", "transport", "low_income"}, {"disability_card=no", "benefits", "none", "disability"},
		{"consent=refused", "outcome", "2.112", "1.1"}, {"eligible=yes consent=oral", "outcome", "1.2", "4.70"}, {"residents=2", "elderly_count", "2", "3"},
		{"services_needed=meals", "first_service", "meals", "bathing"}, {"", "medicines", "-8", "-7"}, {"", "safety_signs", "abuse neglect", "none abuse"},
		{"", "services_needed", "meals other", "none meals"},
	} {
		r := fill(t, elderly)
		for _, pair := range strings.Fields(c.given) {
			name, answer, _ := strings.Cut(pair, "=")
			r.set(name, answer)
		}
		if !r.allowed(c.question, c.good) || r.allowed(c.question, c.bad) {
			t.Errorf("%s, %s: %s is refused or %s passes", c.given, c.question, c.good, c.bad)
		}
	}
	five := read(t, elderly).Lists["distance"].Choices[0].Label.Tagged("zh")
	if !strings.Contains(five, "5 分钟") || !strings.Contains(five, "300 米") {
		t.Errorf("five minutes on foot are %s", five)
	}
}

// The outcome is proposed from what was met at the door, the screening, the consent and the end.
func TestOutcomeIsProposed(t *testing.T) {
	met := "contact=elder_met eligible=yes capacity=yes"
	for answers, want := range map[string]string{
		"contact=nobody": "2.22", "contact=long_absent": "2.27", "contact=no_access": "2.21", "contact=vacant": "4.61", "contact=institution": "4.52", "contact=neighbour_only": "3.21",
		"contact=family_met eligible=no": "4.70", "contact=family_met eligible=refused": "2.111", "contact=elder_met eligible=dont_know": "3.21",
		"contact=family_met eligible=yes availability=postponed": "2.28", "contact=family_met eligible=yes availability=away": "2.23", "contact=family_met eligible=yes availability=deceased": "2.31",
		met: "", met + " consent=refused": "2.112", met + " consent=oral": "1.1", met + " consent=written interview_end=partial": "1.2", met + " consent=written interview_end=broken_off": "2.12",
		"contact=elder_met eligible=yes capacity=no consent_by=nobody": "2.32", "contact=elder_met eligible=yes capacity=no consent_by=child assent=unwilling": "2.112", "": "",
	} {
		r := fill(t, elderly)
		for _, pair := range strings.Fields(answers) {
			name, answer, _ := strings.Cut(pair, "=")
			r.set(name, answer)
		}
		if got := r.calculate("outcome"); got != want {
			t.Errorf("%s: %s, want %s", answers, got, want)
		}
	}
}

// Every disposition has one code of AAPOR, of its own class, and one of DHS.
func TestDispositionsAreMapped(t *testing.T) {
	for _, c := range read(t, elderly).Lists["outcome"].Choices {
		aapor, dhs := extra(c, "aapor"), extra(c, "dhs")
		ours, ok := survey.Classify(c.Name)
		theirs, known := survey.Classify(aapor)
		if !ok || !known || ours != theirs || len(dhs) != 1 || dhs < "1" || dhs > "9" {
			t.Errorf("%s is AAPOR %s (%s, %s) and DHS %s", c.Name, aapor, ours, theirs, dhs)
		}
	}
}

// Whatever must be answered has a code for who does not know or would not say, but for what the worker alone decides.
func TestMissingHasCodes(t *testing.T) {
	decided := strings.Fields("contact_method contact availability consent_by consent consent_parts outcome elder_sex household_listed elder_seen assessment_kind assessment_reason coma " +
		"assessor_level interview_end consent_confirm interview_language interpreter others_present answer_quality safety_action informant proxy_reason")
	f := read(t, elderly)
	for name, q := range questions(t, f) {
		if q.Required == "" || q.List == "" || slices.Contains(decided, name) {
			continue
		}
		if !slices.ContainsFunc(f.Lists[q.List].Choices, func(c survey.Choice) bool { return extra(c, "missing") != "" }) {
			t.Errorf("%s has no code for who does not know or would not say", name)
		}
		if q.Default != "" {
			t.Errorf("%s has a default answer", name)
		}
	}
}

// Every service that is needed leads to a basic service of the list.
func TestServicesLeadToBasicServices(t *testing.T) {
	f := read(t, elderly)
	if n := len(f.Lists["basic_service"].Choices); n != 27 {
		t.Errorf("%d basic services", n)
	}
	for _, list := range []string{"service", "benefit"} {
		for _, c := range f.Lists[list].Choices {
			code := extra(c, "basic")
			if extra(c, "missing") != "" || c.Name == "none" || c.Name == "other" {
				continue
			}
			if !f.Lists["basic_service"].Has(code) {
				t.Errorf("%s %s leads to %q", list, c.Name, code)
			}
		}
	}
	s := newElder(t)
	for name, answer := range map[string]string{"services_needed": "meals company", "meals_received": "some", "company_received": "enough"} {
		s.set(name, answer)
	}
	s.shown()
	if got := s.answer("basic_services_needed") + ", " + s.answer("basic_services_unmet"); got != "b14 b23, b14" {
		t.Errorf("meals and company are %s", got)
	}
}

// What is seen or heard of danger asks for help at once, whoever answered and however the visit ended.
func TestDangerIsFollowedUp(t *testing.T) {
	bound, err := validate.For(read(t, elderly))
	if err != nil {
		t.Fatal(err)
	}
	for answers, want := range map[string]bool{
		"closing/safety_signs=suicidal_words": true, "closing/safety_signs=neglect abuse": true, "ability/care_risk_kinds=fall self_harm": true,
		"closing/safety_signs=none": false, "closing/safety_signs=dont_know": false, "ability/care_risk_kinds=fall lost": false,
	} {
		path, answer, _ := strings.Cut(answers, "=")
		found := visit(bound, map[string]string{path: answer})
		if got := slices.ContainsFunc(found, func(i survey.Issue) bool { return i.Code == "report.urgent" && i.Field == path }); got != want {
			t.Errorf("%s: %v", answers, found)
		}
	}
	for _, outcome := range []string{"1.1", "2.112", "2.22", "4.61"} {
		s := newElder(t)
		s.set("outcome", outcome)
		if !slices.Contains(s.shown(), "safety_signs") {
			t.Errorf("signs of danger are not asked at %s", outcome)
		}
	}
}

// What somebody of eighty is entitled to and does not receive.
func TestBenefitGap(t *testing.T) {
	for _, c := range []struct{ born, registration, benefits, card, want string }{
		{"1946-11-23", "local", "transport", "no", "old_age_allowance"}, {"1946-11-24", "local", "transport", "no", ""}, {"1940-01-01", "province", "none", "no", ""},
		{"1940-01-01", "local", "old_age_allowance", "no", ""}, {"1960-01-01", "local", "none", "yes", "disability"}, {"1940-01-01", "local", "refused", "yes", ""},
	} {
		s := newElder(t)
		for name, answer := range map[string]string{"elder_birth_date": c.born, "elder_registration": c.registration, "benefits": c.benefits, "disability_card": c.card} {
			s.set(name, answer)
		}
		s.shown()
		if got := s.answer("benefit_gap"); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

var update = flag.Bool("update", false, "write testdata anew")

// TestFrozenCore holds what two rounds compare: its questions keep name, group, type, wording and codes. Who changes one on
// purpose writes the table anew with -update and says in docs/instruments.md from which round on it means something else.
func TestFrozenCore(t *testing.T) {
	f := read(t, elderly)
	var b strings.Builder
	f.Walk(func(q *survey.Question) bool {
		if bind(q, "doorstep:frozen") == "yes" {
			fmt.Fprintf(&b, "%s | %s | %s |", strings.TrimPrefix(f.Path(q), "/"+f.Name+"/"), q.Type, q.Label.Tagged("zh"))
			if l := f.Lists[q.List]; l != nil {
				for _, c := range l.Choices {
					b.WriteString(" " + c.Name)
				}
			}
			b.WriteString("\n")
		}
		return true
	})
	const file = "testdata/elderly_core.txt"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != b.String() {
		t.Errorf("the core is not what it was:\n%s", b.String())
	}
}

func bind(q *survey.Question, name string) string {
	for _, p := range q.Bind {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

func extra(c survey.Choice, column string) string {
	for _, p := range c.Extra {
		if p.Name == column {
			return p.Value
		}
	}
	return ""
}

// elder is an interview at home with somebody at best in all items.
type elder struct {
	*filled
}

var elderLogic = sync.OnceValues(func() (*validate.Logic, error) {
	f, _ := known.Load(elderly)
	return validate.Compile(f.(*survey.Form))
})

func newElder(t *testing.T) *elder {
	s := &elder{filled: fill(t, elderly)}
	for name, answer := range map[string]string{"start": "2026-11-23T10:00:00.000+08:00", "today": "2026-11-23", "end": "2026-11-23T10:40:00.000+08:00",
		"contact_method": "household_visit", "contact": "elder_met", "eligible": "yes", "capacity": "yes", "consent": "written", "consent_parts": "sensitive",
		"outcome": "1.1", "informant": "self", "elder_birth_date": "1950-01-01", "elder_registration": "local", "assessment_kind": "screening", "dementia": "no", "mental_disorder": "no", "care_risk_kinds": "none"} {
		s.set(name, answer)
	}
	s.lower(0)
	return s
}

// lower takes points off, from the items in order.
func (s *elder) lower(points int) {
	for _, part := range validate.GBT42195().Parts {
		for _, item := range part.Items {
			take := min(points, item.Max)
			points -= take
			s.set(item.Name, strconv.Itoa(item.Max-take))
		}
	}
}

// shown lets the server's engine evaluate the record and lists the names of what is asked.
func (s *elder) shown() (names []string) {
	s.t.Helper()
	logic, err := elderLogic()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, q := range logic.Shown(context.Background(), &survey.Instance{Root: s.root}) {
		names = append(names, q.Question.Name)
	}
	return names
}

func (s *elder) answer(name string) string {
	n := s.root
	for _, step := range strings.Split(s.path(name), "/") {
		if n = n.Child(step); n == nil {
			return ""
		}
	}
	return n.Value()
}

// screened is total, preliminary and final level as the form computes them, which have to be what the server computes.
func (s *elder) screened() string {
	s.t.Helper()
	parts := []string{"self_care_score", "mobility_score", "mental_score", "perception_score"}
	final := s.calculate(append(parts, "ability_total", "preliminary_level", "final_level")...)
	got := fmt.Sprintf("%s %s %s", s.answer("ability_total"), s.answer("preliminary_level"), final)
	events, _ := strconv.Atoi(s.answer("care_risk_events"))
	r := validate.GBT42195().Score(s.answer, validate.AbilityFacts{Dementia: s.answer("dementia") == "yes", MentalDisorder: s.answer("mental_disorder") == "yes", RiskEvents: events})
	total := strconv.Itoa(r.Total)
	if r.Total < 0 {
		total = ""
	}
	if server := fmt.Sprintf("%s %s %s", total, r.Preliminary, r.Final); server != got {
		s.t.Errorf("the form says %s, the server %s", got, server)
	}
	return got
}
