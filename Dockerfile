# For a release: --build-arg NODE_IMAGE=node@sha256:... (the digest of the image that was tested).
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# The locked packages bring a Node of their own for machines without one; the image has it already.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  && rm -rf node_modules/node-linux-* node_modules/.bin/node

FROM ${NODE_IMAGE}
ARG VERSION=unknown REVISION=unknown
LABEL org.opencontainers.image.title=gateway-twin \
  org.opencontainers.image.description="Durable digital twins for remote gateways, over MQTT and REST" \
  org.opencontainers.image.licenses=MIT \
  org.opencontainers.image.version=${VERSION} \
  org.opencontainers.image.revision=${REVISION}
ENV NODE_ENV=production DATA_DIR=/data HTTP_HOST=0.0.0.0 MQTT_HOST=0.0.0.0
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY . .
RUN mkdir /data && chown node:node /data
# By number: Kubernetes can see that it is not root.
USER 1000:1000
VOLUME /data
EXPOSE 3000 1883
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s CMD ["node", "--eval", \
  "fetch(`http://127.0.0.1:${process.env.HTTP_PORT || 3000}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# No init: it is process 1, takes SIGTERM itself, and starts no processes that somebody would have to reap.
CMD ["node", "--max-semi-space-size=64", "main.ts"]
