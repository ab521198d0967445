package xlsform

import (
	"fmt"
	"os"
	"path"
	"strings"
	"testing"

	"doorstep/internal/corpora"
)

// toldElsewhere are the messages that no small table brings about, with the tests that hold them.
var toldElsewhere = map[string]string{
	"file.unsupported": "TestFileKinds", "file.encoding": "TestFileKinds", "file.encrypted": "TestMessagesOfFiles",
	"file.too_large": "TestMessagesOfFiles", "header.twice": "TestMessagesOfFiles", "sheet.gap": "TestMessagesOfFiles",
	"group.deep": "TestRefusals", "form.long": "TestRefusals",
}

// told reads a workbook and gives what is wrong in it: sheet, row, column and code, and the sentences below.
func told(t *testing.T, md string) string {
	t.Helper()
	problems := refusal(t, md)
	if len(problems) == 0 {
		problems = accepted(t, md).Warnings
	}
	var out strings.Builder
	for _, p := range problems {
		fmt.Fprintf(&out, "%s %d %s %s\n  %s\n  %s\n", p.Sheet, p.Row, p.Column, strings.TrimPrefix(p.Code, "form."), p.EN, p.ZH)
	}
	return strings.TrimSpace(out.String())
}

// TestEachMessage holds where each mistake is told, and what is said in both languages, by the workbooks of testdata/messages.md.
func TestEachMessage(t *testing.T) {
	const file = "testdata/messages.md"
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for block := range strings.SplitSeq(strings.TrimPrefix(string(content), "# "), "\n# ") {
		name, rest, _ := strings.Cut(block, "\n\n")
		md, want, _ := strings.Cut(rest, "\n\n")
		got := told(t, md)
		if got != strings.TrimSpace(want) && !*corpora.Update {
			t.Errorf("%s:\n%s\nwant:\n%s", name, got, want)
		}
		all = append(all, strings.TrimSpace("# "+name+"\n\n"+strings.TrimSpace(md)+"\n\n"+got))
	}
	whole := strings.Join(all, "\n\n") + "\n"
	if *corpora.Update {
		if err := os.WriteFile(file, []byte(whole), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for code := range messages {
		if (toldElsewhere[code] == "") != strings.Contains(whole, " "+code+"\n") {
			t.Errorf("%s is told by no workbook of %s, or by another test as well", code, file)
		}
	}
}

// TestMessagesOfFiles holds what is said of files that are not read to their end.
func TestMessagesOfFiles(t *testing.T) {
	locked := &xlsBook{stream: append(biffRecord(recBOF, 0, 6, 5, 0), biffRecord(recFilePass)...)}
	twice := workbookBytes(t, []any{"type", "name", "label", "name"}, []any{"text", "q", "Q", "r"})
	gap := make([][]any, blankRows+1)
	gap = append(append([][]any{{"type", "name", "label"}, {"text", "q", "Q"}}, gap...), []any{"text", "r", "R"})
	files := map[string][]byte{"gap.xlsx": workbookBytes(t, gap...), "twice.xlsx": twice, "large.xlsx": make([]byte, maxFile+1)}
	for name, want := range map[string]string{
		"gap.xlsx": "从第 64 行起的内容没有读取，因为其上方有 60 行以上的空行。请删除空行。 " +
			"The content from row 64 on was not read, because more than 60 blank rows come before it. Delete the blank rows.",
		"twice.xlsx": "列标题“name”出现了两次。 " +
			`The column header "name" occurs twice.`,
		"large.xlsx": "文件“large.xlsx”太大：上限为 20 MB、解压后 32 MB、每个工作表 100000 行。 " +
			`The file "large.xlsx" is too large: the limit is 20 MB, 32 MB unpacked, and 100000 rows for a sheet.`,
		"locked.xls": "文件“locked.xls”有密码保护，请去掉密码后再上传。 " +
			`The file "locked.xls" is protected by a password. Remove it and try again.`,
	} {
		var b builder
		book, err := open(path.Ext(name), files[name])
		if name == "locked.xls" {
			err = locked.globals()
		}
		switch {
		case err != nil:
			b.unreadable(name, err)
		default:
			b.book = book
			b.gaps()
		}
		if all := append(b.problems, b.warnings...); len(all) != 1 || all[0].ZH+" "+all[0].EN != want {
			t.Errorf("%s: %q", name, all[0].ZH)
		}
	}
}
