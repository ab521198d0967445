package staff

import (
	"strings"
	"unicode/utf8"
)

// common are the parts that most passwords on published lists are made of, in China and elsewhere. What is longer, such as
// 123456789, is made of several.
var common = []string{
	"12345678", "87654321", "1234567", "123456", "654321", "12345", "1234", "123123", "123321", "112233", "147258369", "159357", "789456",
	"456789", "5201314", "1314520", "1314521", "520520",
	"1314", "520", "521", "woaini", "woaiwo", "aini", "iloveyou", "password", "passw0rd", "passwd", "p@ssw0rd", "qwertyuiop", "qwerty",
	"qazwsx", "asdfghjkl", "asdfgh", "asdf", "zxcvbnm", "zxcvbn", "1qaz2wsx",
	"1q2w3e4r", "q1w2e3r4", "1q2w3e", "qwe123", "abc123", "abcd1234", "abcdefg", "abcdef", "abcd", "admin", "administrator", "root", "welcome",
	"letmein", "monkey", "dragon", "football",
	"zhang", "wangyi", "taobao", "huawei", "doorstep", "shijie", "nihao", "mima", "a123", "aa123", "qq123", "test", "user", "2024", "2025",
	"2026", "888888", "666666", "8888", "6666", "000000", "0000", "111111",
}

const (
	leastOwn      = 4 // letters that are left when the common parts are taken out
	leastDistinct = 4
	leastNumber   = 3 // a shorter staff number may stand in a password by chance
)

// NewPassword finds what is wrong with a password that somebody gives themselves in the place of another.
func NewPassword(password, before string, w Worker) []Fault {
	switch {
	case utf8.RuneCountInString(password) < leastPassword:
		return []Fault{{"password", shortPassword, ""}}
	case len(password) > mostPassword:
		return []Fault{{"password", longPassword, ""}}
	case password == before:
		return []Fault{{"password", samePassword, ""}}
	}
	return CheckPassword(password, w)
}

// CheckPassword finds what is wrong with a password of an account: it is made of what everybody takes, or of the account's own
// number or name. One that is too short is told so elsewhere.
func CheckPassword(password string, w Worker) []Fault {
	if utf8.RuneCountInString(password) < leastPassword {
		return nil
	}
	said := strings.ToLower(password)
	number, name := strings.ToLower(w.StaffNo), strings.ToLower(strings.TrimSpace(w.Name))
	own := len(number) >= leastNumber && strings.Contains(said, number) || utf8.RuneCountInString(name) > 1 && strings.Contains(said, name)
	left := said
	for _, part := range common {
		left = strings.ReplaceAll(left, part, "")
	}
	distinct := map[rune]bool{}
	for _, r := range said {
		distinct[r] = true
	}
	if own || utf8.RuneCountInString(left) < leastOwn || len(distinct) < leastDistinct {
		return []Fault{{"password", weakPassword, ""}}
	}
	return nil
}
