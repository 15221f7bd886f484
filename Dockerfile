# A small image that runs as nobody in particular. This file was written with care and not built where the project is
# tested, since there is no Docker there: tell us what it needs.
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install --yes --no-install-recommends binutils build-essential && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY . .
RUN make product && mkdir -p /data

# glibc, root certificates and a user 65532 called nonroot; no shell.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /build/target/product/claimwire /usr/bin/claimwire
COPY --from=build --chown=65532:65532 --chmod=0700 /data /var/lib/claimwire
VOLUME /var/lib/claimwire
EXPOSE 8480
ENV CLAIMWIRE_LISTEN=:8480 CLAIMWIRE_DATA_DIR=/var/lib/claimwire
USER 65532:65532
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/claimwire"]
CMD ["serve"]
