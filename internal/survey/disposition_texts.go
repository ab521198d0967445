package survey

import "strings"

// dispositionTexts are AAPOR's final disposition codes of in-person household surveys (Standard Definitions, 10th edition), in Chinese
// and English. A code that is not here takes the words of the longest one that it begins with.
var dispositionTexts = map[string][2]string{
	"1": {"受访", "interview"}, "1.1": {"完成", "complete interview"}, "1.2": {"部分完成", "partial interview"},
	"2.1": {"拒访与中断", "refusal and break-off"}, "2.11": {"拒访", "refusal"}, "2.111": {"住户拒访", "refusal by the household"},
	"2.112": {"受访者本人拒访", "refusal by the known respondent"}, "2.12": {"中途中断", "break-off"},
	"2.2": {"未接触到", "non-contact"}, "2.23": {"无法进入楼栋或到达住处", "unable to enter the building or reach the unit"},
	"2.24": {"家中无人", "no one at residence"}, "2.25": {"受访者外出", "respondent away or unavailable"},
	"2.3": {"其他未访", "other"}, "2.31": {"受访者已去世", "respondent dead"}, "2.32": {"身体或精神原因无法受访", "physically or mentally unable"},
	"2.33": {"语言不通", "language problem"}, "2.36": {"其他原因", "miscellaneous"},
	"3.1": {"不明是否住宅", "unknown if housing unit"}, "3.11": {"未尝试", "not attempted"}, "3.17": {"无法到达或不安全", "unable to reach, or unsafe area"},
	"3.18": {"找不到地址", "unable to locate the address"},
	"3.2":  {"住宅，不明有无调查对象", "housing unit, unknown if eligible respondent"}, "3.21": {"未完成甄别", "no screener completed"},
	"3.9": {"其他不明", "unknown, other"},
	"4":   {"不属于调查对象", "not eligible"}, "4.1": {"不在样本内", "out of sample"}, "4.5": {"不是住宅", "not a housing unit"},
	"4.51": {"商户或机关", "business or government"}, "4.52": {"机构", "institution"}, "4.53": {"集体宿舍", "group quarters"},
	"4.6": {"空置", "vacant"}, "4.61": {"常年空置", "regular vacant"}, "4.62": {"季节性空置", "seasonal vacant"}, "4.63": {"其他空置", "other vacant"},
	"4.7": {"没有符合条件的人", "no eligible respondent"}, "4.8": {"配额已满", "quota filled"},
}

// householdResultTexts are the household results of the DHS surveys (hv015).
var householdResultTexts = map[string][2]string{
	"1": {"完成", "completed"}, "2": {"有人居住，没有合适的人在家", "no competent respondent at home"}, "3": {"全家长期外出", "absent for an extended period"},
	"4": {"改期", "postponed"}, "5": {"拒访", "refused"}, "6": {"空置或不是住宅", "vacant, or no dwelling"}, "7": {"已拆除", "destroyed"},
	"8": {"找不到", "not found"}, "9": {"其他", "other"},
}

// DispositionText is what one of AAPOR's codes means; ok is false for what is no such code.
func DispositionText(code string) (zh, en string, ok bool) {
	if _, known := Classify(code); !known {
		return "", "", false
	}
	for c := code; c != ""; c = c[:len(c)-1] {
		if text, ok := dispositionTexts[strings.TrimRight(c, ".")]; ok {
			return text[0], text[1], true
		}
	}
	return "", "", false
}

// HouseholdResultText is what a household result of the DHS surveys means; ok is false for what is none.
func HouseholdResultText(code string) (zh, en string, ok bool) {
	text, ok := householdResultTexts[code]
	return text[0], text[1], ok
}
