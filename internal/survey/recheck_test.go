package survey

import (
	"encoding/json"
	"fmt"
	"testing"
)

func TestParseRecheck(t *testing.T) {
	many := func(n int) string {
		var names []string
		for i := range n {
			names = append(names, fmt.Sprint("q", i))
		}
		text, _ := json.Marshal(Recheck{"again", names})
		return string(text)
	}
	for text, want := range map[string]int{ // how many questions; -1 where it fails
		"": 0, "null": 0, `{"form":"again"}`: 0, `{"form":"again","questions":["b","a"]}`: 2, many(200): 200, many(201): -1,
		`{"questions":["a","b","a"]}`: -1, `{"questions":["a",""]}`: -1, `[]`: -1, `{`: -1,
	} {
		r, err := ParseRecheck(text)
		if (err != nil) != (want < 0) || err == nil && len(r.Questions) != want || want > 0 && r.Form != "again" || err != nil && r.Form != "" {
			t.Errorf("%.60s: %+v, %v", text, r, err)
		}
	}
	if r, _ := ParseRecheck(`{"questions":["b","a"]}`); r.Questions[0] != "b" {
		t.Error("the order of the questions is lost")
	}
}
