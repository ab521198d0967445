package demo

// usualNumbers are the ranges that numbers mostly lie in, by question.
var usualNumbers = map[string][2]float64{
	"height_cm": {145, 180}, "weight_kg": {42, 85}, "medicines": {0, 5}, "falls": {0, 1.3}, "hospital_stays": {0, 1.5},
	"medical_cost": {0, 20000},
	"floor":        {1, 12}, "school_grade": {1, 4}, "years_here": {1, 20}, "care_hours": {1, 12}, "care_cost": {0, 4000},
	"carer_age":        {30, 75},
	"benefits_monthly": {100, 1800}, "disabled_count": {0, 1.05}, "talk_people": {3, 12}, "attempt": {1, 2.5}, "children_alive": {0, 4},
	"father_months": {1, 60}, "mother_months": {1, 60}, "family_father_months": {1, 60}, "family_mother_months": {1, 60},
	"care_risk_events": {1, 4}, "child_age_estimate": {3, 17}, "guardian_age": {25, 70},
}

// exclusive are choices that go with no other.
var exclusive = map[string]bool{"none": true, "unsure": true, "alone": true}

// usualWords weighs choices of any list by their name against the 1 of all others.
var usualWords = map[string]float64{"none": 12, "other": 0.05, "unsure": 0.15, "dont_know": 0.05, "refused": 0.05, "unknown": 0.0005,
	"no": 1.5}

// usualRisks weighs the answers about what may harm a child.
var usualRisks = map[string]float64{"yes": 0.02, "unsure": 0.03}

// usualChoices weighs choices by question, else by list. The figures make a plausible city; they are no statistics.
var usualChoices = map[string]map[string]float64{
	"immediate_danger": {"yes": 0.002, "unsure": 0.004}, "safety": {"none": 60, "concern": 0.2, "danger": 0.02}, "gate": {"none": 25},
	"risk_when": {"later": 0},
	"language":  {"mandarin": 20}, "interpreter": {"not_needed": 12, "none": 0.2}, "observation": {"none": 20},
	"child_contact": {"with_others": 4, "alone": 2},
	"assent":        {"yes": 8}, "dementia": {"yes": 0.03}, "mental_disorder": {"yes": 0.02}, "coma": {"yes": 0.05, "no": 1},
	"disability": {"yes": 0.04}, "disability_card": {"yes": 0.1}, "consent": {"written": 5, "oral": 3, "refused": 0},
	"indoor_toilet": {"yes": 20},
	"parent_situation": {"caring": 40, "working_away": 8, "divorced_contact": 3, "dead": 0.4, "missing": 0.05, "deported": 0.02,
		"imprisoned": 0.2,
		"detox":      0.05, "restricted": 0.05, "custody_revoked": 0.02, "out_of_contact": 0.4, "severely_disabled": 0.2, "seriously_ill": 0.3,
		"unknown": 0.05},
	"categories": {"none": 60}, "illness": {"none": 200}, "health": {"good": 20, "fair": 4}, "assistance": {"none": 60},
	"ability":      {"full": 20, "none": 0.2},
	"registration": {"local": 5, "unregistered": 0.02, "hkmt": 0.02, "foreign": 0.01},
	"residence":    {"here": 20, "boarding": 1, "institution": 0.02},
	"worker_grade": {"green": 30, "blue": 2, "yellow": 0.5, "red": 0.1}, "name_kind": {"registered": 20}, "need": {"none": 10},
	"benefit":    {"none": 20, "orphan_allowance": 0.05, "unattended_allowance": 0.05, "destitute": 0.05, "old_age_allowance": 8},
	"risk_event": {"none": 40, "suicide": 0.02, "self_harm": 0.02, "lost": 0.1}, "carer": {"self": 10, "none": 0.5},
	"special_group": {"none": 150}, "chronic": {"none": 2}, "health_problem": {"none": 80},
	"assessment_kind": {"formal": 0}, // takes signatures, which are not made up
	"safety_sign":     {"none": 400, "suicidal_words": 0.5}, "carer_answers": {"yes": 5},
	"interview_language": {"mandarin": 8, "shared_dialect": 4, "minority": 0.02, "sign": 0.02}, "quality": {"good": 8, "fair": 3},
	"first_service":  {"none": 0},
	"housing_safety": {"safe": 20, "minor": 2, "serious": 0.3}, "difficulty": {"none": 15}, "pension": {"none": 0.3, "commercial": 0.05},
	"insurance":     {"none": 0.1, "resident": 10, "employee": 8},
	"income_source": {"none": 0.05}, "no_signature": {"not_present": 0.3}, "guardianship_problem": {"abuse": 0.1},
	"danger_action": {"none": 0},
}

// agreesWith is the computed answer that the worker's own judgement mostly agrees with.
var agreesWith = map[string]string{"worker_grade": "risk_grade", "assessor_level": "final_level"}

// usualTexts are what is written in some fields, by the question's name or its end.
var usualTexts = map[string][]string{
	"school_name":      {"明川市第一小学", "明川市实验学校", "临江中学", "云溪区中心幼儿园", "望海职业技术学校"},
	"illness_hospital": {"市人民医院，去年确诊", "市儿童医院，前年确诊"},
	"_place":           {"外省某市某县", "省内某市某县"},
	"_other":           {"其他情况，见备注"},
	"_reason":          {"结合现场情况判断"},
	"_wish":            {"想和爸爸妈妈一起过年", "想学画画", "想多去公园玩"},
}

// remarks are what workers write in free text.
var remarks = []string{
	"情况属实，已向家属说明。", "家中整洁，邻里关系好。", "建议下次周末再来，家里人都在。", "希望社区多组织活动。", "家属表示暂时没有其他需要。",
	"已留联系电话，有事随时联系。", "孩子平时由老人接送。", "与物业核实过住户信息。",
}
