.PHONY: run test race lint fmt ci bench bench-size bench-sync bench-rush bench-identity
run:   ; go run . serve --demo
test:  ; go test ./...
race:  ; CGO_ENABLED=1 go test -race ./collections ./internal/ingest ./internal/devicesync ./internal/grid ./internal/instrument ./internal/simulate
fmt:   ; gofmt -l -w .
lint:  ; go vet ./... && go tool staticcheck ./...
bench: ; go test -run=NONE -bench=. -benchmem ./internal/... ./bench/...
ci:    ; .ci/run
bench-size: ; go run ./bench/size
bench-sync: ; go run ./bench/sync
bench-rush: ; go run ./bench/sync -tablets 3000
bench-identity: ; go run ./bench/identity -plot docs/identity-calibration.svg
