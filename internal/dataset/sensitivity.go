package dataset

import (
	"slices"
	"strings"

	"doorstep/internal/survey"
)

// SensitivityColumn is the column of the survey sheet that says how an answer is handled in a de-identified export:
// "identifier" or "sensitive" leave it out, "none" keeps what would be left out only because it could hold anything.
const SensitivityColumn = "bind::" + sensitivity

const sensitivity = "doorstep:sensitivity"

// treatment is what becomes of an answer in a de-identified export, from the mildest to the strictest.
type treatment uint8

const (
	keep treatment = iota
	asDay
	asAge      // calculated from a date: kept where it can be an age
	asYear     // a birth date: its year, and the age at the visit
	asLeft     // left out, unless the form says otherwise
	asLeftHard // left out whatever the form says
)

// verdict is the treatment of one question and the reason for it.
type verdict struct {
	treatment treatment
	why       Text
}

var (
	declared    = Text{"问卷标明为标识或敏感信息", "declared as identifying or sensitive in the form"}
	exactPlace  = Text{"精确位置", "exact place"}
	fileName    = Text{"照片、签名、录音等附件", "photo, signature, recording or other file"}
	deviceOf    = Text{"设备或账号标识", "names a device or an account"}
	personOf    = Text{"存入人员或住户登记的信息", "saved to the register of persons or households"}
	checkedAs   = Text{"姓名、号码、电话或编码", "a name, number, phone or code"}
	birthOf     = Text{"出生日期:只留年份和访问时的年龄", "birth date: only the year, and the age at the visit"}
	momentOf    = Text{"时刻:只留日期", "moment: only the day"}
	fromList    = Text{"选项来自登记名单或其他答案", "its choices come from a register or from other answers"}
	freeText    = Text{"自由填写的文字", "free text"}
	named       = Text{"名称像是号码、电话或位置", "its name is that of a number, a phone or a place"}
	fromAnswers = Text{"由标识信息计算得出", "calculated from identifying answers"}
	fromDate    = Text{"由日期计算得出:只留 0 至 150 的整数", "calculated from a date: only whole numbers from 0 to 150"}
)

// deviceTypes are the metadata questions that name a tablet or its user.
var deviceTypes = []string{"deviceid", "username", "phonenumber", "email", "subscriberid", "simserial"}

// identifyingRules are the value rules of identifiers.
var identifyingRules = []string{"cn_id", "cn_phone", "cn_mobile", "house_code", "person_name", "area_code"}

// birthRules are the value rules of birth dates.
var birthRules = []string{"age_under", "age_from"}

// plainProperties of persons and households do not tell who they are.
var plainProperties = []string{"sex", "id_type", "residents"}

// tellingWords in the name of a number mark it as an identifier.
var tellingWords = []string{"phone", "mobile", "tel", "telephone", "fax", "passport", "idcard", "account", "card", "qq", "wechat", "plate", "lat", "latitude", "lon", "lng", "longitude"}

// classifier judges the questions of one form.
type classifier struct {
	form    *survey.Form
	byName  map[string][]*survey.Question // questions that have a column, and containers
	judged  map[*survey.Question]verdict
	pending map[*survey.Question]bool
}

func newClassifier(f *survey.Form) *classifier {
	c := &classifier{form: f, byName: map[string][]*survey.Question{}, judged: map[*survey.Question]verdict{}, pending: map[*survey.Question]bool{}}
	f.Walk(func(q *survey.Question) bool {
		c.byName[q.Name] = append(c.byName[q.Name], q)
		return true
	})
	return c
}

// judge decides once about a question. A calculation that refers to itself is left out.
func (c *classifier) judge(q *survey.Question) verdict {
	if v, ok := c.judged[q]; ok {
		return v
	}
	if c.pending[q] {
		return verdict{asLeft, fromAnswers}
	}
	c.pending[q] = true
	v := c.decide(q)
	delete(c.pending, q)
	c.judged[q] = v
	return v
}

func (c *classifier) decide(q *survey.Question) verdict {
	switch said := bound(q, sensitivity); {
	case said != "" && said != "none":
		return verdict{asLeftHard, declared}
	case said == "none":
		if v := c.evident(q); v.treatment != asLeft {
			return v
		}
		return verdict{}
	}
	return c.evident(q)
}

// evident is the verdict when the form says nothing.
func (c *classifier) evident(q *survey.Question) verdict {
	if v, ok := c.identifies(q); ok {
		return v
	}
	switch q.Kind {
	case survey.KindSelectOne, survey.KindSelectMultiple, survey.KindRank:
		if !closedList(c.form, q) {
			return verdict{asLeft, fromList}
		}
		return verdict{}
	case survey.KindDateTime:
		return verdict{asDay, momentOf}
	case survey.KindDate:
		if slices.Contains(words(q.Name), "birth") || hasRule(q, birthRules) {
			return verdict{asYear, birthOf}
		}
	}
	if q.Calculation != "" || q.DynamicDefault {
		return c.calculated(q)
	}
	switch {
	case q.Kind == survey.KindText:
		return verdict{asLeft, freeText}
	case q.Kind != survey.KindDate && tellingName(q.Name):
		return verdict{asLeft, named}
	}
	return verdict{}
}

// identifies finds what names a person, a household, a place or a device, whatever the form says.
func (c *classifier) identifies(q *survey.Question) (verdict, bool) {
	switch q.Kind {
	case survey.KindGeopoint, survey.KindGeotrace, survey.KindGeoshape:
		return verdict{asLeftHard, exactPlace}, true
	case survey.KindFile:
		return verdict{asLeftHard, fileName}, true
	}
	if slices.Contains(deviceTypes, strings.TrimPrefix(q.Type, "uri:")) {
		return verdict{asLeftHard, deviceOf}, true
	}
	if p := c.registered(q); p == "birth_date" {
		return verdict{asYear, birthOf}, true
	} else if p != "" && !slices.Contains(plainProperties, p) {
		return verdict{asLeftHard, personOf}, true
	}
	if hasRule(q, identifyingRules) {
		return verdict{asLeftHard, checkedAs}, true
	}
	return verdict{}, false
}

// registered is the property of the registers of persons and households that an answer is saved to, or "".
func (c *classifier) registered(q *survey.Question) string {
	list, property, qualified := strings.Cut(q.SaveTo, "#")
	if !qualified {
		property, list = q.SaveTo, ""
		if len(c.form.Entities) > 0 {
			list = c.form.Entities[0].List // a form with several lists has to qualify
		}
	}
	if list != "persons" && list != "households" {
		return ""
	}
	return property
}

// closedList tells whether the workbook itself lists every answer of a select.
func closedList(f *survey.Form, q *survey.Question) bool {
	return f.Lists[q.List] != nil && q.ItemsFile == "" && q.ItemsRepeat == "" && !strings.Contains(q.Appearance, "search(")
}

func bound(q *survey.Question, name string) string {
	for _, p := range q.Bind {
		if p.Name == name {
			return strings.ToLower(strings.TrimSpace(p.Value))
		}
	}
	return ""
}

func hasRule(q *survey.Question, rules []string) bool {
	for _, word := range strings.FieldsFunc(bound(q, "doorstep:rule"), func(r rune) bool { return strings.ContainsRune(" \t\n,;()", r) }) {
		if slices.Contains(rules, word) {
			return true
		}
	}
	return false
}

func words(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '_' || r == '-' || r == '.' })
}

func tellingName(name string) bool {
	w := words(name)
	for i, word := range w {
		if slices.Contains(tellingWords, word) || word == "id" && i+1 < len(w) && (w[i+1] == "number" || w[i+1] == "no") {
			return true
		}
	}
	return false
}
