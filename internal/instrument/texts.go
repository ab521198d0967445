package instrument

import (
	"fmt"
	"maps"

	"doorstep/internal/survey"
)

// problemTexts are what keeps a form from being published beside its earlier versions: Chinese, then English.
var problemTexts = map[string][2]string{
	"form.column_moved": {"新增的同名问题占用了“%[1]s”在已发布版本中的数据列。请给新增的问题换一个名字。",
		"A new question of the same name has taken the column that “%[1]s” has in a published version. Give the new one another name."},
	"form.fact": {"“%[1]s”不能作为事实名：请用小写字母、数字、下划线，并写在选择题、数字、日期或计算上。",
		"%[1]q is no name of a fact: use lower case letters, digits and underscores, on a choice, a number, a date or a calculation."},
	"form.need": {"“%[1]s”不是需求：请写 领域 或 领域/项目（小写字母、数字、下划线），写在选择题或带 codes 的计算上，并在选项表的 need 列写明程度。",
		"%[1]q is no need: write DOMAIN or DOMAIN/ITEM in lower case letters, digits and underscores, on a choice or a calculation with codes, " +
			"and say in the choices' column need how grave it is."},
	"form.need_level": {"“%[1]s”不是需求程度，可用：stated、mild、moderate、serious；不算需求的选项留空或写 none。",
		"%[1]q is no level of a need; use stated, mild, moderate or serious, and leave it blank or write none for a choice that is no need."},
	"form.follow_up": {"“%[1]s”不是优先级，可用：normal、high、urgent。", "%[1]q is no priority; use normal, high or urgent."},
	"form.table_changed": {"已发布版本的记录在数据表“%[1]s”中，不能改为“%[2]s”。请改回原表名，或换一个 form_id 作为新表单。",
		"The records of published versions are in “%[1]s” and cannot move to “%[2]s”. Name the old table again, or give the form a new form_id."},
	"form.too_long": {"到题目“%[1]s”为止，表达式与文字合计过长（每个 ${…} 按其完整路径计算）。请拆成几份表单，或缩短表达式、减少嵌套的分组。",
		"Up to question “%[1]s” the expressions and texts are too long altogether, each ${…} counted as the path that it stands for. Split the " +
			"form, shorten them, or nest fewer groups."},
	"form.version_taken": {"版本“%[1]s”已经发布过，内容不同。请在 settings 表换一个版本号。",
		"Version “%[1]s” was published before with another content. Give it a new version in the settings sheet."},
}

// Texts are the Chinese and English words of what keeps a form from being published, by code.
func Texts() map[string][2]string { return maps.Clone(problemTexts) }

func problemAt(sheet string, row int, column, code string, detail ...any) survey.Problem {
	t := problemTexts[code]
	return survey.Problem{Code: code, Sheet: sheet, Row: row, Column: column, ZH: fmt.Sprintf(t[0], detail...),
		EN: fmt.Sprintf(t[1], detail...)}
}
