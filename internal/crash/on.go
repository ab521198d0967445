//go:build crashpoints

// Package crash names the points at which the crash test (durability_test.go) kills the server.
package crash

import (
	"os"
	"syscall"
)

// At kills this process, as a power cut would, if the file that DOORSTEP_CRASH names says so.
func At(point string) {
	armed, err := os.ReadFile(os.Getenv("DOORSTEP_CRASH"))
	if err != nil || string(armed) != point {
		return
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
		panic(err)
	}
	select {} // SIGKILL may take a moment
}
