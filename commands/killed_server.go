package commands

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"time"
)

// killedServer is a server of this program's own, which is killed and started again.
type killedServer struct {
	dir, address string
	every        time.Duration
	calm, dead   chan struct{}
}

// keepKilling starts a server on a data folder and kills it every so often until it is left alone, or ctx ends.
func keepKilling(ctx context.Context, dir, server string, every time.Duration) (*killedServer, error) {
	at, err := url.Parse(server)
	if err != nil || at.Host == "" {
		return nil, fmt.Errorf("address %q: %w", server, err)
	}
	if err := mustHold(dir, "serve --demo"); err != nil {
		return nil, err
	}
	v := &killedServer{dir: dir, address: at.Host, every: every, calm: make(chan struct{}), dead: make(chan struct{})}
	process, err := v.start()
	if err != nil {
		return nil, err
	}
	go v.run(ctx, process)
	return v, nil
}

func (v *killedServer) start() (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	process := exec.Command(self, "serve", "--dir", v.dir, "--http", v.address)
	process.Stderr = os.Stderr
	return process, process.Start()
}

func (v *killedServer) run(ctx context.Context, process *exec.Cmd) {
	defer close(v.dead)
	for calm := v.calm; ; {
		select {
		case <-time.After(v.every):
		case <-calm:
			calm = nil
			<-ctx.Done()
		case <-ctx.Done():
		}
		if err := process.Process.Kill(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		process.Wait() // the error says that it was killed
		if ctx.Err() != nil {
			return
		}
		var err error
		if process, err = v.start(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return
		}
	}
}

// leave lets the server live.
func (v *killedServer) leave() { close(v.calm) }
