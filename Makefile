.PHONY: bench-areas bench-grid run test race lint fmt ci bench bench-size bench-sync bench-rush bench-identity
run:   ; go run . serve --demo
test:  ; go test ./...
race:  ; CGO_ENABLED=1 go test -race ./collections ./internal/ingest ./internal/devicesync ./internal/grid ./internal/instrument ./internal/simulate
fmt:   ; gofmt -l -w .
lint:  ; go vet ./... && go tool staticcheck ./...
bench: ; go test -run=NONE -bench=. -benchmem ./internal/... ./bench/...
ci:    ; .ci/run
bench-size: ; go run ./bench/size
bench-sync: ; go run ./bench/sync
# 3,000 tablets in the full city that bench-size keeps; TABLETS=100 takes minutes
bench-rush: ; go run ./bench/sync -tablets $(or $(TABLETS),3000) -city "$$(go run ./bench/size -make full)"
bench-identity: ; go run ./bench/identity -plot docs/identity-calibration.svg
bench-grid: ; go run ./bench/grid
# a million visits take half an hour; VISITS=100000 some minutes
bench-areas: ; go run ./bench/areas -visits $(or $(VISITS),1000000)
