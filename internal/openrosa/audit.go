package openrosa

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/ingest"
)

// Limits of an audit file; what is beyond them is counted and otherwise left out.
const (
	maxAuditBytes = 32 << 20
	maxNodes      = 5000
	maxTrack      = 2000
)

// longPause is a gap between two events, in milliseconds, that a supervisor should know of.
const longPause = 30 * 60 * 1000

// auditIn derives what a supervisor asks of a record's paradata from the file of that name, if this request brought it. The file
// itself is kept among the attachments.
func auditIn(app core.App, name string, files []ingest.File) (p ingest.Paradata, found bool, err error) {
	i := slices.IndexFunc(files, func(f ingest.File) bool { return f.Name == name })
	if name == "" || i < 0 {
		return p, false, nil
	}
	r, err := collections.Files(app).Open(files[i].SHA256)
	if err != nil {
		return p, false, err
	}
	defer r.Close()
	p, err = ReadAudit(io.LimitReader(r, maxAuditBytes))
	p.SHA256 = files[i].SHA256
	return p, true, err
}

// ReadAudit sums up an audit.csv of Collect: times are milliseconds since 1970 by the tablet's clock. Lines that cannot
// be read are counted; only reading itself can fail.
func ReadAudit(r io.Reader) (ingest.Paradata, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord, in.LazyQuotes, in.ReuseRecord = -1, true, true
	a := log{column: map[string]int{}}
	a.out.Questions, a.out.Events = map[string]ingest.QuestionTime{}, map[string]int{}
	for {
		row, err := in.Read()
		switch {
		case errors.Is(err, io.EOF):
			return a.out, nil
		case err != nil:
			return a.out, err
		case len(a.column) == 0:
			for i, name := range row {
				a.column[strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))] = i
			}
		default:
			a.line(row)
		}
	}
}

type log struct {
	out    ingest.Paradata
	column map[string]int
	last   int64 // end of the event before
	place  string
}

func (a *log) cell(row []string, name string) string {
	if i, ok := a.column[name]; ok && i < len(row) {
		return row[i]
	}
	return ""
}

func (a *log) line(row []string) {
	event := a.cell(row, "event")
	start, err := strconv.ParseInt(a.cell(row, "start"), 10, 64)
	if event == "" || err != nil {
		a.out.Unreadable++
		return
	}
	a.out.Count++
	if len(a.out.Events) < maxNodes {
		a.out.Events[event]++
	}
	end, err := strconv.ParseInt(a.cell(row, "end"), 10, 64)
	if err != nil {
		end = start // many events are moments
	}
	a.clock(start, end)
	a.track(row, start)
	if node := a.cell(row, "node"); node != "" && event == "question" {
		a.question(row, node, end-start)
	}
}

// clock counts pauses, and times that run backwards: somebody set the tablet's clock.
func (a *log) clock(start, end int64) {
	if end < start || a.last > 0 && start < a.last-1000 {
		a.out.ClockBack++
	}
	if a.last > 0 && start-a.last > longPause {
		a.out.Pauses++
	}
	a.last = end
}

func (a *log) track(row []string, at int64) {
	lat, lon := a.cell(row, "latitude"), a.cell(row, "longitude")
	if lat == "" || lon == "" || lat+" "+lon == a.place || len(a.out.Track) == maxTrack {
		return
	}
	p := ingest.TrackPoint{At: at}
	var err1, err2 error
	p.Lat, err1 = strconv.ParseFloat(lat, 64)
	p.Lon, err2 = strconv.ParseFloat(lon, 64)
	if err1 != nil || err2 != nil || !(p.Lat >= -90 && p.Lat <= 90 && p.Lon >= -180 && p.Lon <= 180) {
		return
	}
	if m, err := strconv.ParseFloat(a.cell(row, "accuracy"), 64); err == nil && m >= 0 && m < 1e7 {
		p.AccuracyM = m
	}
	a.place = lat + " " + lon
	a.out.Track = append(a.out.Track, p)
}

func (a *log) question(row []string, node string, ms int64) {
	q, known := a.out.Questions[node]
	if !known && len(a.out.Questions) == maxNodes {
		return
	}
	q.Visits++
	if ms > 0 {
		q.Seconds += float64(ms) / 1000
		a.out.ActiveS += float64(ms) / 1000
	}
	if before, after := a.cell(row, "old-value"), a.cell(row, "new-value"); before != after && before != "" {
		q.Changes++ // a first answer is no change
	}
	a.out.Questions[node] = q
}
