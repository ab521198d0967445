package staff_test

import (
	"testing"

	"doorstep/internal/staff"
)

func TestCommonPasswordsAreRefused(t *testing.T) {
	w := staff.Worker{StaffNo: "F00123", Name: "李大明"}
	for _, weak := range []string{"12345678", "5201314520", "woaini1314", "a5201314", "Password1!", "P@ssw0rd", "qwerty123", "1qaz2wsx", "88888888", "aaaaaaaaab", "abcd1234", "admin888888",
		"F00123-secret", "xxf00123yy", "李大明的密码不要说", "123456789", "1234567890", "doorstep2026"} {
		if len(staff.CheckPassword(weak, w)) == 0 {
			t.Errorf("%s is taken", weak)
		}
	}
	for _, good := range []string{"synthetic-pass-1", "correct horse battery", "桥头的三棵老槐树", "x7Kq-2mVd-99", "F00124-kettle-moss"} {
		if wrong := staff.CheckPassword(good, w); len(wrong) != 0 {
			t.Errorf("%s is refused: %v", good, wrong)
		}
	}
}
