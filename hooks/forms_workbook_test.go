package hooks_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"doorstep/internal/corpora"
	"doorstep/internal/survey"
	"doorstep/internal/testapp"
	"doorstep/internal/xform"
	"doorstep/internal/xlsform"
)

// workbook makes an xlsx of Markdown tables: a line with one cell begins a sheet, other lines begin with an empty cell.
func workbook(t *testing.T, md string) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	sheet, row := "", 0
	for line := range strings.Lines(md) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if len(cells) == 1 {
			sheet, row = strings.TrimSpace(cells[0]), 0
			if _, err := f.NewSheet(sheet); err != nil {
				t.Fatal(err)
			}
			continue
		}
		row++
		for i, cell := range cells[1:] {
			at, err := excelize.CoordinatesToCellName(i+1, row)
			if err != nil {
				t.Fatal(err)
			}
			if cell = strings.TrimSpace(cell); cell == "" {
				continue
			}
			if err := f.SetCellStr(sheet, at, cell); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := f.DeleteSheet("Sheet1"); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func fallRisk(t *testing.T) string {
	t.Helper()
	md, err := os.ReadFile("testdata/fall_risk.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(md)
}

// TestWorkbookIsItsMarkdown keeps the committed workbook equal to the text beside it.
func TestWorkbookIsItsMarkdown(t *testing.T) {
	t.Parallel()
	if *corpora.Update {
		if err := os.WriteFile("testdata/fall_risk.xlsx", workbook(t, fallRisk(t)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile("testdata/fall_risk.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	if xformOf(t, "fall_risk.xlsx", raw) != xformOf(t, "fall_risk.md", []byte(fallRisk(t))) {
		t.Error("fall_risk.xlsx and fall_risk.md are different forms; run with -update")
	}
}

func xformOf(t *testing.T, name string, raw []byte) string {
	t.Helper()
	f, err := xlsform.Read(name, bytes.NewReader(raw), xlsform.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := xform.Write(&out, f); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

type published struct {
	Form, Version, Status, MD5 string
	Tables                     []string
	Code                       string
	Data                       []survey.Problem
}

// upload posts a workbook as a manager's browser does.
func upload(t *testing.T, c *testapp.Client, name string, raw []byte, status string) (int, published) {
	t.Helper()
	var out published
	return uploadTo(t, c, "/api/doorstep/v1/forms", name, raw, status, &out), out
}

// uploadTo posts a workbook to a route and returns the HTTP status.
func uploadTo(t *testing.T, c *testapp.Client, path, name string, raw []byte, status string, out any) int {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(raw); err != nil {
		t.Fatal(err)
	}
	if status != "" {
		if err := form.WriteField("status", status); err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.URL+path, &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Authorization", c.Token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode
}

// setStatus moves a version along its life and returns the HTTP status.
func setStatus(t *testing.T, c *testapp.Client, form, version, status string) int {
	t.Helper()
	got, _ := c.Do(http.MethodPost, "/api/doorstep/v1/forms/"+form+"/"+version+"/status", map[string]string{"status": status})
	return got
}

// The workbook that a version was published from comes back byte for byte, to whoever may read forms.
func TestAWorkbookComesBackAsItWasBrought(t *testing.T) {
	t.Parallel()
	app, _, boss := nightRound(t)
	manager := app.Client(t, app.Serve(t), app.Worker(t, "M9", "manager", "9901"))
	md, err := os.ReadFile("testdata/night_round.md")
	if err != nil {
		t.Fatal(err)
	}
	raw := workbook(t, strings.Replace(string(md), "| night_round | 1 |", "| night_round | 7 |", 1))
	var made struct{ Version string }
	if status := uploadTo(t, manager, "/api/doorstep/v1/forms", "巡查.XLSX", raw, "", &made); status != http.StatusOK || made.Version != "7" {
		t.Fatalf("published: %d %+v", status, made)
	}
	const path = "/api/doorstep/v1/forms/night_round/"
	for who, c := range map[string]*testapp.Client{"manager": manager, "supervisor": boss} {
		if status, body := c.Do(http.MethodGet, path+"7/workbook", nil); status != http.StatusOK || !bytes.Equal(body, raw) {
			t.Errorf("%s: %d, %d bytes of %d", who, status, len(body), len(raw))
		}
		c.Want(http.StatusNotFound, http.MethodGet, path+"8/workbook", nil, nil)
	}
	stranger := *boss
	stranger.Token = ""
	stranger.Want(http.StatusUnauthorized, http.MethodGet, path+"7/workbook", nil, nil)
}
