package validate

import (
	"sync"
	"testing"
)

func engine(t testing.TB) *Rules {
	t.Helper()
	r, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTags(t *testing.T) {
	tests := []struct{ tag, good, bad string }{
		{"cn_mobile", "13800000000", "12800000000"},
		{"cn_mobile", "+86 138-0000-0000", "1380000000"},
		{"cn_mobile", "１３８００００００００", "138000000000"},
		{"cn_mobile", "0086 19900000000", "075500000000"},
		{"cn_phone", "0755-00000000", "00000000"},
		{"cn_phone", "(0755)00000000", "0755-000"},
		{"cn_phone", "0755-00000000-101", "0755-00000000-x"},
		{"cn_phone", "075500000000转8", "075500000000转"},
		{"cn_phone", "400-000-0000", "500-000-0000"},
		{"cn_phone", "+852 00000000", "+851 00000000"},
		{"cn_phone", "13800000000", "电话"},
		{"area_code", "440307", "4403"},
		{"area_code", "440307011", "44030701"},
		{"area_code", "440307011005", "440307011005A"},
		{"area_code", "440307011005012", "44030701100501"},
		{"house_code", "4403070110050120000000001", "440307011005012000000001"},
		{"person_name", "王小明", "王"},
		{"person_name", "欧阳娜娜", "王小明2"},
		{"person_name", "王𬀩", "王*明"},
		{"person_name", "〇白〇", "1234"},
		{"person_name", "阿卜杜拉·买买提", "·买买提"},
		{"person_name", "阿卜杜拉•买买提", "阿卜杜拉••买买提"},
		{"person_name", "阿卜杜拉．买买提", "阿卜杜拉·"},
		{"person_name", "Mary O'Neill-Smith", "Mary--Smith"},
		{"person_name", "J. R. Smith", "J"},
		{"person_name", "José Álvarez", "José@home"},
		{"person_name", "王 小 明", "王小明（大）"},
		{"cn_id", "000000194901010010", "000000194901010020"},
	}
	r := engine(t)
	for _, tt := range tests {
		t.Run(tt.tag+" "+tt.good, func(t *testing.T) {
			if !r.holds(tt.good, tt.tag) {
				t.Errorf("%q is refused", tt.good)
			}
			if r.holds(tt.bad, tt.tag) {
				t.Errorf("%q passes", tt.bad)
			}
		})
	}
}

func TestGridSuffix(t *testing.T) {
	r, err := New(Options{GridSuffix: `[A-Z]?[0-9]{2}`})
	if err != nil {
		t.Fatal(err)
	}
	if !r.holds("440307011005B07", "area_code") || r.holds("440307011005B7", "area_code") {
		t.Error("the configured suffix is not what decides")
	}
	if _, err := New(Options{GridSuffix: `[`}); err == nil {
		t.Error("a suffix that is no regular expression passes")
	}
}

func TestNameDoubt(t *testing.T) {
	for in, want := range map[string]fault{"王小明": "", "张某某": namePlaceholder, "不详": namePlaceholder, "Test": namePlaceholder, "王\uE863": namePrivateUse} {
		if got := nameDoubt(in); got != want {
			t.Errorf("nameDoubt(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestEngineIsShared(t *testing.T) {
	r := engine(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				if !r.holds("13800000000", "cn_mobile") || r.holds("1", "cn_mobile") {
					t.Error("wrong answer under load")
				}
			}
		})
	}
	wg.Wait()
}
