package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/commands"
	"doorstep/hooks"
	"doorstep/internal/demo"
	"doorstep/internal/seed"
	"doorstep/internal/signin"
)

// child is a Doorstep in a process of its own, so that its memory is told apart from that of the tablets.
type child struct {
	url     string
	workers []account
	pid     int
	stop    func()
	dir     string
}

// account is a field worker who has signed in.
type account struct {
	Token     string   `json:"token"`
	Territory []string `json:"territory"`
}

type ready struct {
	URL     string    `json:"url"`
	Workers []account `json:"workers"`
}

// cityFor is a city in which tablets have enough homes to visit: the full one from 200 tablets on. A kept city is one of the demo's.
func cityFor(c config) (*demo.City, error) {
	switch now := time.Now(); {
	case c.kept != "" && c.tenth:
		return demo.NewCity(commands.DemoSeed, demo.Tenth(now))
	case c.kept != "":
		return demo.NewCity(commands.DemoSeed, demo.Full(now))
	case c.tablets > 200:
		return demo.NewCity(1, demo.Full(now))
	default:
		return demo.NewCity(1, townScale(now))
	}
}

// serve runs the server in a folder until its standard input ends.
func serve(ctx context.Context, dir string, c config) error {
	city, err := cityFor(c)
	if err != nil {
		return err
	}
	s, err := openServer(dir, "", city, func(app core.App, d *hooks.Doorstep) error {
		if c.kept != "" {
			return nil
		}
		return seed.City(ctx, app, d.Areas, seed.Setting{City: city, Password: "synthetic-pass-1", Now: time.Now()})
	})
	if err != nil {
		return err
	}
	defer s.close()
	out := ready{URL: s.http.URL}
	records, err := s.app.FindRecordsByFilter(collections.Workers, "role = 'field'", "staff_no", 0, 0)
	if err != nil {
		return err
	}
	again := city.Checkers() // who ask a few people a second time, in a whole street
	for _, w := range records {
		if slices.ContainsFunc(again, func(c demo.Worker) bool { return c.Staff == w.GetString("staff_no") }) {
			continue
		}
		a := account{}
		if a.Token, err = signin.Token(s.app, w, ""); err != nil {
			return err
		}
		if err := w.UnmarshalJSONField("territory", &a.Territory); err != nil {
			return err
		}
		out.Workers = append(out.Workers, a)
	}
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		return err
	}
	_, err = bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil && err.Error() != "EOF" {
		return err
	}
	return nil
}

// startChild starts the server in a folder, or in that of the kept city.
func startChild(ctx context.Context, dir string, c config) (*child, error) {
	if dir = filepath.Join(dir, "doorstep"); c.kept != "" {
		dir = c.kept
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-serve", dir, "-tablets", strconv.Itoa(c.tablets), "-city", c.kept,
		"-tenth="+strconv.FormatBool(c.tenth))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	k := &child{pid: cmd.Process.Pid, dir: dir}
	k.stop = func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	var at ready
	if err := json.NewDecoder(out).Decode(&at); err != nil {
		k.stop()
		return nil, fmt.Errorf("the server did not start: %w", err)
	}
	k.url, k.workers = at.URL, at.Workers
	return k, nil
}
