package dataset

import (
	"database/sql"
	"fmt"
	"io"

	"doorstep/internal/instrument"
	"doorstep/internal/needs"
	"doorstep/internal/sensitive"
	"doorstep/internal/survey"
)

// Tables of what people need, and of what they may be entitled to.
const (
	needsName        = "person_needs"
	entitlementsName = "entitlements"
)

// levelChoices are the levels of a need, from the mildest.
func levelChoices() (all []Choice) {
	for _, level := range survey.NeedLevels {
		name := needs.LevelNames[level]
		all = append(all, Choice{level, name.ZH, name.EN})
	}
	return all
}

var suggestionChoices = []Choice{
	{needs.Likely, "似乎符合", "seems entitled"}, {needs.Unlikely, "似乎不符合", "seems not entitled"},
	{needs.Open, "缺少信息", "a fact is not known"}, {needs.NoRule, "尚无条件", "no rule yet"},
}

// sideTable is a table beside those of the form.
type sideTable struct {
	name      string
	variables []variable
	each      func(row func(cells []any) error) error
}

// tellsNeeds reports whether some version of the form tells of needs or facts.
func (p *plan) tellsNeeds() bool {
	for _, in := range p.versions {
		if in != nil && len(in.Tellings) > 0 {
			return true
		}
	}
	return false
}

// needTables are the tables of needs and, of an identified export, of suggestions: those rest on answers that a de-identified one
// leaves out. With small cells suppressed nothing leads from a need to a row of the other tables.
func (e *exporter) needTables() []sideTable {
	if !e.plan.tellsNeeds() {
		return nil
	}
	all := []sideTable{{needsName, e.plan.needVariables(e.sel.Suppress), e.eachNeed}}
	if e.sel.Identified {
		all = append(all, sideTable{entitlementsName, e.plan.entitlementVariables(), e.eachEntitlement})
	}
	return all
}

func (p *plan) needVariables(apart bool) []variable {
	list := []variable{
		{Name: "visit", ZH: "来源记录的编号", EN: "id of the record that says so", Type: "id", Identifier: true, Why: &pseudonymised},
		{Name: "person", ZH: "人员编号", EN: "id of the person", Type: "id", Identifier: true, Why: &pseudonymised},
		{Name: "day", ZH: "走访日期", EN: "day of the visit", Type: "date"},
		{Name: "domain", ZH: "领域", EN: "domain", Type: "text"}, {Name: "domain_zh", ZH: "领域名称", EN: "domain in Chinese", Type: "text"},
		{Name: "item", ZH: "项目", EN: "item", Type: "text"}, {Name: "item_zh", ZH: "项目名称", EN: "item in Chinese", Type: "text"},
		{Name: "level", ZH: "程度", EN: "level", Type: "select one", Choices: levelChoices()},
	}
	if apart {
		list[2].ZH, list[2].EN = "走访月份", "month of the visit"
		list = list[2:]
	}
	return p.own(needsName, list)
}

func (p *plan) entitlementVariables() []variable {
	return p.own(entitlementsName, []variable{
		{Name: "visit", ZH: "来源记录的编号", EN: "id of the record that the facts come from", Type: "id", Identifier: true},
		{Name: "person", ZH: "人员编号", EN: "id of the person", Type: "id", Identifier: true},
		{Name: "service", ZH: "服务代码", EN: "code of the service", Type: "text"},
		{Name: "service_zh", ZH: "服务名称", EN: "service in Chinese", Type: "text"},
		{Name: "suggestion", ZH: "提示，不是决定", EN: "suggestion, no decision", Type: "select one", Choices: suggestionChoices},
		{Name: "band", ZH: "档次", EN: "band", Type: "text"},
		{Name: "received", ZH: "已享受（1 = 是）", EN: "received already (1 = yes)", Type: "number", Numeric: true},
		{Name: "reason_zh", ZH: "理由（中文）", EN: "reason in Chinese", Type: "text"}, {Name: "reason_en", ZH: "理由（英文）", EN: "reason", Type: "text"},
	})
}

// own completes the variables of a table that the program makes.
func (p *plan) own(table string, list []variable) []variable {
	for i := range list {
		list[i].Table, list[i].Missing = table, blankSystem
		if p.identified {
			list[i].Why = nil
		}
	}
	return list
}

// write writes one table.
func (e *exporter) write(t sideTable) error {
	r := TableReport{Name: t.name, File: t.name + "." + e.sel.Format, Columns: len(t.variables)}
	e.report.Tables = append(e.report.Tables, r)
	counted := &e.report.Tables[len(e.report.Tables)-1].Rows
	return e.file(r.File, func(w io.Writer) error {
		out, err := newRows(w, e.sel.Format, t.name)
		if err != nil {
			return err
		}
		var header []any
		for _, v := range t.variables {
			header = append(header, v.Name)
		}
		if err := out.Row(header); err != nil {
			return err
		}
		if err := t.each(func(cells []any) error { *counted++; return out.Row(cells) }); err != nil {
			return err
		}
		return out.Close()
	})
}

func (e *exporter) told(row func(needs.Row) error) error {
	from := fmt.Sprintf(`%q m`, e.plan.tables[0].name) + needs.ExportFrom
	return selected(e.plan, e.sel, needs.ExportColumns, from, `n.id`).Each(e.db, func(rows *sql.Rows) error {
		r, whole, err := needs.ScanRow(e.db, rows)
		if err != nil || !whole {
			return err
		}
		return row(r)
	})
}

func (e *exporter) eachNeed(row func(cells []any) error) error {
	out := map[string]map[string]bool{} // domains and items that do not go out, by version
	levels := e.plan.shown(levelChoices())
	return e.told(func(r needs.Row) error {
		in := e.plan.versions[r.Version]
		if in == nil {
			return nil
		}
		if out[r.Version] == nil {
			out[r.Version] = e.plan.withheld(in)
		}
		for _, n := range r.Needs {
			if out[r.Version][n.Domain+"/"+n.Item] || out[r.Version][n.Domain] {
				continue
			}
			cells := []any{text(r.Day), n.Domain, needs.DomainName(n.Domain).ZH, n.Item, needs.ItemName(in, n).ZH, e.plan.choice(levels, n.Level)}
			if e.sel.Suppress {
				cells[0] = month(r.Day)
			} else {
				cells = append([]any{e.plan.id(r.Record), e.plan.id(e.plan.survivor(r.Person))}, cells...)
			}
			if err := row(cells); err != nil {
				return err
			}
		}
		return nil
	})
}

// withheld are the needs that a de-identified export does not tell, because it leaves out an answer that they rest on.
func (p *plan) withheld(in *instrument.Instrument) map[string]bool {
	out := map[string]bool{}
	if p.identified {
		return out
	}
	judge := sensitive.New(in.Form)
	for _, all := range in.Tellings {
		for _, t := range all {
			if t.Domain == "" || judge.Judge(t.Column.Question).Treatment < sensitive.MayTell {
				continue
			}
			if t.Item == "" {
				out[t.Domain] = true
			} else {
				out[t.Domain+"/"+t.Item] = true
			}
		}
	}
	return out
}

func (e *exporter) eachEntitlement(row func(cells []any) error) error {
	table, err := needs.ReadServices(e.db)
	if err != nil {
		return err
	}
	suggestions := e.plan.shown(suggestionChoices)
	return e.told(func(r needs.Row) error {
		for _, one := range table.Suggest(e.plan.versions, r) {
			var received any
			if one.Received != nil {
				received = yes(*one.Received)
			}
			if err := row([]any{r.Record, e.plan.survivor(r.Person), one.Code, one.Name.ZH, e.plan.choice(suggestions, one.Suggestion),
				text(one.Band),
				received, one.Reason.ZH, one.Reason.EN}); err != nil {
				return err
			}
		}
		return nil
	})
}
