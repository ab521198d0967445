// Package linkage finds records of one person among many: it compares names, dates, numbers and addresses by levels,
// weighs them as Fellegi and Sunter do, and learns the weights from the records themselves, without labels.
package linkage

// Role is what a column holds.
type Role string

// The roles that a column can have.
const (
	FullName     Role = "name"
	GivenName    Role = "given_name"
	Surname      Role = "surname"
	Sex          Role = "sex"
	BirthDate    Role = "birth_date"
	IDNumber     Role = "id_number"
	Phone        Role = "phone"
	Address      Role = "address"
	StreetNumber Role = "street_number"
	Postcode     Role = "postcode"
	Place        Role = "place"
	HouseCode    Role = "house_code"
	Area         Role = "area"
	GuardianName Role = "guardian_name"
	Exact        Role = "exact"
)

// Field is a column and what it holds. A role may have several columns, such as two lines of an address.
type Field struct {
	Role   Role   `json:"role"`
	Column string `json:"column"`
}

// trait is what the engine knows of a role.
type trait struct {
	role     Role
	zh, en   string
	scale    *scale
	parse    func(*reader, string) value
	compare  func(a, b *value) level
	features func(*value) features // what records are looked up by: as it is, and looser
	shared   bool                  // people of one household have it in common
	unique   bool                  // two people seldom have one; frequent values are placeholders
	place    bool                  // tells of the place, as other columns do: weighed given the one before
}

// traits is the table of the roles, from the place most exactly told to the least.
func traits() []trait {
	return []trait{
		{role: GivenName, zh: "名", en: "given name", scale: &nameScale, parse: (*reader).given, compare: compareNames, features: givenFeatures},
		{role: Surname, zh: "姓", en: "surname", scale: &nameScale, parse: (*reader).surname, compare: compareNames, features: surnameFeatures,
			shared: true},
		{role: FullName, zh: "姓名", en: "full name", scale: &nameScale, parse: (*reader).wholeName, compare: compareNames,
			features: wholeFeatures},
		{role: Sex, zh: "性别", en: "sex", scale: &sameScale, parse: (*reader).sex, compare: compareSame, features: nil},
		{role: BirthDate, zh: "出生日期", en: "birth date", scale: &dateScale, parse: (*reader).date, compare: compareDates, features: dateFeatures,
			unique: true},
		{role: IDNumber, zh: "证件号码", en: "id number", scale: &numberScale, parse: (*reader).number, compare: compareNumbers,
			features: numberFeatures, unique: true},
		{role: GuardianName, zh: "监护人", en: "guardian", scale: &nameScale, parse: (*reader).wholeName, compare: compareNames,
			features: wholeFeatures, shared: true},
		{role: Phone, zh: "电话", en: "phone", scale: &phoneScale, parse: (*reader).phone, compare: comparePhones, features: phoneFeatures,
			shared: true, unique: true},
		{role: HouseCode, zh: "房屋编码", en: "house code", scale: &codeScale, parse: (*reader).code, compare: compareCodes, features: codeFeatures,
			shared: true, place: true, unique: true},
		{role: Address, zh: "地址", en: "address", scale: &addressScale, parse: (*reader).address, compare: compareAddresses,
			features: addressFeatures, shared: true, place: true},
		{role: StreetNumber, zh: "门牌号", en: "street number", scale: &codeScale, parse: (*reader).code, compare: compareCodes,
			features: codeFeatures, shared: true, place: true},
		{role: Postcode, zh: "邮政编码", en: "postcode", scale: &codeScale, parse: (*reader).code, compare: compareCodes, features: codeFeatures,
			shared: true, place: true},
		{role: Place, zh: "地名", en: "place", scale: &addressScale, parse: (*reader).address, compare: compareAddresses, features: addressFeatures,
			shared: true, place: true},
		{role: Area, zh: "区划", en: "area", scale: &codeScale, parse: (*reader).code, compare: compareCodes, features: codeFeatures, shared: true,
			place: true},
		{role: Exact, zh: "其他", en: "other", scale: &sameScale, parse: (*reader).same, compare: compareSame, features: codeFeatures},
	}
}

// Known reports whether a role is one of the roles.
func Known(r Role) bool {
	for _, t := range traits() {
		if t.role == r {
			return true
		}
	}
	return false
}
