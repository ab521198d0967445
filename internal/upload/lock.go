package upload

import (
	"context"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"

	"doorstep/internal/share"
)

// takeover lets a request have an upload that another one holds, most often one whose connection is dead: the holder's
// connection is read no further, so that it keeps what has come and gives the upload free. The tus handler's own way of
// telling the holder is not used: it reads the body's place while the holder may be filling it.
type takeover struct{ handler.Locker }

func (t takeover) NewLock(id string) (handler.Lock, error) {
	lock, err := t.Locker.NewLock(id)
	return lockOf{lock}, err
}

type lockOf struct{ held handler.Lock }

func (l lockOf) Lock(ctx context.Context, _ func()) (err error) {
	connection, ok := ctx.Value(connectionKey{}).(*limited)
	if !ok {
		return l.held.Lock(ctx, func() {})
	}
	share.Wait(connection.ResponseWriter, func() {
		err = l.held.Lock(ctx, func() { connection.SetReadDeadline(time.Now()) }) // a connection that has none is gone
	})
	return err
}

func (l lockOf) Unlock() error { return l.held.Unlock() }

// connectionKey finds the connection of a request in its context.
type connectionKey struct{}
