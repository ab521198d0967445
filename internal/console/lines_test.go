package console

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/corpora"
	"doorstep/internal/instrument"
	"doorstep/internal/survey"
)

// visited asks in groups with a label and without, in repeats in repeats, and what is masked.
const visited = `| survey | | | | | | | |
| | type | name | label::中文 (zh) | label::English (en) | calculation | relevant | bind::doorstep:sensitivity |
| | integer | age | 年龄 | Age | | | |
| | text | memo | 备注 | Memo | | | |
| | begin_group | home | 住处 | Home | | | |
| | select_multiple yes | pets | 宠物 | Pets | | | none |
| | begin_group | inner | | | | | |
| | decimal | size | 面积 | Size | | | none |
| | end_group | | | | | | |
| | end_group | | | | | | |
| | begin_group | empty | 空 | Empty | | | |
| | integer | unseen | 不问 | Unseen | | ${age} > 200 | none |
| | end_group | | | | | | |
| | image | photo | 照片 | Photo | | | |
| | calculate | total | | | 1 + 1 | | none |
| | begin_repeat | child | 儿童 | Child | | | |
| | text | child_name | 姓名 | Name | | | identifier |
| | integer | child_age | 岁数 | Age | | | none |
| | begin_group | school | 学校 | School | | | |
| | integer | grade | 年级 | Grade | | ${child_age} > 6 | none |
| | end_group | | | | | | |
| | begin_repeat | toy | 玩具 | Toy | | | |
| | integer | cost | 价钱 | Cost | | | none |
| | end_repeat | | | | | | |
| | end_repeat | | | | | | |
| choices | | | | |
| | list_name | name | label::中文 (zh) | label::English (en) |
| | yes | y | 猫 | Cat |
| | yes | n | 狗 | Dog |
| settings | | | |
| | form_id | form_title | version | namespaces |
| | visited | Visited | 1 | doorstep="urn:doorstep:form" |
`

// visitOf is a filled-in form and its record: of one line of answers for each group, and a round of a repeat with its id in brackets.
func visitOf(lines string) (*survey.Node, *collections.Record) {
	root := survey.NewElement("data")
	rec := &collections.Record{ID: "v", Rows: map[*survey.Node]collections.RowLink{}, Damaged: map[*survey.Node]bool{}}
	at := []*survey.Node{root}
	for _, line := range strings.Split(strings.TrimSpace(lines), "\n") {
		text := strings.TrimLeft(line, "\t")
		name, value, leaf := strings.Cut(text, "=")
		name, id, round := strings.Cut(name, "#")
		node := survey.NewElement(name)
		at = at[:len(line)-len(text)+1]
		at[len(at)-1].Add(node)
		at = append(at, node)
		if leaf {
			node.SetValue(value)
		}
		if round {
			rec.Rows[node] = collections.RowLink{ID: strings.TrimSuffix(id, "!")}
			rec.Damaged[node] = strings.HasSuffix(id, "!")
		}
	}
	return root, rec
}

// questionsOf are those of entries, also below groups and in repeats.
func questionsOf(all []*entry) (found []*entry) {
	for _, e := range all {
		if e.kind == "question" {
			found = append(found, e)
		}
		found = append(found, questionsOf(e.children)...)
	}
	return found
}

// TestTheLinesOfARecord writes a record with everything that a line may have: findings, changes, files, what was not to be asked, what does
// not open, and answers that only another version asks for.
func TestTheLinesOfARecord(t *testing.T) {
	in := converted(t, visited)
	sheet := newSheet(in, instrument.NewLibrary())
	more := converted(t, strings.NewReplacer("| | begin_group | inner |", "| | integer | roof | 屋顶 | Roof | | | none |\n| | begin_group | inner |",
		"| | integer | grade |", "| | text | teacher | 教师 | Teacher | | | |\n| | integer | grade |",
		"| | integer | cost |", "| | integer | worn | 旧 | Worn | | | none |\n| | integer | cost |", "| Visited | 1 |", "| Visited | 2 |").Replace(visited))
	for _, e := range questionsOf(newSheet(more, instrument.NewLibrary()).entries) {
		if slices.Contains([]string{"roof", "teacher", "worn"}, e.q.Name) {
			e.version, e.place = "2", -1
			sheet.others = append(sheet.others, e)
		}
	}
	root, rec := visitOf(`
age=41
memo=门口有狗
home
	pets=y n
	roof=3
	inner
		size=12.5
photo=door.jpg
total=2
child#c1!
	child_name=王小明
	child_age=5
	school
		grade=1
		teacher=李老师
	toy#t1
		cost=7
		worn=1
	toy#t2
		worn=2
child#c2
	child_name=王小红
	child_age=8
	school
	toy#t3
		cost=9`)
	finding := []RowIssue{{"odd", survey.Warning, survey.WordsOf("怪", "Odd")}}
	var out strings.Builder
	for _, answered := range []bool{false, true} {
		w := writer{sheet: sheet, rec: rec, answered: answered, files: map[string]File{"door.jpg": {"f1", "door.jpg", "image/jpeg"}, "": {"f2", "", ""}},
			issues: map[string][]RowIssue{"home": finding, "child[2]/school/grade": finding, "child[1]": finding, "empty": finding},
			was:    map[string]string{"v/age": "40", "c2/child_name": "王大红", "c1/school/grade": "2", "v/home/inner/size": "", "c1/school/teacher": "赵老师"}}
		if answered {
			w.issues = map[string][]RowIssue{"total": finding}
		}
		for _, row := range w.write(t.Context(), root) {
			raw, err := json.Marshal(row)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(&out, string(raw))
		}
		for _, q := range w.asks {
			fmt.Fprintln(&out, "asked about", w.rows[q.row].Ref, q.of.q.Name)
		}
	}
	for _, e := range questionsOf(sheet.entries) {
		fmt.Fprintln(&out, e.q.Name, e.kind, e.table.Name, e.column.Name, e.mask, slices.Sorted(maps.Keys(e.choices)), e.ranged())
	}
	corpora.Golden(t, "testdata/lines.txt", out.String())
}
