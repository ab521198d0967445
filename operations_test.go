package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"doorstep/internal/crash"
	"doorstep/internal/testapp"
)

// TestMain is Doorstep's own main where this program is called doorstep: what the tests start needs no second build.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "doorstep" {
		crash.At = dieAt
		main()
		return
	}
	failed := m.Run()
	os.RemoveAll(demoCity)
	os.Exit(failed)
}

// buildBinary returns a program that is Doorstep, and dies at the point that the file of DOORSTEP_CRASH names.
func buildBinary(t *testing.T) string {
	t.Helper()
	testapp.Long(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp(filepath.Dir(self), "run-") // a link leads nowhere else
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "doorstep")
	if err := os.Link(self, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// startServer runs the binary on a free port until it answers.
func startServer(t *testing.T, binary, dir string, args ...string) (url string, process *exec.Cmd) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	process = exec.Command(binary, append([]string{"serve", "--dir", dir, "--http", address}, args...)...)
	log, err := os.Create(filepath.Join(t.TempDir(), "server.log"))
	if err != nil {
		t.Fatal(err)
	}
	process.Stdout, process.Stderr = log, log
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		process.Process.Kill()
		process.Wait()
		log.Close()
	})
	url = "http://" + address
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if res, err := http.Get(url + "/api/health"); err == nil {
			res.Body.Close()
			return url, process
		}
	}
	text, _ := os.ReadFile(log.Name())
	t.Fatalf("the server does not answer:\n%s", text)
	return "", nil
}

// demoCity is the folder of the demo city that tests copy; the first that asks for one makes it.
var demoCity string

// copyDemo makes dir a data folder with the demo city.
func copyDemo(t *testing.T, binary, dir string) {
	t.Helper()
	if demoCity == "" {
		made, err := os.MkdirTemp(filepath.Dir(filepath.Dir(binary)), "demo-")
		if err != nil {
			t.Fatal(err)
		}
		_, server := startServer(t, binary, filepath.Join(made, "data"), "--demo")
		if err := server.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		if err := server.Wait(); err != nil {
			t.Fatal(err)
		}
		demoCity = made
	}
	copyFolder(t, filepath.Join(demoCity, "data"), dir)
}

// startDemo runs the binary on a demo city of its own until it answers.
func startDemo(t *testing.T, binary, dir string) (url string, process *exec.Cmd) {
	t.Helper()
	copyDemo(t, binary, dir)
	return startServer(t, binary, dir, "--demo")
}

// TestWalkThroughOfTheDocs_needsBashAndCurl replays the blocks of docs/operations.md against the real binary.
func TestWalkThroughOfTheDocs_needsBashAndCurl(t *testing.T) {
	for _, tool := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	script := shellBlocks(t, "docs/operations.md")
	if strings.Count(script, "grep -q") < 10 {
		t.Fatal("the walk-through checks next to nothing")
	}
	program, data := buildBinary(t), filepath.Join(t.TempDir(), "data")
	url, _ := startServer(t, program, data, "--demo")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	bash := exec.CommandContext(ctx, "bash", "-euxo", "pipefail", "-c", script)
	bash.Dir = t.TempDir()
	bash.Env = append(os.Environ(), "SERVER="+url, "DOORSTEP="+program, "DATA="+data)
	if out, err := bash.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func shellBlocks(t *testing.T, file string) string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var script strings.Builder
	inside := false
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		switch {
		case line == "```sh":
			inside = true
		case line == "```":
			inside = false
		case inside:
			fmt.Fprintln(&script, line)
		}
	}
	return script.String()
}
