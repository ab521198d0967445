package validate

import (
	"strings"
	"time"
)

// fault is why a value is refused: a code of the catalogue.
type fault string

func (f fault) Error() string { return string(f) }

// Why a citizen number is refused.
const (
	idLength   fault = "cn_id.length"
	idChars    fault = "cn_id.characters"
	idBirth    fault = "cn_id.birth_date"
	idChecksum fault = "cn_id.checksum"
)

// CNID is what a number of GB 11643 says of its holder.
type CNID struct {
	Number   string // 18 characters, upper case; a 15-digit number is extended
	Region   string // first six digits: the division at first issue, often abolished since
	Birth    string // YYYY-MM-DD
	Sex      string // "male" or "female"
	Legacy   bool   // written with 15 digits, no longer issued since 1999 nor valid since 2013
	Foreign  bool   // foreign permanent resident card of 2023, which begins with 9
	Assigned bool   // the province exists; the county is not checked because historic divisions stay valid
}

// ParseCNID reads a citizen number, a residence permit of Hong Kong, Macao or Taiwan residents, or a foreign permanent
// resident card: 18 characters of GB 11643-1999, or the 15 digits before it. The error is a fault.
func ParseCNID(s string) (CNID, error) {
	number := strings.ToUpper(strings.Map(asciiWidth, strings.TrimSpace(s)))
	legacy := len(number) == 15
	if !legacy && len(number) != 18 {
		return CNID{}, idLength
	}
	if !allDigits(number[:min(len(number), 17)]) {
		return CNID{}, idChars
	}
	if legacy {
		number = number[:6] + "19" + number[6:]
		number += string(checkCharacter(number))
	} else if c := number[17]; c != 'X' && (c < '0' || c > '9') {
		return CNID{}, idChars
	}
	birth, err := time.Parse("20060102", number[6:14])
	if err != nil || birth.Year() < 1800 {
		return CNID{}, idBirth
	}
	if checkCharacter(number[:17]) != number[17] {
		return CNID{}, idChecksum
	}
	id := CNID{Number: number, Region: number[:6], Birth: birth.Format(time.DateOnly), Sex: "female", Legacy: legacy,
		Foreign: number[0] == '9'}
	if (number[16]-'0')%2 == 1 {
		id.Sex = "male"
	}
	id.Assigned = assignedProvince(number)
	return id, nil
}

// IDKey is the number in its valid 18-character form, "" when there is none or it is not valid.
func IDKey(s string) string {
	id, err := ParseCNID(s)
	if err != nil {
		return ""
	}
	return id.Number
}

var checkWeights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

// checkCharacter is ISO 7064 MOD 11-2 over the first 17 digits.
func checkCharacter(digits string) byte {
	sum := 0
	for i, w := range checkWeights {
		sum += w * int(digits[i]-'0')
	}
	return "10X98765432"[sum%11]
}

// provinces are the first two digits that GB/T 2260 has assigned; 81, 82 and 83 begin the residence permits.
const provinces = " 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 "

func assignedProvince(number string) bool {
	province := number[:2]
	if number[0] == '9' {
		province = number[1:3] // a foreign card has 9 and then the place of issue
	}
	return strings.Contains(provinces, " "+province+" ")
}
