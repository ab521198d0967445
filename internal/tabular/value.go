package tabular

import (
	"strconv"
	"strings"
	"time"
)

// Date reads a day as people and spreadsheets write it: 2015-03-01, 2015/3/1, 2015.3.1, 2015年3月1日, 20150301, or the
// count of days that a spreadsheet keeps. The answer is YYYY-MM-DD; ok is false for what is no day.
func Date(s string) (day string, ok bool) {
	s = strings.TrimSuffix(strings.NewReplacer("年", "-", "月", "-", "/", "-", ".", "-").Replace(s), "日")
	s, _, _ = strings.Cut(s, " ")
	for _, layout := range []string{"2006-1-2", "20060102"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Format(time.DateOnly), true
		}
	}
	if n, err := strconv.Atoi(s); err == nil && n >= 4000 && n < 80000 { // 1910 to 2119; below would be years
		return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n).Format(time.DateOnly), true
	}
	return "", false
}

// Rounded reports whether a number is what a spreadsheet leaves of a longer one, which was typed into a cell that is not
// text: its last digits are gone.
func Rounded(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil && strings.ContainsAny(s, "eE")
}

// Truth reads yes and no in both languages; ok is false for anything else.
func Truth(s string) (yes, ok bool) {
	switch strings.ToLower(s) {
	case "1", "yes", "y", "true", "是", "在岗", "有", "√":
		return true, true
	case "0", "no", "n", "false", "否", "离岗", "不在岗", "无", "×":
		return false, true
	}
	return false, false
}

// List splits a cell with several values: blanks, commas, semicolons and line ends of either language separate them.
func List(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ,;|\n\r\t,;、 ", r) })
}
