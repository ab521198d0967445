package simulate

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestLine(t *testing.T) {
	tests := []struct {
		name    string
		network Network
		arrived int
		answer  bool
	}{
		{"good", Network{}, 1, true},
		{"lost request", Network{LostRequests: 1}, 0, false},
		{"lost answer", Network{LostAnswers: 1}, 1, false},
		{"repeated", Network{Repeated: 1}, 2, true},
		{"late", Network{Late: 1}, 1, false},
		{"late and slow", Network{Late: 1, Delay: time.Millisecond}, 1, false},
		{"repeated and lost", Network{Repeated: 1, LostAnswers: 1}, 2, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			arrived := 0
			server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived++ }))
			defer server.Close()
			l := &line{base: http.DefaultTransport, network: tt.network, rand: rand.New(rand.NewPCG(1, 1))}
			res, err := (&http.Client{Transport: l}).Post(server.URL, "text/plain", strings.NewReader("x"))
			if err == nil {
				res.Body.Close()
			}
			if err := l.flush(); err != nil {
				t.Error(err)
			}
			if arrived != tt.arrived || (err == nil) != tt.answer || (l.lost.Load() == 0) != tt.answer {
				t.Errorf("%d requests arrived, %v, %d lost", arrived, err, l.lost.Load())
			}
		})
	}
}

// A late request arrives after the one that followed it.
func TestLateMeansAnotherOrder(t *testing.T) {
	var arrived []string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { arrived = append(arrived, r.URL.Path) }))
	defer server.Close()
	l := &line{base: http.DefaultTransport, network: Network{Late: 1}, rand: rand.New(rand.NewPCG(1, 1))}
	c := &http.Client{Transport: l}
	if _, err := c.Post(server.URL+"/first", "text/plain", strings.NewReader("x")); err == nil {
		t.Fatal("the tablet was answered")
	}
	l.network.Late = 0
	res, err := c.Post(server.URL+"/second", "text/plain", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if strings.Join(arrived, " ") != "/second /first" {
		t.Errorf("arrived %v", arrived)
	}
}

func TestPercentile(t *testing.T) {
	var hundred []time.Duration
	for i := range 100 {
		hundred = append(hundred, time.Duration(i+1))
	}
	tests := []struct {
		name   string
		sorted []time.Duration
		p      int
		want   time.Duration
	}{
		{"none", nil, 50, 0}, {"one", hundred[:1], 99, 1}, {"median of three", hundred[:3], 50, 2}, {"95 of 100", hundred, 95, 95}, {"longest", hundred, 100, 100},
	}
	for _, tt := range tests {
		if got := percentile(tt.sorted, tt.p); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}
