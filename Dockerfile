# syntax=docker/dockerfile:1

# One image for every command: `serve` is the default, `edge`, `migrate` and `admin` are given instead.
# docs/running.md says how to run it.

FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
# The binary leaves the cache in the same step: the mount is gone in the next one.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --profile dist --locked -p rollcall-server \
    && cp target/dist/rollcall /rollcall

FROM debian:bookworm-slim
# Root certificates are for TLS to PostgreSQL and Redis. SQLite, the time zones and TLS itself are in the binary.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin rollcall \
    && install -d -o rollcall -g rollcall -m 0700 /data
COPY --from=build /rollcall /usr/local/bin/rollcall
# Inside a container, loopback is reachable by nobody. ADMIN_PORT stays on loopback until ADMIN_HOST says otherwise.
ENV API_HOST=0.0.0.0 DATA_DIR=/data
USER rollcall
WORKDIR /data
VOLUME /data
EXPOSE 50051 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["rollcall", "healthcheck"]
ENTRYPOINT ["rollcall"]
CMD ["serve"]
