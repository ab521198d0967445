// Package sensitive judges what the questions of a form tell about people: what is sealed in the database, masked on
// the screen, and left out of a de-identified export.
package sensitive

import (
	"regexp"
	"slices"
	"strings"

	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

// The column bind::doorstep:sensitivity of the survey sheet says how an answer is handled: "identifier" or "sensitive"
// seal it and leave it out of exports, "sealed" seals what still goes out, "none" keeps what would be sealed only because it could hold
// anything.
const declaration = "doorstep:sensitivity"

// Rules is the edition of the judgement: it is raised whenever other answers are sealed than before, and the next start of
// the program seals the rows that are there anew.
const Rules = 3

// Treatment is what becomes of an answer, from the mildest to the strictest.
type Treatment uint8

// Treatments. The four strictest are sealed, and the two strictest left out of de-identified exports.
const (
	Keep    Treatment = iota
	AsDay             // a moment: its day
	AsSpan            // calculated from moments: kept where it is a small number
	AsMonth           // a day: its month, unless it is within a month of the visit
	AsAge             // an age, or calculated from a day: the age band, where it can be an age
	AsYear            // a birth date: the age band at the visit
	Guarded           // the form says that it is sealed and goes out: a score, guarded by the report on small cells
	IfSmall           // a number without a limit: shown where it is small
	MayTell           // could hold anything, and the form does not say that it is harmless
	LeftOut           // whatever the form says
)

// Sealed reports whether answers so treated are enciphered in the database: all that nothing bounds.
func (t Treatment) Sealed() bool { return t >= Guarded }

// Verdict is the treatment of one question and the reason for it.
type Verdict struct {
	Treatment Treatment
	Why       survey.Words
}

// Reasons; those that name more than answers are told elsewhere too.
var (
	guarded    = survey.WordsOf("问卷标明加密保存，去标识化导出时保留", "declared as sealed in the form; it goes out in a de-identified export")
	declared   = survey.WordsOf("问卷标明为标识或敏感信息", "declared as identifying or sensitive in the form")
	ExactPlace = survey.WordsOf("精确位置", "exact place")
	fileName   = survey.WordsOf("照片、签名、录音等附件", "photo, signature, recording or other file")
	DeviceOf   = survey.WordsOf("设备或账号标识", "names a device or an account")
	personOf   = survey.WordsOf("存入人员或住户登记的信息", "saved to the register of persons or households")
	checkedAs  = survey.WordsOf("姓名、号码、电话或编码", "a name, number, phone or code")
	birthOf    = survey.WordsOf("出生日期", "birth date")
	fromBirth  = survey.WordsOf("由出生日期计算得出", "calculated from a birth date")
	MomentOf   = survey.WordsOf("时刻：只留日期（中国标准时间）", "moment: only the day, China Standard Time")
	fromList   = survey.WordsOf("选项来自登记名单或其他答案", "its choices come from a register or from other answers")
	FreeText   = survey.WordsOf("自由填写的文字", "free text")
	named      = survey.WordsOf("名称或题目像是号码、电话、账户或位置", "its name or label is that of a number, a phone, an account or a place")
	unbounded  = survey.WordsOf("数字没有上限：超过七位的不导出；请在 constraint 写明范围（不超过七位数），或标明 none",
		"a number without a limit: left out over seven digits; give its range in the constraint (at most seven digits), or declare none")
	numbered    = survey.WordsOf("选项里有号码", "its choices hold numbers of people or phones")
	ageOf       = survey.WordsOf("年龄", "age")
	dayOf       = survey.WordsOf("日期：走访前后一个月内的留日期，其他只留年月", "day: kept within a month of the visit, else only the month")
	fromDay     = survey.WordsOf("由日期计算得出", "calculated from a day")
	fromAnswers = survey.WordsOf("由标识信息计算得出", "calculated from identifying answers")
	fromDate    = survey.WordsOf("由时刻计算得出：只留 0 至 150 的整数", "calculated from a moment: only whole numbers from 0 to 150")
)

// deviceTypes are the metadata questions that name a tablet or its user.
var deviceTypes = []string{"deviceid", "username", "phonenumber", "email", "subscriberid", "simserial"}

// plainProperties of persons and households do not tell who they are.
var plainProperties = []string{"sex", "id_type", "residents"}

// longNumber is as many digits as a phone has.
var longNumber = regexp.MustCompile(`[0-9]{7}`)

// tellingWords in the name of a number mark it as an identifier.
var tellingWords = []string{"phone", "mobile", "tel", "telephone", "fax", "passport", "idcard", "idno", "sfz", "shenfenzheng", "shouji",
	"dianhua", "kahao", "zhanghao", "weixin", "account", "card", "qq", "wechat", "plate", "lat", "latitude", "lon", "lng", "longitude"}

// Classifier judges the questions of one form. It is made for one goroutine.
type Classifier struct {
	form    *survey.Form
	byName  map[string][]*survey.Question // questions that have a column, and containers
	judged  map[*survey.Question]Verdict
	pending map[*survey.Question]bool

	numbered map[string]bool // lists in which a choice is a long number, by name; those that were looked at
	ageFrom  map[string]bool // names in calculations of an age; nil until asked for
}

// New prepares the judgement of a form.
func New(f *survey.Form) *Classifier {
	c := &Classifier{form: f, byName: map[string][]*survey.Question{}, judged: map[*survey.Question]Verdict{},
		pending: map[*survey.Question]bool{}, numbered: map[string]bool{}}
	f.Walk(func(q *survey.Question) bool {
		c.byName[q.Name] = append(c.byName[q.Name], q)
		return true
	})
	return c
}

// Judge decides once about a question. A calculation that refers to itself is left out.
func (c *Classifier) Judge(q *survey.Question) Verdict {
	if v, ok := c.judged[q]; ok {
		return v
	}
	if c.pending[q] {
		return Verdict{MayTell, fromAnswers}
	}
	c.pending[q] = true
	v := c.decide(q)
	delete(c.pending, q)
	c.judged[q] = v
	return v
}

func (c *Classifier) decide(q *survey.Question) Verdict {
	switch said := bound(q, declaration); {
	case said == "sealed":
		if v := c.evident(q); !slices.Contains([]Treatment{Keep, Guarded, MayTell, IfSmall}, v.Treatment) {
			return Verdict{LeftOut, declared} // a date or an age does not go out as it is
		}
		return Verdict{Guarded, guarded}
	case said != "" && said != "none":
		return Verdict{LeftOut, declared}
	case said == "none":
		if v := c.evident(q); !slices.Contains([]Treatment{MayTell, IfSmall, AsMonth}, v.Treatment) {
			return v
		}
		return Verdict{}
	}
	return c.evident(q)
}

// evident is the Verdict when the form says nothing. What is neither bounded by its type nor by the form is left out.
func (c *Classifier) evident(q *survey.Question) Verdict {
	if v, ok := c.identifies(q); ok {
		return v
	}
	switch q.Kind {
	case survey.KindSelectOne, survey.KindSelectMultiple, survey.KindRank:
		return c.chosen(q)
	case survey.KindDate, survey.KindDateTime:
		return c.dated(q)
	}
	if q.Calculation == "" && !q.DynamicDefault {
		return c.typed(q)
	}
	v := c.calculated(q)
	if own := c.typed(q); q.Typed() && own.Treatment > v.Treatment {
		return own
	}
	if v.Treatment == Keep && isAge(q) {
		return Verdict{AsAge, ageOf}
	}
	return v
}

// typed judges what somebody types: what a form fills in for them to change may be anything, too.
func (c *Classifier) typed(q *survey.Question) Verdict {
	switch q.Kind {
	case survey.KindText:
		return Verdict{MayTell, FreeText}
	case survey.KindInteger, survey.KindDecimal:
		return c.counted(q)
	}
	return Verdict{}
}

// chosen judges a select. Its answers are bounded where the workbook lists them.
func (c *Classifier) chosen(q *survey.Question) Verdict {
	if !ClosedList(c.form, q) {
		return Verdict{MayTell, fromList}
	}
	long, looked := c.numbered[q.List]
	if !looked {
		long = slices.ContainsFunc(c.form.Lists[q.List].Choices, isLongNumber)
		c.numbered[q.List] = long
	}
	if long {
		return Verdict{MayTell, numbered}
	}
	return Verdict{}
}

func isLongNumber(choice survey.Choice) bool {
	if longNumber.MatchString(choice.Name) {
		return true
	}
	for _, label := range choice.Label {
		if longNumber.MatchString(label) {
			return true
		}
	}
	return false
}

// dated judges a day or a moment. What the tablet notes by itself is when the visit was.
func (c *Classifier) dated(q *survey.Question) Verdict {
	switch {
	case slices.Contains([]string{"start", "end", "today"}, q.Type):
		if q.Kind == survey.KindDate {
			return Verdict{}
		}
		return Verdict{AsDay, MomentOf}
	case birthOfSomebody(q) || c.countsAge(q):
		return Verdict{AsYear, birthOf}
	}
	return Verdict{AsMonth, dayOf}
}

// counted judges a number.
func (c *Classifier) counted(q *survey.Question) Verdict {
	switch {
	case identityOf(q):
		return Verdict{MayTell, named}
	case labelled(q, asksBirthDay) || slices.Contains(words(q.Name), "birth"):
		return Verdict{MayTell, birthOf}
	case isAge(q):
		return Verdict{AsAge, ageOf}
	case !bounded(q):
		return Verdict{IfSmall, unbounded}
	}
	return Verdict{}
}

// identifies finds what names a person, a household, a place or a device, whatever the form says.
func (c *Classifier) identifies(q *survey.Question) (Verdict, bool) {
	switch q.Kind {
	case survey.KindGeopoint, survey.KindGeotrace, survey.KindGeoshape:
		return Verdict{LeftOut, ExactPlace}, true
	case survey.KindFile:
		return Verdict{LeftOut, fileName}, true
	}
	if slices.Contains(deviceTypes, strings.TrimPrefix(q.Type, "uri:")) {
		return Verdict{LeftOut, DeviceOf}, true
	}
	if p := c.registered(q); p == "birth_date" {
		return Verdict{AsYear, birthOf}, true
	} else if p != "" && !slices.Contains(plainProperties, p) {
		return Verdict{LeftOut, personOf}, true
	}
	if validate.Tells(q, validate.PersonName, validate.DocumentNumber, validate.PhoneNumber, validate.PlaceCode) {
		return Verdict{LeftOut, checkedAs}, true
	}
	if open := q.Kind == survey.KindText || q.Kind == survey.KindInteger || q.Kind == survey.KindDecimal; open && numberOf(q) {
		return Verdict{LeftOut, checkedAs}, true
	}
	return Verdict{}, false
}

// registered is the property of the registers of persons and households that an answer is saved to, or "".
func (c *Classifier) registered(q *survey.Question) string {
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

// ClosedList reports whether the workbook itself lists every answer of a select.
func ClosedList(f *survey.Form, q *survey.Question) bool {
	return f.Lists[q.List] != nil && q.ItemsFile == "" && q.ItemsRepeat == "" && !strings.Contains(q.Appearance, "search(")
}

// Harmless reports whether the form says that the answers to a question tell nobody who somebody is.
func Harmless(q *survey.Question) bool { return bound(q, declaration) == "none" }

func bound(q *survey.Question, name string) string {
	for _, p := range q.Bind {
		if p.Name == name {
			return strings.ToLower(strings.TrimSpace(p.Value))
		}
	}
	return ""
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
