package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"doorstep/internal/access"
	"doorstep/internal/openrosa"
)

const odkClients = 16

// measureODK sends visits through the ODK door, a client for each address, one record per POST with a HEAD before it, and tells
// how long the server took for one. bench/openrosa measures that door in a process of its own.
func measureODK(ctx context.Context, urls []string, visits []visit) (time.Duration, error) {
	var next atomic.Int64
	began := time.Now()
	g, ctx := errgroup.WithContext(ctx)
	for _, url := range urls {
		g.Go(func() error {
			for i := int(next.Add(1)) - 1; i < len(visits); i = int(next.Add(1)) - 1 {
				if err := submit(ctx, url, visits[i].xml); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err := g.Wait()
	return time.Since(began) / time.Duration(len(visits)), err
}

// odkURLs are where the apps of as many workers as there are clients send. They work where the visits are, as the tablets of
// a push do: whoever reports on homes elsewhere makes new ones, with pairs for a supervisor, and those are other rows.
func (s *server) odkURLs(ctx context.Context) (urls []string, err error) {
	for i := range odkClients {
		w, err := s.worker("odk-"+strconv.Itoa(i+1), s.wide)
		if err != nil {
			return nil, err
		}
		t, err := openrosa.Issue(ctx, s.app, access.Act{Actor: access.Shell(), Now: s.now},
			openrosa.Asked{Worker: w.Id, Label: "bench", Random: rand.Reader})
		if err != nil {
			return nil, err
		}
		urls = append(urls, s.http.URL+"/v1/key/"+t.Secret+"/projects/all/submission")
	}
	return urls, nil
}

func submit(ctx context.Context, url string, xml []byte) error {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("xml_submission_file", "a.xml")
	if err != nil {
		return err
	}
	part.Write(xml) // a buffer takes everything
	if err := w.Close(); err != nil {
		return err
	}
	for _, call := range []struct {
		method string
		body   io.Reader
		want   int
	}{{http.MethodHead, nil, http.StatusNoContent}, {http.MethodPost, &b, http.StatusCreated}} {
		req, err := http.NewRequestWithContext(ctx, call.method, url, call.body)
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", w.FormDataContentType())
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		answer, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != call.want {
			return fmt.Errorf("%s: %d %s %w", call.method, res.StatusCode, answer, err)
		}
	}
	return nil
}

// status is an answer other than 200.
type status struct {
	code int
	wait time.Duration // that the server asks for
	text string
}

func (s *status) Error() string { return fmt.Sprintf("%d %s", s.code, s.text) }

func statusOf(res *http.Response, answer []byte) *status {
	seconds, err := strconv.Atoi(res.Header.Get("Retry-After"))
	if err != nil {
		seconds = 1
	}
	return &status{res.StatusCode, time.Duration(seconds) * time.Second, string(answer)}
}
