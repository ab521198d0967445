package grid

import (
	"bytes"

	"doorstep/collections"
	"doorstep/internal/tabular"
)

// listColumns are those of a list of area codes, and the properties of features. A shapefile cuts names after ten bytes.
var listColumns = []tabular.Column{
	{Name: "code", Headers: []string{"代码", "区划代码", "网格代码", "编码", "adcode", "area code"}, Needed: true},
	{Name: "name", Headers: []string{"名称", "区划名称", "网格名称", "area name"}, Needed: true},
	{Name: "level", Headers: []string{"层级", "级别"}},
	{Name: "expected_households", Headers: []string{"应访户数", "户数", "households", "expected_h", "应访户"}},
}

// list reads a list of area codes without outlines, .xlsx or .csv. Its mistakes name the row and the column as the list does.
func (imp *importer) list(f File) error {
	ignored, err := tabular.ReadFrom(tabular.File{Name: f.Name, In: bytes.NewReader(f.Data)}, listColumns, func(r tabular.Row) error {
		before := len(imp.problems)
		said := map[string]string{}
		for _, c := range listColumns {
			said[c.Name] = r.Get(c.Name)
		}
		err := imp.add(r.Number, said, nil, nil)
		for i := before; i < len(imp.problems); i++ {
			p, texts := &imp.problems[i], problemTexts[imp.problems[i].Code]
			*p = r.Problem(p.Code, p.Column, texts[0], texts[1])
		}
		return err
	})
	imp.ignored = ignored
	if err == nil && len(imp.areas) == 0 && len(imp.problems) == 0 {
		return tabular.Empty()
	}
	return err
}

// Unknown is the first of some codes that no area has or lies below; "" when there is none.
func Unknown(db collections.DB, codes []string) (string, error) {
	for _, code := range codes {
		var one int
		known, err := collections.One(db, `SELECT 1 FROM areas WHERE code>=? AND code<? LIMIT 1`, []any{code, code + "~"}, &one)
		if err != nil {
			return "", err
		}
		if code == "" || !known {
			return code, nil
		}
	}
	return "", nil
}
