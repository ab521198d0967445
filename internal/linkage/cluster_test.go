package linkage

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// An unlikely pair of records that were joined to others is told by all of them, by more or by less than its own odds, but as unlikely:
// only of a record that is left, of which people have many, some are told to be likely.
func TestUnlikelyPairsAreToldByTheirClusters(t *testing.T) {
	fields := []Field{{GivenName, "first"}, {Surname, "last"}, {BirthDate, "born"}, {Place, "town"}}
	for name, of := range map[string]struct {
		first, last string
		day         string
	}{
		"Chinese": {"小明 浩宇 子涵 俊杰 嘉怡 建国 志强 思远 雨欣 文博", "王 李 张 刘 陈 杨 黄 赵 吴 周", "-%02d-%02d"},
		"Latin": {"thomas william john james robert george henry charles mary anne",
			"ashton bradford clifton dunham edley fairwood halton kenham", "-%02d-%02d"},
		"Latin, by years": {"thomas william john james robert george henry charles mary anne",
			"ashton bradford clifton dunham edley fairwood halton kenham", ""},
	} {
		r := rand.New(rand.NewPCG(9, 9))
		one := func(list string) string { all := strings.Fields(list); return all[r.IntN(len(all))] }
		var rows [][]string
		for range 60 {
			born := fmt.Sprint(1950 + r.IntN(60))
			if month, day := 1+r.IntN(12), 1+r.IntN(28); of.day != "" {
				born += fmt.Sprintf(of.day, month, day)
			}
			truth := []string{one(of.first), one(of.last), born, one("甲 乙 丙")}
			for range 6 {
				row := slices.Clone(truth)
				for i, other := range []string{one(of.first), one(of.last), truth[2][:4] + "-01-01", one("甲 乙 丙")} {
					if r.IntN(5) == 0 {
						row[i] = other
					}
				}
				rows = append(rows, row)
			}
		}
		found, lower, higher, likely, byCluster := find(t, fields, rows, 0), 0, 0, 0, 0
		for _, p := range found.Pairs {
			levels := found.t.pair(p.A, p.B)
			own, _ := found.scorer.odds(p.A, p.B, &levels)
			if held(p.Odds) && (!p.Held || p.Decision != Review) {
				t.Errorf("%s: a pair that its clusters hold is not for a person: %+v", name, p)
			}
			if held(p.Odds) && !held(own) {
				byCluster++
			}
			if own > 0 || p.Held || found.Cluster[p.A] == found.Cluster[p.B] {
				continue
			}
			if p.Odds > own {
				higher++
			}
			if p.Odds < own {
				lower++
			}
			if p.Odds >= 0 {
				likely++
			}
			if p.Odds >= tooLow {
				t.Errorf("%s: two clusters are told as one person: odds %.2f", name, p.Odds)
			}
		}
		if likely == 0 {
			t.Errorf("%s: no pair of a record that is left is told to be likely", name)
		}
		if lower == 0 || higher == 0 || byCluster == 0 {
			t.Errorf("%s: %d of %d pairs fell, %d rose, %d are held", name, lower, len(found.Pairs), higher, byCluster)
		}
	}
}

// A record is told to be one more of a cluster's person only where people of such a list have so many, the likelier the more of them do.
func TestWhoMayHaveAnotherRecord(t *testing.T) {
	for _, c := range []struct {
		name    string
		a, b    int // records
		careful bool
		another float64
		want    float64
	}{
		{"a record and a cluster", 1, 3, false, 1, tooLow}, {"the other way round", 3, 1, false, 1, tooLow},
		{"not often", 1, 3, false, -.75, .25}, {"seldom", 1, 3, false, -1, 0}, {"more seldom", 1, 3, false, -3, 0},
		{"two records", 1, 1, false, 1, 0}, {"two clusters", 2, 3, false, 1, 0},
		{"with many twins", 1, 3, true, 1, 0}, {"the largest", 1, largest, false, 1, tooLow},
	} {
		x := &clusters{r: &Result{t: &Table{han: true}, scorer: &scorer{careful: c.careful}}, another: likelihoods(max(c.a, c.b), c.another),
			members: map[int32][]int32{0: make([]int32, c.a), 1: make([]int32, c.b)}}
		if got := x.lacks(0, 1); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
		if c.a+c.b == 2 {
			continue // what is said of the pair stays
		}
		for said, free := range map[verdict]bool{{odds: -1}: true, {-1, true}: false, {odds: lookOdds}: false, {odds: 0}: false} {
			x.looked = map[[4]int32]verdict{{0, 1, int32(c.a), int32(c.b)}: said}
			if got := x.told(0, 1) > said.odds; got != (c.want > 0 && free) {
				t.Errorf("%s, %v: raised %v", c.name, said, got)
			}
		}
	}
}

// likelihoods are those of another record, which people with n may have and no others.
func likelihoods(n int, odds float64) []float64 {
	another := slices.Repeat([]float64{-9}, largest+1)
	another[n] = odds
	return another
}

// A pair that joined with others is told likelier than its clusters were, but where only years are told or people seldom have so many
// records, and unless it is sure by itself.
func TestJoinedPairsAreToldLikelier(t *testing.T) {
	for _, c := range []struct {
		own, joint float64
		years      bool
		another    float64
		want       float64
	}{
		{1, 0.5, false, 1, 0.5 + tooLow}, {1, 0.5, true, 1, 0.5}, {surely, 0.5, false, 1, 0.5 + tooLow}, {surely + 1, surely, false, 1, surely + 1},
		{1, 0.5, false, -.75, 0.75}, {1, 0.5, false, -1, 0.5},
	} {
		x := &clusters{r: &Result{scorer: &scorer{years: c.years}, t: &Table{}, Cluster: make([]int32, 3)},
			another: likelihoods(2, c.another), members: map[int32][]int32{0: {0, 1, 2}}}
		p := Pair{B: 1, Odds: c.own, Held: true}
		if x.set(&p, c.joint); p.Odds != c.want || p.Held != (c.joint >= surely) {
			t.Errorf("%+v: %+v", c, p)
		}
	}
}
