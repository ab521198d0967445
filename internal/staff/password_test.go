package staff_test

import (
	"strings"
	"testing"

	"doorstep/internal/staff"
)

func TestCommonPasswordsAreRefused(t *testing.T) {
	w := staff.Worker{StaffNo: "F00123", Name: "李大明"}
	for _, weak := range []string{"12345678", "5201314520", "woaini1314", "a5201314", "Password1!", "P@ssw0rd", "qwerty123", "1qaz2wsx", "88888888", "aaaaaaaaab", "abcd1234", "admin888888",
		"F00123-secret", "xxf00123yy", "李大明的密码不要说", "123456789", "1234567890", "doorstep2026", "xyzxyzxyz", "woaini7xy"} {
		if len(staff.CheckPassword(weak, w)) == 0 {
			t.Errorf("%s is taken", weak)
		}
	}
	for _, good := range []string{"synthetic-pass-1", "correct horse battery", "桥头的三棵老槐树", "x7Kq-2mVd-99", "F00124-kettle-moss", "xyzwxyzw", "woaini7xyz", "12345"} {
		if wrong := staff.CheckPassword(good, w); len(wrong) != 0 {
			t.Errorf("%s is refused: %v", good, wrong)
		}
	}
}

// TestOnesOwnNumberAndName stand in no password, unless they are so short that they do by chance.
func TestOnesOwnNumberAndName(t *testing.T) {
	for _, c := range []struct {
		number, name string
		weak         bool
	}{{"F12", "", true}, {"F1", "", false}, {"", "ke", true}, {"", "k", false}, {"", " Kettle ", true}, {"F13", "kitten", false}} {
		if got := len(staff.CheckPassword("xxf12-kettle", staff.Worker{StaffNo: c.number, Name: c.name})) > 0; got != c.weak {
			t.Errorf("%+v: refused %t", c, got)
		}
	}
}

// TestANewPassword is long enough, not longer than what is looked at, and another.
func TestANewPassword(t *testing.T) {
	long := strings.Repeat("x7Kq-2m", 10) + "V"
	for password, want := range map[string]string{"x7Kq-2m": "worker.password", "x7Kq-2mV": "", "x7Kq-2mVd": "worker.password_same", "12345678": "worker.password_weak",
		"李": "worker.password", long: "", long + "d": "worker.password_long"} {
		got := ""
		for _, f := range staff.NewPassword(password, "x7Kq-2mVd", staff.Worker{}) {
			got += f.Code
		}
		if got != want {
			t.Errorf("%s: %q, want %q", password, got, want)
		}
	}
}
