# The command `logto-testkit`, which serves the mock Hugging Face and the
# Bookstore too, with the scenarios. Needs no BuildKit.
#
#   docker build -t logto-testkit .
#   docker run --rm logto-testkit              walks every scenario, embedded
#   docker run --rm logto-testkit --help
#
# Ports, as docker-compose.yml uses them: 3000 the Bookstore, 3003 the mock
# Hugging Face, 443 the mock as https://huggingface.co. Nothing listens before
# it is told to.

# Another mirror, or other distributions: the first needs Cargo 1.90 or later and a
# C compiler, the second the C library of the first.
ARG RUST_IMAGE=rust:1.95.0-slim-trixie
ARG RUNTIME_IMAGE=debian:trixie-slim

FROM ${RUST_IMAGE} AS build
WORKDIR /build
# `dev` builds in a third of the time.
ARG PROFILE=release
COPY .cargo .cargo
COPY Cargo.toml Cargo.lock ./
COPY mocks mocks
# Cargo wants to see every target of the manifest, though it builds one.
COPY benches benches
COPY tests tests
COPY src src
RUN cargo install --locked --path . --bin logto-testkit --profile "$PROFILE" --root /out

FROM ${RUNTIME_IMAGE}
# By number: whoever shares a volume with it can say who may read a file.
ARG UID=10001
COPY --from=build /out/bin/logto-testkit /usr/local/bin/
WORKDIR /testkit
COPY scenarios scenarios
# New volumes at these places belong to our user.
RUN install -d -o "$UID" -g "$UID" /ca /app
USER ${UID}:${UID}
ENTRYPOINT ["logto-testkit"]
