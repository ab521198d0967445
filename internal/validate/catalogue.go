package validate

import "doorstep/internal/survey"

// Entry is what the catalogue says of an issue.
type Entry struct {
	Severity survey.Severity
	ZH, EN   string
}

// Reports must be acted on at once, whatever the review state: Law on the Protection of Minors, article 11. A suspected
// one is for a supervisor to judge.
const (
	MandatoryReport = "report.mandatory"
	SuspectedReport = "report.suspected"
	UrgentFollowUp  = "report.urgent" // somebody is in danger, where no law names the report
)

// Findings about a record as a whole.
const (
	ClockOff   = "time.clock_off"
	TextMended = "text.mended"
)

// Catalogue is every issue that a record can get, by code. No text holds an answer.
var Catalogue = map[string]Entry{
	string(idLength):       {survey.Error, "证件号码应为 18 位（旧号 15 位）。", "The number must have 18 characters, or 15 if it is an old one."},
	string(idChars):        {survey.Error, "证件号码只能是数字，末位可以是 X。", "The number consists of digits; only the last may be X."},
	string(idBirth):        {survey.Error, "证件号码中的出生日期不存在。", "The birth date in the number does not exist."},
	string(idChecksum):     {survey.Error, "证件号码的校验码不对，很可能输错了一位。", "The check digit of the number is wrong; a digit is probably mistyped."},
	"cn_id.birth_mismatch": {survey.Error, "出生日期与证件号码不一致。", "The birth date differs from the one in the number."},
	"cn_id.sex_mismatch":   {survey.Error, "性别与证件号码不一致。", "The sex differs from the one in the number."},
	"cn_id.future":         {survey.Error, "证件号码中的出生日期晚于访问日期。", "The birth date in the number is after the visit."},
	"cn_id.repeated":       {survey.Error, "同一份记录中有两个人用了这个证件号码。", "Two people of this record have the same number."},
	"cn_id.division": {survey.Warning, "证件号码开头的行政区划代码不存在，请核对证件。",
		"The number begins with a division that does not exist; compare it with the document."},
	"cn_id.legacy": {survey.Notice, "这是 15 位旧号码，请尽量补录 18 位号码。", "This is an old 15-digit number; record the 18-digit one if possible."},

	"cn_mobile.format": {survey.Error, "手机号应为 11 位，以 13 至 19 开头。", "A mobile number has 11 digits and begins with 13 to 19."},
	"cn_phone.format": {survey.Error, "电话应为 11 位手机号，或带区号的固定电话。",
		"A phone number is an 11-digit mobile number or a landline with its area code."},
	"area_code.format": {survey.Error, "区域编码应为 6、9 或 12 位数字，网格编码再加网格号。",
		"An area code has 6, 9 or 12 digits; a grid code adds the grid number."},
	"house_code.format": {survey.Error, "房屋编码应为 25 位数字。", "A house code has 25 digits."},
	"value.format":      {survey.Error, "答案的格式不符合要求。", "The answer does not have the required form."},
	string(nameFormat): {survey.Error, "姓名至少两个字，不能有数字和符号（间隔号除外）。",
		"A name has at least two letters, no digits and no signs except a dot between its parts."},
	string(namePlaceholder): {survey.Warning, "这看起来不是真实姓名，请核实。", "This does not look like a real name; please check."},
	string(namePrivateUse): {survey.Warning, "姓名中有自造字，其他设备可能显示不出，请换成标准汉字或注明。",
		"The name has a private-use character that other devices may not show; use the standard character."},

	ClockOff: {survey.Warning, "平板电脑的时钟不准（相差）", "The tablet's clock was off (by)"},
	TextMended: {survey.Warning, "记录中有无法保存的字符，已去掉或替换，请核对文字。",
		"The record had characters that cannot be stored; they were dropped or replaced. Check its texts."},

	"date.future":       {survey.Error, "日期晚于访问日期。", "The date is after the visit."},
	"date.before_visit": {survey.Error, "日期早于访问日期。", "The date is before the visit."},
	"age.too_old":       {survey.Error, "访问当天的年龄超出本调查的范围（偏大）。", "At the visit the person is too old for this survey."},
	"age.too_young":     {survey.Error, "访问当天的年龄不到本调查的范围（偏小）。", "At the visit the person is too young for this survey."},
	"guardian.younger":  {survey.Error, "监护人的年龄不大于儿童的年龄。", "The guardian is no older than the child."},
	"guardian.minor":    {survey.Warning, "监护人未满 18 周岁，请核实监护情况。", "The guardian is under 18; look into the guardianship."},
	"count.mismatch":    {survey.Warning, "登记的人数与所填的人数不一致。", "The number of people recorded differs from the number given."},

	"ability.incomplete": {survey.Error, "有评估项目未评分，不能得出这个结果。", "Items of the assessment have no score, so this result cannot be computed."},
	"ability.score":      {survey.Error, "得分与各项之和不一致。", "The score is not the sum of its items."},
	"ability.level":      {survey.Error, "能力等级与得分和等级变更条件不符。", "The level does not follow from the scores and the rules that change it."},
	"ability.coma":       {survey.Warning, "填了昏迷，但意识水平不是 0 分。", "A coma is recorded although consciousness is not scored 0."},
	"risk.points":        {survey.Error, "风险得分与各项风险不一致。", "The risk points do not follow from the risk items."},
	"risk.grade":         {survey.Error, "风险等级与各项风险不一致。", "The risk grade does not follow from the risk items."},

	MandatoryReport: {survey.Warning, "发现儿童正受侵害或面临危险的情形，须立即报告（未成年人保护法第十一条）。",
		"A child is harmed or in danger: this must be reported at once (Law on the Protection of Minors, article 11)."},
	SuspectedReport: {survey.Warning, "疑似有须报告的情形，填写人不能确定：请主管当天判断是否报告（未成年人保护法第十一条）。",
		"What must be reported is suspected; the worker could not tell: a supervisor judges today whether to report (Law on the Protection of " +
			"Minors, article 11)."},
	UrgentFollowUp: {survey.Warning, "发现有人可能自伤、受虐待或无人照料，须马上跟进。",
		"Somebody may harm himself or herself, is ill-treated or has no care: follow this up at once."},

	// What the form's own logic finds; logic.required and logic.constraint take the form's words where it has any.
	"logic.required":   {survey.Error, "此题必填，但没有答案。", "This question must be answered."},
	"logic.constraint": {survey.Error, "答案不符合此题的限制条件。", "The answer does not meet the condition of the question."},
	"logic.type": {survey.Error, "答案的格式与题型不符，不能存入此题；原样保存在修改记录中。",
		"The answer is not of the question's type and cannot be stored there; it is kept as typed in the history."},
	"logic.choice": {survey.Error, "答案不在可选项之内，不能存入此题；原答案保存在修改记录中。",
		"The answer is not one of the choices and cannot be stored there; it is kept in the history."},
	"logic.choice_filtered": {survey.Error, "按其他答案，此选项不应出现；答案保留，请核对。",
		"By the other answers this choice is not offered; the answer stays, please check."},
	"logic.calculate": {survey.Warning, "自动计算的结果与提交的不同；保留提交的值，两个值都在修改记录中。",
		"The computed value differs from the one sent, which stays; both are in the history."},
	"logic.recalculated": {survey.Warning, "自动计算的结果与提交的不同，以服务器计算的为准；提交的值在修改记录中。",
		"The computed value differs from the one sent and replaces it; the one sent is in the history."},
	"logic.repeat_count": {survey.Warning, "登记的条数与问卷要求的条数不一致。", "The number of entries differs from the number that the form asks for."},
	"logic.irrelevant": {survey.Notice, "按问卷的条件此处不适用，其中的答案已移到修改记录中。",
		"By the form's conditions this does not apply; its answers were moved to the history."},
	"logic.recalculated_kept": {survey.Notice, "服务器算出的结果不同；审核人员已恢复采集端的结果。",
		"The server computes something else; a reviewer put back what the tablet computed."},
	"logic.irrelevant_kept": {survey.Notice, "按问卷的条件此处不适用；其中的答案保留，请核对。",
		"By the form's conditions this does not apply; its answers stay, please check."},
	"logic.no_moment": {survey.Notice, "记录没有说明访问时间，与当天日期有关的条件没有检查。",
		"The record does not say when the visit was; what depends on the day was not checked."},
	"logic.unknown_element": {survey.Notice, "提交的内容中有问卷没有的项目。", "The record has an item that the form does not have."},
	"logic.too_long": {survey.Warning, "记录过大或问卷过于复杂，只检查了一部分。",
		"The record is too large or the form too complex; it was checked in part."},
}

// Found is the issue with that code at a field. A code that the catalogue does not have becomes a warning with a
// general text, so that no finding is ever lost.
func Found(code, field string) survey.Issue {
	e, ok := Catalogue[code]
	if !ok {
		e = Entry{survey.Warning, "请核对。", "Please check."}
	}
	return survey.Issue{Code: code, Field: field, Severity: e.Severity, ZH: e.ZH, EN: e.EN}
}
