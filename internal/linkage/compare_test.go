package linkage

import (
	"testing"
)

// levelOf is how well two cells of a role agree, in English words; the other way round it must be the same.
func levelOf(t *testing.T, r *reader, role Role, a, b string) string {
	t.Helper()
	for _, tr := range traits() {
		if tr.role != role {
			continue
		}
		x, y := tr.parse(r, a), tr.parse(r, b)
		l, back := tr.compare(&x, &y), tr.compare(&y, &x)
		if l != back {
			t.Errorf("%s: %s and %s: level %d one way, %d the other", role, a, b, l, back)
		}
		if l == missing {
			return "missing"
		}
		return (*tr.scale)[l].en
	}
	t.Fatalf("no role %s", role)
	return ""
}

func TestComparators(t *testing.T) {
	r, err := newReader()
	if err != nil {
		t.Fatal(err)
	}
	const (
		sound, tone, near, part, nick = "same sound, or one letter off", "other tone, or alike", "sounds alike", "in part", "perhaps a nickname"
		wrong, character              = "one digit wrong or two exchanged", "one character wrong or two exchanged"
	)
	for _, tt := range []struct {
		role       Role
		a, b, want string
	}{
		{GivenName, "子涵", "子涵", "same"},
		{GivenName, "国华", "國華", "written otherwise"},
		{GivenName, "子涵", "梓晗", sound},
		{GivenName, "梓涵", "紫涵", sound},
		{GivenName, "明", "鸣", sound},
		{GivenName, "志强", "子强", near}, // zhi and zi
		{GivenName, "兰", "男", near},   // l and n
		{GivenName, "子涵", "子轩", part},
		{GivenName, "子涵", "小涵", nick},
		{GivenName, "子涵", "涵涵", nick},
		{GivenName, "志明", "阿明", nick},
		{GivenName, "思文", "小雯", part},
		{GivenName, "子涵", "浩然", "other"},
		{GivenName, "", "浩然", "missing"},
		{GivenName, "不详", "浩然", "missing"},
		{GivenName, "㛃", "洁", sound},
		{Surname, "单", "山", tone},  // shàn or dān; 山 is shān
		{Surname, "曾", "增", sound}, // zēng as a surname
		{Surname, "鍾", "钟", "written otherwise"},
		{Surname, "欧阳", "歐陽", "written otherwise"},
		{Surname, "张", "章", sound},
		{Surname, "王", "李", "other"},
		{FullName, "买买提·吐尔逊", "买买提・吐尔逊", "same"},
		{FullName, "买买提·吐尔逊", "买买提", sound},
		{FullName, "买买提·吐尔逊", "麦麦提·吐尔逊", tone},
		{FullName, "李小明", "Li Xiaoming", tone},
		{GivenName, "mitchell", "mitchel", sound},
		{GivenName, "thomas", "tom", "written otherwise"},
		{GivenName, "isabelle", "isabella", "written otherwise"},
		{GivenName, "mary ann", "maryann", "written otherwise"},
		{GivenName, "j", "john", part},
		{GivenName, "li", "lindsay", "other"}, // two letters begin too many names
		{Surname, "O'Brien", "obrien", "same"},
		{Surname, "smith", "smyth", sound},
		{Surname, "smith", "jones", "other"},
		{BirthDate, "2015-03-12", "2015/3/12", "same"},
		{BirthDate, "2015-03-12", "2015-12-03", "day and month exchanged"},
		{BirthDate, "2015-04-30", "2015-03-12", "lunar and solar"},
		{BirthDate, "2015-03-12", "2015-03-13", "one digit off"},
		{BirthDate, "2015-03-12", "2015-07-12", "one digit off"},
		{BirthDate, "2015-03-12", "2015-11-12", "two of year, month, day"},
		{BirthDate, "2015-03-12", "2015", "year only, the same"},
		{BirthDate, "2015-03-12", "2014", "a year or two apart"},
		{BirthDate, "2015-03-12", "2015-04-23", "a month or so apart"},
		{BirthDate, "2015-03-12", "2015-08-29", "same year"},
		{BirthDate, "2015-03-12", "2013-08-29", "other"},
		{BirthDate, "19560409", "1956-04-09", "same"},
		{BirthDate, "09/04/1956", "1956-04-09", "same"},
		{BirthDate, "19561331", "19561231", "one digit off"}, // no day, still a number
		{IDNumber, "990001201503120012", "990001201503120012", "same"},
		{IDNumber, "990001201503120012", "990001201503120013", wrong},
		{IDNumber, "990001201503120012", "990001201503120021", wrong},
		{IDNumber, "1804974", "1840974", wrong},
		{IDNumber, "1804974", "6089216", "other"},
		{IDNumber, "110101199001010015", "110101199001010023", "two valid numbers of one birth date"},
		{IDNumber, "110101199001010015", "110101198901010016", "two valid numbers"},
		{Phone, "13812345678", "+86 138-1234-5678", "same"},
		{Phone, "13812345678", "13812345687", wrong},
		{Phone, "13812345678", "11111111111", "missing"},
		{Address, "深江市龙岗区平湖街道新村社区人民路12号3栋1502", "龙岗区人民路12号3座1502室", "nearly the same"},
		{Address, "人民路十二号三栋", "人民路12号3栋", "same"},
		{Address, "人民路12号3栋1502", "人民路12-3-1502", "same"},
		{Address, "人民路12号3栋1502", "人民路12号3栋1503", "alike"},
		{Address, "人民路12号", "建设路97号", "other"},
		{Address, "wallaby place", "wallabyplace", "same"},
		{Address, "pridham street", "pridhamstreet", "same"},
		{Address, "mckillop circuit", "mckillop ecircuit", "nearly the same"},
		{Address, "wallaby place", "hoseason street", "other"},
		{StreetNumber, "12", "21", character},
		{Postcode, "tq13 8df", "TQ138DF", "same"},
		{Postcode, "2119", "2191", character},
		{HouseCode, "4403070110050120010000012", "4403070110050120010000099", "begins the same"},
		{Sex, "男", "male", "same"},
		{Sex, "男", "2", "other"},
		{Exact, "Politician", "politician", "same"},
	} {
		if got := levelOf(t, r, tt.role, tt.a, tt.b); got != tt.want {
			t.Errorf("%s: %q and %q: %s, want %s", tt.role, tt.a, tt.b, got, tt.want)
		}
	}
}

func TestNamesAreSplit(t *testing.T) {
	r, err := newReader()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][2]string{
		"李小明": {"李", "小明"}, "欧阳娜娜": {"欧阳", "娜娜"}, "歐陽娜娜": {"歐陽", "娜娜"}, "陳沐然": {"陳", "沐然"}, "张王小明": {"张王", "小明"}, "涵涵": {"", "涵涵"}, "阿明": {"", "阿明"}, "王哥": {"王", ""},
		"买买提·吐尔逊": {"", "买买提·吐尔逊"}, "单": {"", "单"},
	} {
		if surname, given := r.parts(name); surname != want[0] || given != want[1] {
			t.Errorf("%s: %s and %s, want %s", name, surname, given, want)
		}
	}
}

// TestADigitOfAYear: years that one digit makes a century apart are no generation, which keeps parents and children apart.
func TestADigitOfAYear(t *testing.T) {
	for pair, want := range map[[2]string]level{
		{"1737", "1837"}: dateOther, {"1789", "1879"}: dateOther, {"1893", "7893"}: dateOther, {"1830", "1850"}: dateGeneration,
		{"1737", "1848"}: dateGeneration, {"1737", "1739"}: dateAge, {"0999", "1999"}: dateOther, {"0001", "0100-05-02"}: dateGeneration,
	} {
		a, b := (*reader)(nil).date(pair[0]), (*reader)(nil).date(pair[1])
		if got := compareDates(&a, &b); got != want {
			t.Errorf("%v: level %d, not %d", pair, got, want)
		}
	}
}
