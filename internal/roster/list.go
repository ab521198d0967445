// Package roster brings lists of households and the people in them into the register. It adds who is not
// in the row's area, fills in a blank phone or relation, notes the sample that the list has drawn, and changes nothing else:
// who is known elsewhere is paired.
package roster

import (
	"strconv"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/grid"
	"doorstep/internal/identity"
	"doorstep/internal/survey"
	"doorstep/internal/tabular"
	"doorstep/internal/validate"
)

var columns = append([]tabular.Column{
	{Name: "area", Headers: []string{"区划代码", "网格代码", "所属网格", "area code"}, Needed: true},
	{Name: "address", Headers: []string{"住址", "地址", "详细地址", "家庭住址"}, Needed: true},
	{Name: "house_code", Headers: []string{"房屋编码", "house code"}},
	{Name: "head_name", Headers: []string{"户主", "户主姓名", "head"}},
	{Name: "household_phone", Headers: []string{"家庭电话", "户主电话"}},
	{Name: "latitude", Headers: []string{"纬度", "lat"}},
	{Name: "longitude", Headers: []string{"经度", "lon", "lng"}},
	{Name: "sample_id", Headers: []string{"样本编号", "样本号", "sample id"}},
	{Name: "stratum", Headers: []string{"抽样层", "层"}},
	{Name: "cluster", Headers: []string{"抽样群", "抽样单元", "群"}},
}, PersonColumns...)

// PersonColumns are those of a list that describe a person.
var PersonColumns = []tabular.Column{
	{Name: "name", Headers: []string{"姓名"}},
	{Name: "sex", Headers: []string{"性别"}},
	{Name: "birth_date", Headers: []string{"出生日期", "出生年月日", "生日", "birth date"}},
	{Name: "id_type", Headers: []string{"证件类型"}},
	{Name: "id_number", Headers: []string{"证件号码", "身份证号", "身份证号码", "公民身份号码", "id number"}},
	{Name: "phone", Headers: []string{"电话", "联系电话", "手机号", "手机号码"}},
	{Name: "relation", Headers: []string{"与户主关系", "关系"}},
}

// Catalogue holds the texts of what can be wrong with a row: Chinese, then English.
var Catalogue = map[string][2]string{
	"roster.area":        {"家庭的区划代码不存在，请先导入区划。", "No area has the household's code; import the areas first."},
	"roster.outside":     {"这个区划不在您的负责区域内。", "This area is not in your territory."},
	"roster.address":     {"住址必填。", "An address is needed."},
	"roster.coordinates": {"经纬度应为数字，且在范围之内。", "Latitude and longitude are numbers within their range."},
	"roster.datum":       {"有经纬度时，请用 --crs 说明坐标系。", "Where there are coordinates, say their datum with --crs."},
	"roster.sex":         {"性别应为男或女。", "Sex is male or female."},
	"roster.birth_date":  {"不是日期，请写成 2015-03-01。", "No date; write it as 2015-03-01."},
	"roster.rounded": {"号码被表格软件当作数字，末几位已丢失；请把这一列设为文本后重新填写。",
		"The spreadsheet took the number for a quantity and lost its last digits; make the column text and enter it again."},
	"roster.differs": {"与名册中此人的资料不同（或名册中没有）。名册不变，由入户访问经审核后更改。",
		"The register says otherwise of this person, or nothing. It stays as it is until a visit that says so is approved."},
	"roster.nobody": {"有个人信息但没有姓名。", "There is something about a person, and no name."},
}

var sexes = map[string]string{"": "", "男": "male", "女": "female", "male": "male", "female": "female", "m": "male", "f": "female",
	"1": "male", "2": "female"}

var idTypes = map[string]string{"身份证": idCard, "居民身份证": idCard, "": "", idCard: idCard, "无": "none", "none": "none", "护照": "passport",
	"passport": "passport"}

const idCard = "id_card"

// line is one row: a household, and a person in it unless the name is empty.
type line struct {
	row       tabular.Row
	household identity.Household
	person    identity.Person
}

// reader reads rows; it remembers which area codes there are.
type reader struct {
	db    collections.DB
	datum grid.Datum // "" where it was not said
	by    access.Actor
	known map[string]bool
}

// read returns what a row says, and everything that is wrong with it.
func (rd *reader) read(r tabular.Row) (line, survey.Problems, error) {
	var wrong survey.Problems
	bad := func(code, column string) {
		t := Catalogue[code]
		wrong = append(wrong, r.Problem(code, column, t[0], t[1]))
	}
	h := identity.Household{
		Area: r.Get("area"), AreaMethod: "import", AreaConfidence: 1, Address: r.Get("address"),
		AddressKey: identity.AddressKey(r.Get("address")),
		HouseCode:  r.Get("house_code"), HeadName: r.Get("head_name"), Phone: r.Get("household_phone"), Source: "import",
		SampleID: r.Get("sample_id"), Stratum: r.Get("stratum"), Cluster: r.Get("cluster"),
	}
	if known, err := rd.knows(h.Area); err != nil {
		return line{}, nil, err
	} else if !known {
		bad("roster.area", "area")
	} else if !rd.by.May(access.EditRegister, h.Area, "") {
		bad("roster.outside", "area")
	}
	if h.AddressKey == "" {
		bad("roster.address", "address")
	}
	if tabular.Rounded(h.HouseCode) {
		bad("roster.rounded", "house_code")
	}
	if code := rd.place(r, &h); code != "" {
		bad(code, "latitude")
	}
	p, mistakes := Person(r)
	p.Area = h.Area
	return line{r, h, p}, append(wrong, mistakes...), nil
}

// Person reads whom a row describes, and everything that is wrong with it.
func Person(r tabular.Row) (identity.Person, survey.Problems) {
	var wrong survey.Problems
	bad := func(code, column string) {
		t := Catalogue[code]
		wrong = append(wrong, r.Problem(code, column, t[0], t[1]))
	}
	p := identity.Person{
		Name: r.Get("name"), NameKey: identity.NameKey(r.Get("name")), IDNumber: r.Get("id_number"), Phone: r.Get("phone"),
		Relation: r.Get("relation"), Source: "import",
	}
	var ok bool
	if p.Sex, ok = sexes[r.Get("sex")]; !ok {
		bad("roster.sex", "sex")
	}
	if said := r.Get("birth_date"); said != "" {
		if p.BirthDate, ok = tabular.Date(said); !ok {
			bad("roster.birth_date", "birth_date")
		}
	}
	if p.Name == "" && (p.IDNumber != "" || p.BirthDate != "" || p.Sex != "") {
		bad("roster.nobody", "name")
	}
	return p, append(wrong, number(r, &p)...)
}

// number reads the document of a person. A citizen number must be valid and agree with the birth date and sex, which it
// fills in where they are blank.
func number(r tabular.Row, p *identity.Person) (wrong survey.Problems) {
	var ok bool
	if p.IDType, ok = idTypes[r.Get("id_type")]; !ok {
		p.IDType = "other"
	}
	if p.IDNumber == "" {
		return nil
	}
	if p.IDType == "" {
		p.IDType = idCard
	}
	if tabular.Rounded(p.IDNumber) {
		t := Catalogue["roster.rounded"]
		return survey.Problems{r.Problem("roster.rounded", "id_number", t[0], t[1])}
	}
	if p.IDType != idCard {
		return nil
	}
	bad := func(code, column string) {
		e := validate.Catalogue[code]
		wrong = append(wrong, r.Problem(code, column, e.ZH, e.EN))
	}
	id, err := validate.ParseCNID(p.IDNumber)
	if err != nil {
		bad(err.Error(), "id_number")
		return wrong
	}
	p.IDKey = id.Number
	if p.BirthDate != "" && p.BirthDate != id.Birth {
		bad("cn_id.birth_mismatch", "birth_date")
	}
	if p.Sex != "" && p.Sex != id.Sex {
		bad("cn_id.sex_mismatch", "sex")
	}
	p.BirthDate, p.Sex = id.Birth, id.Sex
	return wrong
}

func (rd *reader) knows(area string) (bool, error) {
	known, asked := rd.known[area]
	if asked {
		return known, nil
	}
	unknown, err := grid.Unknown(rd.db, []string{area})
	rd.known[area] = unknown == "" && area != ""
	return rd.known[area], err
}

// place reads the coordinates; the answer is what is wrong with them.
func (rd *reader) place(r tabular.Row, h *identity.Household) string {
	if r.Get("latitude") == "" && r.Get("longitude") == "" {
		return ""
	}
	lat, wrongLat := strconv.ParseFloat(r.Get("latitude"), 64)
	lon, wrongLon := strconv.ParseFloat(r.Get("longitude"), 64)
	switch {
	case wrongLat != nil || wrongLon != nil || lat < -90 || lat > 90 || lon < -180 || lon > 180 || lat != lat || lon != lon:
		return "roster.coordinates"
	case rd.datum == "":
		return "roster.datum"
	}
	h.Lon, h.Lat = rd.datum.ToWGS84(lon, lat)
	return ""
}
