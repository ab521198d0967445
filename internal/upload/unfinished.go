package upload

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"doorstep/collections"
	"doorstep/internal/disk"
	"doorstep/internal/problem"
)

// Limits of uploads that are not whole yet. An app brings one file after the other; what is left from attempts that broke off
// gives way to new ones once nobody has touched it for Idle.
const (
	MostOpen      = 40      // of one worker, on all tablets
	MostOpenBytes = 1 << 30 // of one worker, as announced
	mostOpenInAll = 20_000
	Idle          = time.Hour
)

// unfinished knows the uploads that are not whole yet, by worker and id. Whole ones take no room and do not count. What all of
// them come to is kept: a beginning costs as much as its worker has open.
type unfinished struct {
	mu    sync.Mutex
	of    map[string]map[string]*begun
	count int
	bytes int64 // as announced
}

type begun struct {
	size    int64 // as announced
	touched time.Time
}

// begin makes room for an upload in a worker's name, or fails with problem.TooManyUploads, problem.Busy or an error of a full
// disk. What it calls gone gave way, and may be deleted.
func (u *unfinished) begin(worker, id string, size int64, now time.Time, room func(bytes int64) error) (gone []string, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	mine := u.of[worker]
	for beyond(mine, size) {
		oldest := idlest(mine)
		if oldest == "" || mine[oldest].touched.After(now.Add(-Idle)) {
			return gone, problem.New(problem.TooManyUploads, fmt.Sprintf("%d uploads, %d MB", MostOpen, MostOpenBytes>>20))
		}
		u.remove(worker, oldest)
		gone = append(gone, oldest)
	}
	if u.count >= mostOpenInAll {
		return gone, problem.New(problem.Busy, "uploads")
	}
	if err := room(u.bytes + size); err != nil {
		return gone, err
	}
	u.add(worker, id, size, now)
	return gone, nil
}

func (u *unfinished) add(worker, id string, size int64, now time.Time) {
	u.remove(worker, id)
	if u.of[worker] == nil {
		u.of[worker] = map[string]*begun{}
	}
	u.of[worker][id] = &begun{size, now}
	u.count, u.bytes = u.count+1, u.bytes+size
}

// remove forgets an upload, if there is one.
func (u *unfinished) remove(worker, id string) {
	mine := u.of[worker]
	b := mine[id]
	if b == nil {
		return
	}
	u.count, u.bytes = u.count-1, u.bytes-b.size
	if delete(mine, id); len(mine) == 0 {
		delete(u.of, worker)
	}
}

func beyond(mine map[string]*begun, size int64) bool {
	for _, b := range mine {
		size += b.size
	}
	return len(mine) >= MostOpen || size > MostOpenBytes
}

func idlest(mine map[string]*begun) (id string) {
	for other, b := range mine {
		if id == "" || b.touched.Before(mine[id].touched) {
			id = other
		}
	}
	return id
}

// touch notes that an upload is in use.
func (u *unfinished) touch(worker, id string, now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if b := u.of[worker][id]; b != nil {
		b.touched = now
	}
}

// end gives the room of an upload free.
func (u *unfinished) end(worker, id string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.remove(worker, id)
}

// expired forgets what nobody has touched for so long that it was swept.
func (u *unfinished) expired(before time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for worker, mine := range u.of {
		for id, b := range mine {
			if b.touched.Before(before) {
				u.remove(worker, id)
			}
		}
	}
}

// Sweep is Sweep on the data folder of this door.
func (d *Door) Sweep(ctx context.Context) (int, error) {
	d.open.expired(d.now().Add(-lifetime))
	return Sweep(ctx, d.app, d.now())
}

// begin admits an upload; what gave way to it is deleted.
func (d *Door) begin(worker, id string, size int64) error {
	room := func(bytes int64) error { return collections.SpareOf(d.app).Room(d.dir, bytes) }
	gone, err := d.open.begin(worker, id, size, d.now(), room)
	for _, id := range gone {
		err = errors.Join(err, drop(filepath.Join(d.dir, id)))
	}
	return err
}

// recall finds the uploads of an earlier run of the server.
func (d *Door) recall() error {
	for _, path := range disk.Glob(d.dir, "*/*.info") {
		id, e := filepath.Rel(d.dir, strings.TrimSuffix(path, ".info"))
		if e != nil {
			return e
		}
		part, e := d.parts.GetUpload(context.Background(), filepath.ToSlash(id))
		if e != nil {
			continue // nobody can go on with it, and it expires
		}
		info, _ := part.GetInfo(context.Background())
		if at, e := os.Stat(filepath.Join(d.dir, id)); e == nil && !whole(info) {
			d.open.add(info.Storage[ownerKey], filepath.ToSlash(id), info.Size, at.ModTime())
		}
	}
	return nil
}

// Unfinished is how many uploads are not whole yet.
func (d *Door) Unfinished() int {
	d.open.mu.Lock()
	defer d.open.mu.Unlock()
	return d.open.count
}
