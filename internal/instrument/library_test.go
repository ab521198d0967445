package instrument_test

import (
	"testing"
	"time"

	"doorstep/internal/instrument"
	"doorstep/internal/testapp"
)

// Of the versions that keep rows in a collection the one in use is found, else the one published last; never a draft, nor what a
// higher number alone would put first.
func TestTheVersionThatKeepsATable(t *testing.T) {
	app := testapp.New(t)
	library := app.Doorstep.Library
	repeat := func(name string) string {
		return "| | begin repeat | " + name + " | R |\n| | text | " + name + "_b | B |\n| | end repeat | | |\n"
	}
	must(t, app, form("beside", "1", question+repeat("old")))
	must(t, app, form("own", "8", question+repeat("old")))
	must(t, app, form("own", "9", question+repeat("old")+repeat("new")))
	must(t, app, form("own", "10", question+repeat("new")))
	if _, err := publish(app, form("own", "99", question+repeat("new")+repeat("tried")), instrument.Draft); err != nil {
		t.Fatal(err)
	}
	holds := func(when, main, old, new string) {
		t.Helper()
		in, ok := library.ByTable("own")
		if newest, known := library.Newest("own"); !ok || !known || newest != in || in.Version != main {
			t.Errorf("%s: the records are not kept by %s", when, main)
		}
		for table, want := range map[string]string{"own_old": old, "own_new": new} {
			if in, rows, ok := library.ByRepeat(table); !ok || in.Version != want || in.Form.ID != "own" || rows != in.Layout.Named(table) {
				t.Errorf("%s: the rows of %s are not kept by %s", when, table, want)
			}
		}
		for version, want := range map[string]string{"": main, "8": "8", "10": "10", "99": main, "frob": main} {
			if in, ok := library.ForRecord("own", version); !ok || in.Version != want {
				t.Errorf("%s: a record of version %q is not read by %s", when, version, want)
			}
		}
	}
	holds("three in use", "10", "9", "10")
	for _, step := range []struct{ version, status, main, new string }{
		{"10", instrument.Closing, "9", "9"}, {"9", instrument.Closed, "8", "10"}, {"8", instrument.Closing, "10", "10"},
	} {
		app.Advance(time.Second)
		if err := library.SetStatus(app, instrument.Step{Form: "own", Version: step.version, Status: step.status}, "", app.Doorstep.Now()); err != nil {
			t.Fatal(err)
		}
		old := "9"
		if step.main == "8" {
			old = "8"
		}
		holds(step.version+" "+step.status, step.main, old, step.new)
	}
	for _, none := range []string{"own_old", "own_tried", "frob", ""} {
		if _, ok := library.ByTable(none); ok {
			t.Errorf("a version keeps the records of %q", none)
		}
	}
	for _, none := range []string{"own", "own_tried", "frob", ""} {
		if _, _, ok := library.ByRepeat(none); ok {
			t.Errorf("a version keeps the rows of %q", none)
		}
	}
	eight, _ := library.Get("own", "8")
	ten, _ := library.Get("own", "10")
	if instrument.Later(eight, ten) != ten || instrument.Later(ten, eight) != ten || instrument.Later(ten, ten) != ten {
		t.Error("the version with the higher age is not the later one")
	}
}
