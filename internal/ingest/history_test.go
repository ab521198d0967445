package ingest

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"doorstep/collections"
)

// inside puts a thing into the first room of that id.
func inside(r *row, room, thing, what string) {
	for _, one := range r.below["f_room"] {
		if one.id == room {
			below := newRow("f_thing", thing)
			put(below, "what", what)
			one.below["f_thing"] = append(one.below["f_thing"], below)
			return
		}
	}
}

// answersOf returns the answers of a row and of those below it, sorted, each with the ids of its row, its table and its column.
func answersOf(l *collections.Layout, r *row) (all []string) {
	r.number(l)
	var add func(r *row)
	add = func(r *row) {
		for column, v := range r.said {
			all = append(all, strings.Join([]string{r.where, r.table, column, v}, " "))
		}
		for _, rows := range r.below {
			for _, below := range rows {
				add(below)
			}
		}
	}
	add(r)
	slices.Sort(all)
	return all
}

// TestTheHistoryLeadsBack takes back what differs between two revisions of a record whose rooms have things in them: it says then what it
// said before, in the same rows. The rows are told by their ids, or by their places where an older entry has none.
func TestTheHistoryLeadsBack(t *testing.T) {
	in := form(t, "")
	l := in.Whole
	draw := func(t *rapid.T, name string, byPlace bool) *row {
		said := func(what string) string { return rapid.SampledFrom([]string{"a", "b"}).Draw(t, name+" "+what) }
		r := say(l, said("memo"))
		for i := range rapid.IntRange(0, 3).Draw(t, name+" rooms") {
			room := string(rune('0' + i))
			if byPlace {
				room = collections.RowID("record", "f_room", "", i+1)
			} else if rapid.Bool().Draw(t, name+" without "+room) {
				continue
			}
			one := newRow("f_room", room)
			put(one, "name", said("name"))
			r.below["f_room"] = append(r.below["f_room"], one)
			for j := range rapid.IntRange(0, 3).Draw(t, name+" things") {
				thing := room + "-" + string(rune('0'+j))
				if byPlace {
					thing = collections.RowID("record", "f_thing", room, j+1)
				}
				inside(r, room, thing, said("what"))
			}
		}
		r.number(l)
		return r
	}
	for name, byPlace := range map[string]bool{"by ids": false, "by places": true} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				base, now := draw(t, "base", byPlace), draw(t, "now", byPlace)
				then := pastOf(l, "record", now)
				for _, d := range differences(l, base, now) {
					if byPlace {
						d.row = ""
					}
					then.takeBack(d.path, d.row, d.before)
				}
				then.prune(then.row)
				if got, want := answersOf(l, then.row), answersOf(l, base); !slices.Equal(got, want) {
					t.Errorf("it says\n%s\nand said\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
			})
		})
	}
}

// TestARowWithRowsBelowStays though nothing of what it said itself is left; it goes with the last of them.
func TestARowWithRowsBelowStays(t *testing.T) {
	in := form(t, "")
	now := say(in.Whole, "m", "1 - - - -", "2 n a b c")
	inside(now, "1", "t1", "w")
	then := pastOf(in.Whole, "r", now)
	room := then.row.below["f_room"][0]
	thing := room.below["f_thing"][0]
	then.touched[room], then.touched[thing] = true, true
	for _, want := range []int{2, 1} {
		if then.prune(then.row); len(then.row.below["f_room"]) != want {
			t.Errorf("%d rooms, want %d", len(then.row.below["f_room"]), want)
		}
		delete(thing.said, "what")
	}
}
