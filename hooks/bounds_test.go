package hooks_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/testapp"
)

// bound is a number, or a length, that a door takes from least to most.
type bound struct {
	who         *testapp.Client
	path        string // with ? the query takes the number
	body        func(n any) any
	field       string
	inside, out []any
}

// A door takes what lies at its bounds, and refuses what lies next to them by the name of the field.
func TestBoundsAreTakenAndWhatLiesBesideIsNot(t *testing.T) {
	t.Parallel()
	c := newCrew(t, "")
	with := func(name string, rest object) func(any) any {
		return func(n any) any {
			b := maps.Clone(rest)
			b[name] = n
			return b
		}
	}
	long := func(n int) string { return strings.Repeat("名", n) }
	var list struct{ Items []object }
	c.manager.Want(200, get, "/api/doorstep/v1/campaigns", nil, &list)
	draft := list.Items[0]
	draft["territory"], draft["starts"], draft["ends"] = []string{"990101"}, "", ""
	delete(draft, "rev")
	campaigns := "/api/doorstep/v1/campaigns/" + c.campaign
	for _, b := range []bound{
		{c.boss, "/api/doorstep/v1/outcomes?form=child_visit&e=", nil, "e", []any{"0", "1", "0.5"}, []any{"-0.001", "1.001", "NaN", "x"}},
		{c.manager, "/api/doorstep/v1/export/child_visit?k=", nil, "k", []any{"2", "100"}, []any{"1", "101", "-1"}},
		{c.manager, "/api/doorstep/v1/export/child_visit?l=", nil, "l", []any{"1", "20"}, []any{"21", "-1"}},
		{c.boss, "/api/doorstep/v1/queue?limit=", nil, "limit", []any{"1"}, []any{"0", "-1", "x"}},
		{c.field[0], "/api/sync/v1/pull?limit=", nil, "limit", []any{"1"}, []any{"0", "-1", "x"}},
		{c.boss, "/api/doorstep/v1/search/heard", with("age", object{"name": "陈小明"}), "name, age", []any{0, 130}, []any{-1, 131}},
		{c.boss, "/api/doorstep/v1/search/heard", with("name", object{"age": 9}), "name, age", []any{"陈", long(100)}, []any{"", long(101)}},
		{c.boss, "/api/doorstep/v1/queues", with("name", object{"filter": object{}}), "name", []any{"名", long(40)}, []any{"", " ", long(41)}},
		{c.manager, campaigns, with("round", draft), "round", []any{1, 1000}, []any{0, 1001}},
		{c.manager, campaigns, with("name", draft), "name", []any{"名", long(100)}, []any{"", " ", long(101)}},
		{c.manager, campaigns, func(n any) any { return with("territory", draft)(slices.Repeat([]string{"990101"}, n.(int))) }, "territory",
			[]any{1, 500}, []any{0, 501}},
		{c.boss, campaigns + "/recheck", with("percent", object{"seed": "x"}), "percent", []any{1, 100}, []any{101}},
		{c.boss, campaigns + "/recheck", with("count", object{"seed": "x"}), "count", []any{1, 1000}, []any{0, -1, 1001}},
		{c.boss, campaigns + "/recheck", with("count", object{"seed": "x", "percent": 5}), "count", []any{0}, []any{1, -1}},
		{c.boss, campaigns + "/recheck", with("seed", object{"percent": 5}), "seed", []any{"x", strings.Repeat("x", 100)}, []any{strings.Repeat("x", 101)}},
	} {
		for i, n := range append(slices.Clone(b.inside), b.out...) {
			method, path, body := http.MethodGet, b.path, any(nil)
			if b.body == nil {
				path += n.(string)
			} else {
				method, body = http.MethodPost, b.body(n)
			}
			status, answer := b.who.Do(method, path, body)
			refused := status == 400 && strings.Contains(string(answer), b.field)
			if inside := i < len(b.inside); inside && status >= 400 || !inside && !refused {
				t.Errorf("%s %.40v (%s): %d %.200s", b.path, n, b.field, status, answer)
			}
		}
	}
}
