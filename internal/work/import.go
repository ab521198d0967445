package work

import (
	"fmt"
	"strconv"

	"doorstep/internal/survey"
	"doorstep/internal/tabular"
)

var columns = []tabular.Column{
	{Name: "area", Headers: []string{"区划代码", "网格", "网格代码", "area code"}},
	{Name: "household", Headers: []string{"家庭", "家庭编号", "户编号", "household id"}},
	{Name: "worker", Headers: []string{"工号", "采集员", "负责人", "staff_no", "staff number"}},
	{Name: "target", Headers: []string{"目标户数", "应完成户数", "目标"}},
	{Name: "due", Headers: []string{"期限", "截止日期"}},
}

// Read reads a list of parts from a file of the disk, as ReadFrom does.
func Read(path string) (parts []Part, ignored []string, err error) {
	return parse(func(each func(tabular.Row) error) ([]string, error) { return tabular.Read(path, columns, each) })
}

// ReadFrom reads a list of parts; a row names an area or a household, and who gets it. It fails with survey.Problems where a row does
// neither or has no number where one is due.
func ReadFrom(list tabular.File) (parts []Part, ignored []string, err error) {
	return parse(func(each func(tabular.Row) error) ([]string, error) { return tabular.ReadFrom(list, columns, each) })
}

func parse(read func(each func(tabular.Row) error) ([]string, error)) (parts []Part, ignored []string, err error) {
	var wrong survey.Problems
	ignored, err = read(func(r tabular.Row) error {
		p := Part{Area: r.Get("area"), Household: r.Get("household"), Worker: r.Get("worker"), Due: r.Get("due"), row: r.Number}
		if p.Area == "" && p.Household == "" {
			wrong = append(wrong, r.Problem("work.part", "area", "没有区划代码，也没有家庭。", "Neither an area nor a household."))
		}
		if said := r.Get("target"); said != "" {
			if p.Target, err = strconv.Atoi(said); err != nil {
				wrong = append(wrong, r.Problem("work.target", "target", "不是整数。", "Not a whole number."))
			}
		}
		if p.Due != "" {
			day, ok := tabular.Date(p.Due)
			if !ok {
				wrong = append(wrong, r.Problem("work.due", "due", "不是日期。", "Not a day."))
			}
			p.Due = day
		}
		parts = append(parts, p)
		return nil
	})
	switch {
	case err != nil:
		return nil, ignored, err
	case len(wrong) > 0:
		return nil, ignored, wrong
	case len(parts) == 0:
		return nil, ignored, tabular.Empty()
	case len(parts) > mostParts:
		return nil, ignored, fmt.Errorf("最多 %d 行 · at most %d rows", mostParts, mostParts)
	}
	return parts, ignored, nil
}
