# syntax=docker/dockerfile:1
# The same two steps that CI runs: npm ci, npm run build.
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json build.ts ./
COPY src ./src
RUN npm run build

# Files and Node, no shell, no package manager; it writes nothing, so the root file system can be read-only.
FROM gcr.io/distroless/nodejs24-debian12:nonroot
LABEL org.opencontainers.image.title="aws-privateca-issuer" \
      org.opencontainers.image.description="The AWS issuer for cert-manager" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
COPY --from=build /src/dist ./
COPY LICENSE ./
USER 65532:65532
EXPOSE 8080 8081
# About memory: docs/decisions/0011-memory.md. NODE_OPTIONS=--enable-source-maps makes stack traces show positions in the
# TypeScript sources, for 100 MB; the names of functions they show without it.
ENV NODE_ENV=production \
    NODE_OPTIONS=--max-semi-space-size=2 \
    MALLOC_MMAP_THRESHOLD_=32768
ENTRYPOINT ["/nodejs/bin/node", "--heap-growing-percent=20", "/app/manager.js"]
