package promises

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"doorstep/internal/testapp"
)

// exchange is one request of a client that is in the field, and what it reads of the answer: see the folder's README.
type exchange struct {
	Name, Call, Again string
	Body              json.RawMessage
	Status            int
	Shape             any
	Keep              map[string]string
}

// TestOldClients is promise 17: what earlier clients say is answered as they expect.
func TestOldClients(t *testing.T) {
	files, err := filepath.Glob("../client/testdata/v*/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d recordings, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(filepath.Dir(file))+"/"+filepath.Base(file), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var recording []exchange
			if err := json.Unmarshal(raw, &recording); err != nil {
				t.Fatal(err)
			}
			for _, problem := range repeatRecording(t, recording, nil) {
				t.Error(problem)
			}
		})
	}
}

// A server that drops a field, changes its type or refuses what it took is noticed.
func TestOldClientsNoticeABreak(t *testing.T) {
	raw, err := os.ReadFile("../client/testdata/v1/visit.json")
	if err != nil {
		t.Fatal(err)
	}
	var recording []exchange
	if err := json.Unmarshal(raw, &recording); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func([]byte) []byte{
		"a field is gone":    func(b []byte) []byte { return []byte(strings.ReplaceAll(string(b), `"last_seq":`, `"last":`)) },
		"a type has changed": func(b []byte) []byte { return []byte(strings.ReplaceAll(string(b), `"more":false`, `"more":0`)) },
		"a word has changed": func(b []byte) []byte { return []byte(strings.ReplaceAll(string(b), `"quarantined"`, `"held"`)) },
	} {
		if len(repeatRecording(t, recording, spoil)) == 0 {
			t.Errorf("%s: nobody notices", name)
		}
	}
}

// repeatRecording plays a recording against a new server and returns what does not fit.
func repeatRecording(t *testing.T, recording []exchange, spoil func([]byte) []byte) (problems []string) {
	app := testapp.Open(t, begin(t).dir)
	worker, err := app.FindRecordById("workers", begin(t).tablets[0].worker)
	if err != nil {
		t.Fatal(err)
	}
	tablet := app.Client(t, app.Serve(t), worker)
	kept, bodies := []string{}, map[string]json.RawMessage{}
	for _, x := range recording {
		names := strings.NewReplacer(kept...)
		if x.Again != "" {
			x.Body = bodies[x.Again]
		}
		bodies[x.Name] = x.Body
		method, path, _ := strings.Cut(names.Replace(x.Call), " ")
		status, body := tablet.Do(method, path, []byte(names.Replace(string(x.Body))))
		if spoil != nil {
			body = spoil(body)
		}
		var answer any
		if err := json.Unmarshal(body, &answer); err != nil || status != x.Status {
			return append(problems, fmt.Sprintf("%s: %d %s", x.Name, status, body))
		}
		for _, p := range misfits(x.Shape, answer, names) {
			problems = append(problems, x.Name+": "+p)
		}
		for name, at := range x.Keep {
			kept = append(kept, "$"+name, fmt.Sprint(pick(answer, at)))
			if name == "DEVICE" {
				tablet.Device = fmt.Sprint(pick(answer, at))
			}
		}
	}
	return problems
}

// misfits compares an answer with a shape.
func misfits(shape, answer any, names *strings.Replacer) (problems []string) {
	switch want := shape.(type) {
	case map[string]any:
		fields, _ := answer.(map[string]any)
		for name, inner := range want {
			for _, p := range misfits(inner, fields[name], names) {
				problems = append(problems, name+"."+p)
			}
		}
	case []any:
		list, _ := answer.([]any)
		if len(list) == 0 {
			return []string{fmt.Sprintf("no list with anything in it: %v", answer)}
		}
		problems = misfits(want[0], list[0], names)
	case string:
		if value, exact := strings.CutPrefix(names.Replace(want), "="); exact && fmt.Sprint(answer) != value || !exact && typeOf(answer) != want {
			return []string{fmt.Sprintf("%v is not %s", answer, want)}
		}
	}
	return problems
}

func typeOf(v any) string {
	switch v.(type) {
	case string:
		return "string"
	case float64:
		return "number"
	case bool:
		return "boolean"
	case map[string]any:
		return "object"
	}
	return "nothing"
}

// pick follows a path such as results.0.household.
func pick(v any, path string) any {
	for _, name := range strings.Split(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(at) {
				return nil
			}
			v = at[i]
		}
	}
	return v
}
