package linkage

// level is how well two values agree: missing, then from the same to another.
type level uint8

const (
	missing   level = 0
	maxLevels level = 12
)

// grade is a level in words, and what is expected of it before the records are seen: how many in a hundred records of
// one person are so, and how many pairs of others in a hundred.
type grade struct {
	zh, en string
	m, u   float64
}

// scale is the levels of one kind of comparison, best first, and the least certain to be met last.
type scale []grade

const (
	nameSame level = iota + 1
	nameWritten
	nameSwapped
	nameNear
	nameAlike
	nameSounds
	namePart
	nameNick
	nameOther
)

var nameScale = scale{
	{}, {"相同", "same", 78, 0.8}, {"写法不同", "written otherwise", 3, 0.02}, {"姓名互换", "exchanged", 1, 0.02},
	{"同音或差一个字母", "same sound, or one letter off", 7, 0.05},
	{"声调不同或相近", "other tone, or alike", 4, 0.15}, {"读音相近", "sounds alike", 2, 0.3}, {"部分相同", "in part", 2, 5},
	{"可能是小名", "perhaps a nickname", 1, 0.6}, {"不同", "other", 2, 93},
}

const (
	dateSame level = iota + 1
	dateSwapped
	dateLunar
	dateDigit
	dateTwoParts
	dateYearKnown
	dateShift
	dateYear
	dateAge
	dateOther
	dateGeneration
)

var dateScale = scale{
	{}, {"相同", "same", 80, 0.01}, {"月日颠倒", "day and month exchanged", 1, 0.005}, {"农历与公历", "lunar and solar", 2, 0.01},
	{"差一位数字", "one digit off", 6, 0.1},
	{"年月日中两项相同", "two of year, month, day", 4, 0.6}, {"只知年份，相同", "year only, the same", 2, 0.5}, {"相差约一个月", "a month or so apart", 1, 0.3},
	{"同年", "same year", 2, 2},
	{"相差一两岁", "a year or two apart", 1, 6}, {"不同", "other", 1, 60.4}, {"相差十五岁以上", "fifteen years or more apart", 0.1, 30},
}

const (
	numberSame level = iota + 1
	numberDigit
	numberTwo
	numberOther
	numberBothValid
	numberOneDay
)

var numberScale = scale{
	{}, {"相同", "same", 88, 0.0001}, {"错一位或换位", "one digit wrong or two exchanged", 6, 0.001}, {"错两位", "two digits wrong", 1, 0.01},
	{"不同", "other", 3, 99}, {"两个有效号码，不同", "two valid numbers", 2, 99}, {"两个有效号码，同日出生", "two valid numbers of one birth date", 0.1, 0.02},
}

const (
	phoneSame level = iota + 1
	phoneDigit
	phoneOther
)

var phoneScale = scale{{}, {"相同", "same", 80, 0.001}, {"错一位或换位", "one digit wrong or two exchanged", 5, 0.001}, {"不同", "other", 15, 99.9}}

const (
	codeSame level = iota + 1
	codeDigit
	codePart
	codeOther
)

var codeScale = scale{{}, {"相同", "same", 85, 0.5}, {"错一位或换位", "one character wrong or two exchanged", 6, 0.5},
	{"前段相同", "begins the same", 4, 4}, {"不同", "other", 5, 95}}

const (
	addressSame level = iota + 1
	addressNear
	addressAlike
	addressPart
	addressOther
)

var addressScale = scale{{}, {"相同", "same", 70, 0.2}, {"几乎相同", "nearly the same", 14, 0.05}, {"相近", "alike", 6, 0.3},
	{"部分相同", "in part", 4, 5}, {"不同", "other", 6, 94.4}}

const (
	sameSame level = iota + 1
	sameOther
)

var sameScale = scale{{}, {"相同", "same", 95, 30}, {"不同", "other", 5, 70}}
