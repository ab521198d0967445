package simulate

import (
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
)

// Weather is how often the network between a tablet and the server fails, each from 0 to 1 of the requests.
type Weather struct {
	LostRequests float64 // never reach the server
	LostAnswers  float64 // the server has done its work, the tablet does not hear of it
	Repeated     float64 // reach the server twice
}

var errLost = errors.New("the connection broke")

// line is the network of one tablet. A new kind of trouble is a new step around Base.RoundTrip.
type line struct {
	base    http.RoundTripper
	weather Weather
	rand    *rand.Rand   // of this tablet alone
	lost    atomic.Int64 // requests without an answer
}

func (l *line) RoundTrip(req *http.Request) (*http.Response, error) {
	// The draws are always the same number, so that one kind of trouble does not shift another.
	loseRequest, loseAnswer, repeat := l.rand.Float64() < l.weather.LostRequests, l.rand.Float64() < l.weather.LostAnswers, l.rand.Float64() < l.weather.Repeated
	if loseRequest {
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
	return res, err
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
