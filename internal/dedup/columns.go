package dedup

import (
	"fmt"
	"slices"
	"strings"

	"doorstep/internal/linkage"
	"doorstep/internal/tabular"
)

// heading is the usual headers of a role.
type heading struct {
	role  linkage.Role
	names []string
}

// headers are the usual ones of each role, in Chinese and English, some in German, French and Spanish; a table may have several
// of one role.
var headers = []heading{
	{linkage.FullName, append(of(persons, "姓名", "名字"), "name", "full_name", "person_name", "户主姓名", "nom_complet", "nombre_completo")},
	{linkage.GivenName, []string{"given_name", "given_names", "first_name", "first_names", "fname", "forename", "forenames",
		"christian_name", "名", "vorname", "vornamen", "prénom", "prénoms", "prenom", "nombre", "nombres"}},
	{linkage.Surname, []string{"surname", "last_name", "lname", "sname", "family_name", "姓", "姓氏", "nachname", "familienname",
		"nom", "nom_de_famille", "apellido", "apellidos"}},
	{linkage.Sex, append(of(persons, "性别", "性別"), "sex", "gender", "sex_code", "gender_code", "geschlecht", "sexe", "sexo")},
	{linkage.BirthDate, append(of(persons, "出生日期", "出生年月", "出生年月日", "出生年份", "出生时间", "生日"), "birth_date", "date_of_birth", "dob",
		"birthday", "birth", "born", "year_of_birth", "birth_year", "yob", "d.o.b.", "date_born", "year_born",
		"geburtsdatum", "date_de_naissance", "fecha_de_nacimiento")},
	{ages, append(of(persons, "年龄", "年齡"), "age", "age_in_years", "周岁")},
	{linkage.IDNumber, append(of(persons, "证件号码", "证件号", "身份证", "身份证号", "身份证号码", "身份证件号", "身份证件号码", "公民身份号码", "身份證", "身份證號",
		"身份證號碼", "證件號碼"), "id_number", "id_no", "soc_sec_id", "ssn", "social_security_number", "social_security_no", "nid", "national_id",
		"national_id_number", "id_card", "id_card_number", "passport", "passport_number",
		"email", "e-mail", "email_address", "电子邮箱", "邮箱")},
	{linkage.Phone, append(of(persons, "电话", "手机", "手机号", "联系电话", "联系方式", "电话号码", "手机号码", "電話", "聯絡電話", "聯繫電話", "手機"),
		append(of(guardians, "电话", "手机", "手机号", "联系电话", "联系方式", "电话号码", "手机号码"), "phone", "telephone", "mobile", "tel",
			"cell", "telefon", "teléfono", "téléphone", "phone_number", "phone_no", "telephone_number", "mobile_number", "mobile_no",
			"contact_number", "contact_phone", "家庭电话")...)},
	{linkage.Address, []string{"address", "addr", "address_1", "address_2", "address_line_1", "address_line_2", "street", "street_name",
		"street_address", "home_address", "residence", "地址", "住址", "家庭住址", "家庭详细住址", "现住址", "现居住地址", "现居住地", "现住地址", "居住地", "居住地址",
		"家庭地址", "详细地址", "详细住址", "常住地址", "anschrift", "adresse", "straße", "strasse", "rue", "dirección", "direccion", "domicilio", "calle"}},
	{linkage.StreetNumber, []string{"street_number", "street_no", "house_number", "house_no", "门牌号"}},
	{linkage.Postcode, []string{"postcode", "zip", "zip_code", "postal_code", "postcode_fake", "邮政编码", "邮编", "plz", "code_postal",
		"código_postal"}},
	{linkage.Place, []string{"place", "suburb", "city", "town", "village", "parish", "ort", "wohnort", "ville", "ciudad",
		"locality", "birth_place", "place_of_birth", "籍贯",
		"出生地", "户籍地", "户籍地址"}},
	{linkage.HouseCode, []string{"house_code", "household id", "household_no", "hhid", "房屋编码", "房屋编号", "户号", "户编号"}},
	{linkage.Area, []string{"area", "area_code", "state", "county", "district", "province", "region", "区划代码", "所属社区", "社区", "网格", "街道",
		"村", "村居"}},
	{linkage.GuardianName, append(of(guardians, "", "姓名"), "guardian_name", "guardian", "監護人", "監護人姓名", "父亲姓名", "father_name",
		"fathers_name", "father", "parent_name")},
	{linkage.Exact, []string{"occupation", "profession", "middle_name", "death_year", "year_of_death", "death_date", "date_of_death", "died",
		"dod", "职业", "民族", "卒年", "死亡日期"}},
}

// persons are what headers call those that a list is of, guardians those who look after them.
var (
	persons   = []string{"", "本人", "儿童", "孩子", "幼儿", "学生", "老人", "居民", "人员"}
	guardians = []string{"监护人", "实际监护人", "家长"}
)

// of puts each of the words before each of the names.
func of(words []string, names ...string) (out []string) {
	for _, name := range names {
		for _, word := range words {
			out = append(out, word+name)
		}
	}
	return out
}

// ages stands for columns of ages, which are read as birth dates where a list has none.
const ages linkage.Role = "age"

// idHeaders are the usual ones of the record's own id.
var idHeaders = []string{"record_id", "rec_id", "unique_id", "id", "uuid", "record_no", "record_number", "record", "no", "no.",
	"编号", "记录编号", "记录号", "档案编号", "序号", "編號", "序號"}

// listYears are headers of the year in which a row was written, by which its age is told.
var listYears = []string{"year", "list_year", "census_year", "year_of_census", "survey_year", "年份", "登记年份", "普查年份", "调查年份"}

// ParseMap reads role=column pairs, and exact:column; it fails with the roles that there are.
func ParseMap(s string) (fields []linkage.Field, err error) {
	for entry := range strings.SplitSeq(s, ",") {
		entry = strings.TrimSpace(entry)
		if column, ok := strings.CutPrefix(entry, "exact:"); ok && column != "" {
			fields = append(fields, linkage.Field{Role: linkage.Exact, Column: column})
			continue
		}
		left, right, ok := strings.Cut(entry, "=")
		left, right = strings.TrimSpace(left), strings.TrimSpace(right)
		if !ok {
			right = left
		}
		f := linkage.Field{Role: linkage.Role(left), Column: right}
		if !linkage.Known(f.Role) && linkage.Known(linkage.Role(right)) {
			f = linkage.Field{Role: linkage.Role(right), Column: left}
		}
		if !linkage.Known(f.Role) || f.Column == "" {
			return nil, fmt.Errorf("--map: “%s”不是 字段=列 · is not FIELD=COLUMN; 字段 fields: %s, exact:COLUMN",
				entry, strings.Join(roles(), ", "))
		}
		fields = append(fields, f)
	}
	return fields, nil
}

func roles() (out []string) {
	for _, h := range headers {
		if h.role != ages {
			out = append(out, string(h.role))
		}
	}
	return out
}

// columns are those of a file that mean something.
type columns struct {
	fields []linkage.Field
	id     string   // of the record's id, "" for none
	year   string   // in which ages are told, "" for none
	others []string // headers that mean nothing here
}

// usual finds the columns of a file by their headers. An empty file, and one without a header, has none.
func usual(file string) (found columns, err error) {
	var all []tabular.Column
	for _, n := range slices.Concat(idHeaders, listYears, allHeaders()) {
		all = append(all, tabular.Column{Name: n})
	}
	present, others, err := tabular.Present(file, all)
	if tabular.Headless(err) { // all the headers that are known would be too long to read
		return columns{}, nil
	}
	if err != nil {
		return columns{}, err
	}
	found.others = others
	born, aged := false, false
	for _, h := range headers {
		for _, n := range h.names {
			if !present(n) {
				continue
			}
			f := linkage.Field{Role: h.role, Column: n}
			if f.Role == ages {
				f.Role = linkage.BirthDate
			}
			if h.role == ages && born || len(found.fields) == linkage.MostFields {
				found.others = append(found.others, n)
				continue
			}
			born, aged = born || f.Role == linkage.BirthDate, aged || h.role == ages
			found.fields = append(found.fields, f)
		}
	}
	if at := slices.IndexFunc(idHeaders, present); at >= 0 {
		found.id = idHeaders[at]
	}
	if at := slices.IndexFunc(listYears, present); at >= 0 && aged {
		found.year = listYears[at]
	} else if at >= 0 {
		found.others = append(found.others, listYears[at])
	}
	return found, nil
}

func allHeaders() (out []string) {
	for _, h := range headers {
		out = append(out, h.names...)
	}
	return out
}
