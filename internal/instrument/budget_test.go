package instrument

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"doorstep/internal/survey"
)

// csvForm writes a workbook as text.
type csvForm struct{ survey, choices strings.Builder }

func (f *csvForm) row(cells ...string) { csvRow(&f.survey, cells) }

func (f *csvForm) choice(cells ...string) { csvRow(&f.choices, cells) }

func csvRow(b *strings.Builder, cells []string) {
	for _, c := range cells {
		b.WriteString(`,"` + strings.ReplaceAll(c, `"`, `""`) + `"`)
	}
	b.WriteByte('\n')
}

func (f *csvForm) workbook() Workbook {
	head := "survey\n,type,name,label,calculation,relevant,constraint,choice_filter,repeat_count,default\n"
	text := head + f.survey.String() + "choices\n,list_name,name,label,part\n" + f.choices.String() + "settings\n,form_title,form_id,version\n,x,heavy,1\n"
	return Workbook{Name: "heavy.csv", Raw: []byte(text)}
}

func refs(n int, sep string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("${q%d}", i)
	}
	return strings.Join(all, sep)
}

// heavyForms are workbooks within the limits of a workbook that ask for much more than they say, and the code that each is
// refused with, among others; "" for those that can be published.
var heavyForms = map[string]struct {
	code  string
	build func(f *csvForm)
}{
	"everything in every calculation": {"logic.cycle", func(f *csvForm) {
		for i := range 300 {
			f.row("calculate", fmt.Sprintf("q%d", i), "", "count(//*)")
		}
	}},
	"everything in every relevance": {"logic.too_much", func(f *csvForm) {
		for i := range 2500 {
			f.row("text", fmt.Sprintf("q%d", i), "q", "", "count(//*) > 1")
		}
	}},
	"predicates within predicates": {"logic.cycle", func(f *csvForm) {
		for i := range 50 {
			f.row("calculate", fmt.Sprintf("q%d", i), "", "count("+strings.Repeat("//*[count(", 20)+"//*"+strings.Repeat(") > 0]", 20)+")")
		}
	}},
	"each names all": {"", func(f *csvForm) {
		for i := range 300 {
			f.row("integer", fmt.Sprintf("q%d", i), "q")
		}
		for i := range 300 {
			f.row("calculate", fmt.Sprintf("c%d", i), "", refs(300, " + "))
		}
	}},
	"each waits for all": {"logic.cycle", func(f *csvForm) {
		for i := range 300 {
			f.row("calculate", fmt.Sprintf("q%d", i), "", refs(300, " + "))
		}
	}},
	"positions": {"", func(f *csvForm) {
		f.row("begin_repeat", "r", "r")
		f.row("text", "q0", "q")
		for i := range 1000 {
			f.row("calculate", fmt.Sprintf("p%d", i), "", "position(..) + count(${r}) + string-length(indexed-repeat(${q0}, ${r}, position(..)))")
		}
		f.row("end_repeat")
	}},
	"deep ifs": {"form.too_long", func(f *csvForm) {
		f.row("integer", "q0", "q")
		for i := range 50 {
			f.row("calculate", fmt.Sprintf("c%d", i), "", strings.Repeat("if(${q0} > 1, ", 3000)+"0"+strings.Repeat(", 1)", 3000))
		}
	}},
	"deep brackets": {"xpath.too_large", func(f *csvForm) {
		f.row("integer", "q0", "q")
		f.row("calculate", "c", "", strings.Repeat("(", 100_000)+strings.Repeat("${q0} + ", 20000)+"1"+strings.Repeat(")", 100_000))
	}},
	"filtered choices": {"", func(f *csvForm) {
		for i := range 5_000 {
			f.choice("list", fmt.Sprintf("c%d", i), "c", fmt.Sprint(i%7))
		}
		for i := range 500 {
			f.row("select_one list", fmt.Sprintf("q%d", i), "q", "", "", "", "part = "+refs(max(1, min(i, 100)), " or part = ")+" or part = ${q499}")
		}
	}},
	"filters that wait for each other": {"", func(f *csvForm) {
		f.choice("list", "a", "a", "1")
		for i := range 2000 {
			f.row("select_one list", fmt.Sprintf("q%d", i), "q", "", "", "", fmt.Sprintf("part = ${q%d} or part = ${q%d} or part = ${q%d}", (i+1)%2000, (i*7)%2000, (i*31)%2000))
		}
	}},
	"chain of counts": {"logic.collect", func(f *csvForm) {
		f.row("integer", "q0", "q")
		for i := range 1000 {
			f.row("begin_repeat", fmt.Sprintf("r%d", i), "r", "", "", "", "", fmt.Sprintf("${q%d}", i))
			f.row("calculate", fmt.Sprintf("q%d", i+1), "", fmt.Sprintf("count(${r%d}) + count(//r%d)", i, i))
			f.row("end_repeat")
		}
	}},
	"chain of calculations": {"", func(f *csvForm) {
		f.row("integer", "q0", "q")
		for i := range 2000 {
			f.row("calculate", fmt.Sprintf("q%d", i+1), "", fmt.Sprintf("${q%d} + 1", i))
		}
	}},
	"one long cycle": {"logic.cycle", func(f *csvForm) {
		for i := range 2000 {
			f.row("calculate", fmt.Sprintf("q%d", i), "", fmt.Sprintf("${q%d} + 1", (i+1)%2000))
		}
	}},
	"deep groups and long names": {"form.too_long", func(f *csvForm) {
		long := strings.Repeat("x", 60)
		for i := range 100 {
			f.row("begin_group", fmt.Sprintf("g%d%s", i, long), "g")
		}
		f.row("integer", "q0", "q")
		for i := range 100 {
			f.row("calculate", fmt.Sprintf("c%d", i), "", strings.Repeat("${q0} + ", 3000)+"1")
		}
		for range 100 {
			f.row("end_group")
		}
	}},
	"labels of labels": {"form.too_long", func(f *csvForm) {
		for i := range 100 {
			f.row("begin_group", fmt.Sprintf("g%d%s", i, strings.Repeat("x", 60)), "g")
		}
		f.row("integer", "q0", "q")
		for i := range 100 {
			f.row("note", fmt.Sprintf("n%d", i), strings.Repeat("${q0} ", 3000))
		}
		for range 100 {
			f.row("end_group")
		}
	}},
	"many mistakes": {"form.reference.unknown", func(f *csvForm) {
		for i := range 2000 {
			f.row("calculate", fmt.Sprintf("q%d", i), "", "${nobody} + ${nothing} + floor(1)")
		}
	}},
	"long expressions": {"form.too_long", func(f *csvForm) {
		f.row("integer", "q0", "q")
		for i := range 200 {
			f.row("calculate", fmt.Sprintf("c%d", i), "", strings.Repeat("${q0} + ", 3900)+"1")
		}
	}},
	"alternatives": {"xpath.bad_regex", func(f *csvForm) {
		f.row("text", "q0", "q")
		for i := range 500 {
			f.row("text", fmt.Sprintf("c%d", i), "c", "", "", "regex(., '"+strings.Repeat("(a|b)*", 1000)+"')")
		}
	}},
	"regex repetitions": {"xpath.bad_regex", func(f *csvForm) {
		for i := range 500 {
			f.row("text", fmt.Sprintf("c%d", i), "c", "", "", "regex(., '((((a{1,30}){1,30}){1,30}){1,30})"+fmt.Sprint(i)+"')")
		}
	}},
	"all but itself in every relevance": {"logic.too_much", func(f *csvForm) {
		for i := range 2500 {
			f.row("text", fmt.Sprintf("q%d", i), "q", "", "count(preceding::*) > 1")
		}
	}},
}

// What a workbook asks for is bounded by what it expands to: it is published, or refused with a clear mistake, in bounded
// memory, which is also a measure of the work.
func TestHeavyFormsAreBounded(t *testing.T) {
	const most = 512 << 20 // bytes allocated one after the other, not at once
	for name, c := range heavyForms {
		t.Run(name, func(t *testing.T) {
			f := &csvForm{}
			c.build(f)
			w := f.workbook()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			made, err := Convert(w, time.Unix(0, 0))
			runtime.ReadMemStats(&after)
			var problems survey.Problems
			if err != nil && !errors.As(err, &problems) {
				t.Fatal(err)
			}
			if made != nil {
				problems = made.Obstacles
			}
			if len(problems) > survey.MostProblems {
				t.Errorf("%d problems", len(problems))
			}
			found := c.code == "" && len(problems) == 0
			for _, p := range problems {
				found = found || p.Code == c.code
				if len(p.ZH) > 2000 {
					t.Errorf("a problem of %d bytes", len(p.ZH))
				}
			}
			if !found {
				t.Errorf("%d problems, want %q", len(problems), c.code)
			}
			if got := after.TotalAlloc - before.TotalAlloc; got > most {
				t.Errorf("%d MB for a workbook of %d kB", got>>20, len(w.Raw)>>10)
			}
		})
	}
}
