package ingest

import (
	"strings"
	"testing"
	"time"

	"doorstep/internal/instrument"
	"doorstep/internal/survey"
)

func TestCheckClock(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	const day, year = 24 * time.Hour, 365 * 24 * time.Hour
	for name, c := range map[string]struct {
		at     time.Duration // of the record's last moment, from now
		offset time.Duration
		want   string // of the issue, in English; "" for none
	}{
		"just now":                         {0, 0, ""},
		"ahead within tolerance":           {9 * time.Minute, 9 * time.Minute, ""},
		"a week on the way":                {-7 * day, 0, ""},
		"ahead":                            {2 * time.Hour, 0, "+120 minutes"},
		"ahead by a year, measured":        {year, year, "+365 days"},
		"ahead, and a day on the way":      {year - day, year, "+365 days"},
		"ahead, more than was measured":    {3 * day, day, "+3 days"},
		"behind by a year, measured":       {-year, -year, "-365 days"},
		"behind by three days, measured":   {-3 * day, -3 * day, "-3 days"},
		"was behind, and set right since":  {0, -year, ""},
		"was ahead, and set right since":   {-day, year, ""},
		"a year old, and never measured":   {-year, 0, "-365 days"},
		"ahead, all that is tolerated":     {clockTolerance, 0, ""},
		"a second more":                    {clockTolerance + time.Second, 0, "+10 minutes"},
		"behind, all that is tolerated":    {-clockTolerance, -clockTolerance, ""},
		"behind by a second more":          {-clockTolerance - time.Second, -clockTolerance - time.Second, "-10 minutes"},
		"behind, and a day on the way":     {-4 * day, -3 * day, "-3 days"},
		"behind by nearly two days":        {-47 * time.Hour, -47 * time.Hour, "-2820 minutes"},
		"behind by two days":               {-2 * day, -2 * day, "-2 days"},
		"ahead by two days":                {2 * day, 0, "+2 days"},
		"as long as any trip":              {-longestTrip, 0, ""},
		"longer than any trip by a second": {-longestTrip - time.Second, 0, "-90 days"},
		"longer than any trip, just about": {-91 * day, 0, "-91 days"},
	} {
		t.Run(name, func(t *testing.T) {
			d := &prepared{op: &Operation{DeviceTime: now.Add(c.at).Format(time.RFC3339)}, form: &instrument.Instrument{}, inst: &survey.Instance{}}
			d.checkClock(c.offset, now)
			if c.want == "" && len(d.issues) == 0 {
				return
			}
			if len(d.issues) != 1 || c.want == "" || !strings.HasSuffix(d.issues[0].EN, ": "+c.want) || d.issues[0].Code != "time.clock_off" {
				t.Errorf("got %v, want %q", d.issues, c.want)
			}
		})
	}
	t.Run("no times at all", func(t *testing.T) {
		d := &prepared{op: &Operation{}, form: &instrument.Instrument{}, inst: &survey.Instance{}}
		if d.checkClock(-year, now); len(d.issues) > 0 {
			t.Errorf("got %v", d.issues)
		}
	})
}

// TestTheLastMomentOfARecord is the latest that can be read, with the question that holds it; the tablet's own time names none.
func TestTheLastMomentOfARecord(t *testing.T) {
	const early, middle, late = "2026-11-25T08:00:00+08:00", "2026-11-25T01:00:00Z", "2026-11-25T10:00:00+08:00"
	for _, c := range []struct{ started, finished, sent, want, field string }{
		{early, middle, late, late, ""}, {early, late, middle, late, "meta/finished"}, {late, middle, early, late, "meta/started"},
		{early, "soon", "", early, "meta/started"}, {"", early, "soon", early, "meta/finished"}, {late, late, late, late, "meta/started"},
		{"", "", middle, middle, ""},
	} {
		root := survey.NewElement("data")
		meta := survey.NewElement("meta")
		root.Add(meta)
		meta.Add(survey.NewElement("started").SetValue(c.started))
		meta.Add(survey.NewElement("finished").SetValue(c.finished))
		d := &prepared{op: &Operation{DeviceTime: c.sent}, inst: &survey.Instance{Root: root},
			form: &instrument.Instrument{Started: []string{"meta", "started"}, Finished: []string{"meta", "finished"}}}
		want, err := time.Parse(time.RFC3339, c.want)
		if at, field := d.lastMoment(); err != nil || !at.Equal(want) || field != c.field {
			t.Errorf("%+v: %s of %q", c, at, field)
		}
	}
}
