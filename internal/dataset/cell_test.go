package dataset

import (
	"reflect"
	"testing"

	"doorstep/internal/coverage"
	"doorstep/internal/survey"
)

func TestNumber(t *testing.T) {
	tests := []struct {
		name     string
		in, want any
	}{
		{"null", nil, nil}, {"JSON null", "null", nil}, {"empty", "", nil}, {"zero", int64(0), int64(0)}, {"text zero", "0", int64(0)},
		{"decimal", 2.5, 2.5}, {"text decimal", "-2.5", -2.5}, {"true", true, int64(1)}, {"words", "three", nil}, {"infinite", "Inf", nil}, {"bytes", []byte("7"), int64(7)},
		{"text of 16 digits", `"9007199254740993"`, int64(9007199254740993)}, {"text of 18 digits and a fraction", `"123456789012345.678"`, "123456789012345.678"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := number(tt.in); got != tt.want {
				t.Errorf("%v became %v, want %v", tt.in, got, tt.want)
			}
		})
	}
}

func TestText(t *testing.T) {
	for in, want := range map[any]any{nil: nil, "": nil, "字": "字", int64(0): "0", int64(-7): "-7", 2.5: "2.5", 1e6: "1000000", 0.1: "0.1"} {
		if got := text(in); got != want {
			t.Errorf("%v became %v, want %v", in, got, want)
		}
	}
	if got := text([]byte("字")); got != "字" {
		t.Errorf("bytes became %v", got)
	}
}

func TestAgeAt(t *testing.T) {
	tests := []struct {
		name, born, visit string
		age               any
	}{
		{"birthday over", "2015-03-01", "2026-11-23T09:00:00.000+08:00", int64(11)},
		{"on the birthday", "2015-11-23", "2026-11-23", int64(11)},
		{"the day before", "2015-11-24", "2026-11-23", int64(10)},
		{"leap day", "2016-02-29", "2026-02-28", int64(9)},
		{"no visit day", "2015-03-01", "", nil},
		{"born after the visit", "2027-01-01", "2026-11-23", nil},
		{"none", "", "2026-11-23", nil},
		{"not a date", "spring 2015", "2026-11-23", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if age := ageAt(tt.born, tt.visit); age != tt.age {
				t.Errorf("%v, want %v", age, tt.age)
			}
		})
	}
}

func TestSmallNumber(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want any
	}{{"0", int64(0)}, {"83", int64(83)}, {"150", int64(150)}, {"151", nil}, {"-1", nil}, {"30412", nil}, {"20150301", nil}, {"2015-03-01", nil}, {"3.5", nil}, {"8.0", int64(8)},
		{"0.0", int64(0)}, {"150.0", int64(150)}, {"151.0", nil}, {"-1.0", nil}} {
		t.Run(tt.in, func(t *testing.T) {
			if got := smallNumber(tt.in); got != tt.want {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}

func TestPoint(t *testing.T) {
	for in, want := range map[string][]any{
		"": {nil, nil, nil, nil}, "null": {nil, nil, nil, nil}, "22.5 114.0": {nil, nil, nil, nil},
		`{"lat":22.5,"lon":114.25}`:                        {22.5, 114.25, nil, nil},
		`{"lat":22.5,"lon":114.25,"alt":0,"accuracy":4.5}`: {22.5, 114.25, 0.0, 4.5},
	} {
		cells := []any{"of", "the", "row", "before"}
		if point(cells, in); !reflect.DeepEqual(cells, want) {
			t.Errorf("%s: %v, want %v", in, cells, want)
		}
	}
}

// TestJoin: whoever labels a question or a choice in one language alone has no loose colon in the other.
func TestJoin(t *testing.T) {
	for _, c := range [][3]string{{"水", "井", "水: 井"}, {"", "井", "井"}, {"水", "", "水"}} {
		if got := join(c[0], c[1]); got != c[2] {
			t.Errorf("%q, want %q", got, c[2])
		}
	}
}

// TestPlain writes cells as the texts by which people are put into classes.
func TestPlain(t *testing.T) {
	for in, want := range map[any]string{nil: "", "字": "字", int64(-7): "-7", 2.5: "2.5", 1e6: "1000000"} {
		if got := plain(in); got != want {
			t.Errorf("%v became %q, want %q", in, got, want)
		}
	}
}

func TestDay(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want any
	}{{"2026-11-23T09:00:00.000+08:00", "2026-11-23"}, {"2026-11-23 01:00:00.000Z", "2026-11-23"}, {"yesterday at nine", nil}, {"", nil}} {
		t.Run(tt.in, func(t *testing.T) {
			if got := day(tt.in); got != tt.want {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}

func TestPlaces(t *testing.T) {
	p := places{"9901": {"city", "市"}, "990101": {"district", "区"}, "990101001": {"street", "街道"}, "990101001001": {"community", "社区"}, "990101001001001": {"grid", "网格"}}
	tests := []struct {
		name, code string
		smallest   int
		want       []any
	}{
		{"identified grid", "990101001001001", gridLevel, []any{"990101001001001", "市", "区", "街道", "社区", "网格"}},
		{"grid", "990101001001001", communityLevel, []any{"990101001001", "市", "区", "街道", "社区"}},
		{"unknown grid", "990101001001009", communityLevel, []any{"990101001001", "市", "区", "街道", "社区"}},
		{"unknown grid, identified", "990101001001009", gridLevel, []any{"990101001001009", "市", "区", "街道", "社区", nil}},
		{"district", "990101", communityLevel, []any{"990101", "市", "区", nil, nil}},
		{"elsewhere", "8801", communityLevel, []any{nil, nil, nil, nil, nil}},
		{"to the street", "990101001001001", 2, []any{"990101001", "市", "区", "街道", nil}},
		{"nowhere", "990101001001001", -1, []any{nil, nil, nil, nil, nil}},
		{"none", "", communityLevel, []any{nil, nil, nil, nil, nil}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cells := make([]any, len(tt.want))
			cells[0] = "left over from the row before"
			if p.fill(cells, tt.code, tt.smallest); !reflect.DeepEqual(cells, tt.want) {
				t.Errorf("%v, want %v", cells, tt.want)
			}
		})
	}
}

func TestCases(t *testing.T) {
	type visit struct{ person, code, received string }
	tests := []struct {
		name   string
		visits []visit
		want   map[string]int64
	}{
		{"one", []visit{{"", "1.1", "1"}}, map[string]int64{"1.1": 1}},
		{"an interview after nobody was home", []visit{{"", "2.22", "1"}, {"", "1.1", "2"}}, map[string]int64{"1.1": 1}},
		{"nobody home after an interview", []visit{{"", "1.1", "1"}, {"", "2.22", "2"}}, map[string]int64{"1.1": 1}},
		{"a refusal stays", []visit{{"", "2.111", "1"}, {"", "2.22", "2"}}, map[string]int64{"2.111": 1}},
		{"the last of equals", []visit{{"", "2.22", "2"}, {"", "4.61", "1"}}, map[string]int64{"2.22": 1}},
		{"two persons of a household", []visit{{"", "2.22", "1"}, {"a", "1.1", "2"}, {"b", "2.112", "3"}}, map[string]int64{"1.1": 1, "2.112": 1}},
		{"no code of AAPOR's", []visit{{"", "done", "1"}}, map[string]int64{"": 1}},
	}
	p := &plan{form: &survey.Form{}, dispositions: map[string]survey.Dispositions{"": {}}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, got := coverage.Case{}, map[string]int64{}
			for _, v := range tt.visits {
				f := p.final(v.code, "")
				c.Add(v.person, coverage.Attempt{Code: f.code, Disposition: f.Disposition, Received: v.received})
			}
			c.Each(func(a coverage.Attempt) { got[a.Code]++ })
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}

func TestMonthAway(t *testing.T) {
	for _, c := range []struct{ day, visit, want string }{
		{"2026-11-23", "2026-11-23", "2026-11-23"},
		{"2026-12-24", "2026-11-23", "2026-12-24"},
		{"2026-12-25", "2026-11-23", "2026-12"},
		{"2026-10-22", "2026-11-23", "2026-10"},
		{"2019-05-01", "2026-11-23", "2019-05"},
		{"2026-11-23", "", "2026-11"},
	} {
		if got := monthAway(c.day, c.visit); got != c.want {
			t.Errorf("%s seen on %q: %v, want %s", c.day, c.visit, got, c.want)
		}
	}
}
