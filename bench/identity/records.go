package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/6tail/lunar-go/calendar"
	"github.com/mozillazg/go-pinyin"

	"doorstep/internal/demo"
)

// record writes somebody down; later records come from other workers, after a move perhaps.
func (c *city) record(p *person, later bool) record {
	rt := c.rates
	rec := record{name: c.heard(p.name), sex: p.sex, birth: c.birth(p)}
	at := p.household.place
	if later && c.chance(rt.moved) {
		at = c.newAddress()
	}
	rec.address, rec.house, rec.area = c.address(at), at.full(), at.code()
	if c.chance(rt.numbers) {
		rec.number = c.number(p)
	}
	if !c.chance(rt.noPhone) {
		rec.phone = p.household.phone
		if c.chance(rt.newPhone) {
			rec.phone = c.newPhone()
		}
	}
	if p.guardian != "" && !c.chance(rt.noGuardian) {
		guardian := p.household.guardians[0]
		if c.chance(rt.otherGuardian) {
			guardian = p.household.guardians[1+c.r.IntN(len(p.household.guardians)-1)]
		}
		rec.guardian = guardian.Full()
		if c.chance(rt.homophone) {
			rec.guardian = guardian.Surname + c.sounding(guardian.Given, sameSound)
		}
	}
	return rec
}

// heard is a name as it was heard, typed or called.
func (c *city) heard(n demo.Name) string {
	rt := c.rates
	x := c.r.Float64()
	for _, way := range []struct {
		share float64
		make  func() string
	}{
		{rt.homophone, func() string { return n.Surname + c.sounding(n.Given, sameSound) }},
		{rt.tone, func() string { return n.Surname + c.sounding(n.Given, sameSyllable) }},
		{rt.fuzzy, func() string { return n.Surname + c.sounding(n.Given, nearSyllable) }},
		{rt.variant, func() string { return traditional.Replace(n.Full()) }},
		{rt.character, func() string { return n.Surname + c.sounding(n.Given, anyCharacter) }},
		{rt.nickname, func() string { return c.nickname(n.Given) }},
		{rt.surname, func() string { return surnamesByEar.Replace(n.Surname) + n.Given }},
	} {
		if x -= way.share; x < 0 {
			return way.make()
		}
	}
	return n.Full()
}

func (c *city) nickname(given string) string {
	runes := []rune(given)
	last := string(runes[len(runes)-1])
	return []string{"阿" + last, "小" + last, last + last}[c.r.IntN(3)]
}

var (
	traditional = strings.NewReplacer("刘", "劉", "陈", "陳", "张", "張", "杨", "楊", "黄", "黃", "赵", "趙", "吴", "吳", "钟", "鍾", "叶", "葉", "国", "國",
		"华", "華", "梦", "夢", "轩", "軒", "泽", "澤", "铭", "銘", "伟", "偉", "军", "軍", "丽", "麗", "诗", "詩", "语", "語", "阳", "陽", "鑫", "鑫")
	surnamesByEar = strings.NewReplacer("张", "章", "徐", "许", "许", "徐", "余", "于", "于", "余", "程", "陈", "肖", "萧", "黄", "王", "王", "黄", "江", "姜",
		"姜", "江", "石", "史", "史", "石", "付", "傅", "闫", "严", "邱", "丘", "梁", "良", "吴", "伍", "周", "邹", "曾", "增", "何", "贺", "林", "凌")
)

// closeness of two readings.
type closeness int

const (
	sameSound closeness = iota
	sameSyllable
	nearSyllable
	anyCharacter
)

// pool are characters of names to mistake others for.
var pool = []rune("子梓紫浩皓昊宇雨羽语禹玉俊骏峻君军均嘉佳家奕艺逸毅怡宜仪义泽择明铭鸣名思斯丝博波柏睿瑞锐晨辰宸尘文雯闻轩萱宣涵晗函寒韩然冉霖林琳临翔祥想杰洁捷婕哲者豪好阳洋扬杨鑫欣心新馨信熙希曦汐西恒衡诗施师世可克雅娅亚若偌梦孟芷之知智" +
	"志沐木牧妍言彦燕琪奇棋齐瑶遥摇悦月玥越婷庭廷停宁凝柠桐彤童同瑜渝强墙勇永咏涛陶磊雷蕾峰锋风枫丰超朝鹏朋刚钢辉晖慧惠会斌彬宾亮良东冬栋平萍苹静敬晶娟涓芳方霞侠玲灵凌红洪宏鸿丽莉力立春淳秀绣英瑛兰岚蓝建健剑国果志海晓小俊")

// sounding changes one character of a name to one that sounds as close, and leaves it where there is none.
func (c *city) sounding(given string, how closeness) string {
	runes := []rune(given)
	for _, i := range c.r.Perm(len(runes)) {
		var fit []rune
		for _, other := range pool {
			if other != runes[i] && c.readings.close(runes[i], other) == how {
				fit = append(fit, other)
			}
		}
		if len(fit) > 0 {
			runes[i] = fit[c.r.IntN(len(fit))]
			break
		}
	}
	return string(runes)
}

// reading holds the pinyin of a character: with its tone, without, and as those hear it who mix sounds up.
type reading struct{ toned, plain, mixed string }

// readingsOf are the readings of characters that were asked for before: a list of a million asks for the same ones often.
type readingsOf map[rune]reading

func (all readingsOf) of(c rune) reading {
	r, known := all[c]
	if !known {
		r.toned, _, _ = strings.Cut(pinyin.PinyinDict[int(c)], ",")
		if plain := pinyin.LazyPinyin(string(c), pinyin.NewArgs()); len(plain) > 0 {
			r.plain, r.mixed = plain[0], mixed.Replace(plain[0])
		}
		all[c] = r
	}
	return r
}

func (all readingsOf) close(a, b rune) closeness {
	x, y := all.of(a), all.of(b)
	switch {
	case x.plain == "" || y.plain == "":
		return anyCharacter
	case x.toned == y.toned:
		return sameSound
	case x.plain == y.plain:
		return sameSyllable
	case x.mixed == y.mixed:
		return nearSyllable
	}
	return anyCharacter
}

// mixed are sounds that speakers of the south do not tell apart.
var mixed = strings.NewReplacer("zh", "z", "ch", "c", "sh", "s", "ang", "an", "eng", "en", "ing", "in")

// alike reports whether two names may be read alike, tones aside: parents do not give two children such names.
func alike(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		readings := plainReadings(x[i])
		if !slices.ContainsFunc(plainReadings(y[i]), func(r string) bool { return slices.Contains(readings, r) }) {
			return false
		}
	}
	return true
}

// plainReadings are all readings of a character, without tones.
func plainReadings(c rune) (out []string) {
	args := pinyin.NewArgs()
	args.Heteronym = true
	for _, all := range pinyin.Pinyin(string(c), args) {
		out = append(out, all...)
	}
	return out
}

// birth is a birth date as told: by the lunar calendar, the year alone, by nominal age, mistyped.
func (c *city) birth(p *person) string {
	rt, t := c.rates, p.birth
	x := c.r.Float64()
	for _, way := range []struct {
		share float64
		make  func() string
	}{
		{rt.lunar, func() string {
			l := calendar.NewSolarFromYmd(t.Year(), int(t.Month()), t.Day()).GetLunar()
			return fmt.Sprintf("%04d-%02d-%02d", l.GetYear(), max(l.GetMonth(), -l.GetMonth()), l.GetDay())
		}},
		{rt.digit, func() string { return mistyped(c.r, t.Format("20060102")) }},
		{rt.swapped, func() string {
			if t.Day() > 12 {
				return t.Format(time.DateOnly)
			}
			return fmt.Sprintf("%04d-%02d-%02d", t.Year(), t.Day(), int(t.Month()))
		}},
		{rt.yearOnly, func() string { return t.Format("2006") }},
		{rt.nominal, func() string { return t.AddDate(-1-c.r.IntN(2), 0, 0).Format("2006") }},
		{rt.noBirth, func() string { return "" }},
	} {
		if x -= way.share; x < 0 {
			return way.make()
		}
	}
	return t.Format(time.DateOnly)
}

// mistyped changes one digit of a day or month so that it may still be one.
func mistyped(r *rand.Rand, digits string) string {
	b := []byte(digits)
	at := []int{3, 5, 7}[r.IntN(3)]
	b[at] = '0' + byte((int(b[at]-'0')+1+r.IntN(9))%10)
	return string(b[:4]) + "-" + string(b[4:6]) + "-" + string(b[6:])
}

func (c *city) number(p *person) string {
	rt, b := c.rates, []byte(p.number)
	x := c.r.Float64()
	switch {
	case x < rt.wrongDigit:
		at := c.r.IntN(17)
		b[at] = '0' + byte((int(b[at]-'0')+1+c.r.IntN(9))%10)
	case x < rt.wrongDigit+rt.transposed:
		at := c.r.IntN(16)
		b[at], b[at+1] = b[at+1], b[at]
	case x < rt.wrongDigit+rt.transposed+rt.siblings:
		others := p.household.people
		return others[c.r.IntN(len(others))].number
	}
	return string(b)
}

// address is one as written down: shorter, or in another way.
func (c *city) address(a address) string {
	rt := c.rates
	switch x := c.r.Float64(); {
	case x < rt.noAddress:
		return ""
	case x < rt.noAddress+rt.partial:
		return []string{fmt.Sprintf("%s%d号", a.road, a.number), fmt.Sprintf("%s%s%d号%d栋", a.community, a.road, a.number, a.building)}[c.r.IntN(2)]
	case x < rt.noAddress+rt.partial+rt.rewritten:
		door := fmt.Sprintf("%d%02d", a.floor, a.door)
		return []string{
			fmt.Sprintf("%s%s%d号%d栋%s", a.district, a.road, a.number, a.building, door),
			fmt.Sprintf("%s%s%s%d号%d座%s室", a.street, a.community, a.road, a.number, a.building, door),
			fmt.Sprintf("%s%d号%d幢%s房", a.road, a.number, a.building, door),
			fmt.Sprintf("深江市%s%s%d-%d-%s", a.district, a.road, a.number, a.building, door),
		}[c.r.IntN(4)]
	}
	return a.full()
}
