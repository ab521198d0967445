package hooks_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"

	"doorstep/collections"
)

// TestAListThatFailsHalfWayIsCut breaks the last row of a list. An app deletes the rows that a whole list lacks, so the
// answer must not end as if it were whole.
func TestAListThatFailsHalfWayIsCut(t *testing.T) {
	t.Parallel()
	app, phone, _, _ := odkStage(t)
	err := collections.Write(context.Background(), app, func(db collections.DB) error {
		for i := range 3000 {
			location := "{}"
			if i == 2999 {
				location = "{not JSON"
			}
			if _, err := db.Exec(`INSERT INTO households (id, address, area, area_method, location, active, rev, created, updated) VALUES (?,?,?,'gps',?,1,1,'','')`,
				fmt.Sprintf("0190a000-0000-4000-8000-%012d", i), fmt.Sprintf("示例路 %d 号", i), gridA, location); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	list := phone.manifest("child_visit")["households.csv"]
	for _, encoding := range []string{"identity", "gzip"} {
		body, err := readWhole(t, list.DownloadURL, encoding)
		if err == nil {
			t.Errorf("%s: %d bytes end like a whole list", encoding, len(body))
		}
		if !bytes.Contains(body, []byte("示例路 1 号")) {
			t.Errorf("%s: the list did not begin, nothing was proved: %v", encoding, err)
		}
	}
}

// readWhole downloads and unpacks; the error tells that the answer was cut.
func readWhole(t *testing.T, url, encoding string) ([]byte, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", encoding)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, cut := io.ReadAll(res.Body)
	if encoding != "gzip" {
		return raw, cut
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unzipped)
	if cut != nil {
		return text, cut
	}
	return text, err
}
