package console

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/access"
)

// quoted are the words in quotes where the pattern matches sources of the console.
func quoted(t *testing.T, pattern string) (words []string) {
	t.Helper()
	places, word := regexp.MustCompile(pattern), regexp.MustCompile(`'[^']*'`)
	sources := os.DirFS("../../web/console/src")
	err := fs.WalkDir(sources, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(sources, name)
		for _, place := range places.FindAllString(string(text), -1) {
			for _, w := range word.FindAllString(place, -1) {
				words = append(words, strings.Trim(w, "'"))
			}
		}
		return err
	})
	if err != nil || len(words) == 0 {
		t.Fatalf("nothing in the console is like %s: %v", pattern, err)
	}
	return words
}

func TestThePagesFilterAsTheQueueDoes(t *testing.T) {
	if page := quoted(t, `queueFilters = \[[^\]]*\]`); !slices.Equal(page, filterNames) {
		t.Errorf("the pages filter by %q, the queue by %q", page, filterNames)
	}
}

func TestThePagesAskForActionsThatThereAre(t *testing.T) {
	asked := append(quoted(t, `needs: \[[^\]]*\]`), quoted(t, `\bmay\('[^']*'`)...)
	for _, action := range asked {
		if _, there := access.Table[access.Action(action)]; !there {
			t.Errorf("the console asks for %q", action)
		}
	}
}
