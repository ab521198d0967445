package linkage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"doorstep/internal/corpora"
)

// TestKeysStay writes down what people are looked up by, and what is asked for by sound: databases hold these keys, so that other ones need
// another blockingVersion.
func TestKeysStay(t *testing.T) {
	var out strings.Builder
	for _, s := range []Said{
		{}, {Name: "李小明"}, {Name: "李小明", Birth: "2015-03-01"}, {Name: "李小明", Birth: "2015"}, {Name: "小明", Sex: "男", Area: "990101001001001"}, {Sex: "女", Area: "990101001001001"},
		{Name: "欧阳娜", Sex: "female", Area: "9901"}, {Name: "李", Birth: "2015-03-01", House: "h1"}, {Name: "李小明", Phone: "0755-12345678"}, {Name: "小明", Phone: "13812345678"},
		{Name: "李小明", Number: "990000201503010017"}, {Name: "李小明", Number: "990000201503010018"}, {Name: "李小明", Birth: "2015-03-02", Sex: "女", Number: "990000201503010017",
			Area: "990101001001001"}, {Name: "李小明", Birth: "2015-03-01", Number: "990000201503010017"}, {Name: "李小明", Number: "110101199001010015"}, {House: "h1", Birth: "2015"}, {House: "h1"},
		{Name: "John Smith", Birth: "1980-05-06", Phone: "12345"}, {Name: "买买提·吐尔逊", Birth: "1980-05-06", Sex: "male", Area: "990101001001"},
	} {
		keys, err := s.Keys()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%+v\n\t%s\n", s, strings.Join(keys, "\n\t"))
	}
	for _, name := range []string{"", "李", "李小明", "欧阳娜", "li xiaoming", "lixiaoming", "wang xian", "Lǐ Xiǎo-míng", "ouyang nana", "zhuangxianliang", "xian xian xian", "an an an an an an", "li小明",
		"John Smith", "q", "㐀"} {
		keys, err := HeardKeys(name, 2014, 2015)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "heard %s\n\t%s\n", name, strings.Join(keys, "\n\t"))
	}
	corpora.Golden(t, "testdata/keys.txt", out.String())
}

// TestATrainedModelIsOfItsVersion: what is learned of a list is kept whole, and a model of another version or of other columns judges nobody.
func TestATrainedModelIsOfItsVersion(t *testing.T) {
	var rows [][]string
	for i, row := range heardOtherwise(36) {
		rows = append(rows, Said{Name: row[0], Sex: row[1], Birth: row[2], Number: row[3], Phone: row[4], House: fmt.Sprint("h", i/3), Area: "990101001001001"}.Cells())
	}
	m := find(t, IntakeFields(), rows, 0).Train(3000)
	written, err := json.MarshalIndent(m.Common, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	fmt.Fprintf(&out, "of %d records, for %d people: %s\n", m.Records, m.Population, written)
	one := Said{Name: "王浩林", Sex: "男", Birth: "2014-05-06", Phone: "13812345678", House: "h1", Area: "990101001001001"}
	others := []Said{one, {Name: "王浩林"}, {Name: "王浩临", Birth: "2014-05-06", House: "h1"}, {Name: "小林", Birth: "2014-05-06", House: "h1"}, {Name: "王浩宁", Sex: "女", Birth: "2014-05-06", House: "h1"},
		{Name: "李浩林", Sex: "男", Birth: "1980-05-06", Area: "990101001001001"}, {Name: "王浩林", Phone: "13812345679", Area: "990101001002001"}, {}}
	for range 2 { // the second time with what was read before
		judged, err := m.Judge(one, others, 0.05)
		if err != nil {
			t.Fatal(err)
		}
		for i, j := range judged {
			fmt.Fprintf(&out, "%+v\n\t%.4f %.2f sibling %v look %v\n", others[i], j.Probability, j.Bits, j.Sibling, j.Look)
			for _, e := range j.Evidence {
				fmt.Fprintf(&out, "\t%s %s: %s %.2f %v\n", e.Role, e.Column, e.EN, e.Bits, e.Given)
			}
		}
	}
	corpora.Golden(t, "testdata/trained.txt", out.String())
	for _, change := range []func(*Trained){func(m *Trained) { m.Version++ }, func(m *Trained) { m.Columns = m.Columns[1:] }} {
		other := trained(t)
		change(other)
		if judged, err := other.Judge(one, others, 0); err == nil {
			t.Errorf("%d columns of version %d judge: %+v", len(other.Columns), other.Version, judged)
		}
	}
}

// TestWhoIsNotWaitedFor: a search that is stopped says so, and gives nothing, before it begins and between its steps.
func TestWhoIsNotWaitedFor(t *testing.T) {
	for _, all := range []int{0, 1500} {
		for stop := range 4 {
			table, err := NewTable(personFields)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range family(20) {
				table.Add(row)
			}
			ctx, end := context.WithCancel(t.Context())
			limits, shown := DefaultLimits(), []string(nil)
			limits.All = all
			r, err := Find(ctx, table, Options{Seed: 7, Limits: limits, Now: time.Unix(0, 0), Show: func(step string, _, _ int) {
				if shown = append(shown, step); len(shown) > stop {
					end()
				}
			}})
			if end(); !errors.Is(err, context.Canceled) || r != nil || len(shown) > stop+2 || stop == 0 && shown[0] != shown[len(shown)-1] {
				t.Errorf("up to %d all, stopped at %d of %q: %v, %v", all, stop, shown, r, err)
			}
		}
	}
}
