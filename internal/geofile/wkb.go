package geofile

import (
	"encoding/binary"
	"math"

	"github.com/paulmach/orb"
)

// wkb reads a Polygon or MultiPolygon in the well-known binary form (OGC 06-103r4, 8.2), with or without altitudes and
// measures, which are dropped. The reader of the orb library knows no altitudes, which desktop programs often write.
type wkb struct {
	left  []byte
	rings int
}

func parseWKB(data []byte) (orb.MultiPolygon, error) {
	w := &wkb{left: data}
	return w.geometry(0)
}

const (
	wkbPolygon, wkbMultiPolygon, wkbCollection = 3, 6, 7

	extendedZ, extendedM, extendedSRID = 0x80000000, 0x40000000, 0x20000000
)

func (w *wkb) geometry(depth int) (orb.MultiPolygon, error) {
	order, kind, dimensions, err := w.head()
	if err != nil {
		return nil, err
	}
	n, err := w.count(order)
	if err != nil {
		return nil, err
	}
	switch {
	case kind == wkbPolygon:
		polygon, err := w.polygon(order, n, dimensions)
		return orb.MultiPolygon{polygon}, err
	case (kind == wkbMultiPolygon || kind == wkbCollection) && depth == 0:
		var all orb.MultiPolygon
		for range n {
			part, err := w.geometry(depth + 1)
			if err != nil {
				return nil, err
			}
			all = append(all, part...)
		}
		return all, nil
	}
	return nil, ErrNoPolygon
}

// head reads the byte order, the type and the number of coordinates of a position.
func (w *wkb) head() (order binary.ByteOrder, kind uint32, dimensions int, err error) {
	b, err := w.take(5)
	if err != nil {
		return nil, 0, 0, err
	}
	order = binary.BigEndian
	if b[0] == 1 {
		order = binary.LittleEndian
	}
	code := order.Uint32(b[1:])
	dimensions = 2
	for _, bit := range []uint32{extendedZ, extendedM} {
		if code&bit != 0 {
			dimensions++
		}
	}
	if code&extendedSRID != 0 {
		_, err = w.take(4)
	}
	code &^= extendedZ | extendedM | extendedSRID
	switch code / 1000 {
	case 1, 2:
		dimensions = 3
	case 3:
		dimensions = 4
	}
	return order, code % 1000, dimensions, err
}

func (w *wkb) polygon(order binary.ByteOrder, n, dimensions int) (orb.Polygon, error) {
	var polygon orb.Polygon
	for range n {
		if w.rings++; w.rings > mostRings {
			return nil, ErrTooLarge
		}
		points, err := w.count(order)
		if err != nil {
			return nil, err
		}
		b, err := w.take(points * dimensions * 8)
		if err != nil {
			return nil, err
		}
		ring := make(orb.Ring, points)
		for i := range ring {
			at := b[i*dimensions*8:]
			ring[i] = orb.Point{math.Float64frombits(order.Uint64(at)), math.Float64frombits(order.Uint64(at[8:]))}
		}
		polygon = append(polygon, ring)
	}
	return polygon, nil
}

// count reads how many of something follow. Each takes a byte at least, so that a number alone makes no memory.
func (w *wkb) count(order binary.ByteOrder) (int, error) {
	b, err := w.take(4)
	if err != nil {
		return 0, err
	}
	n := order.Uint32(b)
	if uint64(n) > uint64(len(w.left)) {
		return 0, malformed("a geometry ends early")
	}
	return int(n), nil
}

func (w *wkb) take(n int) ([]byte, error) {
	if n < 0 || n > len(w.left) {
		return nil, malformed("a geometry ends early")
	}
	b := w.left[:n]
	w.left = w.left[n:]
	return b, nil
}
