.PHONY: run test race lint fmt ci bench bench-sync bench-rush
run:   ; go run . serve --demo
test:  ; go test ./...
race:  ; go test -race -tags no_ui ./collections ./hooks ./internal/ingest ./internal/devicesync ./internal/review ./internal/instrument
fmt:   ; gofmt -l -w .
lint:  ; go vet ./... && go tool staticcheck ./...
bench: ; go test -run=NONE -bench=. -benchmem ./internal/... ./bench/...
ci:    ; .ci/run
bench-sync: ; go run ./bench/sync
bench-rush: ; go run ./bench/sync -tablets 3000
