package devicesync

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// page is the answer to a pull: the next part of the changes. Reset asks the client to forget what it holds and is not in
// the pages that follow, except its own unsent work: the first page ever, after a restored backup, or where the way
// from the client's territory to the worker's is not known any more.
//
//	{"epoch":"…","reset":true,"changes":[…],"cursor":"…","more":false}
type page struct {
	w      http.ResponseWriter
	piece  []byte
	sent   bool  // the status and the first piece are out
	filled int64 // how many changes there are
	size   int   // of what was sent of them, in bytes
}

// change is one line of a page. data is there for an upsert.
type change struct {
	seq        int64
	collection string
	id         string
	rev        int64
	op         string
	data       []byte // JSON

	row  int64               // number in its table, where it was listed from that; 0 when it has to be looked for
	at   string              // its position in a walk
	read func(*change) error // reads its data when its turn comes; nil where it is there
}

// pieceSize is how many bytes are kept before they are sent. A page that fits is sent when it is whole, so that an error
// can still be told as one.
const pieceSize = 32 << 10

func begin(w http.ResponseWriter, epoch string, reset bool) *page {
	p := &page{w: w, piece: make([]byte, 0, pieceSize/4)}
	p.piece = append(p.piece, `{"epoch":`...)
	p.text(epoch)
	if reset {
		p.piece = append(p.piece, `,"reset":true`...)
	}
	p.piece = append(p.piece, `,"changes":[`...)
	return p
}

func (p *page) text(s string) {
	quoted, _ := json.Marshal(s) // a string never fails
	p.piece = append(p.piece, quoted...)
}

func (p *page) add(ch change) error {
	if p.filled > 0 {
		p.piece = append(p.piece, ',')
	}
	p.filled++
	p.piece = append(p.piece, `{"seq":`...)
	p.piece = strconv.AppendInt(p.piece, p.filled, 10) // its place in the page; that in the feed is not the client's to know
	p.piece = append(p.piece, `,"collection":`...)
	p.text(ch.collection)
	p.piece = append(p.piece, `,"id":`...)
	p.text(ch.id)
	p.piece = append(p.piece, `,"rev":`...)
	p.piece = strconv.AppendInt(p.piece, ch.rev, 10)
	p.piece = append(p.piece, `,"op":`...)
	p.text(ch.op)
	if ch.data != nil {
		p.piece = append(append(p.piece, `,"data":`...), ch.data...)
	}
	p.piece = append(p.piece, '}')
	if len(p.piece) < pieceSize {
		return nil
	}
	return p.send()
}

func (p *page) send() error {
	if !p.sent {
		p.sent = true
		p.w.Header().Set("Content-Type", "application/json")
		p.w.WriteHeader(http.StatusOK)
	}
	if _, err := p.w.Write(p.piece); err != nil {
		return fmt.Errorf("send page: %w", err)
	}
	p.size += len(p.piece)
	p.piece = p.piece[:0]
	return nil
}

// end closes the page; only now it is valid JSON.
func (p *page) end(cursor string, more bool) error {
	p.piece = append(p.piece, `],"cursor":`...)
	p.text(cursor)
	p.piece = append(p.piece, `,"more":`...)
	p.piece = strconv.AppendBool(p.piece, more)
	p.piece = append(p.piece, '}')
	return p.send()
}

// fail passes an error on as long as the client can be told of it. After that the connection is cut: a page that is not
// whole must not look like one.
func (p *page) fail(err error, log func(error)) error {
	if err == nil || !p.sent {
		return err
	}
	log(err)
	panic(http.ErrAbortHandler)
}
