package dedup_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/corpora"
	"doorstep/internal/dedup"
	"doorstep/internal/linkage"
)

// TestWhatIsWritten writes down all that is written of a list whose dates have the month first, of people who are in it up to three times,
// and of two lists with other headers, several of one role.
func TestWhatIsWritten(t *testing.T) {
	var one, first, second [][]string
	for i, row := range people(32) {
		name, born, phone, address := row[1], strings.Split(row[2], "-"), row[3], row[4]
		one = append(one, []string{row[0], name, born[1] + "/" + born[2] + "/" + born[0], phone, address})
		if i%5 == 0 {
			one = append(one, []string{row[0] + "c", strings.Replace(name, "子", "紫", 1), born[0], phone, ""},
				[]string{row[0] + "d", name, "", "", address})
		}
		if i%2 == 0 {
			first = append(first, []string{name, row[2], phone, "", address, born[0], "甲", "男"})
		} else {
			second = append(second, []string{row[0], address, "1" + phone, phone, name, row[2], "518000"})
		}
	}
	second = append(second, []string{"z", first[0][4], "", first[0][2], first[0][0], first[0][1], "518000"}, []string{"", first[1][4], first[1][2], "", first[1][0], "", ""})
	file := func(name string, rows [][]string, head ...string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text(t, ',', append([][]string{head}, rows...))), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, files := range map[string][]string{
		"one": {file("one.csv", one, head...)},
		"two": {file("first.csv", first, "姓名", "出生日期", "电话", "手机", "地址", "年份", "备注", "性别"), file("second.csv", second, "id", "住址", "mobile", "phone", "name", "dob", "邮编")},
	} {
		o := options(files...)
		o.Now = o.Now.UTC()
		if o.Least = 0.02; name == "one" {
			o.Least = 0.5
		}
		o.Out = filepath.Join(t.TempDir(), "out")
		found, err := dedup.Find(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if err := found.Write(o); err != nil {
			t.Fatal(err)
		}
		if slices.Sort(found.Others); name == "two" && !slices.Equal(found.Others, []string{"备注", "年份"}) {
			t.Errorf("%q mean nothing", found.Others)
		}
		var model linkage.Model
		content, err := os.ReadFile(filepath.Join(o.Out, "model.json"))
		if err != nil || json.Unmarshal(content, &model) != nil || !reflect.DeepEqual(model, found.Result.Model) {
			t.Errorf("the model is written as %s, %v", content, err)
		}
		for _, written := range []string{"pairs.csv", "clusters.csv", "report.html"} {
			content, err := os.ReadFile(filepath.Join(o.Out, written))
			if err != nil {
				t.Fatal(err)
			}
			corpora.Golden(t, "testdata/"+name+"-"+written, string(content))
		}
	}
}
