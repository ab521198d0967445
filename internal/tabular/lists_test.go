package tabular_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"doorstep/internal/corpora"
	"doorstep/internal/survey"
	"doorstep/internal/tabular"
)

// lists are at the edges of what is read: where a header may stand, what separates cells, what a text is written in.
var lists = []string{
	"", "\n", "staff_no,name", "工号;姓名\n1;2", "工号\t姓名\n1\t2", "工号|姓名\n1|2", "工号;姓名;a,b\n1;2", "工号,姓名,a;b\n1,2", "工号|a;b\n", "\ufeff工号,姓名\n1,2\n", "\xff\xfe\xe5\x5d\xf7\x53\x2c\x00\xd3\x59\x0d\x54\n\x00\x31\x00\x2c\x00\x32\x00",
	"\xfe\xff\x5d\xe5\x53\xf7\x00\x2c\x59\xd3\x54\x0d\x00\n\x00\x31\x00\x2c\x00\x32", "\xb9\xa4\xba\xc5,\xd0\xd5\xc3\xfb\n1,2\n", "\xff", "工", strings.Repeat("x\n", 9) + "工号,姓名\n1,2\n", strings.Repeat("x\n", 10) + "工号,姓名\n1,2\n",
	"工号,备注\n1,2", "备注,其他\n1,2", "工号,姓名,工号,name,其他,,其他\n1,2,3", "工号 *,【姓名】\n1,2", "Staff-No:,Name (full)\n1,2", "(a),staff_no [x],NAME\n0,1,2", "ＳＴＡＦＦ＿ＮＯ,姓　名\n1,2", "工号,姓名,备注\n1,2,\"a\nb\n\"\n3,4,5\n", "工号,姓名\n \u00a01\u3000,\ufeff2 \n,\n \n3\n4,5,6",
	"工号,姓名\n1,\"2\n3,4", "工号,姓名\n1,2\"x\"\n\"3\"y,4", "工号,姓名\n1,2\xff\n",
}

// TestEachList holds the rows of each list, what of it is not read, and what is said of a list that cannot be.
func TestEachList(t *testing.T) {
	var b strings.Builder
	for _, list := range lists {
		fmt.Fprintf(&b, "%q\n", list)
		ignored, err := tabular.ReadFrom(tabular.File{Name: "a.csv", In: strings.NewReader(list)}, columns, func(r tabular.Row) error {
			fmt.Fprintf(&b, "  %d: %q %q %q %q\n", r.Number, r.Get("staff_no"), r.Get("name"), r.Get("note"), r.Get("frob"))
			fmt.Fprintf(&b, "  %+v %+v\n", r.Problem("c", "name", "名", "n"), r.Problem("c", "frob", "名", "n"))
			return nil
		})
		var wrong survey.Problems
		if errors.As(err, &wrong) {
			fmt.Fprintf(&b, "  %+v\n", []survey.Problem(wrong))
		} else if err != nil {
			fmt.Fprintf(&b, "  %v\n", err)
		}
		fmt.Fprintf(&b, "  ignored %q\n", ignored)
	}
	for _, s := range strings.Split("3999|4000|4000.5|79999|80000|x4000|4000x|-5000|2015-3-1|2015-03-01 x|2015 03|2015年3月1日|2015/3/1|2015.3.1|20150301|201531|2015-02-29|2016-02-29|0001-01-01|1|yes|Y|TRUE|是|在岗|有|√|0|NO|n|False|否|离岗|不在岗|无|×|maybe||2|"+
		"1e5|1E5|12|e|1e|1.5|1e400|a,b;c|d，e；f、g|,,a,,| a\tb\r\nc ", "|") {
		day, isDay := tabular.Date(s)
		yes, isTruth := tabular.Truth(s)
		fmt.Fprintf(&b, "%q: day %q %v, truth %v %v, rounded %v, list %q\n", s, day, isDay, yes, isTruth, tabular.Rounded(s), tabular.List(s))
	}
	name := tabular.Names(columns)
	for _, title := range []string{"工号", "staff no", "Staff_No (x)", "姓名", "", "x", "(staff_no)"} {
		fmt.Fprintf(&b, "%q stands for %q\n", title, name(title))
	}
	for _, file := range []string{"a.csv", "a.TSV", "a.txt", "a.xlsx", "a.XLSM", "a.xls", "csv", "a.csv.x", ""} {
		fmt.Fprintf(&b, "%q is a list %v\n", file, tabular.Lists(file))
	}
	corpora.Golden(t, "testdata/lists.txt", b.String())
}

// seeker is a file of which reading fails.
type seeker struct {
	io.Reader
	failing error
}

func (s seeker) Seek(int64, int) (int64, error) { return 0, s.failing }

// TestListsThatCannotBeRead: an error of the file, or of who takes the rows, is that of the reading.
func TestListsThatCannotBeRead(t *testing.T) {
	torn := errors.New("torn")
	for name, in := range map[string]io.ReadSeeker{
		"at once": seeker{iotest.ErrReader(torn), nil}, "where it is gone back": seeker{strings.NewReader("工号,姓名\n1,2\n"), torn},
		"after its beginning": seeker{io.MultiReader(strings.NewReader("工号"), iotest.ErrReader(torn)), nil},
	} {
		if _, err := tabular.ReadFrom(tabular.File{Name: "a.csv", In: in}, columns, func(tabular.Row) error { return nil }); !errors.Is(err, torn) {
			t.Errorf("%s: %v", name, err)
		}
	}
	taken := 0
	_, err := tabular.ReadFrom(tabular.File{Name: "a.csv", In: strings.NewReader("工号,姓名\n1,2\n3,4\n")}, columns, func(tabular.Row) error { taken++; return torn })
	if !errors.Is(err, torn) || taken != 1 {
		t.Errorf("%v after %d rows", err, taken)
	}
}
