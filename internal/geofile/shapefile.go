package geofile

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"strings"

	"github.com/paulmach/orb"
	"golang.org/x/text/encoding"
)

// ReadShapefile calls each for the features of the only shapefile in a zip (ESRI Shapefile Technical Description, 1998), and
// returns the text of its .prj, which declares the coordinate system; "" without one. It fails with ErrFormat or ErrTooLarge,
// or as each does.
func ReadShapefile(data []byte, wanted Wanted, each func(Feature) error) (crs string, err error) {
	parts, err := partsOf(data)
	if err != nil {
		return "", err
	}
	prj, err := parts.text(".prj")
	if err != nil {
		return "", err
	}
	text, err := parts.encoding()
	if err != nil {
		return "", err
	}
	shapes, err := parts.open(".shp")
	if err != nil {
		return "", err
	}
	defer shapes.Close()
	table, err := parts.open(".dbf")
	if err != nil {
		return "", err
	}
	defer table.Close()
	rows, err := newDBF(table, text, wanted)
	if err != nil {
		return "", err
	}
	return prj, eachShape(shapes, rows, each)
}

// parts are the files of a shapefile, by their endings.
type parts map[string]*zip.File

func partsOf(data []byte) (parts, error) {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, malformed("this is no zip: %v", err)
	}
	found, stem := parts{}, ""
	for _, f := range archive.File {
		ending := strings.ToLower(path.Ext(f.Name))
		if ending == ".shp" && !strings.HasPrefix(path.Base(f.Name), ".") && !strings.HasPrefix(f.Name, "__MACOSX/") {
			if stem != "" {
				return nil, malformed("there must be one shapefile in the zip")
			}
			stem = strings.TrimSuffix(f.Name, path.Ext(f.Name))
		}
	}
	for _, f := range archive.File {
		if stem != "" && strings.EqualFold(strings.TrimSuffix(f.Name, path.Ext(f.Name)), stem) {
			found[strings.ToLower(path.Ext(f.Name))] = f
		}
	}
	for _, needed := range []string{".shp", ".dbf"} {
		if found[needed] == nil {
			return nil, malformed("there is no %s in the zip", needed)
		}
	}
	return found, nil
}

func (p parts) open(ending string) (io.ReadCloser, error) {
	f, err := p[ending].Open()
	if err != nil {
		return nil, malformed("%s: %v", ending, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{&bounded{f, mostExpanded}, f}, nil
}

// text is a small file beside the shapes; "" where there is none.
func (p parts) text(ending string) (string, error) {
	if p[ending] == nil {
		return "", nil
	}
	f, err := p.open(ending)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 16<<10))
	if err != nil {
		return "", malformed("%s: %v", ending, err)
	}
	return string(b), nil
}

// encoding returns that of the table.
func (p parts) encoding() (encoding.Encoding, error) {
	cpg, err := p.text(".cpg")
	if err != nil {
		return nil, err
	}
	table, err := p.open(".dbf")
	if err != nil {
		return nil, err
	}
	defer table.Close()
	d, err := newDBF(table, nil, func(string) bool { return false })
	if err != nil {
		return nil, err
	}
	return d.encoding(cpg), nil
}

// bounded fails with ErrTooLarge once so many bytes are read, whatever the zip says of its sizes.
type bounded struct {
	io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, ErrTooLarge
	}
	n, err := b.Reader.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

func eachShape(r io.Reader, rows *dbf, each func(Feature) error) error {
	in := bufio.NewReaderSize(r, 64<<10)
	var head [100]byte
	if _, err := io.ReadFull(in, head[:]); err != nil || binary.BigEndian.Uint32(head[:]) != 9994 {
		return malformed("the .shp has no head")
	}
	for n := 1; ; n++ {
		record, err := nextShape(in)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		said, err := rows.next()
		if err != nil {
			return fmt.Errorf("row %d of the .dbf: %w", n, cmpEOF(err))
		}
		f := Feature{Number: n, Properties: said}
		f.Outline, f.Wrong = parseShape(record)
		if err := each(f); err != nil {
			return err
		}
	}
}

// cmpEOF makes a mistake of a table that ends before the shapes do.
func cmpEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return malformed("there are fewer rows than shapes")
	}
	return err
}

// nextShape reads the content of the next record; io.EOF after the last one.
func nextShape(in *bufio.Reader) ([]byte, error) {
	var head [8]byte
	if n, err := io.ReadFull(in, head[:]); err != nil {
		if n == 0 && errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		return nil, fmt.Errorf("read the .shp: %w", short(err))
	}
	length := int64(binary.BigEndian.Uint32(head[4:])) * 2
	if length < 4 || length > mostFeature {
		return nil, fmt.Errorf("a shape of %d bytes: %w", length, ErrTooLarge)
	}
	var record bytes.Buffer // grows with what is there, not with what the head claims
	if n, err := io.CopyN(&record, in, length); err != nil {
		return nil, fmt.Errorf("read the .shp after %d bytes: %w", n, short(err))
	}
	return record.Bytes(), nil
}

func short(err error) error {
	if errors.Is(err, ErrTooLarge) {
		return err
	}
	return malformed("%v", err)
}

// Types of shapes: polygons, and those with altitudes and with measures. What follows their positions is not read.
const shapePolygon, shapePolygonZ, shapePolygonM = 5, 15, 25

func parseShape(b []byte) (orb.MultiPolygon, error) {
	switch binary.LittleEndian.Uint32(b) {
	case shapePolygon, shapePolygonZ, shapePolygonM:
	default:
		return nil, ErrNoPolygon
	}
	if len(b) < 44 {
		return nil, malformed("a shape ends early")
	}
	nParts, nPoints := uint64(binary.LittleEndian.Uint32(b[36:])), uint64(binary.LittleEndian.Uint32(b[40:]))
	if nParts > mostRings {
		return nil, ErrTooLarge
	}
	if uint64(len(b)) < 44+4*nParts+16*nPoints {
		return nil, malformed("a shape ends early")
	}
	points := b[44+4*nParts:]
	rings := make([]orb.Ring, nParts)
	for i := range rings {
		from, to := uint64(binary.LittleEndian.Uint32(b[44+4*i:])), nPoints
		if i+1 < len(rings) {
			to = uint64(binary.LittleEndian.Uint32(b[48+4*i:]))
		}
		if from > to || to > nPoints {
			return nil, malformed("the parts of a shape are out of order")
		}
		for ; from < to; from++ {
			at := points[16*from:]
			rings[i] = append(rings[i], orb.Point{math.Float64frombits(binary.LittleEndian.Uint64(at)),
				math.Float64frombits(binary.LittleEndian.Uint64(at[8:]))})
		}
	}
	return gather(rings), nil
}
