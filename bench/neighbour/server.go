package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// server is the built program with a demo city in a temporary folder.
type server struct {
	url     string
	dir     string
	process *exec.Cmd
	answers tally
}

func start(ctx context.Context, program string) (*server, error) {
	dir, err := os.MkdirTemp("", "doorstep-neighbour-")
	if err != nil {
		return nil, err
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		return nil, err
	}
	s := &server{url: "http://" + address, dir: dir, process: exec.CommandContext(ctx, program, "serve", "--demo", "--dir",
		filepath.Join(dir, "data"), "--http", address)}
	if err := s.process.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	for range 1200 {
		if res, err := http.Get(s.url + "/api/health"); err == nil {
			return s, res.Body.Close()
		}
		time.Sleep(100 * time.Millisecond)
	}
	s.stop()
	return nil, fmt.Errorf("%s does not answer", program)
}

func (s *server) stop() {
	if err := s.process.Process.Kill(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	_ = s.process.Wait() // it was killed
	if err := os.RemoveAll(s.dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}
