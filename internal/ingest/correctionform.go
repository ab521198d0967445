package ingest

import (
	"strconv"
	"strings"

	"doorstep/internal/survey"
)

// Correction is the form through which an app that knows no records corrects one: the record's form, with its answers.
// Its form id says it all, so that what comes back needs no memory: correct.REV.RECORD.FORM
type Correction struct {
	Form, Record string
	Rev          int64 // that the worker saw
}

const correctionPrefix = "correct."

// FormID is the id of the form.
func (c Correction) FormID() string {
	return correctionPrefix + strconv.FormatInt(c.Rev, 10) + "." + c.Record + "." + c.Form
}

// ParseCorrection reads such an id; ok is false for the id of any other form.
func ParseCorrection(id string) (c Correction, ok bool) {
	rest, found := strings.CutPrefix(id, correctionPrefix)
	parts := strings.SplitN(rest, ".", 3)
	if !found || len(parts) != 3 || !isUUID(parts[1]) || parts[2] == "" {
		return Correction{}, false
	}
	rev, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || rev < 1 {
		return Correction{}, false
	}
	return Correction{Form: parts[2], Record: parts[1], Rev: rev}, true
}

// Automatic reports whether an app fills a question in by itself whenever a form is opened.
func Automatic(q *survey.Question) bool {
	switch q.Type {
	case "start", "end", "today", "deviceid", "username", "phonenumber", "email", "start-geopoint":
		return true
	}
	return false
}
