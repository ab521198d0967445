package hooks_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"
)

const exactForm = `
| survey |
| | type | name | label | calculation | bind::type |
| | text | words | Words | | |
| | integer | many | Many | | |
| | decimal | part | Part | | |
| | calculate | total | Total | ${many} - ${many} + 66 | int |
| | calculate | none | None | '' | int |
| settings |
| | form_id | version |
| | exact | 1 |
`

// What was typed is what an export gives back, digit by digit and line by line, from either door and in either format; a
// calculation that the form declares a number is one.
func TestAnswersComeBackExactly(t *testing.T) {
	t.Parallel()
	app, phone, tablet, boss := odkStage(t)
	server := app.Serve(t)
	manager := app.Client(t, server, app.Worker(t, "M9", "manager", "9901"))
	if status, got := upload(t, manager, "exact.md", []byte(exactForm), ""); status != 200 {
		t.Fatalf("%d %+v", status, got)
	}
	var sent []map[string]string
	for i, words := range []string{"=1+1", "'=1+1", "''@x", "+86", "-", "-5", "一\n二", "一\r\n二\n", "\t缩进", "\"引号\", 逗号;分号", "_x000A_ _x005F_", "🏠𠮷", "０１２", "1e5", "TRUE", "2026-11-26", " 前后 "} {
		numbers := [][2]string{{"9007199254740993", "0.1"}, {"123456789012345678", "1234567890.123456789"}, {"-9007199254740993", "-0.000000000000000001"}, {"0", "100000000000000000000.5"}, {"999999999999999", "2.50"}}[i%5]
		sent = append(sent, map[string]string{"words": words, "many": numbers[0], "part": numbers[1], "total": "66"})
	}
	want := map[string]map[string]string{}
	for i, s := range sent {
		answers := map[string]any{"words": s["words"], "many": json.Number(s["many"]), "part": json.Number(s["part"]), "total": "66"}
		native, odk := uuid.NewString(), uuid.NewString()
		if r := push(t, tablet, map[string]any{"seq": i + 1, "op": "submit", "id": native, "form": "exact", "version": "1", "answers": answers})[0]; r.Status != "stored" {
			t.Fatalf("%+v", r)
		}
		phone.saved(xmlPart(record(t, app, "exact", odk, "", answers)))
		want[native], want[odk] = s, s
	}
	for id := range want {
		boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/records/exact/"+id+"/review", map[string]any{"decision": "approve"}, nil)
	}
	var asked struct{ ID string }
	for _, format := range []string{"csv", "xlsx"} {
		manager.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/export-requests", map[string]any{"form": "exact", "states": "approved", "reason": "核对导出的数字和文字与所填的一字不差"}, &asked)
		app.Client(t, server, app.Worker(t, "M8"+format, "manager", "9901")).Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/export-requests/"+asked.ID+"/approve", nil, nil)
		file := archive(t, manager, "/api/doorstep/v1/export/exact?identified=true&states=approved&format="+format+"&approval="+asked.ID)["exact."+format]
		rows, kind := readSheet(t, format, file)
		if len(rows) != len(want) {
			t.Fatalf("%s: %d rows, want %d", format, len(rows), len(want))
		}
		for _, row := range rows {
			for column, said := range want[row["id"]] {
				if got := row[column]; got != said && !(column == "part" && sameDigits(got, said)) {
					t.Errorf("%s: %s %q came back as %q", format, column, said, got)
				}
			}
			if want[row["id"]] == nil {
				t.Fatalf("%s: no record %q", format, row["id"])
			}
			if row["none"] != "" || kind[row["id"]] == excelize.CellTypeInlineString {
				t.Errorf("%s: a calculation without a result is %q, a total is a %d", format, row["none"], kind[row["id"]])
			}
		}
	}
}

// sameDigits reports whether two decimals are one but for zeros at the end.
func sameDigits(a, b string) bool {
	short := func(s string) string { return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") }
	return strings.Contains(b, ".") && short(a) == short(b)
}

// readSheet reads the rows of a file by column as a program that knows the documentation does, and of a workbook also of what
// type the cell of the total is.
func readSheet(t *testing.T, format, file string) (rows []map[string]string, kind map[string]excelize.CellType) {
	t.Helper()
	var lines [][]string
	var book *excelize.File
	var err error
	if format == "csv" {
		lines, err = csv.NewReader(strings.NewReader(strings.ReplaceAll(strings.TrimPrefix(file, "\ufeff"), "\r\n", "\r\r\n"))).ReadAll()
	} else if book, err = excelize.OpenReader(bytes.NewReader([]byte(file))); err == nil {
		lines, err = book.GetRows(book.GetSheetName(0), excelize.Options{RawCellValue: true})
	}
	if err != nil {
		t.Fatal(err)
	}
	kind = map[string]excelize.CellType{}
	for i, line := range lines[1:] {
		row := map[string]string{}
		for j, cell := range line {
			if bare := strings.TrimLeft(cell, "'"); format == "csv" && bare != cell && strings.ContainsAny(bare[:1], "=+-@\t\r") {
				cell = cell[1:]
			}
			row[lines[0][j]] = cell
			if format == "xlsx" && lines[0][j] == "total" {
				at, _ := excelize.CoordinatesToCellName(j+1, i+2)
				if kind[line[0]], err = book.GetCellType(book.GetSheetName(0), at); err != nil {
					t.Fatal(err)
				}
			}
		}
		rows = append(rows, row)
	}
	return rows, kind
}
