FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# The locked packages bring a Node of their own for machines without one; the image has it already.
RUN npm ci --omit=dev --no-audit --no-fund && rm -rf node_modules/node-linux-* node_modules/.bin/node

FROM node:24-slim
ENV NODE_ENV=production DATA_DIR=/data HTTP_HOST=0.0.0.0 MQTT_HOST=0.0.0.0
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY . .
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000 1883
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s CMD ["node", "--eval", \
  "fetch(`http://127.0.0.1:${process.env.HTTP_PORT || 3000}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=64", "main.ts"]
