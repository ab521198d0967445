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
