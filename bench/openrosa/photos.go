package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"doorstep/bench/process"
	"doorstep/internal/seal"
)

// part is one thing that has to be done with a photo.
type part struct {
	name string
	do   func(context.Context, request) error
}

// boundOfPhotos measures each part of what is done with a photo alone, on as many requests and with as many clients as all of them
// together took, and says how much of the slowest of them is reached. Where processors are what bounds all of it, no more than the
// processor time of the slowest part in that of all parts can be reached; that of multipart has what clients use in it.
func boundOfPhotos(ctx context.Context, dir string, all []request, clients int, whole result) error {
	keyset, err := seal.NewKeyset(seal.AES256, time.Now())
	if err != nil {
		return err
	}
	keys, err := seal.New(keyset)
	if err != nil {
		return err
	}
	receiver := httptest.NewServer(http.HandlerFunc(readParts))
	defer receiver.Close()
	slowest, parts := 0.0, time.Duration(0)
	for _, p := range []part{
		{"hash", func(_ context.Context, r request) error { return hash(r.body[:photoBytes]) }},
		{"seal", func(_ context.Context, r request) error { return sealed(keys, r.body[:photoBytes]) }},
		{"disk", func(_ context.Context, r request) error { return onDisk(dir, r.body[:photoBytes]) }},
		{"multipart", func(ctx context.Context, r request) error { return submit(ctx, receiver.Client(), receiver.URL, r) }},
	} {
		before, err := process.Busy(os.Getpid())
		if err != nil {
			return err
		}
		took, err := alone(ctx, all, clients, p.do)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		perSecond := float64(len(all)) / took.Seconds()
		if slowest == 0 || perSecond < slowest {
			slowest = perSecond
		}
		after, err := process.Busy(os.Getpid())
		if err != nil {
			return err
		}
		parts += after - before
		fmt.Printf("photo part=%s clients=%d per_second=%.0f processor_ms=%.2f\n", p.name, clients, perSecond, ms(after-before)/float64(len(all)))
	}
	fmt.Printf("ratio photos_processor_to_parts %.2f\n", whole.server.Seconds()/parts.Seconds())
	fmt.Printf("ratio photos_to_slowest %.2f\n", float64(len(all))/whole.took.Seconds()/slowest)
	return nil
}

func alone(ctx context.Context, all []request, clients int, do func(context.Context, request) error) (time.Duration, error) {
	began := time.Now()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(clients)
	for _, r := range all {
		g.Go(func() error { return do(ctx, r) })
	}
	err := g.Wait()
	return time.Since(began), err
}

func hash(photo []byte) error {
	_, err := sha256.New().Write(photo)
	return err
}

func sealed(keys *seal.Keys, photo []byte) error {
	w, err := keys.NewWriter(io.Discard)
	if err != nil {
		return err
	}
	_, err = w.Write(photo)
	return errors.Join(err, w.Close())
}

// onDisk writes a file of its own and its name, so that both survive a power cut.
func onDisk(dir string, photo []byte) error {
	f, err := os.CreateTemp(dir, "*.part")
	if err != nil {
		return err
	}
	_, err = f.Write(photo)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	name := filepath.Join(dir, rand.Text())
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close(), os.Remove(name))
}

// readParts answers as the ODK door does, and keeps nothing.
func readParts(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	reader := multipart.NewReader(r.Body, params["boundary"])
	for {
		p, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			_, err = io.Copy(io.Discard, p)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}
	w.WriteHeader(http.StatusCreated)
}
