package seed

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"doorstep/internal/ingest"
	"doorstep/internal/openrosa"
)

// keepLog keeps how one visit in so many was filled in, as the log of Collect tells it: some time at each question, now and then an
// answer that was changed, seldom a pause.
func (l *life) keepLog(ctx context.Context, rec *record, at time.Time) error {
	r := rand.New(rand.NewPCG(rec.seed[0], 3))
	if len(rec.written.Persons) == 0 || r.IntN(l.pace.Logs) > 0 {
		return nil
	}
	var answers map[string]any
	if err := json.Unmarshal(rec.first.Answers, &answers); err != nil {
		return fmt.Errorf("answers of the demo: %w", err)
	}
	w := logWriter{r: r, ms: rec.at.UnixMilli()}
	w.text.WriteString("event,node,start,end,old-value,new-value\n")
	w.group("/"+l.forms[rec.form].Form.Name, answers)
	kept, err := openrosa.ReadAudit(&w.text) // the file itself is not kept
	if err != nil {
		return err
	}
	return l.at(at).KeepParadata(ctx, l.app, ingest.Sender{Actor: rec.by.actor, Device: rec.by.device, Channel: ingest.Native}, rec.id, kept)
}

// logWriter writes such a log.
type logWriter struct {
	r    *rand.Rand
	text bytes.Buffer
	ms   int64 // by the tablet's clock
}

func (w *logWriter) group(path string, answers map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(answers)) {
		at := path + "/" + name
		switch said := answers[name].(type) {
		case map[string]any:
			w.group(at, said)
		case []any:
			for i, one := range said {
				if row, ok := one.(map[string]any); ok {
					w.group(fmt.Sprintf("%s[%d]", at, i+1), row)
				}
			}
		default:
			w.question(at)
		}
	}
}

// question passes two to thirty seconds at a question, one time in fifteen twice.
func (w *logWriter) question(path string) {
	if strings.Count(path, "/") < 3 || strings.HasPrefix(path, "/data/meta") {
		return // computed
	}
	for n, old := 0, ""; n < 2; n, old = n+1, "1" {
		if w.r.IntN(400) == 0 {
			w.ms += 45 * 60_000
		}
		end := w.ms + 2000 + w.r.Int64N(28_000)
		fmt.Fprintf(&w.text, "question,%s,%d,%d,%s,%d\n", path, w.ms, end, old, n+2)
		w.ms = end + 200
		if w.r.IntN(15) > 0 {
			return
		}
	}
}
