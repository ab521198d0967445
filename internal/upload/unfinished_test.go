package upload

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"doorstep/internal/problem"
)

// What all uploads come to is what the single ones come to, whatever began, ended, gave way or expired.
func TestTheSumsOfUnfinishedUploads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := &unfinished{of: map[string]map[string]*begun{}}
		now := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			worker := fmt.Sprint("w", rapid.IntRange(0, 2).Draw(t, "worker"))
			id := fmt.Sprint("u", rapid.IntRange(0, 60).Draw(t, "id"))
			now = now.Add(time.Duration(rapid.IntRange(0, 10).Draw(t, "minutes")) * time.Minute)
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0, 1:
				size := rapid.Int64Range(0, 100<<20).Draw(t, "size")
				before, asked := u.bytes, int64(-1)
				_, err := u.begin(worker, id, size, now, func(bytes int64) error { asked = bytes; return nil })
				if err != nil && problem.As(err).Code != problem.TooManyUploads {
					t.Fatal(err)
				}
				if err == nil && (asked > before+size || asked < size) {
					t.Fatalf("room for %d is asked, %d are open and %d come", asked, before, size)
				}
			case 2:
				u.end(worker, id)
			default:
				u.expired(now.Add(-3 * time.Hour))
			}
			count, bytes := 0, int64(0)
			for _, mine := range u.of {
				if len(mine) == 0 || len(mine) > MostOpen {
					t.Fatalf("%d of one worker", len(mine))
				}
				for _, b := range mine {
					count, bytes = count+1, bytes+b.size
				}
			}
			if count != u.count || bytes != u.bytes {
				t.Fatalf("%d uploads of %d bytes, noted as %d of %d", count, bytes, u.count, u.bytes)
			}
		}
	})
}

// A full disk and a full server refuse a beginning, and nothing is noted of it.
func TestARefusedBeginningLeavesNothing(t *testing.T) {
	full := errors.New("full")
	u := &unfinished{of: map[string]map[string]*begun{}}
	if _, err := u.begin("w", "u", 5, time.Now(), func(int64) error { return full }); !errors.Is(err, full) || u.count != 0 || u.bytes != 0 || len(u.of) != 0 {
		t.Errorf("%v, %+v", err, u)
	}
	u.count = mostOpenInAll
	if _, err := u.begin("w", "u", 5, time.Now(), func(int64) error { return nil }); problem.As(err).Code != problem.Busy || len(u.of) != 0 {
		t.Errorf("%v, %+v", err, u)
	}
}
