package dataset

import (
	"cmp"
	"compress/flate"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"doorstep/internal/disclosure"
	"doorstep/internal/export"
)

// RiskReport is what disclosure.json holds: how well the people in the tables are hidden among others.
type RiskReport struct {
	K          int         `json:"k"`
	L          int         `json:"l"`
	Suppressed bool        `json:"suppressed"`
	Tables     []TableRisk `json:"tables"`
}

// TableRisk tells of one table. A class is what all rows with the same values of the quasi-identifiers form.
type TableRisk struct {
	Table      string       `json:"table"`
	Quasi      []string     `json:"quasi"`
	Rows       int64        `json:"rows"`
	Classes    int64        `json:"classes"`
	Smallest   int          `json:"smallest"` // different persons in the smallest class, counted up to k
	BelowK     SmallCells   `json:"below_k"`
	Sensitive  []Diversity  `json:"sensitive"`
	Area       []AreaDetail `json:"area,omitempty"`
	BlankedOut int64        `json:"blanked_rows"`
}

// SmallCells counts classes, and the rows in them.
type SmallCells struct {
	Classes int64 `json:"classes"`
	Rows    int64 `json:"rows"`
}

// Diversity tells how many classes give a sensitive answer away.
type Diversity struct {
	Variable string     `json:"variable"`
	BelowL   SmallCells `json:"below_l"`
}

// AreaDetail tells how many rows show their area down to a level.
type AreaDetail struct {
	Level string `json:"level"`
	Rows  int64  `json:"rows"`
}

func (r *risk) report() RiskReport {
	out := RiskReport{K: r.sel.K, L: r.sel.L, Suppressed: r.sel.Suppress}
	for i, x := range r.tables {
		t := r.result.Tables[i]
		line := TableRisk{Table: x.name, Quasi: r.quasi(x), Rows: t.Rows, Classes: t.Classes, Smallest: t.Smallest, BelowK: SmallCells(t.BelowK),
			Sensitive: []Diversity{}}
		for k, name := range x.sensitive {
			d := Diversity{Variable: name}
			if len(t.BelowL) > 0 {
				d.BelowL = SmallCells(t.BelowL[k])
			}
			line.Sensitive = append(line.Sensitive, d)
		}
		blank := len(t.Generalised) - 1
		for level := range blank {
			if r.byArea && r.sel.Suppress {
				line.Area = append(line.Area, AreaDetail{levelName(communityLevel - level), t.Generalised[level]})
			}
		}
		line.BlankedOut = t.Generalised[blank]
		out.Tables = append(out.Tables, line)
	}
	return out
}

func levelName(level int) string {
	if level < 0 {
		return "none"
	}
	return levels[level]
}

// quasi names the quasi-identifiers of a table, in the order of Class.Values.
func (r *risk) quasi(x *exposed) []string {
	if !r.byArea {
		return append([]string{}, x.quasi...)
	}
	return append([]string{areaType}, x.quasi...)
}

func (r *risk) writeJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(false)
	return enc.Encode(r.report())
}

// smallList writes disclosure.csv while classes are counted: some bytes for each small class as it is released. What suppression takes
// away is not in the list.
type smallList struct {
	*risk
	packed *flate.Writer
	out    *export.CSV
}

func newSmallList(r *risk) (*smallList, error) {
	packed, err := flate.NewWriter(&r.small, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	out, err := export.NewCSV(packed, true)
	if err != nil {
		return nil, err
	}
	return &smallList{r, packed, out}, out.Row([]any{"table", "class", "rows", "persons", "below"})
}

func (l *smallList) row(table int, c disclosure.Class) error {
	x := l.tables[table]
	return l.out.Row([]any{x.name, l.values(x, c), c.Rows, int64(c.Persons), l.below(x, c)})
}

func (l *smallList) close() error { return cmp.Or(l.out.Close(), l.packed.Close()) }

func (r *risk) writeCSV(w io.Writer) error {
	_, err := io.Copy(w, flate.NewReader(&r.small))
	return err
}

// values writes "area=990101001001; sex=f".
func (r *risk) values(x *exposed, c disclosure.Class) string {
	values := c.Values
	if !r.byArea {
		values = values[1:]
	}
	parts := make([]string, len(values))
	for i, name := range r.quasi(x) {
		parts[i] = name + "=" + values[i]
	}
	return strings.Join(parts, "; ")
}

// below names what a class lacks: "k", "l:answer".
func (r *risk) below(x *exposed, c disclosure.Class) string {
	var lacks []string
	if c.Persons < r.sel.K {
		lacks = append(lacks, "k")
	}
	for i, n := range c.Diversity {
		if int(n) < r.sel.L {
			lacks = append(lacks, "l:"+x.sensitive[i])
		}
	}
	return strings.Join(lacks, " ")
}

func (r *risk) writeText(w io.Writer) error {
	report, out := r.report(), &strings.Builder{}
	fmt.Fprintf(out, "披露风险报告：去标识数据中的小组合\n同一组合（如性别、年龄段、区划相同）少于 %d 人，或组内敏感答案少于 %d 种，就可能认出个人。\n\n", report.K, report.L)
	for _, t := range report.Tables {
		fmt.Fprintf(out, "%s（%s）：%d 行，%d 个组合，少于 %d 人的 %d 个，涉及 %d 行\n", t.Table, strings.Join(t.Quasi, "、"), t.Rows, t.Classes, report.K,
			t.BelowK.Classes, t.BelowK.Rows)
		for _, s := range t.Sensitive {
			fmt.Fprintf(out, "  敏感变量 %s：答案少于 %d 种的组合 %d 个，涉及 %d 行\n", s.Variable, report.L, s.BelowL.Classes, s.BelowL.Rows)
		}
		t.suppression(out, "  区划放大到 %s 的 %d 行\n", "  清空的 %d 行\n")
	}
	out.WriteString("\n" + advice(report, "没有小组合。", "外发前请用 --suppress 重新导出，或放大区划、减少变量。列表见 disclosure.csv。") + "\n\n")
	fmt.Fprintf(out, "Disclosure risk: small cells in the de-identified data\nA combination (of sex, age band, area …) with fewer than %d "+
		"persons, or with fewer than %d different sensitive answers, may give somebody away.\n\n", report.K, report.L)
	for _, t := range report.Tables {
		fmt.Fprintf(out, "%s (%s): %d rows, %d classes, %d of them below %d persons, with %d rows\n", t.Table, strings.Join(t.Quasi, ", "),
			t.Rows, t.Classes, t.BelowK.Classes, report.K, t.BelowK.Rows)
		for _, s := range t.Sensitive {
			fmt.Fprintf(out, "  sensitive %s: %d classes below %d values, with %d rows\n", s.Variable, s.BelowL.Classes, report.L, s.BelowL.Rows)
		}
		t.suppression(out, "  area down to the %s only: %d rows\n", "  blanked: %d rows\n")
	}
	out.WriteString("\n" + advice(report, "There are no small cells.",
		"Before these data leave the bureau export again with --suppress, or with larger areas or fewer variables. The list is disclosure.csv.") +
		"\n")
	_, err := io.WriteString(w, out.String())
	return err
}

func (t TableRisk) suppression(out *strings.Builder, area, blanked string) {
	for i, a := range t.Area {
		if i > 0 && a.Rows > 0 {
			fmt.Fprintf(out, area, a.Level, a.Rows)
		}
	}
	if t.BlankedOut > 0 {
		fmt.Fprintf(out, blanked, t.BlankedOut)
	}
}

func advice(r RiskReport, fine, mend string) string {
	if r.Small() == 0 {
		return fine
	}
	return mend
}

// Small counts the classes below k or l in all tables.
func (r RiskReport) Small() (n int64) {
	for _, t := range r.Tables {
		n += t.BelowK.Classes
		for _, s := range t.Sensitive {
			n += s.BelowL.Classes
		}
	}
	return n
}

// plain is a cell as text; a missing value is the empty text.
func plain(cell any) string {
	switch v := cell.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}
