package sensitive

import (
	"regexp"
	"slices"

	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

// What a question is called, in its name or in any language of its label. An author who does not know the words of this
// program says there what is asked.
var (
	// asksNumber finds the number of a document, a phone, a card or an account.
	asksNumber = regexp.MustCompile(`(?i)身份证号|证件号|证号|号码|卡号|[账帐]号|护照号|手机号|电话号|车牌号|社保号|医保号|学号|工号|门牌号|QQ ?号|微信号|` +
		`\b(id|identity|passport|document|phone|mobile|telephone|card|account|licen[cs]e|plate|contact) (card )?(number|no\b)`)
	// asksIdentity finds what names or locates somebody otherwise. How many of them there are identifies nobody.
	asksIdentity = regexp.MustCompile(`(?i)身份证|手机|电话|银行卡|[账帐]户|护照|微信|\bQQ\b|邮箱|住址|地址|经度|纬度|姓名|联系方式|车牌|` +
		`\b(phone|mobile|telephone|passport|bank card|bank account|e-?mail|wechat|address|latitude|longitude)\b`)
	asksHowMany = regexp.MustCompile(`(?i)几[个部台张本人名户次]|多少|数量|个数|人数|次数|户数|\bhow many\b|\bnumber of\b|\bcount\b`)
	asksBirth   = regexp.MustCompile(`(?i)出生|生日|诞辰|生辰|\bbirth|\bborn\b|\bdob\b`)
	// asksBirthDay finds a birth date or year that is asked as a number. The weight at birth is none.
	asksBirthDay = regexp.MustCompile(`(?i)出生[年月日时]|生日|诞辰|生辰|\b(date|year|month|day) of birth\b|\bbirth ?(date|day|year)\b|\bdob\b`)
	asksAge      = regexp.MustCompile(`(?i)年龄|几岁|岁数|多大|周岁[^的人]*$|\bage\b|\bhow old\b|\byears of age\b`)
	asksPeople   = regexp.MustCompile(`(?i)人数|几人|几个|多少人|人口|\bhow many\b|\bnumber of\b|\bpeople\b`)
)

// labelled reports whether the label of a question, in any language, is of a kind. Hints speak of other things too.
func labelled(q *survey.Question, kind *regexp.Regexp) bool {
	for _, text := range q.Label {
		if kind.MatchString(text) {
			return true
		}
	}
	return false
}

// numberOf reports whether a question asks for the number of a document, a phone, a card or an account.
func numberOf(q *survey.Question) bool { return labelled(q, asksNumber) }

// identityOf reports whether a number that a question asks for names or locates somebody.
func identityOf(q *survey.Question) bool {
	return tellingName(q.Name) || labelled(q, asksIdentity) && !labelled(q, asksHowMany)
}

// birthOfSomebody reports whether a day or a moment is that of a birth.
func birthOfSomebody(q *survey.Question) bool {
	w := words(q.Name)
	return slices.ContainsFunc([]string{"birth", "born", "dob", "birthday", "birthdate"},
		func(word string) bool { return slices.Contains(w, word) }) ||
		validate.Tells(q, validate.BirthDate) || labelled(q, asksBirth)
}

// isAge reports whether a number, or what is calculated, is somebody's age.
func isAge(q *survey.Question) bool {
	return slices.Contains(words(q.Name), "age") || labelled(q, asksAge) && !labelled(q, asksPeople)
}
