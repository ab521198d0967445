package ingest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"doorstep/collections"
	"doorstep/internal/instrument"
	"doorstep/internal/survey"
	"doorstep/internal/validate"
	"doorstep/internal/xlsform"
)

// versionsOf compiles versions of a form that differ in what they ask, written as rows of the sheets survey and choices.
func compiled(t testing.TB, versions ...[2]string) []*instrument.Instrument {
	t.Helper()
	var all []*instrument.Instrument
	for i, v := range versions {
		text := "| survey |\n| | type | name | label | bind::doorstep:key | bind::doorstep:rule | save_to |\n" + lines(v[0]) + "| choices |\n| | list_name | name | label |\n" + lines(v[1]) +
			fmt.Sprintf("| settings |\n| | form_id | version | namespaces |\n| | f | %d | doorstep=\"urn:doorstep:form\" |\n", i+1)
		f, err := xlsform.Read("f.md", strings.NewReader(text), xlsform.Options{})
		if err != nil {
			t.Fatal(err)
		}
		in, err := instrument.Compile(f, validate.Options{})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, in)
	}
	instrument.Acquaint(all)
	return all
}

func lines(rows string) string {
	var b strings.Builder
	for _, r := range strings.Split(strings.TrimSpace(rows), "\n") {
		b.WriteString("| | " + strings.TrimSpace(r) + " |\n")
	}
	return b.String()
}

const rooms = "text | memo | Memo\nbegin repeat | room | Room\ntext | name | Name | KEY\ntext | a | A\ntext | b | B\ntext | c | C\nbegin repeat | thing | Thing\ntext | what | What\ntext | how | How\nend repeat | thing\nend repeat | room"

func form(t testing.TB, key string) *instrument.Instrument {
	return compiled(t, [2]string{strings.ReplaceAll(rooms, "KEY", key), "x | a | A"})[0]
}

// say makes the answers of a record with rooms, each written as id name a b c.
func say(l *collections.Layout, memo string, rooms ...string) *row {
	r := newRow("f", "")
	put(r, "memo", memo)
	for _, room := range rooms {
		words := strings.Split(room, " ")
		one := newRow("f_room", words[0])
		for i, column := range []string{"name", "a", "b", "c"} {
			put(one, column, words[i+1])
		}
		r.below["f_room"] = append(r.below["f_room"], one)
	}
	r.number(l)
	return r
}

func put(r *row, column, value string) {
	if value != "" && value != "-" {
		r.said[column] = value
	}
}

// shown is the opposite of say, without ids of new rows.
func shown(r *row) string {
	list := []string{r.said["memo"]}
	for _, one := range r.below["f_room"] {
		words := []string{one.id}
		for _, column := range []string{"name", "a", "b", "c"} {
			if words = append(words, one.said[column]); one.said[column] == "" {
				words[len(words)-1] = "-"
			}
		}
		list = append(list, strings.Join(words, " "))
	}
	return strings.Join(list, ", ")
}

func mergeOf(in *instrument.Instrument, base, theirs, mine *row) (*row, []string) {
	m := &merger{layout: in.Whole, sender: in, keys: in.Keys, persons: map[string]string{}}
	merged := m.merge(base, theirs, mine)
	merged.number(in.Whole)
	var clashes []string
	for _, c := range m.clashes {
		clashes = append(clashes, c.row.path+c.path)
	}
	return merged, clashes
}

func TestMerge(t *testing.T) {
	for name, c := range map[string]struct {
		key                string
		base, theirs, mine []string // memo, then rooms; those of mine have no ids
		want               string
		clashes            string
	}{
		"nothing changed":        {"", []string{"m", "1 n a b c"}, []string{"m", "1 n a b c"}, []string{"m", " n a b c"}, "m, 1 n a b c", ""},
		"mine alone":             {"", []string{"m"}, []string{"m"}, []string{"x"}, "x", ""},
		"theirs alone":           {"", []string{"m"}, []string{"x"}, []string{"m"}, "x", ""},
		"both the same":          {"", []string{"m"}, []string{"x"}, []string{"x"}, "x", ""},
		"both differently":       {"", []string{"m"}, []string{"x"}, []string{"y"}, "x", "memo"},
		"mine blanked":           {"", []string{"m"}, []string{"m"}, []string{""}, "", ""},
		"mine blanked, not they": {"", []string{"m"}, []string{"x"}, []string{""}, "x", "memo"},
		"a row in front":         {"", []string{"", "1 n a b c", "2 o d e f"}, []string{"", "3 z p q r", "1 n a b c", "2 o d e f"}, []string{"", " n a b X", " o d e f"}, ", 3 z p q r, 1 n a b X, 2 o d e f", ""},
		"a row taken out":        {"", []string{"", "1 n a b c", "2 o d e f"}, []string{"", "2 o d e f"}, []string{"", " n a b c", " o d e X"}, ", 2 o d e X", ""},
		"taken out, changed":     {"", []string{"", "1 n a b c"}, []string{""}, []string{"", " n a b X"}, "", "room[1]/name room[1]/a room[1]/b room[1]/c"},
		"changed, taken out":     {"", []string{"", "1 n a b c"}, []string{"", "1 n a b X"}, []string{""}, ", 1 n a b X", "room[1]/name room[1]/a room[1]/b room[1]/c"},
		"both added":             {"", []string{"", "1 n a b c"}, []string{"", "1 n a b c", "2 o d e f"}, []string{"", " n a b c", " p g h i"}, ", 1 n a b c,  p g h i, 2 o d e f", ""},
		"both added by key":      {"yes", []string{""}, []string{"", "2 o d e f"}, []string{"", " o d e X"}, ", 2 o d e f", "room[1]/c"},
		"both changed one":       {"", []string{"", "1 n a b c"}, []string{"", "1 n a b X"}, []string{"", " n a b Y"}, ", 1 n a b X", "room[1]/c"},
		"rows swapped":           {"", []string{"", "1 n a b c", "2 o d e f"}, []string{"", "1 n a b c", "2 o d e X"}, []string{"", " o d e f", " n a Y c"}, ", 1 n a Y c, 2 o d e X", ""},
		"a key that tells apart": {"yes", []string{"", "1 n a b c"}, []string{"", "1 n a b X"}, []string{"", " o a b c"}, ",  o a b c, 1 n a b X", "room[2]/name room[2]/a room[2]/b room[2]/c"},
		"unsure":                 {"", []string{"", "1 n a b c", "2 n a b d"}, []string{"", "1 n a b c", "2 n a b X"}, []string{"", " n a b Y", " n a b Z"}, ", 1 n a b c, 2 n a b X", "room"},
		"one of two alike":       {"", []string{"", "1 n a b c", "2 n a b c"}, []string{"", "1 n a b c", "2 n a b X"}, []string{"", " n a b c"}, ", 1 n a b c, 2 n a b X", "room"},
		"one of a kind":          {"yes", []string{"", "1 n a b c", "2 n d e f"}, []string{"", "1 n a b c", "2 n d e f"}, []string{"", " n X Y Z", " n U V W"}, ", 1 n X Y Z, 2 n U V W", ""},
		"one of a kind, fewer":   {"yes", []string{"", "1 n a b c", "2 n d e f"}, []string{"", "1 n a b c", "2 n d e f"}, []string{"", " n d e f"}, ", 2 n d e f", ""},
		"one of a kind, more":    {"yes", []string{"", "1 n a b c"}, []string{"", "1 n a b c"}, []string{"", " n a b c", " n d e f"}, ", 1 n a b c,  n d e f", ""},
		"one of a kind, both":    {"yes", []string{"", "1 n a b c", "2 n d e f"}, []string{"", "1 n a b S", "2 n d e f"}, []string{"", " n X Y Z", " n U V W"}, ", 1 n a b S, 2 n d e f", "room"},
		"unsure, nobody else":    {"", []string{"", "1 n a b c", "2 n a b d"}, []string{"", "1 n a b c", "2 n a b d"}, []string{"", " n a b Y", " n a b Z"}, ", 1 n a b Y, 2 n a b Z", ""},
	} {
		t.Run(name, func(t *testing.T) {
			in := form(t, c.key)
			merged, clashes := mergeOf(in, say(in.Whole, c.base[0], c.base[1:]...), say(in.Whole, c.theirs[0], c.theirs[1:]...), say(in.Whole, c.mine[0], c.mine[1:]...))
			if shown(merged) != c.want || strings.Join(clashes, " ") != c.clashes {
				t.Errorf("got %q with conflicts %q", shown(merged), clashes)
			}
		})
	}
}

// Rooms that say the same are told apart by the things in them.
func TestMergeTellsRowsApartByTheRowsBelow(t *testing.T) {
	in := form(t, "")
	with := func(r *row, things ...string) *row {
		for i, what := range things {
			thing := newRow("f_thing", "")
			thing.said["what"] = what
			r.below["f_room"][i].below["f_thing"] = []*row{thing}
		}
		r.number(in.Whole)
		return r
	}
	base := with(say(in.Whole, "", "1 n a b c", "2 n a b c"), "bed", "sofa")
	theirs := with(say(in.Whole, "", "1 n a b X", "2 n a b c"), "bed", "sofa")
	mine := with(say(in.Whole, "", " n a b c", " n a b c"), "sofa", "bed")
	if merged, clashes := mergeOf(in, base, theirs, mine); shown(merged) != ", 1 n a b X, 2 n a b c" || len(clashes) > 0 {
		t.Errorf("got %q with conflicts %q", shown(merged), clashes)
	}
}

// Every answer of a room begins with its owner. A side takes rooms out, adds some, moves and changes them.
func drawSide(t *rapid.T, name string, l *collections.Layout, base *row, stored bool) *row {
	side := base.clone()
	list := side.below["f_room"]
	for range rapid.IntRange(0, 4).Draw(t, name+" changes") {
		at := rapid.IntRange(0, 5).Draw(t, "at")
		switch rapid.IntRange(0, 4).Draw(t, "do") {
		case 0:
			if at < len(list) {
				list = slices.Delete(slices.Clone(list), at, at+1)
			}
		case 1:
			list = append(list, drawRoom(t, name+"-new"))
		case 2:
			if at < len(list) {
				list = append(append([]*row{list[at]}, list[:at]...), list[at+1:]...)
			}
		default:
			if at < len(list) {
				owner := list[at].said["name"]
				list[at].said[rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "column")] = owner + rapid.SampledFrom([]string{"7", "8", "9"}).Draw(t, "value")
			}
		}
	}
	side.below["f_room"] = list
	for _, one := range list {
		if !stored {
			one.id = ""
		} else if one.id == "" {
			one.id = "new" + one.said["name"]
		}
	}
	side.number(l)
	return side
}

func drawRoom(t *rapid.T, id string) *row {
	owner := rapid.StringMatching("[p-z]{4}").Draw(t, "owner")
	one := newRow("f_room", "")
	if id == "base" {
		one.id = owner
	}
	for column, v := range map[string]string{"name": owner, "a": owner + "1", "b": owner + "2", "c": owner + "3"} {
		one.said[column] = v
	}
	return one
}

// Whatever both sides did: no row is made of two, and each change of either side is in the merge, or in a conflict, or the
// row is one that the other side took out unchanged.
func TestMergeNeverMixesRows(t *testing.T) {
	for _, key := range []string{"", "yes"} {
		in := form(t, key)
		rapid.Check(t, func(t *rapid.T) {
			base := say(in.Whole, "")
			seen := map[string]bool{}
			for range rapid.IntRange(0, 4).Draw(t, "rooms") {
				if one := drawRoom(t, "base"); !seen[one.said["name"]] {
					seen[one.said["name"]] = true
					base.below["f_room"] = append(base.below["f_room"], one)
				}
			}
			theirs, mine := drawSide(t, "theirs", in.Whole, base, true), drawSide(t, "mine", in.Whole, base, false)
			m := &merger{layout: in.Whole, sender: in, keys: in.Keys, persons: map[string]string{}}
			merged := m.merge(base, theirs, mine)
			there, clashed := map[string]bool{}, fmt.Sprint(m.clashes)
			for _, one := range merged.below["f_room"] {
				for _, v := range one.said {
					if there[v] = true; !strings.HasPrefix(v, one.said["name"]) {
						t.Fatalf("%v is made of two", one.said)
					}
				}
			}
			was := map[string]bool{}
			for _, one := range base.below["f_room"] {
				for v := range maps.Values(one.said) {
					was[v] = true
				}
			}
			for name, side := range map[string]*row{"theirs": theirs, "mine": mine} {
				for _, one := range side.below["f_room"] {
					for _, v := range one.said {
						if !was[v] && !there[v] && !strings.Contains(clashed, v) {
							t.Fatalf("%s: %s is lost\nbase %s\ntheirs %s\nmine %s\nmerged %s", name, v, shown(base), shown(theirs), shown(mine), shown(merged))
						}
					}
				}
			}
		})
	}
}

// The history leads back: what is stored, with the differences taken back, is what was stored before.
func TestHistoryLeadsBack(t *testing.T) {
	in := form(t, "")
	rapid.Check(t, func(t *rapid.T) {
		base := say(in.Whole, "m")
		for i := range rapid.IntRange(0, 4).Draw(t, "rooms") {
			one := drawRoom(t, "base")
			one.id = fmt.Sprint("id", i)
			thing := newRow("f_thing", fmt.Sprint("thing", i))
			thing.said["what"] = "w"
			one.below["f_thing"] = []*row{thing}
			base.below["f_room"] = append(base.below["f_room"], one)
		}
		base.number(in.Whole)
		now := drawSide(t, "now", in.Whole, base, true)
		then := pastOf(in.Whole, "record", now)
		for _, d := range differences(in.Whole, base, now) {
			then.takeBack(d.path, d.row, d.before)
		}
		then.prune(then.row)
		byRow := func(r *row) []*row {
			return slices.SortedFunc(slices.Values(r.below["f_room"]), func(a, b *row) int { return strings.Compare(a.id, b.id) })
		}
		was, is := byRow(base), byRow(then.row)
		if !slices.EqualFunc(was, is, func(a, b *row) bool { return a.id == b.id && a.equal(b) }) {
			t.Fatalf("%s became %s, and back %s", shown(base), shown(now), shown(then.row))
		}
	})
}

func TestOlderHistoryLeadsBackByPlace(t *testing.T) {
	in := form(t, "")
	now := say(in.Whole, "m", collections.RowID("r", "f_room", "", 1)+" n a b c", collections.RowID("r", "f_room", "", 2)+" o d e f")
	then := pastOf(in.Whole, "r", now)
	then.takeBack("room[2]/a", "", "was")
	then.takeBack("memo", "", "")
	if got := then.row.below["f_room"][1].said["a"]; got != "was" || then.row.said["memo"] != "" || len(then.row.below["f_room"]) != 2 {
		t.Errorf("%s", shown(then.row))
	}
}

// versions: the second moved age into a group, left gone out, added fresh and knew, and offers d in the place of c.
func versions(t testing.TB) []*instrument.Instrument {
	return compiled(t,
		[2]string{"text | memo | M\nselect_one pick | one | O\nselect_multiple pick | many | S\ntext | gone | G\nbegin repeat | kid | K\ntext | kname | N\ninteger | kage | A\ntext | kgone | X\nend repeat | kid", "pick | a | A\npick | b | B\npick | c | C"},
		[2]string{"text | memo | M\nselect_one pick | one | O\nselect_multiple pick | many | S\ntext | fresh | F\nbegin repeat | kid | K\ntext | kname | N\nbegin group | g | G\ninteger | kage | A\nend group | g\ntext | knew | W\nend repeat | kid", "pick | a | A\npick | b | B\npick | d | D"})
}

// Whatever version corrects a record of whatever version: an answer that the sender's version does not ask for stays, and
// so does a choice that it does not offer; every other change of an answer is the sender's, and in the history.
func TestVersionsLoseNothing(t *testing.T) {
	all := versions(t)
	columns := []string{"memo", "one", "many", "gone", "fresh"}
	rowColumns := []string{"kname", "kage", "kgone", "knew"}
	values := map[string][]string{"one": {"", "a", "b", "c", "d"}, "many": {"", "a", "c", "a d", "b c d"}, "kage": {"", "5", "7"}}
	draw := func(t *rapid.T, r *row, table string, columns []string, of *instrument.Instrument) {
		for _, c := range columns {
			known := slices.ContainsFunc(of.Layout.Named(table).Columns, func(k survey.Column) bool { return k.Name == c })
			from := values[c]
			if from == nil {
				from = []string{"", "甲", "乙", "丙"}
			}
			if v := rapid.SampledFrom(from).Draw(t, c); known && v != "" {
				r.said[c] = v
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		whole, sender := all[rapid.IntRange(0, 1).Draw(t, "record")], all[rapid.IntRange(0, 1).Draw(t, "sender")]
		both := &instrument.Instrument{Layout: whole.Whole}
		stored, mine := newRow("f", ""), newRow("f", "")
		draw(t, stored, "f", columns, both)
		draw(t, mine, "f", columns, sender)
		for i := range 3 {
			kid := newRow("f_kid", fmt.Sprint(i))
			draw(t, kid, "f_kid", rowColumns, both)
			kid.said["kname"] = fmt.Sprint("甲", i)
			stored.below["f_kid"] = append(stored.below["f_kid"], kid)
			same := newRow("f_kid", "")
			same.said["kname"] = kid.said["kname"]
			for _, c := range []string{"kage", "kgone", "knew"} {
				if sender.Layout.Named("f_kid") != nil && slices.ContainsFunc(sender.Layout.Named("f_kid").Columns, func(k survey.Column) bool { return k.Name == c }) && kid.said[c] != "" {
					same.said[c] = kid.said[c]
				}
			}
			mine.below["f_kid"] = append(mine.below["f_kid"], same)
		}
		stored.number(whole.Whole)
		m := &merger{layout: whole.Whole, sender: sender, keys: sender.Keys, persons: map[string]string{}}
		merged := m.merge(stored, stored, mine)
		merged.number(whole.Whole)
		told := fmt.Sprint(differences(whole.Whole, stored, merged))
		check := func(was, is *row) {
			t.Helper()
			known := sender.Layout.Named(was.table)
			for c, v := range was.said {
				asked := slices.ContainsFunc(known.Columns, func(k survey.Column) bool { return k.Name == c })
				if !asked && is.said[c] != v {
					t.Fatalf("%s: %q, which nobody was asked for, became %q", c, v, is.said[c])
				}
				for _, name := range strings.Fields(v) {
					offered := sender.Choices(was.table, c)
					replaced := c == "one" && mine.said[c] != ""
					if offered != nil && !offered[name] && !replaced && !slices.Contains(strings.Fields(is.said[c]), name) {
						t.Fatalf("%s: the choice %s of another version is gone", c, name)
					}
				}
				if is.said[c] != v && !strings.Contains(told, v) {
					t.Fatalf("%s: %q is not in the history %s", c, v, told)
				}
			}
		}
		check(stored, merged)
		for i, kid := range stored.below["f_kid"] {
			if len(merged.below["f_kid"]) != 3 {
				t.Fatalf("%d kids", len(merged.below["f_kid"]))
			}
			check(kid, merged.below["f_kid"][i])
		}
		root := survey.NewElement("data")
		links := map[*survey.Node]collections.RowLink{}
		merged.write(whole.Whole, root, links)
		if again := readRow(whole.Whole, root, links); !again.equal(merged) {
			t.Fatalf("written %v, read %v", merged.values(), again.values())
		}
	})
}
