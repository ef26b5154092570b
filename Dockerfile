# syntax=docker/dockerfile:1
# docker build -t jobs .
# docker run --rm -p 8080:8080 -p 9464:9464 -e API_TOKEN=change-me -v jobs:/var/lib/jobs jobs

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --package jobs --bin jobs \
    && install -D -m 0755 target/release/jobs /out/usr/local/bin/jobs \
    && install -d -m 0750 /out/data/jobs

# glibc, certificates and nothing else: no shell, no package manager.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build --chown=0:0 /out/usr/local/bin/jobs /usr/local/bin/jobs
# By its parent: a directory that is copied by its own name gets the mode 0755.
COPY --from=build --chown=65532:65532 /out/data /var/lib
USER 65532:65532
# The API asks for API_TOKEN, or is told --allow-anonymous: on an address that others reach it does not start without.
ENV LISTEN=0.0.0.0:8080 \
    OPERATOR_LISTEN=0.0.0.0:9464 \
    DATA_DIR=/var/lib/jobs \
    LOG_FORMAT=json
VOLUME /var/lib/jobs
EXPOSE 8080 9464
STOPSIGNAL SIGTERM
# Whether the process lives: a database that is away is no reason to restart the container.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
    CMD ["/usr/local/bin/jobs", "healthcheck", "--live"]
ENTRYPOINT ["/usr/local/bin/jobs"]
