package simulate

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"
)

// Network is how often what lies between a tablet and the server fails, each share from 0 to 1 of the requests.
type Network struct {
	LostRequests float64       // never reach the server
	LostAnswers  float64       // the server has done its work, the tablet does not hear of it
	Repeated     float64       // reach the server twice
	Late         float64       // reach the server after the tablet's next one, which may be the same again
	Delay        time.Duration // the longest that a request is on its way
}

var errLost = errors.New("the connection broke")

// line is the network of one tablet. A new kind of trouble is a new step around base.RoundTrip.
type line struct {
	base    http.RoundTripper
	network Network
	rand    *rand.Rand   // of this tablet alone
	lost    atomic.Int64 // requests without an answer
	late    *http.Request
}

func (l *line) RoundTrip(req *http.Request) (*http.Response, error) {
	// The draws are always the same number, so that one kind of trouble does not shift another.
	loseRequest, loseAnswer, repeat := l.rand.Float64() < l.network.LostRequests, l.rand.Float64() < l.network.LostAnswers,
		l.rand.Float64() < l.network.Repeated
	late, delay := l.rand.Float64() < l.network.Late, time.Duration(l.rand.Float64()*float64(l.network.Delay))
	if err := pause(req.Context(), delay); err != nil {
		return nil, err
	}
	if loseRequest || late && req.GetBody != nil {
		if late {
			l.hold(req)
		}
		l.lost.Add(1)
		return nil, errLost
	}
	if repeat && req.GetBody != nil {
		if err := l.again(req); err != nil {
			return nil, err
		}
	}
	res, err := l.base.RoundTrip(req)
	if err == nil && loseAnswer {
		res, err = nil, errors.Join(errLost, drain(res))
	}
	if err != nil {
		l.lost.Add(1) // also when the server itself has gone away
	}
	return res, errors.Join(err, l.flush())
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// hold keeps a request back that the tablet gives up. It outlives the tablet's patience with it.
func (l *line) hold(req *http.Request) { l.late = req.Clone(context.WithoutCancel(req.Context())) }

// flush lets the request that was held back arrive. Nobody hears the answer, nor that the server was away.
func (l *line) flush() error {
	req := l.late
	l.late = nil
	if req == nil {
		return nil
	}
	var err error
	if req.Body, err = req.GetBody(); err != nil {
		return err
	}
	if res, err := l.base.RoundTrip(req); err == nil {
		return drain(res)
	}
	return nil
}

// again sends a copy of the request first and throws its answer away.
func (l *line) again(req *http.Request) error {
	twin := req.Clone(req.Context())
	var err error
	if twin.Body, err = req.GetBody(); err != nil {
		return err
	}
	res, err := l.base.RoundTrip(twin)
	if err != nil {
		return err
	}
	return drain(res)
}

// drain reads to the end, so that the server has done its work.
func drain(res *http.Response) error {
	_, err := io.Copy(io.Discard, res.Body)
	return errors.Join(err, res.Body.Close())
}
