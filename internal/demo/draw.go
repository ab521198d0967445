package demo

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"doorstep/internal/survey"
)

// answer is what is given, or the time and device that a tablet fills in, or drawn; "" when the worker skips it.
func (v *visit) answer(q *survey.Question, n *survey.Node, given Given) string {
	if s, ok := given.Answers[q.Name]; ok {
		return s
	}
	switch q.Type {
	case "start":
		return v.now.Add(-20 * time.Minute).Format(dateTime)
	case "end":
		return v.now.Format(dateTime)
	case "today":
		return v.now.Format(time.DateOnly)
	}
	required := v.truth(v.logic[q].required, n, false)
	if !required && v.r.Float64() >= asked(q) {
		return ""
	}
	return v.fitting(q, n, required)
}

const dateTime = "2006-01-02T15:04:05.000Z07:00"

// asked is how often workers answer what is not required.
func asked(q *survey.Question) float64 {
	switch {
	case q.ReadOnly != "" || q.Kind == survey.KindText && q.Type != "text":
		return 0
	case q.Kind == survey.KindText && ruleOf(q) == "":
		return 0.15
	}
	return 0.8
}

// fitting draws until the constraint holds; what is required keeps the last draw even if none fits.
func (v *visit) fitting(q *survey.Question, n *survey.Node, required bool) string {
	for range 40 {
		s := v.agreed(q, n)
		if s == "" {
			s = v.draw(q)
		}
		if s == "" {
			return ""
		}
		n.SetValue(s)
		if v.truth(v.logic[q].constraint, n, true) {
			return s
		}
	}
	if !required {
		n.SetValue("")
	}
	return n.Value()
}

// agreed is the computed answer beside a judgement that follows it; one worker in twenty judges for himself.
func (v *visit) agreed(q *survey.Question, n *survey.Node) string {
	if computed := n.Parent.Child(agreesWith[q.Name]); computed != nil && v.r.IntN(20) > 0 {
		return computed.Value()
	}
	return ""
}

func (v *visit) draw(q *survey.Question) string {
	switch q.Kind {
	case survey.KindSelectOne:
		return v.one(q)
	case survey.KindSelectMultiple:
		return v.several(q)
	case survey.KindInteger:
		return strconv.Itoa(int(v.number(q)))
	case survey.KindDecimal:
		return strconv.FormatFloat(math.Round(v.number(q)*10)/10, 'f', -1, 64)
	case survey.KindDate:
		return v.day().Format(time.DateOnly)
	case survey.KindDateTime:
		return v.day().Format(dateTime)
	case survey.KindTime:
		return v.day().Format("15:04:05.000Z07:00")
	case survey.KindTrigger:
		return "OK"
	case survey.KindText:
		return v.words(q)
	}
	return "" // files and places are not made up
}

// day is as often to come as past, and more often near: constraints pick the side.
func (v *visit) day() time.Time {
	days := int(1 + 170*v.r.Float64()*v.r.Float64())
	if v.r.IntN(2) == 0 {
		days = -days
	}
	return v.now.AddDate(0, 0, days)
}

var bounds = regexp.MustCompile(`\. >= (-?[0-9]+) and \. <= ([0-9]+)`)

// number takes the usual range of a question, else the bounds of its constraint with small numbers more often.
func (v *visit) number(q *survey.Question) float64 {
	if usual, ok := usualNumbers[q.Name]; ok {
		return usual[0] + v.r.Float64()*(usual[1]-usual[0])
	}
	low, high := 0.0, 10.0
	if m := bounds.FindStringSubmatch(q.Constraint); m != nil {
		low, _ = strconv.ParseFloat(m[1], 64)
		high, _ = strconv.ParseFloat(m[2], 64)
	}
	return low + (high-low+1)*math.Pow(v.r.Float64(), 4)
}

func (v *visit) words(q *survey.Question) string {
	switch ruleOf(q) {
	case "person_name":
		return NewName(v.r, []string{"female", "male"}[v.r.IntN(2)], 1950+v.r.IntN(50)).Full()
	case "cn_phone", "cn_mobile":
		return phone(v.r.IntN(phonesOfGrids))
	case "house_code", "area_code":
		return ""
	}
	texts := remarks
	for end, usual := range usualTexts {
		if strings.HasSuffix(q.Name, end) {
			texts = usual
		}
	}
	return texts[v.r.IntN(len(texts))]
}

// ruleOf is the name of the server's rule for a question, "" without one.
func ruleOf(q *survey.Question) string {
	for _, p := range q.Bind {
		if p.Name == "doorstep:rule" {
			name, _, _ := strings.Cut(p.Value, "(")
			return name
		}
	}
	return ""
}

// one draws a choice by weight.
func (v *visit) one(q *survey.Question) string {
	list := v.form.Lists[q.List]
	if list == nil || len(list.Choices) == 0 {
		return ""
	}
	total := 0.0
	for i := range list.Choices {
		total += v.weight(q, list, i)
	}
	x := v.r.Float64() * total
	for i := range list.Choices {
		if x -= v.weight(q, list, i); x < 0 {
			return list.Choices[i].Name
		}
	}
	return list.Choices[0].Name
}

// several draws one choice, and now and then more that go with it.
func (v *visit) several(q *survey.Question) string {
	picked := v.one(q)
	for v.r.IntN(3) == 0 && !exclusive[picked] {
		next := v.one(q)
		if !exclusive[next] && !strings.Contains(" "+picked+" ", " "+next+" ") {
			picked += " " + next
		}
	}
	return picked
}

func (v *visit) weight(q *survey.Question, list *survey.ChoiceList, i int) float64 {
	name := list.Choices[i].Name
	if w, ok := usualChoices[q.Name][name]; ok {
		return w
	}
	if w, ok := usualChoices[list.Name][name]; ok {
		return w
	}
	if score, err := strconv.Atoi(name); err == nil && strings.HasPrefix(list.Name, "score") {
		return v.scoreWeight(list, score)
	}
	if w, ok := usualRisks[name]; ok && strings.HasPrefix(q.Name, "risk_") {
		return w
	}
	if w, ok := usualWords[name]; ok {
		return w
	}
	return 1
}

// scoreWeight prefers the score that fits how able the person is: most are well.
func (v *visit) scoreWeight(list *survey.ChoiceList, score int) float64 {
	best := 0
	for _, c := range list.Choices {
		n, _ := strconv.Atoi(c.Name)
		best = max(best, n)
	}
	expected := float64(best) * math.Min(1, 0.3+3.5*v.able)
	return math.Exp(-3 * math.Abs(expected-float64(score)))
}

// geopoint writes a place as a geopoint answer.
func geopoint(lon, lat, accuracy float64) string {
	return fmt.Sprintf("%.7f %.7f 0 %.1f", lat, lon, accuracy)
}
