# The node, as two images: `cpu`, and `gpu` with ONNX Runtime's CUDA provider. Built in steps, so that
# neither holds a compiler, a test or a development package.
FROM node:20-bookworm-slim AS packages
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-progress

FROM packages AS build
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build

FROM packages AS production
RUN npm prune --omit=dev --no-progress

FROM production AS production-cuda
RUN ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild --no-progress onnxruntime-node

FROM node:20-bookworm-slim AS cpu
ENV NODE_ENV=production CINEMYOPS_STATE_DIR=/state CINEMYOPS_WEB_HOST=0.0.0.0
WORKDIR /app
COPY --from=production /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY package.json LICENSE README.md ./
COPY orthanc ./orthanc
COPY models ./models
# A new volume takes its owner from this folder.
RUN mkdir /state && chown 1000:1000 /state
USER 1000:1000
VOLUME /state
EXPOSE 8043
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8043/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/cli.js"]
CMD ["serve"]

FROM nvidia/cuda:12.6.3-cudnn-runtime-ubuntu24.04 AS gpu
ENV NODE_ENV=production CINEMYOPS_STATE_DIR=/state CINEMYOPS_WEB_HOST=0.0.0.0
WORKDIR /app
COPY --from=cpu /usr/local/bin/node /usr/local/bin/node
COPY --from=cpu /app ./
COPY --from=production-cuda /build/node_modules ./node_modules
RUN mkdir /state && chown 1000:1000 /state
USER 1000:1000
VOLUME /state
EXPOSE 8043
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8043/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/cli.js"]
CMD ["serve"]
