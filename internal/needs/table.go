package needs

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"strings"

	"doorstep/internal/survey"
	"doorstep/internal/tabular"
)

//go:embed services.csv
var shipped []byte

// Shipped is the table that comes with the program: an example, which the bureau makes its own.
func Shipped() ([]Service, error) { return ReadTable("services.csv", bytes.NewReader(shipped)) }

// tableColumns are those of a file that holds the table; the order of its rows is that of the services.
var tableColumns = []tabular.Column{
	{Name: "code", Headers: []string{"代码", "编号"}, Needed: true},
	{Name: "name_zh", Headers: []string{"服务", "名称", "服务名称", "中文名称"}, Needed: true},
	{Name: "name_en", Headers: []string{"英文名称", "name"}},
	{Name: "basis", Headers: []string{"依据"}},
	{Name: "rule", Headers: []string{"条件", "规则"}},
	{Name: "words_zh", Headers: []string{"条件说明", "说明"}},
	{Name: "words_en", Headers: []string{"英文说明"}},
	{Name: "band", Headers: []string{"档次", "标准"}},
	{Name: "received", Headers: []string{"已享受"}},
	{Name: "active", Headers: []string{"启用"}},
}

// ReadTable reads the table from a file, whose name tells what it is. It fails with survey.Problems.
func ReadTable(name string, in io.ReadSeeker) (all []Service, err error) {
	var wrong survey.Problems
	_, err = tabular.ReadFrom(tabular.File{Name: name, In: in}, tableColumns, func(r tabular.Row) error {
		s := Service{Code: strings.ToLower(r.Get("code")), Position: len(all) + 1, NameZH: r.Get("name_zh"), NameEN: r.Get("name_en"),
			Basis: r.Get("basis"), Rule: r.Get("rule"), WordsZH: r.Get("words_zh"), WordsEN: r.Get("words_en"), Band: r.Get("band"),
			Received: r.Get("received"), Active: true}
		if yes, said := tabular.Truth(r.Get("active")); said {
			s.Active = yes
		}
		if _, bad := s.compile(); bad != nil {
			wrong = append(wrong, r.Problem("service.malformed", "code", bad.Error(), bad.Error()))
		}
		if all = append(all, s); len(all) > mostServices {
			return fmt.Errorf("%s: %d", name, mostServices)
		}
		return nil
	})
	if err == nil && len(wrong) > 0 {
		err = wrong
	}
	return all, err
}
