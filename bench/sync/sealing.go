package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"doorstep/internal/client"
	"doorstep/internal/seal"
)

// compareSealing pushes the same visits to a server that seals and to one that does not, batch after batch, each first
// in turn.
func compareSealing(ctx context.Context, c config) error {
	dir, err := os.MkdirTemp("", "doorstep-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	return withServer(ctx, dir, c, func(sealed *server, visits []visit) error {
		plain, err := startServer(ctx, filepath.Join(dir, "plain"), seal.PlainSource, townScale(time.Now()))
		if err != nil {
			return fmt.Errorf("start the plain server: %w", err)
		}
		defer plain.close()
		return measureSealing(ctx, sealed, plain, visits, c)
	})
}

func measureSealing(ctx context.Context, sealed, plain *server, visits []visit, c config) (err error) {
	servers := []*server{sealed, plain}
	bodies, tablets := make([][][]byte, len(servers)), make([]*tablet, len(servers))
	for i, s := range servers {
		if tablets[i], err = s.tablet(ctx, "S", s.wide); err != nil {
			return err
		}
		if bodies[i], err = tablets[i].bodies(visits, c.batch); err != nil {
			return err
		}
	}
	took := make([][]time.Duration, len(servers))
	for n := range bodies[0] {
		for k := range servers {
			i := (n + k) % len(servers)
			d, err := tablets[i].push(ctx, bodies[i][n], client.Stored)
			if err != nil {
				return err
			}
			if n >= c.warm {
				took[i] = append(took[i], d)
			}
		}
	}
	with, without := median(took[0]), median(took[1])
	fmt.Printf("%d visits a batch, median of %d batches: sealed %.1f ms, plain %.1f ms\n\nratio sealed_to_plain %.2f\n", c.batch, len(took[0]),
		ms(with), ms(without), without.Seconds()/with.Seconds())
	return nil
}
