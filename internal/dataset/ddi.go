package dataset

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"doorstep/internal/survey"
)

// The elements of DDI-Codebook 2.5 that the export fills, in the order of its schema.
type (
	ddiText struct {
		Lang string `xml:"xml:lang,attr,omitempty"`
		Text string `xml:",chardata"`
	}
	ddiCitation struct {
		Title    ddiText     `xml:"titlStmt>titl"`
		Parallel []ddiText   `xml:"titlStmt>parTitl"`
		IDNo     string      `xml:"titlStmt>IDNo,omitempty"`
		ProdDate string      `xml:"prodStmt>prodDate,omitempty"`
		Software string      `xml:"prodStmt>software,omitempty"`
		Version  *ddiVersion `xml:"verStmt>version"`
	}
	ddiVersion struct {
		Date string `xml:"date,attr,omitempty"`
		Text string `xml:",chardata"`
	}
	ddiStudy struct {
		Citation ddiCitation `xml:"citation"`
		Universe []ddiText   `xml:"stdyInfo>sumDscr>universe"`
		Mode     []ddiText   `xml:"method>dataColl>collMode"`
		Notes    []ddiText   `xml:"notes"`
	}
	ddiFile struct {
		ID       string    `xml:"ID,attr"`
		Name     string    `xml:"fileTxt>fileName"`
		Cases    int64     `xml:"fileTxt>dimensns>caseQnty"`
		Vars     int       `xml:"fileTxt>dimensns>varQnty"`
		FileType string    `xml:"fileTxt>fileType"`
		Missing  []ddiText `xml:"fileTxt>dataMsng"`
	}
	ddiVar struct {
		ID         string        `xml:"ID,attr"`
		Name       string        `xml:"name,attr"`
		Files      string        `xml:"files,attr"`
		Interval   string        `xml:"intrvl,attr"`
		Labels     []ddiText     `xml:"labl"`
		Security   []ddiText     `xml:"security"`
		Questions  []ddiText     `xml:"qstn>qstnLit"`
		Universe   string        `xml:"universe,omitempty"`
		Notes      []ddiText     `xml:"txt"`
		Categories []ddiCategory `xml:"catgry"`
		Format     ddiFormat     `xml:"varFormat"`
	}
	ddiCategory struct {
		Missing string    `xml:"missing,attr,omitempty"`
		Value   string    `xml:"catValu"`
		Labels  []ddiText `xml:"labl"`
	}
	ddiFormat struct {
		Type   string `xml:"type,attr"`
		Schema string `xml:"schema,attr"`
	}
	ddiCodeBook struct {
		XMLName  xml.Name    `xml:"ddi:codebook:2_5 codeBook"`
		Version  string      `xml:"version,attr"`
		Document ddiCitation `xml:"docDscr>citation"`
		Study    ddiStudy    `xml:"stdyDscr"`
		Files    []ddiFile   `xml:"fileDscr"`
		Vars     []ddiVar    `xml:"dataDscr>var"`
	}
)

// codebookDDI writes the codebook as DDI-Codebook 2.5 (http://www.ddialliance.org/Specification/DDI-Codebook/2.5/), which
// archives and statistics programs read. Columns that were left out are not in it: they are not in the data.
func (e *exporter) codebookDDI(w io.Writer) error {
	b := e.codebook()
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", " ")
	if err := enc.Encode(e.ddi(b)); err != nil {
		return err
	}
	return enc.Close()
}

func (e *exporter) ddi(b codebook) ddiCodeBook {
	day := e.sel.Now.In(survey.Zone).Format(time.DateOnly)
	doc := ddiCodeBook{Version: "2.5"}
	doc.Document = ddiCitation{Title: ddiText{"zh", b.Title + " 编码簿"}, Parallel: []ddiText{{"en", "Codebook of " + b.Title}},
		ProdDate: day, Software: "Doorstep"}
	doc.Study = ddiStudy{
		Citation: ddiCitation{Title: ddiText{"", b.Title}, IDNo: b.Form, Version: &ddiVersion{day, b.Version}},
		Universe: both(survey.WordsOf("审核状态："+strings.Join(b.States, "、"), "review states: "+strings.Join(b.States, ", "))),
		Mode:     both(survey.WordsOf("入户访问，平板离线填报", "household visits, filled in offline on tablets")),
	}
	if !b.Identified {
		doc.Study.Notes = both(survey.WordsOf("已去标识", "de-identified"))
	}
	files := map[string]string{}
	for i, t := range b.Tables {
		id := fmt.Sprintf("F%d", i+1)
		files[t.Name] = id
		doc.Files = append(doc.Files, ddiFile{id, t.File, t.Rows, t.Columns, e.sel.Format, both(blank)})
	}
	for _, v := range b.Variables {
		if !v.LeftOut {
			doc.Vars = append(doc.Vars, e.ddiVar(v, fmt.Sprintf("V%d", len(doc.Vars)+1), files[v.Table]))
		}
	}
	return doc
}

func (e *exporter) ddiVar(v variable, id, file string) ddiVar {
	out := ddiVar{ID: id, Name: v.Name, Files: file, Interval: "discrete", Labels: both(survey.WordsOf(v.ZH, v.EN)), Universe: v.Relevant,
		Notes: both(v.Missing), Format: ddiFormat{"character", "other"}}
	if v.Numeric {
		out.Interval, out.Format.Type = "contin", "numeric"
	}
	if v.Question {
		out.Questions = out.Labels
	}
	if v.Identifier && v.Why != nil {
		out.Security = both(*v.Why)
	}
	shown := e.plan.shown(v.Choices)
	for _, c := range v.Choices {
		out.Categories = append(out.Categories, ddiCategory{missingMark(v, c.Code), shown[c.Code], both(survey.WordsOf(c.ZH, c.EN))})
	}
	return out
}

// missingMark declares a choice that is no answer as a missing value.
func missingMark(v variable, code string) string {
	if v.NoAnswer[code] == "" {
		return ""
	}
	return "Y"
}

// both is a text in each language that has it.
func both(t survey.Words) []ddiText {
	var list []ddiText
	if t.ZH != "" {
		list = append(list, ddiText{"zh", t.ZH})
	}
	if t.EN != "" && t.EN != t.ZH {
		list = append(list, ddiText{"en", t.EN})
	}
	return list
}
