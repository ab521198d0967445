package sensitive

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/corpora"
	"doorstep/internal/survey"
)

// Words that the name of a question, or its label, may hold: each alone is judged.
var (
	names = slices.Concat(tellingWords, strings.Fields("birth born dob birthday birthdate age sex gender id id_number id_no id_x number no a-phone a.phone telly n"))
	asked = strings.Split("身份证号|证件号|证号|号码|卡号|账号|帐号|护照号|手机号|电话号|车牌号|社保号|医保号|学号|工号|门牌号|QQ号|QQ 号|微信号|id number|Identity number|passport number|document number|"+
		"phone number|mobile number|telephone number|card number|account number|license number|licence no|plate number|contact number|id card number|id no|id note|phonenumber|"+
		"身份证|手机|电话|银行卡|账户|帐户|护照|微信|QQ|邮箱|住址|地址|经度|纬度|姓名|联系方式|车牌|phone|mobile|telephone|passport|bank card|bank account|e-mail|email|wechat|address|latitude|longitude|QQQ|"+
		"几部手机|几个电话|几台手机|几张银行卡|几本护照|几人有电话|几名|几户|几次电话|多少电话|电话数量|手机个数|电话人数|电话次数|电话户数|how many phones|number of phones|phone count|"+
		"出生|生日|诞辰|生辰|birth|born|dob|reborn|出生年|出生月|出生日|出生时|出生地|date of birth|year of birth|month of birth|day of birth|birth date|birthday|birth year|birth weight|"+
		"年龄|几岁|岁数|多大|周岁|周岁人数|周岁的人|age|how old|years of age|page|年龄人数|几人年龄|几个年龄|多少人年龄|人口年龄|how many of age|number of that age|people of that age|其他|other", "|")
	rules = strings.Split("cn_id|cn_phone|cn_mobile|house_code|person_name|area_code|age_under(18)|age_from(60)|age_under|cn_ids|x;cn_id|x,cn_phone|x cn_mobile|x(person_name)|x\narea_code|age", "|")
	saved = strings.Fields("persons#full_name persons#id_number persons#phone persons#birth_date persons#sex persons#id_type households#residents households#head_name households#name other#full_name full_name id_number birth_date sex residents")
	said  = []string{"identifier", "sensitive", "sealed", "none", "None ", "x"}
	asks  = []string{". <= 9", ". < 9", ". = 9", "9 >= .", "9 > .", "9 = .", ". >= 9", ". <= -9999999", ". <= -10000000", ".<=9", ". <= 9 or . = 10", ". <= 9 or . > 1", ". > 1 and . <= 9", ". > 1 and . > 2", "(. <= 9)", "((. <= 9) and (. > 1))", "(. <= 9) or (. = 5)",
		"(. <= 9) or (. > 5)", "'. <= 9' and . > 1", "\". or .\" = . or . < 9", "not(. <= 9)", "string-length(.) <= 0", "string-length(.)<8", "string-length( . ) = 7", "string-length(.) = 77", ". <= 9 and (. = 1 or . > 5)", "(. > 5 or . = 1) and . > 0", "f('(') or . <= 9", "(. <= 9", "(')' != .) and (. <= 9)", "(. != '(') or . <= 9", ". <= 9 or . <= 8 or . <= 7", ". > 9 or . <= 8 or . <= 7", "or . <= 9"}
	reads = []string{"1", "${moment}", "${day}", "${birth}", "${years}", "${small}", "${open}", "${text}", "${score}", "${place}", "${pick}", "${itself}", "concat(${small}, ${text})", "../text", "/data/text", "'text'", "\"text\"", "uuid()", "pulldata('a', 'b', 'c', ${small})", "property('x')",
		"instance('yn')/root/item[name = 'y']/label", "instance(\"yn\")/root/item", "instance('other')/root/item", "instance(${small})", "position(..)", "position( .. )", "string(..)", "../small", "../../small", "//small", "/data/*", "*/small", "child::small", "count(${kids})", "count-non-empty(${kids})",
		"string(${kids})", "${kids}/kid", "${kids}[1]/kid", "sum(${kid})", "int(${day} div 365)", "${moment} - ${day}", "${unknown}", "'it' + ${small}", "${note}", "${house}", "count(${house})", "${echo}"}
	defaults = []string{"${text}", "${small}", "x"}
)

// judged is the form in which each question is judged: with an answer of each treatment beside it.
func judged(q *survey.Question) *survey.Form {
	label := survey.Translated{"": "L"}
	ask := func(name string, kind survey.Kind, set func(*survey.Question)) *survey.Question {
		one := &survey.Question{Name: name, Kind: kind, Label: label}
		if set != nil {
			set(one)
		}
		return one
	}
	sealed := func(one *survey.Question) { one.Bind = []survey.Pair{{Name: declaration, Value: "sealed"}} }
	small := func(one *survey.Question) { one.Constraint = ". < 9" }
	root := &survey.Question{Kind: survey.KindGroup, Children: []*survey.Question{
		ask("moment", survey.KindDateTime, func(one *survey.Question) { one.Type = "start" }), ask("day", survey.KindDate, nil), ask("birth", survey.KindDate, nil),
		ask("years", survey.KindInteger, func(one *survey.Question) { one.Label = survey.Translated{"": "How old"} }), ask("small", survey.KindInteger, small), ask("open", survey.KindInteger, nil),
		ask("text", survey.KindText, nil), ask("score", survey.KindInteger, sealed), ask("place", survey.KindGeopoint, nil), ask("pick", survey.KindSelectOne, func(one *survey.Question) { one.List = "yn" }),
		ask("note", survey.KindNote, nil), ask("echo", survey.KindText, func(one *survey.Question) { one.Calculation = "${itself}" }), ask("house", survey.KindGroup, nil),
		ask("kids", survey.KindRepeat, func(one *survey.Question) { one.Children = []*survey.Question{ask("kid", survey.KindInteger, small)} }), q}}
	list := func(name, label string) *survey.ChoiceList {
		return &survey.ChoiceList{Choices: []survey.Choice{{Name: "y", Label: survey.Translated{"": "Y"}}, {Name: name, Label: survey.Translated{"": "N", "b": label}}}}
	}
	return &survey.Form{ID: "f", Name: "data", Root: root, Entities: []*survey.EntityDecl{{List: "persons"}, {List: "others"}}, Lists: map[string]*survey.ChoiceList{
		"yn": list("n", "N"), "six": list("123456", "123456"), "named": list("1234567", ""), "told": list("n", "1234567")}}
}

// TestEachVerdict holds how each question is treated, why, its mask and its role: by its kind, its name, its label, its rule, where it is
// saved, what the form says, what bounds it, and what it reads.
func TestEachVerdict(t *testing.T) {
	var b strings.Builder
	var reasons []survey.Words
	verdict := func(q *survey.Question) string {
		c := New(judged(q))
		v := c.Judge(q)
		if !slices.Contains(reasons, v.Why) {
			reasons = append(reasons, v.Why)
		}
		said := fmt.Sprintf("%d because %d", v.Treatment, slices.Index(reasons, v.Why))
		if shape := c.Shape(q); shape != Nothing {
			said += fmt.Sprintf(" mask %d", shape)
		}
		if Harmless(q) {
			said += " harmless"
		}
		if role := Role(q); role != "" {
			said += " " + role
		}
		return said
	}
	open := []survey.Kind{survey.KindText, survey.KindInteger, survey.KindDate}
	each := func(how string, words []string, kinds []survey.Kind, set func(q *survey.Question, word string)) {
		for _, word := range words {
			var all []string
			for _, kind := range kinds {
				q := &survey.Question{Name: "itself", Kind: kind, Label: survey.Translated{"": "L"}}
				set(q, word)
				all = append(all, verdict(q))
			}
			fmt.Fprintf(&b, "%s %q: %s\n", how, word, strings.Join(all, ", "))
		}
	}
	bind := func(name string) func(*survey.Question, string) {
		return func(q *survey.Question, word string) { q.Bind = append(q.Bind, survey.Pair{Name: name, Value: word}) }
	}
	var kinds []survey.Kind
	for kind := survey.KindText; kind < survey.KindNote; kind++ {
		kinds = append(kinds, kind)
	}
	each("list", []string{"yn", "six", "named", "told", "none"}, []survey.Kind{survey.KindSelectOne, survey.KindSelectMultiple, survey.KindRank}, func(q *survey.Question, word string) { q.List = word })
	each("kind", []string{""}, kinds, func(*survey.Question, string) {})
	each("said", said, kinds, func(q *survey.Question, word string) { q.List = "yn"; bind(declaration)(q, word) })
	each("role", []string{"quasi", "sensitive", "none", "x", " Quasi"}, []survey.Kind{survey.KindSelectOne, survey.KindText}, bind("doorstep:disclosure"))
	each("role of sex", []string{"none", "x"}, []survey.Kind{survey.KindSelectOne}, func(q *survey.Question, word string) { q.Name = "sex"; bind("doorstep:disclosure")(q, word) })
	each("type", slices.Concat(deviceTypes, []string{"uri:deviceid", "start", "end", "today", "range"}), []survey.Kind{survey.KindText, survey.KindDate, survey.KindDateTime}, func(q *survey.Question, word string) { q.Type = word })
	each("named", names, []survey.Kind{survey.KindInteger, survey.KindDate, survey.KindSelectOne}, func(q *survey.Question, word string) { q.Name, q.List = word, "yn" })
	each("asked", asked, open, func(q *survey.Question, word string) { q.Label["zh"] = "请问" + word })
	each("asked, bounded", asked, []survey.Kind{survey.KindInteger}, func(q *survey.Question, word string) { q.Label["zh"], q.Constraint = word, ". < 9" })
	each("asked in words", []string{"phone number", "birth", "age"}, open, func(q *survey.Question, word string) {
		q.Label["en"] = "What " + word + "?"
		bind(declaration)(q, "none")
	})
	each("rule", rules, open, bind("doorstep:rule"))
	each("saved", saved, open, func(q *survey.Question, word string) { q.SaveTo = word })
	each("saved and said sealed", saved, open, func(q *survey.Question, word string) { q.SaveTo = word; bind(declaration)(q, "sealed") })
	each("bounded", asks, []survey.Kind{survey.KindInteger}, func(q *survey.Question, word string) { q.Constraint = word })
	each("reads", reads, []survey.Kind{survey.KindText, survey.KindInteger}, func(q *survey.Question, word string) { q.Calculation = word })
	each("reads, said none", reads, []survey.Kind{survey.KindText}, func(q *survey.Question, word string) { q.Calculation = word; bind(declaration)(q, "none") })
	each("reads, an age", reads, []survey.Kind{survey.KindText}, func(q *survey.Question, word string) { q.Name, q.Calculation = "age", word })
	each("default", defaults, open, func(q *survey.Question, word string) { q.Default, q.DynamicDefault = word, true })
	each("filled in", defaults, open, func(q *survey.Question, word string) { q.Calculation, q.Trigger = word, "${small}" })
	each("filled in, and bounded", defaults, open, func(q *survey.Question, word string) {
		q.Calculation, q.Trigger, q.Constraint = word, "${small}", ". < 9"
	})
	each("fixed default", defaults, open, func(q *survey.Question, word string) { q.Default = word })
	each("choices of", []string{"file", "repeat", "search"}, []survey.Kind{survey.KindSelectOne}, func(q *survey.Question, word string) {
		q.List = "yn"
		switch word {
		case "file":
			q.ItemsFile = "a.csv"
		case "repeat":
			q.ItemsRepeat = "${kids}"
		default:
			q.Appearance = "minimal search('a')"
		}
	})
	for _, shape := range []Shape{Nothing, Name, Number, Phone, Year, Whole} {
		for _, value := range strings.Fields("a ab abc 123456789 1234567890 12345678901234 123456789012345 2015-03-12 2015-03-1 20150-3-12") {
			fmt.Fprintf(&b, "mask %d of %s: %s\n", shape, value, shape.Mask(value))
		}
	}
	for _, answer := range []any{int64(9999999), int64(10000000), int64(-9999999), int64(-10000000), 9999999.0, 9999999.5, -9999999.0, -9999999.5, "1234567890", "12345678901", "a12345678901b", true} {
		fmt.Fprintf(&b, "telling %v: %v\n", answer, Telling(answer))
	}
	for _, text := range strings.Fields("13812345678 12812345678 8613812345678 008613812345678 1381234567 138123456789 110101199003070011 11010119900307001X 1101011990030700 160101199003070011 710101199003070011 840101199003070011 " +
		"9110101199003070 3123456789012 6123456789012345678 61234567890123456789 2123456789012 7123456789012 a13812345678b 13812345678,x 110101900307001") {
		fmt.Fprintf(&b, "numbered %s: %v\n", text, Numbered(text))
	}
	for i, why := range reasons {
		fmt.Fprintf(&b, "because %d: %s\n", i, why.Both())
	}
	for treatment := range LeftOut + 1 {
		fmt.Fprintf(&b, "treated as %d: sealed %v\n", treatment, treatment.Sealed())
	}
	corpora.Golden(t, "testdata/verdicts.txt", b.String())
}
