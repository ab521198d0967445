package seal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// PlainSource is the source that switches sealing off, for tests and benchmarks alone.
const PlainSource = "plain"

const (
	commandSource = "exec:"
	commandTime   = 30 * time.Second
	mostKeyset    = 1 << 20
)

// Source is where a keyset comes from: the path of a key file, the keyset itself, "exec:" and a command with its
// arguments that writes it to its output, or PlainSource. A command is run without a shell.
type Source string

// Path is the key file, if the source is one.
func (s Source) Path() (string, bool) {
	if s == "" || s == PlainSource || s.isContent() || strings.HasPrefix(string(s), commandSource) {
		return "", false
	}
	return string(s), true
}

func (s Source) isContent() bool { return strings.HasPrefix(strings.TrimSpace(string(s)), "{") }

// Open reads the keyset and prepares it. The error is fs.ErrNotExist when there is no such file.
func (s Source) Open(ctx context.Context) (*Keys, error) {
	if s == PlainSource {
		return Plain(), nil
	}
	ks, err := s.Keyset(ctx)
	if err != nil {
		return nil, err
	}
	k, err := New(ks)
	if err == nil {
		k.load = s.Keyset
	}
	return k, err
}

// Keyset reads the keyset. The error never shows any of it.
func (s Source) Keyset(ctx context.Context) (*Keyset, error) {
	content, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	return Parse(content)
}

func (s Source) read(ctx context.Context) ([]byte, error) {
	if s.isContent() {
		return []byte(s), nil
	}
	if command, ok := strings.CutPrefix(string(s), commandSource); ok {
		return run(ctx, command)
	}
	path, ok := s.Path()
	if !ok {
		return nil, errors.New("no keyset is named")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("key file %s may be read by others: chmod 600", path)
	}
	return io.ReadAll(io.LimitReader(f, mostKeyset))
}

func run(ctx context.Context, command string) ([]byte, error) {
	words := strings.Fields(command)
	if len(words) == 0 {
		return nil, errors.New("no command for the keyset is named")
	}
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	c := exec.CommandContext(ctx, words[0], words[1:]...)
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("command for the keyset: %w", err)
	}
	return out, nil
}
