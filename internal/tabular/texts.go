package tabular

import (
	"strings"

	"doorstep/internal/survey"
)

// Catalogue holds the texts of what can be wrong with a list as a whole: Chinese, then English; %s stands for the detail.
var Catalogue = map[string][2]string{
	noHeader:               {"没有找到表头；可用的列：%s", "No header was found; columns: %s"},
	"table.column_missing": {"缺少列：%s", "A column is missing: %s"},
	"table.column_twice":   {"这一列有两次。", "The column is there twice."},
	"table.encoding": {"这一行有无法识别的字节，文件可能已损坏；请从原来的表格重新另存为 CSV UTF-8。",
		"There are bytes in this line that are no text; the file may be damaged. Save it anew from where it came from, as CSV UTF-8."},
	"table.empty": {"表里没有数据行。", "There is no row in the list."},
}

func problem(code string, row int, column, detail string) survey.Problem {
	t := Catalogue[code]
	return survey.Problem{Code: code, Row: row, Column: column, ZH: strings.ReplaceAll(t[0], "%s", detail),
		EN: strings.ReplaceAll(t[1], "%s", detail)}
}

// Empty is the mistake of a list without a row.
func Empty() survey.Problems { return survey.Problems{problem("table.empty", 0, "", "")} }
