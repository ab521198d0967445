package validate

import (
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func TestParseCNID(t *testing.T) {
	tests := []struct {
		name, in string
		want     CNID
		fault    fault
	}{
		{name: "example of the standard", in: "11010519491231002X", want: CNID{Number: "11010519491231002X", Region: "110105", Birth: "1949-12-31", Sex: "female", Assigned: true}},
		{name: "lower case x", in: "00000020160305005x", want: CNID{Number: "00000020160305005X", Region: "000000", Birth: "2016-03-05", Sex: "male"}},
		{name: "male", in: "000000194901010010", want: CNID{Number: "000000194901010010", Region: "000000", Birth: "1949-01-01", Sex: "male"}},
		{name: "female", in: "000000195102030044", want: CNID{Number: "000000195102030044", Region: "000000", Birth: "1951-02-03", Sex: "female"}},
		{name: "full width and blanks", in: " ０００００0194901010010 ", want: CNID{Number: "000000194901010010", Region: "000000", Birth: "1949-01-01", Sex: "male"}},
		{name: "fifteen digits", in: "000000490101001", want: CNID{Number: "000000194901010010", Region: "000000", Birth: "1949-01-01", Sex: "male", Legacy: true}},
		{name: "foreign card of an assigned province", in: "911000198501010015", want: CNID{Number: "911000198501010015", Region: "911000", Birth: "1985-01-01", Sex: "male", Foreign: true, Assigned: true}},
		{name: "foreign card of no province", in: "990000201506120035", want: CNID{Number: "990000201506120035", Region: "990000", Birth: "2015-06-12", Sex: "male", Foreign: true}},
		{name: "one digit changed", in: "000000194901010020", fault: idChecksum},
		{name: "neighbours swapped", in: "000000199401010010", fault: idChecksum},
		{name: "no such day", in: "000000201502290011", fault: idBirth},
		{name: "no such day in an old number", in: "000000490230001", fault: idBirth},
		{name: "letter within", in: "00000O194901010010", fault: idChars},
		{name: "other letter at the end", in: "00000019490101001Y", fault: idChars},
		{name: "X in an old number", in: "00000049010100X", fault: idChars},
		{name: "masked", in: "000000********0010", fault: idChars},
		{name: "seventeen", in: "00000019490101001", fault: idLength},
		{name: "empty", in: "", fault: idLength},
		{name: "words", in: "身份证号码", fault: idChars},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseCNID(tt.in)
			if tt.fault == "" && err != nil || tt.fault != "" && !errors.Is(err, tt.fault) {
				t.Fatalf("error %v, want %q", err, tt.fault)
			}
			if got != tt.want {
				t.Errorf("got %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

func TestIDKey(t *testing.T) {
	for in, want := range map[string]string{"000000490101001": "000000194901010010", "00000020160305005x": "00000020160305005X", "000000194901010020": "", "": ""} {
		if got := IDKey(in); got != want {
			t.Errorf("IDKey(%q) = %q, want %q", in, got, want)
		}
	}
}

// MOD 11-2 finds every single wrong digit and every swap of neighbours.
func TestChecksumFindsTypingMistakes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`000000(19|20)[0-9]{2}0[1-9]1[0-9][0-9]{3}`).Draw(t, "digits")
		number := []byte(digits + string(checkCharacter(digits)))
		if _, err := ParseCNID(string(number)); err != nil {
			t.Fatalf("%s: %v", number, err)
		}
		i := rapid.IntRange(0, 16).Draw(t, "place")
		wrong := append([]byte(nil), number...)
		if rapid.Bool().Draw(t, "swap") && i < 16 {
			wrong[i], wrong[i+1] = wrong[i+1], wrong[i]
		} else {
			wrong[i] = '0' + (wrong[i]-'0'+1)%10
		}
		if _, err := ParseCNID(string(wrong)); string(wrong) != string(number) && err == nil {
			t.Fatalf("%s passes, %s was meant", wrong, number)
		}
	})
}

func FuzzParseCNID(f *testing.F) {
	f.Add("11010519491231002X")
	f.Add("０００")
	f.Fuzz(func(t *testing.T, s string) {
		id, err := ParseCNID(s)
		if err == nil && IDKey(id.Number) != id.Number {
			t.Fatalf("the number read from %q is not itself valid", s)
		}
	})
}
