package upload

import (
	"bufio"
	"bytes"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"doorstep/collections"
	"doorstep/internal/blob"
)

// named is every digest that something in the database refers to, and whether its file has to be here: attachments and
// files of forms, paradata, what jobs made and were given, and what submissions declared, quarantined and superseded ones too, and files
// whose place another took. Uploads without a submission come last, because they are forgotten before their files are.
const named = `SELECT sha256, state!='declared' AS here FROM attachments WHERE sha256!='' UNION ALL SELECT sha256, 1 FROM form_files
	UNION ALL SELECT sha256, 1 FROM paradata
	UNION ALL SELECT json_extract(f.value,'$.sha256'), 0 FROM submissions s, json_each(s.files) f WHERE s.files NOT IN ('','null','[]')
	UNION ALL SELECT json_extract(detail,'$.from'), 0 FROM audit WHERE action='attachment.replace'
	UNION ALL SELECT file, 0 FROM jobs WHERE file!='' UNION ALL SELECT upload, 0 FROM jobs WHERE upload!=''`

// References are the digests that the database refers to, in a folder: a city has millions, and one file of sixteen is in memory
// at a time.
type References struct{ dir string }

const digits = "0123456789abcdef"

// reference is a digest, and whether its file has to be here: one that a tablet has only announced need not.
type reference [33]byte

func (r *reference) here() bool { return r[32] != 0 }

// Refer writes the references of a database into an empty folder.
func Refer(db collections.DB, dir string) (References, error) {
	r := References{dir}
	files, err := r.create()
	if err == nil {
		err = collections.Each(db, named+` UNION ALL SELECT sha256, 1 FROM uploads`, nil, func(rows *sql.Rows) error {
			var sha sql.NullString
			var here bool
			if err := rows.Scan(&sha, &here); err != nil || !blob.IsDigest(sha.String) {
				return err // what is no digest names no file
			}
			var one reference
			if _, err := hex.Decode(one[:32], []byte(sha.String)); err != nil {
				return err
			}
			if here {
				one[32] = 1
			}
			_, err := files[one[0]>>4].Write(one[:])
			return err
		})
	}
	for _, f := range files {
		err = errors.Join(err, f.close())
	}
	if err != nil {
		return r, fmt.Errorf("references to files: %w", err)
	}
	return r, nil
}

// bin is the file of one digit.
type bin struct {
	*bufio.Writer
	file *os.File
}

func (b bin) close() error { return errors.Join(b.Flush(), b.file.Close()) }

func (r References) create() (files []bin, err error) {
	for _, digit := range digits {
		f, err := os.OpenFile(r.path(digit), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return files, err
		}
		files = append(files, bin{bufio.NewWriterSize(f, 64<<10), f})
	}
	return files, nil
}

func (r References) path(digit rune) string { return filepath.Join(r.dir, "references-"+string(digit)) }

// load reads those that begin with a digit: each once, in order.
func (r References) load(digit rune) ([]reference, error) {
	raw, err := os.ReadFile(r.path(digit))
	if err != nil {
		return nil, fmt.Errorf("references to files: %w", err)
	}
	all := make([]reference, len(raw)/len(reference{}))
	for i := range all {
		all[i] = reference(raw[i*len(reference{}):])
	}
	slices.SortFunc(all, func(a, b reference) int { return bytes.Compare(b[:], a[:]) }) // those that have to be here first
	all = slices.CompactFunc(all, func(a, b reference) bool { return bytes.Equal(a[:32], b[:32]) })
	slices.Reverse(all)
	return all, nil
}

// Each calls do with every digest, once and in order, and whether its file has to be here.
func (r References) Each(do func(sha string, here bool) error) error {
	for _, digit := range digits {
		all, err := r.load(digit)
		if err != nil {
			return err
		}
		for i := range all {
			if err := do(hex.EncodeToString(all[i][:32]), all[i].here()); err != nil {
				return err
			}
		}
	}
	return nil
}

// lookup finds digests, fastest in their order.
type lookup struct {
	in    References
	digit rune
	all   []reference
	err   error
}

// has reports whether something refers to a digest; it says so of every one once a file could not be read.
func (l *lookup) has(sha string) bool {
	if digit := rune(sha[0]); digit != l.digit && l.err == nil {
		l.digit = digit
		l.all, l.err = l.in.load(digit)
	}
	var want reference
	if _, err := hex.Decode(want[:32], []byte(sha)); err != nil || l.err != nil {
		return true
	}
	_, found := slices.BinarySearchFunc(l.all, want, func(a, b reference) int { return bytes.Compare(a[:32], b[:32]) })
	return found
}
