package linkage

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"doorstep/internal/corpora"
)

func trained(t *testing.T) *Trained {
	t.Helper()
	var m Trained
	b, err := os.ReadFile("../identity/model.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	return &m
}

// TestTabletTables: the weights, the surnames and the readings of common characters that the tablet's comparison uses are
// those of this engine.
func TestTabletTables(t *testing.T) {
	var b strings.Builder
	b.WriteString("// Made by go test ./internal/linkage -run Tablet -update: what the engine of the server weighs and reads by.\n\n")
	weights, atHome := map[Role][3]string{}, map[Role][3]string{}
	m := trained(t)
	for _, c := range m.Columns {
		var person, home [3]string
		for class := range person {
			var all, others []string
			for _, l := range c.Levels {
				all = append(all, fmt.Sprintf("%.1f", l.Weight[class]))
				others = append(others, fmt.Sprintf("%.1f", math.Log2(l.Household[class]/l.Others[class])))
			}
			person[class], home[class] = "["+strings.Join(all, ", ")+"]", "["+strings.Join(others, ", ")+"]"
		}
		weights[c.Role], atHome[c.Role] = person, home
	}
	b.WriteString("/** Weights in bits of the levels of each aspect, the best first. */\nexport const weights = {\n")
	for _, c := range m.Columns {
		if c.Role != BirthDate {
			fmt.Fprintf(&b, "  %s: %s,\n", c.Role, weights[c.Role][0])
		}
	}
	b.WriteString("};\n\n/** Those of birth dates: where nothing is known of the given names, where they sound alike, and where they do not. */\n")
	fmt.Fprintf(&b, "export const births = [\n  %s,\n];\n\n", strings.Join(listOf(weights[BirthDate]), ",\n  "))
	b.WriteString("/** How much more often two of one household agree so than strangers. */\nexport const atHome = {\n")
	fmt.Fprintf(&b, "  given_name: %s,\n  births: [\n    %s,\n  ],\n", atHome[GivenName][0], strings.Join(listOf(atHome[BirthDate]), ",\n    "))
	b.WriteString("};\n\n/** Shares of common names, one of all for the others, and how often two people agree in theirs. */\nexport const names = {\n")
	for i, c := range m.Columns {
		if c.Role != GivenName && c.Role != Surname {
			continue
		}
		shares, err := json.Marshal(m.Common[c.Role]) // in the order of the names
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "  %s: { agree: %.6f, rare: %.6f, common: %s as Record<string, number> },\n", c.Role, m.Columns[i].Levels[0].Others[0], 1/float64(m.Records), shares)
	}
	fmt.Fprintf(&b, "};\n\nexport const surnames = %q;\n\nexport const longSurnames = %q.split(\" \");\n\n", oneSurnames, strings.TrimSpace(longSurnames))
	b.WriteString("/** Common characters by each way they are read, tones aside. */\nexport const readings: Record<string, string> = {\n")
	byReading := map[string][]rune{}
	for c := range pinyin.PinyinDict {
		if common := rune(c); inCommonUse(common) {
			for _, toned := range strings.Split(pinyin.PinyinDict[c], ",") {
				if plain := withoutTone(toned); !slices.Contains(byReading[plain], common) {
					byReading[plain] = append(byReading[plain], common)
				}
			}
		}
	}
	for _, plain := range slices.Sorted(mapsKeys(byReading)) {
		slices.Sort(byReading[plain])
		fmt.Fprintf(&b, "  %s: %q,\n", plain, string(byReading[plain]))
	}
	b.WriteString("};\n")
	corpora.Golden(t, "../../web/sync/src/tables.ts", b.String())
}

func listOf(classes [3]string) []string { return classes[:] }

func mapsKeys(m map[string][]rune) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if k != "" && utf8.RuneCountInString(k) == len(k) && !yield(k) {
				return
			}
		}
	}
}

// inCommonUse reports whether a character is one of GB 2312 or of the first level of Big5.
func inCommonUse(c rune) bool {
	if b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(string(c))); err == nil && len(b) == 2 && b[0] >= 0xb0 && b[0] <= 0xf7 && b[1] >= 0xa1 {
		return true
	}
	b, err := traditionalchinese.Big5.NewEncoder().Bytes([]byte(string(c)))
	return err == nil && len(b) == 2 && b[0] >= 0xa4 && b[0] <= 0xc6
}

// vector is a pair of people and how likely the engine takes them for one, in a list of so many.
type vector struct {
	List        int     `json:"list"`
	One         Said    `json:"one"`
	Other       Said    `json:"other"`
	Probability float64 `json:"probability"`
	Bits        float64 `json:"bits"`
}

// TestTabletVectors writes pairs of children and the engine's judgement: the tablet's comparison is tested against them.
func TestTabletVectors(t *testing.T) {
	m := trained(t)
	m.Population = 3000
	r := rand.New(rand.NewPCG(8, 8))
	one := func(list string) string { all := []rune(list); return string(all[r.IntN(len(all))]) }
	var all []vector
	for range 60 {
		a := Said{Name: one("王李张刘陈杨黄赵吴周曾单欧") + one("子浩宇俊嘉一泽明思博") + one("涵强晨涛轩杰然峰磊鑫"), Sex: []string{"male", "female"}[r.IntN(2)],
			Birth: fmt.Sprintf("20%02d-%02d-%02d", 8+r.IntN(14), 1+r.IntN(12), 13+r.IntN(15)), Phone: fmt.Sprintf("138%08d", r.IntN(100000000)), House: fmt.Sprint("h", r.IntN(500))}
		for _, change := range []func(*Said){
			func(*Said) {},
			func(s *Said) {
				s.Name = strings.NewReplacer("涵", "晗", "杰", "洁", "子", "梓", "轩", "萱", "宇", "雨").Replace(s.Name)
			},
			func(s *Said) { s.Birth = "" },
			func(s *Said) {
				s.Birth = s.Birth[:9] + string(rune('0'+(s.Birth[9]-'0'+3)%10))
				s.House, s.Phone = "h9999", ""
			},
			func(s *Said) { s.Name = string([]rune(s.Name)[:2]) + one("婷媛丽娜"); s.Sex = "female" },
			func(s *Said) { s.Name = string([]rune(s.Name)[:1]) + "建国"; s.Birth = "2003-02-28" },
			func(s *Said) { s.Phone, s.House, s.Birth = "", "h9999", "" },
			func(s *Said) { s.Phone, s.House, s.Birth = "", "h9999", s.Birth[:4] }, // the year alone
			func(s *Said) { s.Birth = s.Birth[:4] + "-02-09" },                     // of one year and household
			func(s *Said) { s.Phone, s.House, s.Birth = "", "h9999", s.Birth[:4]+"-02-09" },
			func(s *Said) { s.Birth = "21" + s.Birth[2:4] }, // a digit of the year
		} {
			b := a
			change(&b)
			judged, err := m.Judge(a, []Said{b}, 0)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, vector{m.Population, a, b, float64(int(judged[0].Probability*1e4)) / 1e4, float64(int(judged[0].Bits*10)) / 10})
		}
	}
	out, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	corpora.Golden(t, "../../web/sync/test/lookalikes.json", string(out)+"\n")
}
