# syntax=docker/dockerfile:1
# The GPU agent. From the repository's root:
#   docker build -f docker/agent.Dockerfile -t palate-agent .
#   docker run --gpus all --shm-size 8g -v palate-agent:/var/lib/palate-agent \
#     -e PALATE_HUB_URL=https://palate.example.org -e PALATE_ENROLLMENT_CODE=… palate-agent
# Without a GPU: --build-arg TORCH_INDEX=<a package index with CPU builds of PyTorch>, and no --gpus.
ARG NODE_VERSION=20.20.0

FROM node:${NODE_VERSION}-bookworm-slim AS node-modules
WORKDIR /opt/palate
COPY package.json package-lock.json .npmrc ./
COPY packages packages
COPY gpu-agent/package.json gpu-agent/package.json
COPY apps/hub/package.json apps/hub/package.json
COPY apps/web/package.json apps/web/package.json
COPY e2e/package.json e2e/package.json
RUN npm ci --omit=dev --workspace gpu-agent --no-audit --no-fund

FROM node:${NODE_VERSION}-bookworm-slim AS python
ARG TORCH_INDEX=
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
COPY gpu-agent/trainer/requirements.txt /tmp/requirements.txt
RUN python3 -m venv /opt/palate-python \
 && /opt/palate-python/bin/pip install --no-cache-dir \
      ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} -r /tmp/requirements.txt

FROM node:${NODE_VERSION}-bookworm-slim
# tini reaps processes that a trainer leaves behind; PyTorch and llama.cpp need libgomp.
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 libgomp1 tini \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 palate-agent \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/palate-agent palate-agent \
 && install -d -o 10001 -g 10001 -m 0700 /var/lib/palate-agent
COPY --from=python /opt/palate-python /opt/palate-python
COPY --from=node-modules /opt/palate /opt/palate
COPY gpu-agent /opt/palate/gpu-agent
COPY docker/palate-agent /opt/palate/docker/palate-agent
RUN ln -s /opt/palate/docker/palate-agent /usr/local/bin/palate-agent
ENV PALATE_AGENT_HOME=/var/lib/palate-agent \
    PALATE_PYTHON=/opt/palate-python/bin/python \
    HOME=/var/lib/palate-agent \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
USER 10001:10001
WORKDIR /var/lib/palate-agent
VOLUME /var/lib/palate-agent
# SIGTERM ends trainers with a checkpoint, which takes more than ten seconds: use docker stop --time 60.
STOPSIGNAL SIGTERM
ENTRYPOINT ["tini", "--", "palate-agent"]
