package console

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/problem"
)

// TestAPageIsWhatAllStreamsHaveReached puts the keys of several streams into one order: up to where the one that was read least far has
// come, never between two records of one id, and with a cursor unless nothing is left.
func TestAPageIsWhatAllStreamsHaveReached(t *testing.T) {
	at := func(s string) position { return position{s[:1], s[1:]} }
	for _, c := range []struct {
		keys  string // in the order in which they were read
		stops string
		limit int
		rises bool
		page  string
		next  string
	}{
		{"b1 a1 c1", "", 3, false, "c1 b1 a1", ""},
		{"b1 a1 c1", "", 3, true, "a1 b1 c1", ""},
		{"a1 a3 a2", "", 3, false, "a3 a2 a1", ""},
		{"a1 a3 a2", "", 3, true, "a1 a2 a3", ""},
		{"b1 a1 c1", "", 2, false, "c1 b1", "b1"},
		{"b1 a1 c1", "", 2, true, "a1 b1", "b1"},
		{"c1 b1 a1 b1", "", 2, false, "c1 b1 b1", "b1"}, // two tables may have one id
		{"c1 b1 b1", "", 2, false, "c1 b1 b1", ""},
		{"c1 b1 b1", "a1", 2, false, "c1 b1 b1", "a1"},
		{"c1 b1 a1", "b1", 9, false, "c1 b1", "b1"},
		{"c1 b1 a1", "a1 c1", 9, false, "c1", "c1"},
		{"c1 b1 a1", "c1 a1", 9, false, "c1", "c1"},
		{"a1 b1 c1", "b1 c1", 9, true, "a1 b1", "b1"},
		{"b1", "c1", 9, false, "", "c1"},
		{"c1 b1 a1", "a1", 2, false, "c1 b1", "b1"},
		{"", "", 2, false, "", ""},
	} {
		m := merge{order: order{rises: c.rises}, limit: c.limit}
		for _, key1 := range strings.Fields(c.keys) {
			m.keys = append(m.keys, key{position: at(key1)})
		}
		for _, stop := range strings.Fields(c.stops) {
			m.stop(at(stop))
		}
		keys, next := m.page()
		var got []string
		for _, k := range keys {
			got = append(got, k.at+k.id)
		}
		from := ""
		if next != nil {
			p, err := parsePosition(*next)
			if err != nil {
				t.Fatal(err)
			}
			from = p.at + p.id
		}
		if page := strings.Join(got, " "); page != c.page || from != c.next {
			t.Errorf("%q, stopped at %q, %d, rising %t: %q then %q, want %q then %q", c.keys, c.stops, c.limit, c.rises, page, from, c.page, c.next)
		}
	}
}

// TestAPageIsCutBehindItsLastItem: a page with as many items as fit is the last one.
func TestAPageIsCutBehindItsLastItem(t *testing.T) {
	for n, want := range []string{"[] ", "[1] ", "[1 2] ", "[1 2] 2"} {
		p := Page[int]{Items: []int{1, 2, 3}[:n]}
		p.cut(2, func(i int) position { return position{"", fmt.Sprint(i)} })
		at := ""
		if p.Next != nil {
			from, err := parsePosition(*p.Next)
			if err != nil {
				t.Fatal(err)
			}
			at = from.id
		}
		if got := fmt.Sprintf("%v %s", p.Items, at); got != want {
			t.Errorf("of %d: %s, want %s", n, got, want)
		}
	}
	for n, want := range map[int]int{-1: usualPage, 0: usualPage, 1: 1, mostPage - 1: mostPage - 1, mostPage: mostPage, mostPage + 1: mostPage} {
		if got := LimitOf(n); got != want {
			t.Errorf("%d items are asked for: %d, want %d", n, got, want)
		}
	}
}

// TestTheOrderOfAListInSQL is the same downwards and upwards as among positions.
func TestTheOrderOfAListInSQL(t *testing.T) {
	for _, c := range []struct {
		rises           bool
		by, where, from string
	}{{false, "at DESC, id DESC", "(at, id)<(?, ?)", "b2"}, {true, "at, id", "(at, id)>(?, ?)", "b2"}, {false, "at DESC, id DESC", "1", ""}} {
		o, from := order{"at", "id", c.rises}, position{}
		if c.from != "" {
			from = position{c.from[:1], c.from[1:]}
		}
		where, args := o.after(from)
		if o.by() != c.by || where != c.where || len(args) != strings.Count(where, "?") || len(args) > 0 && (args[0] != "b" || args[1] != "2") {
			t.Errorf("%+v: %s, %s %v", c, o.by(), where, args)
		}
	}
}

// TestNobodyIsToldOfMoreThanAThousand adds counts, each of which may be more than was counted.
func TestNobodyIsToldOfMoreThanAThousand(t *testing.T) {
	for _, c := range []struct{ a, b, want Count }{
		{Count{N: 999}, Count{N: 1}, Count{N: 1000}},
		{Count{N: 1000}, Count{N: 1}, Count{1000, true}},
		{Count{N: 1}, Count{N: 1001}, Count{1000, true}},
		{Count{1000, true}, Count{}, Count{1000, true}},
		{Count{}, Count{3, true}, Count{1000, true}},
		{Count{}, Count{}, Count{}},
	} {
		if c.a.add(c.b); c.a != c.want {
			t.Errorf("with %+v: %+v, want %+v", c.b, c.a, c.want)
		}
	}
}

// TestWhatTheQueueIsAskedFor reads filters: each parameter alone, and those that mean nothing.
func TestWhatTheQueueIsAskedFor(t *testing.T) {
	for name, want := range map[string]func(*Filter){
		"form": func(f *Filter) { f.Form = "1" }, "area": func(f *Filter) { f.Area = "1" }, "worker": func(f *Filter) { f.Worker = "1" },
		"campaign": func(f *Filter) { f.Campaign = "1" }, "code": func(f *Filter) { f.Code = "1" }, "from": func(f *Filter) { f.From = "1" },
		"to": func(f *Filter) { f.To = "1" }, "photo": func(f *Filter) { f.Photo = true }, "returned": func(f *Filter) { f.Returned = true },
		"clock": func(f *Filter) { f.ClockOff = true }, "flag": func(f *Filter) { f.Flag = "1" }, "sort": func(f *Filter) { f.Sort = "1" },
		"cursor": func(f *Filter) { f.Cursor = "1" }, "state": func(f *Filter) { f.States = []string{"1"} },
	} {
		var f Filter
		want(&f)
		got := FilterOf(func(asked string) string { return map[string]string{name: "1"}[asked] })
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", f) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for asked, want := range map[string]string{
		"":                         fmt.Sprint(collections.Undecided, "1 []"),
		"state=rejected,approved":  "[approved rejected]1 []",
		"state=approved,approved":  "[approved]1 []",
		"state=approved,":          "state",
		"state=open":               "state",
		"flag=own":                 fmt.Sprint(collections.Undecided, "1 []"),
		"flag=team":                fmt.Sprint(collections.Undecided, "1 []"),
		"flag=mine":                "flag",
		"sort=newest":              fmt.Sprint(collections.Undecided, "1 []"),
		"sort=oldest":              fmt.Sprint(collections.Undecided, "1 []"),
		"sort=area":                "sort",
		"from=2026-11-31":          "from",
		"to=today":                 "to",
		"from=x to=x":              "from",
		"from=2026-11-23":          fmt.Sprint(collections.Undecided, "1 AND v.received_at>=? [2026-11-22 16:00:00.000Z]"),
		"to=2026-11-23":            fmt.Sprint(collections.Undecided, "1 AND v.received_at<? [2026-11-23 16:00:00.000Z]"),
		"from=2026-11-23 cursor=x": fmt.Sprint(collections.Undecided, "1 AND v.received_at>=? [2026-11-22 16:00:00.000Z]"),
		"to=2026-11-23 cursor=x":   fmt.Sprint(collections.Undecided, "1 AND +v.received_at<? [2026-11-23 16:00:00.000Z]"),
		"from=2026-11-23 cursor=x sort=oldest": fmt.Sprint(collections.Undecided,
			"1 AND +v.received_at>=? [2026-11-22 16:00:00.000Z]"),
		"to=2026-11-23 cursor=x sort=oldest": fmt.Sprint(collections.Undecided, "1 AND v.received_at<? [2026-11-23 16:00:00.000Z]"),
	} {
		given := map[string]string{}
		for _, one := range strings.Fields(asked) {
			name, value, _ := strings.Cut(one, "=")
			given[name] = value
		}
		f := FilterOf(func(name string) string { return given[name] })
		days, args, err := f.settle()
		got := fmt.Sprint(f.States, days, " ", args)
		if err != nil {
			got = problem.As(err).Detail
		}
		if got != want {
			t.Errorf("%s: %s, want %s", asked, got, want)
		}
	}
	f := Filter{before: "then", From: "2026-11-23", To: "2026-11-23"}
	if days, args, err := f.days(); err != nil || strings.Count(days, "?") != 3 || args[0] != "then" || !slices.IsSorted([]string{args[1].(string), args[2].(string)}) {
		t.Errorf("%s %v %v", days, args, err)
	}
}
