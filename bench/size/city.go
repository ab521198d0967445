package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

func build(ctx context.Context, dir string) (string, error) {
	program := filepath.Join(dir, "doorstep")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", program, "doorstep")
	cmd.Stderr = os.Stderr
	return program, cmd.Run()
}

// makeCity returns the folder of a city, which it makes when the cache has none.
func makeCity(ctx context.Context, c config, scale string) (string, error) {
	name, args := scale, []string{"--demo", "--scale", scale}
	if c.history {
		name, args = name+"-history", append(args, "--history")
	}
	dir := filepath.Join(c.cache, name)
	_, err := os.Stat(dir)
	if !errors.Is(err, fs.ErrNotExist) {
		return dir, err
	}
	s, err := start(ctx, c, dir+".unfinished", args...)
	if err != nil {
		return "", err
	}
	if err := s.stop(); err != nil {
		return "", err
	}
	for _, end := range []string{".keys.json", ".witness.json", ""} { // the folder last
		if err := os.Rename(dir+".unfinished"+end, dir+end); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// server is the program in a process of its own.
type server struct {
	url  string
	pid  int
	stop func() error
}

// start returns once the program says where it answers.
func start(ctx context.Context, c config, dir string, args ...string) (*server, error) {
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0") // finds a free port
	if err != nil {
		return nil, err
	}
	if err := l.Close(); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, c.server, append([]string{"serve", "--dir", dir, "--http", l.Addr().String()}, args...)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{pid: cmd.Process.Pid, stop: func() error {
		return errors.Join(cmd.Process.Signal(syscall.SIGTERM), cmd.Wait())
	}}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, at, found := strings.Cut(lines.Text(), "open: "); found {
			s.url = strings.TrimSuffix(at, "/console/")
			return s, nil
		}
	}
	return nil, fmt.Errorf("%s did not start: %w", dir, errors.Join(lines.Err(), cmd.Wait()))
}

// cost is the processor time of the server so far, and of this program and those that it has started and seen end.
func (s *server) cost() (time.Duration, error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", s.pid))
	if err != nil {
		return 0, err
	}
	var total time.Duration
	for _, path := range threads {
		line, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // it has ended
		}
		if err != nil {
			return 0, err
		}
		var on int64 // the first number, in nanoseconds
		if _, err := fmt.Sscan(string(line), &on); err != nil {
			return 0, fmt.Errorf("%s: %w", path, err)
		}
		total += time.Duration(on)
	}
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var used syscall.Rusage
		if err := syscall.Getrusage(who, &used); err != nil {
			return 0, err
		}
		total += time.Duration(used.Utime.Nano() + used.Stime.Nano())
	}
	return total, nil
}
