package grid

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"doorstep/internal/survey"
)

// problemTexts are what a person reads, by code: Chinese, then English.
var problemTexts = map[string][2]string{
	"area.feature_unreadable": {"要素格式不正确", "the feature is malformed"},
	"area.code_missing":       {"缺少 code（区划或网格代码）", "the code property is missing"},
	"area.code_repeated":      {"代码重复（代码，首次出现的要素号）", "the code was used before (code, feature)"},
	"area.code_unknown":       {"代码的位数或网格后缀不符合规则", "the code has no known number of digits or grid suffix"},
	"area.level_unknown": {"level 不是 city、district、street、community、grid 之一",
		"the level is none of city, district, street, community, grid"},
	"area.level_mismatch":      {"level 与代码的位数不一致", "the level does not agree with the digits of the code"},
	"area.name_missing":        {"缺少 name（名称）", "the name property is missing"},
	"area.households_number":   {"expected_households 不是非负整数", "expected_households is no whole number from 0 up"},
	"area.geometry_unreadable": {"几何数据无法读取", "the geometry cannot be read"},
	"area.geometry_type":       {"几何类型须为 Polygon 或 MultiPolygon", "the geometry must be a Polygon or a MultiPolygon"},
	"area.geometry_empty":      {"几何数据为空", "the geometry is empty"},
	"area.ring_open":           {"环未闭合：首尾点须相同", "the ring is not closed: its last point must be its first"},
	"area.ring_flat":           {"环没有面积或不足四个点", "the ring has fewer than four points or encloses nothing"},
	"area.rings_cross":         {"环与自身或与另一个环相交、重叠（位置）", "a ring crosses or runs along itself or another ring (at)"},
	"area.hole_outside":        {"洞不在外环之内（位置）", "a hole is not inside the outer ring (at)"},
	"area.holes_overlap":       {"洞与洞重叠（位置）", "a hole lies in another hole (at)"},
	"area.rings_too_many":      {"边界的点过多，请先简化", "the boundary has too many points: simplify it first"},
	"area.crs": {"文件声明的坐标系与所选的不一致：请更正 crs 或 --crs",
		"the file declares another coordinate system than the one asked for: correct one of the two"},
	"area.file": {"文件不是可读取的 GeoJSON、GeoPackage 或 shapefile 压缩包",
		"the file is no readable GeoJSON, GeoPackage or zipped shapefile"},
	"area.file_kind": {"请提供 .geojson、.gpkg、shapefile 的 .zip，或代码表 .csv、.xlsx",
		"give a .geojson, a .gpkg, the .zip of a shapefile, or a list as .csv or .xlsx"},
	"area.file_large": {"文件展开后过大，请分区或简化后导入", "the file expands to too much: import a part of it, or simplify it"},
	"area.crs_needed": {"请用 --crs（接口为 crs）说明坐标系：wgs84、gcj02 或 bd09", "say the datum with --crs (crs in the URL): wgs84, gcj02 or bd09"},
	"area.crs_list":   {"代码表没有坐标：不要给 --crs（接口为 crs）", "a list has no coordinates: leave --crs out (crs in the URL)"},
	"area.crs_projected": {"文件用的不是经纬度，请先转换为经纬度（WGS 84 或 CGCS2000）",
		"the file is not in degrees: convert it to longitude and latitude (WGS 84 or CGCS2000)"},
	"area.datum_suspect": {"边界的坐标系看来选错了：已知住户的位置整体偏移",
		"the datum of the outlines looks wrong: known households fall beside them, all to one side"},
	"house_code.file":        {"请提供 .xlsx 或 .csv：列 房屋编码、区划代码", "give an .xlsx or a .csv with the columns house_code and code"},
	"house_code.code":        {"房屋编码为空、过长或含空格", "the house code is empty, too long, or has blanks"},
	"house_code.rounded":     {"房屋编码被表格软件改成了近似数：请把该列设为文本", "a spreadsheet has rounded the house code: make the column text"},
	"house_code.area":        {"没有这个区划代码", "there is no area with that code"},
	"house_code.repeated":    {"与前面的行重复（行号）", "it repeats an earlier row (row)"},
	"house_code.two_areas":   {"同一房屋编码写在两个区域（区域，行号）", "the house code is in two areas (area, row)"},
	"house_code.too_many":    {"房屋编码过多，请分区导入", "there are too many house codes: import a part of the city at a time"},
	"area.none":              {"文件里没有区划", "there is no area in the file"},
	"area.outside_territory": {"该区划不在您的负责区域内", "the area is outside your territory"},
	"area.too_wide":          {"边界的跨度超过 20 度", "the outline reaches across more than 20 degrees"},
	"area.crs_old": {"文件用的是北京 54 或西安 80 坐标，与 CGCS2000 相差约百米，请先转换",
		"the file is in Beijing 1954 or Xian 1980, some 100 m from CGCS2000: convert it first"},
	"area.coordinates_range": {"坐标超出经纬度范围，或经纬度顺序颠倒", "a coordinate is out of range, or latitude comes before longitude"},
}

// ProblemTexts are the Chinese and English words of every mistake in a file of areas and of every finding, by code.
func ProblemTexts() map[string][2]string {
	all := maps.Clone(problemTexts)
	maps.Copy(all, findingTexts)
	return all
}

// mistake is one in a feature, or in the file as a whole where n is 0.
func mistake(n int, column, code, detail string) survey.Problem {
	texts := problemTexts[code]
	zh, en := texts[0], texts[1]
	if detail != "" {
		zh, en = zh+"："+detail, en+": "+detail
	}
	if n > 0 {
		zh, en = fmt.Sprintf("第 %d 个要素：%s", n, zh), fmt.Sprintf("feature %d: %s", n, en)
	}
	return survey.Problem{Code: code, Row: n, Column: column, ZH: zh, EN: en}
}

func (imp *importer) report(n int, column, code, detail string) {
	imp.problems = append(imp.problems, mistake(n, column, code, detail))
}

func (imp *importer) reportShape(n int, wrong *shape) {
	detail := strings.TrimPrefix(wrong.detail, ": ")
	if wrong.ring > 0 {
		detail = strings.TrimSuffix(fmt.Sprintf("polygon %d, ring %d, %s", wrong.polygon, wrong.ring, detail), ", ")
	}
	imp.report(n, "geometry", wrong.code, detail)
}

// text is a property as text: codes are often written as numbers.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case json.Number:
		return v.String()
	}
	return ""
}

func wholeNumber(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0
}
