package reassign

import (
	"strings"
	"testing"

	"doorstep/collections"
)

// Whatever the size of a batch and the number of an area's records, each record is looked at once, area by area and stage by stage.
func TestAJobLooksAtEachRecordOnce(t *testing.T) {
	held := map[string]string{"a": "1234", "b": "", "c": "567", "x": "89"}
	var looked string
	look := func(_ *work, key, after string, most int) (int, string, error) {
		left := held[key]
		if after != "" {
			left = left[strings.Index(left, after)+1:]
		}
		some := left[:min(most, len(left))]
		if looked += some; some != "" {
			after = some[len(some)-1:]
		}
		return len(some), after, nil
	}
	for most := 1; most <= 11; most++ {
		looked = ""
		w := work{Runner: &Runner{}, most: most, areas: []string{"a", "b", "c"}, all: []stage{{look: look}, {keys: []string{"x"}, look: look}}}
		for batches := 0; w.job.Status != collections.JobDone; batches++ {
			if err := w.records(); err != nil || batches > 30 {
				t.Fatalf("by %d: %q were looked at in %d batches, at %q, %v", most, looked, batches, w.at, err)
			}
			var again place
			if again.read(w.at.String()); again != w.at {
				t.Errorf("%q is read back as %q", w.at, again)
			}
		}
		if looked != "123456789" || w.job.Done != 9 {
			t.Errorf("by %d: %q were looked at, %d counted", most, looked, w.job.Done)
		}
	}
}
