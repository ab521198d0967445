package dataset

import (
	"encoding/json"
	"io"
	"strings"
	"time"

	"doorstep/internal/export"
	"doorstep/internal/survey"
)

// codebook is what codebook.json holds.
type codebook struct {
	Form       string        `json:"form"`
	Version    string        `json:"version"`
	Title      string        `json:"title"`
	Exported   string        `json:"exported"` // RFC 3339
	Identified bool          `json:"identified"`
	Labels     string        `json:"labels,omitempty"` // language of the labels in the tables; absent for codes
	States     []string      `json:"states"`
	Campaign   string        `json:"campaign,omitempty"`
	Tables     []TableReport `json:"tables"`
	Variables  []variable    `json:"variables"`
}

func (e *exporter) codebook() codebook {
	b := codebook{
		Form: e.plan.form.ID, Version: e.plan.form.Version, Title: e.plan.form.Title, Exported: e.sel.Now.In(survey.Zone).Format(time.RFC3339),
		Identified: e.sel.Identified, Labels: e.sel.Labels, States: e.sel.States, Campaign: e.sel.Campaign, Tables: e.report.Tables,
	}
	for _, t := range e.plan.tables {
		b.Variables = append(b.Variables, t.variables()...)
	}
	b.Variables = append(b.Variables, e.plan.findingVariables()...)
	for _, t := range e.needTables() {
		b.Variables = append(b.Variables, t.variables...)
	}
	return b
}

func (e *exporter) codebookJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(false)
	return enc.Encode(e.codebook())
}

func (e *exporter) codebookCSV(w io.Writer) error {
	out, err := export.NewCSV(w, true)
	if err != nil {
		return err
	}
	header := []any{"table", "variable", "question_zh", "question_en", "type", "choices", "missing_zh", "missing_en", "relevant", "identifier",
		"left_out", "why_zh", "why_en"}
	if err := out.Row(header); err != nil {
		return err
	}
	for _, v := range e.codebook().Variables {
		why := survey.Words{}
		if v.Why != nil {
			why = *v.Why
		}
		row := []any{v.Table, v.Name, v.ZH, v.EN, v.Type, choiceList(v.Choices, v.NoAnswer), v.Missing.ZH, v.Missing.EN, v.Relevant,
			yes(v.Identifier), yes(v.LeftOut), why.ZH, why.EN}
		if err := out.Row(row); err != nil {
			return err
		}
	}
	return out.Close()
}

func yes(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// choiceList writes "1=是/Yes; 9=拒答/Refused [refused]".
func choiceList(list []Choice, noAnswer map[string]string) string {
	parts := make([]string, len(list))
	for i, c := range list {
		parts[i] = c.Code + "=" + c.ZH
		if c.EN != "" && c.EN != c.ZH {
			parts[i] += "/" + c.EN
		}
		if why := noAnswer[c.Code]; why != "" {
			parts[i] += " [" + why + "]"
		}
	}
	return strings.Join(parts, "; ")
}
