package commands

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// lineEvery is how often a run that nobody watches on a terminal tells how far it is.
const lineEvery = 5 * time.Second

// steps shows how far each of several steps is: a bar with an estimate on a terminal, elsewhere a line as a step begins,
// and one every few seconds while it lasts, with an estimate.
func steps(w io.Writer) func(what string, done, total int) {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return bars(f)
	}
	var now string
	var began, told time.Time
	var from int // was done then
	return func(what string, done, total int) {
		if what == now && (time.Since(told) < lineEvery || done == total) {
			return
		}
		if what != now {
			now, began, from = what, time.Now(), done
		}
		told = time.Now()
		if total < 0 { // nobody knows yet
			fmt.Fprintf(w, "%s: %d\n", what, done)
			return
		}
		fmt.Fprintf(w, "%s: %d/%d%s\n", what, done, total, estimate(told.Sub(began), done-from, total-done))
	}
}

// estimate tells how long the rest of a step takes if it goes on as so far; "" while nothing of it is done.
func estimate(took time.Duration, done, rest int) string {
	if done <= 0 || rest <= 0 {
		return ""
	}
	left := (took * time.Duration(rest) / time.Duration(done)).Round(time.Second)
	return fmt.Sprintf("，约剩 about %s left", left)
}

func bars(f *os.File) func(what string, done, total int) {
	var bar *progressbar.ProgressBar
	var now string
	return func(what string, done, total int) {
		if bar == nil || what != now {
			now = what
			bar = progressbar.NewOptions(total, progressbar.OptionSetDescription(what), progressbar.OptionSetWriter(f),
				progressbar.OptionShowCount(),
				progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(100*time.Millisecond),
				progressbar.OptionOnCompletion(func() { fmt.Fprintln(f) }))
		}
		_ = bar.Set(done) // a bar that cannot be drawn is no reason to stop
	}
}
