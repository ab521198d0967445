//go:build unix

package datafolder_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"doorstep/collections"
	"doorstep/internal/datafolder"
)

// TestLostLocksAreNoticed: a server that still runs and whose locks on the database are gone is not joined by a command.
func TestLostLocksAreNoticed(t *testing.T) {
	if dir := os.Getenv("DOORSTEP_TEST_FOLDER"); dir != "" { // the command, in a process of its own
		if err := datafolder.Check(dir); errors.Is(err, datafolder.ErrLocksLost) {
			os.Exit(3)
		} else if err != nil {
			os.Exit(4)
		}
		return
	}
	dir := t.TempDir()
	file := filepath.Join(dir, datafolder.Database)
	pool, err := collections.Connect(file)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.NewQuery(`CREATE TABLE t (a)`).Execute(); err != nil {
		t.Fatal(err)
	}
	check := func() int {
		c := exec.Command(os.Args[0], "-test.run", "TestLostLocksAreNoticed")
		c.Env = append(os.Environ(), "DOORSTEP_TEST_FOLDER="+dir)
		c.Run()
		return c.ProcessState.ExitCode()
	}
	release, err := datafolder.Hold(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := datafolder.Hold(dir); !errors.Is(err, datafolder.ErrServed) {
		t.Errorf("a second server: %v", err)
	}
	if got := check(); got != 0 {
		t.Errorf("beside a server with its locks: %d", got)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	f.Close() // which drops every lock of this process on the file
	if got := check(); got != 3 {
		t.Errorf("beside a server that lost its locks: %d", got)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if got := check(); got != 0 {
		t.Errorf("without a server: %d", got)
	}
}

// TestAFolderOfUnknownStateIsNotJoined cannot tell whether a server has the folder: its lock leads to itself.
func TestAFolderOfUnknownStateIsNotJoined(t *testing.T) {
	dir := t.TempDir()
	if err := datafolder.Check(dir); err != nil {
		t.Fatal("without a lock:", err)
	}
	if err := os.Symlink("server.lock", filepath.Join(dir, "server.lock")); err != nil {
		t.Fatal(err)
	}
	if err := datafolder.Check(dir); err == nil {
		t.Error("it was joined")
	}
}
