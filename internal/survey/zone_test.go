package survey

import "testing"

func TestDay(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"a tablet's moment", "2026-11-23T00:30:00.000+08:00", "2026-11-23"},
		{"a short offset", "2026-11-23T00:30:00.000+08", "2026-11-23"},
		{"the server's stamp in the evening of UTC", "2026-11-22 17:30:00.000Z", "2026-11-23"},
		{"the server's stamp in the morning of UTC", "2026-11-23 01:00:00.000Z", "2026-11-23"},
		{"another zone", "2026-11-22T23:30:00.000-08:00", "2026-11-23"},
		{"no offset", "2026-11-23T23:30:00", "2026-11-23"},
		{"a day", "2026-11-23", "2026-11-23"},
		{"words", "yesterday at nine", ""}, {"nothing", "", ""}, {"no such day", "2026-02-30", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if day, ok := Day(tt.in); ok != (tt.want != "") || ok && day != tt.want {
				t.Errorf("%q, %v, want %q", day, ok, tt.want)
			}
		})
	}
}
